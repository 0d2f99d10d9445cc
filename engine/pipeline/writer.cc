#include "engine/pipeline/writer.h"

#include <algorithm>
#include <utility>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxBatchEnvelopes = 64;
/// So many findings ahead the store is told what comes, before that their bytes are asked for, and
/// before that they themselves: a worker wrote them, they lie in its processor's caches.
constexpr std::size_t kExpectAhead = 8, kFetchAhead = 16, kFindAhead = 24;
constexpr std::size_t kCacheLine = 64, kMostFetched = 16 * kCacheLine;
/// A batch is closed when its findings hold this much: it is copied into memory once more.
constexpr std::size_t kMaxBatchBytes = 16U << 20;
/// The store's housekeeping is done when there is nothing else to do, and at least so often.
constexpr std::chrono::seconds kHouseInterval{10};

/// What became of one mention is the best that any tenant's copy became.
enum class Fate : std::uint8_t { kDropped, kDuplicate, kDeleted, kKept };

Fate fate_of(Store::Outcome outcome) {
  switch (outcome) {
    case Store::Outcome::kStored:
    case Store::Outcome::kReplaced:
      return Fate::kKept;
    case Store::Outcome::kDuplicate:
      return Fate::kDuplicate;
    case Store::Outcome::kDeleted:
    case Store::Outcome::kRemembered:
      return Fate::kDeleted;
    case Store::Outcome::kDropped:
      break;
  }
  return Fate::kDropped;
}

void count(Fate fate, Receipt& receipt) {
  switch (fate) {
    case Fate::kKept:
      ++receipt.kept;
      return;
    case Fate::kDuplicate:
      ++receipt.duplicates;
      return;
    case Fate::kDeleted:
      ++receipt.deleted;
      return;
    case Fate::kDropped:
      ++receipt.dropped;
      return;
  }
}

/// What tenants' copies share (from its source to its signature) and its own record.
void fetch(const Findings& findings, const Finding& finding) {
  const auto fetch_bytes = [&](std::size_t at, std::size_t end) {
    for (end = std::min(end, at + kMostFetched); at < end; at += kCacheLine) {
      __builtin_prefetch(findings.arena.data() + at);
    }
  };
  fetch_bytes(finding.source.offset, finding.signature.offset + finding.signature.length);
  fetch_bytes(finding.record.offset, finding.record.offset + finding.record.length);
}

}  // namespace

Writer::Writer(Parts parts)
    : parts_(std::move(parts)),
      batch_(kMaxBatchEnvelopes),
      expiry_(parts_.store, parts_.clock_doubted) {}

bool Writer::step() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_house_ > kHouseInterval) {  // also under load
    last_house_ = now;
    keep_terms();
    keep_house();
  }
  bool did_something = publish_synced();
  if (parts_.alerts.look()) {
    sync();
  }
  did_something |= change();  // never instead of what is waiting: changes may not end
  const std::size_t taken = take();
  if (taken != 0) {
    const auto start = std::chrono::steady_clock::now();
    for (Findings& findings : std::span(batch_).first(taken)) {
      apply(findings);
    }
    const auto applied = std::chrono::steady_clock::now();
    parts_.store.commit();
    const auto committed = std::chrono::steady_clock::now();
    parts_.metrics.stage(Stage::kApply, applied - start);
    parts_.metrics.stage(Stage::kCommit, committed - applied);
    if (!std::exchange(unsynced_, true)) {
      unsynced_since_ = committed;
    }
    did_something = true;
  }
  if (unsynced_) {
    if (may_delay_sync(taken != 0)) {
      return did_something;
    }
    begin_sync();
    return true;
  }
  return did_something || (!parts_.syncer.is_under_way() && keep_house());
}

bool Writer::may_delay_sync(bool has_more) const {
  const auto waited = std::chrono::steady_clock::now() - unsynced_since_;
  if (parts_.syncer.is_under_way()) {
    return waited < kMostUnsynced;
  }
  return (has_more || parts_.inbox_depth() != 0) && waited < kGroupCommitDelay;
}

/// People wait for the answer: it is synced at once.
bool Writer::change() {
  const std::vector<ChangeDesk::Change> changes = parts_.changes.take();
  if (changes.empty()) {
    return false;
  }
  for (const ChangeDesk::Change& change : changes) {
    if (change.purge) {
      change.purge(parts_.store, [this](const Store::Applied& gone) { forget(gone); });
    } else {
      change.apply(parts_.store);
    }
  }
  sync();
  for (const ChangeDesk::Change& change : changes) {
    change.done();
  }
  return true;
}

std::size_t Writer::take() {
  std::size_t taken = 0, bytes = 0;
  while (taken < batch_.size() && bytes < kMaxBatchBytes &&
         parts_.workers[next_worker_]->take(batch_[taken])) {
    bytes += batch_[taken].size_bytes();
    ++taken;
    next_worker_ = (next_worker_ + 1) % parts_.workers.size();
  }
  return taken;
}

void Writer::apply(Findings& findings) {
  Receipt local;
  Receipt& receipt = findings.receipt ? *findings.receipt : local;
  receipt.dropped += findings.dropped;
  receipt.rejected += findings.rejected_mentions;

  // The copies of one mention lie side by side; it counts once.
  Fate fate = Fate::kDropped;
  const std::size_t total = findings.findings.size();
  for (std::size_t i = 0; i < std::min(kFetchAhead, total); ++i) {
    fetch(findings, findings.findings[i]);
  }
  for (std::size_t i = 0; i < std::min(kExpectAhead, total); ++i) {
    expect(findings, findings.findings[i]);
  }
  for (std::size_t i = 0; i < total; ++i) {
    const Finding& finding = findings.findings[i];
    if (i + kFindAhead < total) {
      const Finding* const later = &findings.findings[i + kFindAhead];
      __builtin_prefetch(&later->tenant);
      __builtin_prefetch(&later->source);
      __builtin_prefetch(&later->identity);
    }
    if (i + kFetchAhead < total) {
      fetch(findings, findings.findings[i + kFetchAhead]);
    }
    if (i + kExpectAhead < total) {
      expect(findings, findings.findings[i + kExpectAhead]);
    }
    const Fate copy = fate_of(apply(findings, finding));
    fate = std::max(fate, copy);
    const bool last_copy = i + 1 == total || findings.findings[i + 1].mention != finding.mention;
    if (last_copy) {
      count(std::exchange(fate, Fate::kDropped), receipt);
    }
  }

  parts_.store.count_reads(findings);
  parts_.metrics.sorted(findings.origin->connector, receipt.kept, receipt.dropped,
                        receipt.duplicates);
  // Beside the cursor: a batch may have to be written in the middle of an envelope.
  for (const Rejected& rejected : findings.rejected) {
    parts_.store.add_dead_letter(findings.origin->connector_id, findings.received_at, rejected);
    parts_.metrics.dead_letter(findings.origin->connector, rejected.reason);
  }
  advance(findings);
  findings = Findings();
}

void Writer::expect(const Findings& findings, const Finding& finding) {
  parts_.store.expect(finding);
  parts_.stories.expect(findings, finding);
}

Store::Outcome Writer::purge_author(const Finding& finding) {
  parts_.store.purge_author(finding, [&](const Store::Applied& gone) { forget(gone); });
  return Store::Outcome::kDeleted;
}

void Writer::forget(const Store::Applied& deleted) {
  parts_.metrics.deleted(deleted.ref.tenant, 1);
  parts_.stories.remove(deleted);
  parts_.alerts.forget(deleted);
}

Store::Outcome Writer::apply(const Findings& findings, const Finding& finding) {
  if (finding.action == Finding::Action::kPurgeAuthor) {
    return purge_author(finding);
  }
  const Store::Applied applied = parts_.store.apply(findings, finding);
  MentionRef story = applied.story;
  switch (applied.outcome) {
    case Store::Outcome::kStored:
      story = parts_.stories.place(findings, finding, applied);
      count_stored(findings, finding);
      parts_.store.count_kept(findings, finding);
      break;
    case Store::Outcome::kReplaced:
      parts_.stories.reword(findings, finding, applied);
      parts_.metrics.edited(finding.tenant, 1);
      break;
    case Store::Outcome::kDeleted:
      forget(applied);
      return applied.outcome;
    default:
      return applied.outcome;
  }
  if (findings.mode == Mode::kBackfill) {
    return applied.outcome;
  }
  parts_.alerts.see(findings, finding, applied, story);
  if (applied.outcome == Store::Outcome::kStored) {  // may write the batch: with the alert in it
    parts_.alerts.count(findings, finding);
  }
  if (findings.mode == Mode::kLive && gathered_.lags.size() < kMaxShown) {
    gathered_.lags.push_back({findings.received_at, finding.created_at});
  }
  if (gathered_.shown.size() < kMaxShown) {
    gathered_.shown.push_back(applied.ref);
  }
  return applied.outcome;
}

void Writer::advance(const Findings& findings) {
  const std::size_t connector = findings.origin->connector;
  if (progress_.size() <= connector) {
    progress_.resize(connector + 1);
  }
  check(findings.sequence == ++progress_[connector].applied,
        "a connector's envelopes are applied in the order they were sent");
  if (!findings.cursor.empty()) {
    parts_.store.set_cursor(findings.origin->connector_id, findings.cursor);
  }
}

void Writer::count_stored(const Findings& findings, const Finding& finding) {
  if (counted_by_ != findings.catalogue) {
    flush_counts();
    counted_by_ = findings.catalogue;
  }
  for (const std::uint32_t topic :
       std::span(findings.topics).subspan(finding.topics.offset, finding.topics.length)) {
    ++stored_[{finding.tenant, topic, finding.tone, finding.urgency}];
  }
  if (finding.topics.length == 0) {
    ++stored_[{finding.tenant, kNoTopic, finding.tone, finding.urgency}];
  }
}

void Writer::flush_counts() {
  for (const auto& [key, mentions] : stored_) {
    const std::string_view topic =
        key.topic == kNoTopic ? std::string_view("none") : counted_by_->names[key.topic];
    parts_.metrics.stored(key.tenant, topic, key.tone, key.urgency, mentions);
  }
  stored_.clear();
}

void Writer::begin_sync() {
  if (parts_.syncer.is_under_way()) {
    finish_sync();
  }
  for (Progress& progress : progress_) {
    progress.syncing = progress.applied;
  }
  flush_counts();
  gathered_.raised = parts_.alerts.take_raised();
  std::swap(gathered_, syncing_);
  unsynced_ = false;
  parts_.syncer.begin(parts_.store.commit());
}

/// Whether there was something.
bool Writer::publish_synced() {
  if (!parts_.syncer.take_done()) {
    return false;
  }
  parts_.metrics.stage(Stage::kSync, parts_.syncer.duration());
  for (std::size_t connector = 0; connector < progress_.size(); ++connector) {
    Progress& progress = progress_[connector];
    if (progress.published != progress.syncing) {
      parts_.ledger.publish(connector, progress.syncing);
      progress.published = progress.syncing;
    }
  }
  parts_.committed();
  const Time now = parts_.clock.now();
  for (const Lag& lag : syncing_.lags) {
    parts_.metrics.lag(now - lag.received_at, now - lag.created_at);
  }
  if (!syncing_.shown.empty() || !syncing_.raised.empty()) {
    parts_.shown(syncing_.shown, syncing_.raised);
  }
  syncing_.shown.clear();
  syncing_.raised.clear();
  syncing_.lags.clear();
  return true;
}

/// And waits for it.
void Writer::sync() {
  begin_sync();
  finish_sync();
}

void Writer::finish_sync() {
  parts_.syncer.wait();
  publish_synced();
}

/// Adds what the workers heard to what is stored of the same days. What was heard since the last
/// time is lost if the process dies: it is a sample anyway.
void Writer::keep_terms() {
  for (auto& [day, heard] : parts_.dropped_terms.take()) {
    const Result<std::optional<std::string>> stored = parts_.store.heard_terms(day);
    check(stored.has_value(), "the terms of a day can be read");
    if (*stored) {
      Result<TermSketch> before = TermSketch::decode(**stored);
      check(before.has_value(), "the stored terms of a day are whole");
      before->add(heard);
      heard = std::move(*before);
    }
    parts_.store.put_heard_terms(day, heard.encode());
    parts_.store.commit();
  }
}

void Writer::rest() {
  keep_terms();
  sync();
}

bool Writer::keep_house() {
  return expiry_.step(day_of(parts_.clock.now())) || parts_.store.pack_some();
}

}  // namespace vigie
