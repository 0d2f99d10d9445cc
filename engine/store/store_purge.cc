#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "engine/store/store_state.h"

// A source may say that somebody is gone, and all they said with them. There is no index by author,
// but who wrote on a day is sealed on that day: the days come from there, the mentions from the
// packs of those days. Most of those who go nobody here ever heard of; they are passed over by a
// filter.

namespace vigie {
namespace {

constexpr std::size_t kPseudonymBytes = sizeof(Pseudonym);

std::string_view view(const Pseudonym& author) {
  return {reinterpret_cast<const char*>(author.data()), author.size()};
}

/// Without the entry of `author`; nothing if it has none. Both families name the authors first.
struct Rows {
  std::string keys, identities;
};
std::optional<Rows> without(const Pseudonym& author, std::string_view keys,
                            std::string_view identities) {
  constexpr std::size_t kKeyRowBytes = kPseudonymBytes + 32;
  Rows left;
  bool found = false;
  ByteReader in(identities);
  for (std::size_t i = 0; in.ok() && !in.done(); ++i) {
    const std::string_view name = in.take(kPseudonymBytes), sealed = in.text();
    if (name == view(author)) {
      found = true;
      continue;
    }
    left.identities += name;
    put_text(left.identities, sealed);
    left.keys += keys.substr(std::min(i * kKeyRowBytes, keys.size()), kKeyRowBytes);
  }
  if (!in.ok()) {
    stop_on({ErrorCode::kCorrupt, "a sealed identity cannot be read: its bytes are damaged"});
  }
  return found ? std::optional(std::move(left)) : std::nullopt;
}

}  // namespace

void Store::purge_author(const Finding& finding, const Deleted& deleted) {
  commit();  // what came before is in the packs
  State& state = *state_;
  bool is_known = false;
  for (const Day day : state.days_of(finding.tenant, finding.author)) {
    is_known = true;
    state.remove(state.writings_of(*this, finding.tenant, finding.author, day, day),
                 finding.received_at, deleted);
  }
  if (is_known) {  // last: whoever is interrupted finds the days again
    state.erase_identities(finding.tenant, finding.author);
    state.note_removal(state.batch);
  }
}

Store::Erased Store::erase_author(const Erasure& erasure, const Withdraw& withdraw,
                                  const Deleted& deleted) {
  commit();
  State& state = *state_;
  const auto [tenant, author] = std::pair(erasure.tenant, erasure.author);
  // From now on nothing of theirs comes in, whatever is left to do.
  std::string name = number_key("s", state.number_of[tenant]);
  name += view(author);
  state.batch.put(Family::kErasures, name, {});
  state.suppressed.emplace(state.number_of[tenant], author);
  commit();

  std::vector<State::Writing> writings;
  if (erasure.everywhere) {
    writings = state.writings_of(*this, tenant, author, 0, ~Day{0});
  } else {
    for (const Day day : state.days_of(tenant, author)) {
      std::ranges::move(state.writings_of(*this, tenant, author, day, day),
                        std::back_inserter(writings));
    }
  }
  std::set<MentionRef> mentions;
  std::vector<std::string> traces = erasure.traces;
  constexpr std::size_t kTellingIdBytes = 8;  // "12" stands in many a letter
  for (const State::Writing& writing : writings) {
    mentions.insert(writing.ref);
    if (writing.id.size() >= kTellingIdBytes) {
      traces.push_back(writing.id);
    }
  }
  state.remove(writings, erasure.at, deleted);
  commit();  // alerts that `deleted` has withdrawn words from
  Erased erased;
  erased.mentions = writings.size();
  erased.alerts = state.withdraw_from_alerts(tenant, mentions, withdraw);
  erased.dead_letters = state.erase_dead_letters(traces);
  erased.identities = state.erase_identities(tenant, author);
  state.batch.put(Family::kErasures, name, erasure.number);
  state.note_removal(state.batch);
  commit();
  return erased;
}

std::vector<Store::State::Writing> Store::State::writings_of(const Store& store, TenantId tenant,
                                                             const Pseudonym& author, Day from,
                                                             Day to) const {
  std::vector<Writing> found;
  const std::optional<MentionRef> before =
      to == ~Day{0} ? std::nullopt : std::optional(MentionRef{tenant, to + 1, 0});
  must(store.scan(tenant, before, from, [&](const StoredMention& stored) {
    const Record& record = stored.record;
    if (record.has_author && record.author == author) {
      found.push_back(
          {stored.ref, std::string(record.mention.source), std::string(record.mention.id)});
    }
    return true;
  }));
  return found;
}

void Store::State::remove(const std::vector<Writing>& writings, Time at, const Deleted& deleted) {
  for (const Writing& writing : writings) {
    Findings one;
    one.arena = writing.source + writing.id;
    Finding deletion;
    deletion.action = Finding::Action::kDelete;
    deletion.tenant = writing.ref.tenant;
    deletion.received_at = at;
    deletion.id_hash = hasher(writing.source, writing.id);
    deletion.source = {0, static_cast<std::uint32_t>(writing.source.size())};
    deletion.id = {deletion.source.length, static_cast<std::uint32_t>(writing.id.size())};
    deleted(remove(one, deletion));
  }
}

std::set<Day> Store::State::days_of(TenantId tenant, const Pseudonym& author) {
  std::set<Day> days;
  const std::uint32_t number = number_of[tenant];
  if (!authors) {
    authors = std::make_unique<KnownIds>();
    learn_authors();
  }
  if (!authors->may_hold(identity_key(number, author))) {
    return days;
  }
  const std::string of_tenant = number_key({}, number);
  const auto at = key_value->iterate(Family::kIdentities);
  for (at->seek(of_tenant); has_prefix(*at, of_tenant); at->next()) {
    RefKey ref;
    if (parse_ref_key(at->key(), ref) && !days.contains(ref.day) &&
        without(author, {}, at->value())) {
      days.insert(ref.day);
    }
  }
  must(at->status());
  return days;
}

std::uint64_t Store::State::erase_identities(TenantId tenant, const Pseudonym& author) {
  std::uint64_t erased = 0;
  const std::uint32_t number = number_of[tenant];
  const std::string of_tenant = number_key({}, number);
  const auto at = key_value->iterate(Family::kIdentities);
  for (at->seek(of_tenant); has_prefix(*at, of_tenant); at->next()) {
    const std::optional<std::string> keys = must(key_value->get(Family::kAuthorKeys, at->key()));
    if (const auto left = without(author, keys.value_or(""), at->value())) {
      ++erased;
      batch.put(Family::kAuthorKeys, at->key(), left->keys);
      batch.put(Family::kIdentities, at->key(), left->identities);
    }
  }
  must(at->status());
  // Whoever comes back is sealed again.
  known_identities.is_last(identity_key(number, author), load_u64(author.data() + 8), 0);
  return erased;
}

std::uint64_t Store::State::withdraw_from_alerts(TenantId tenant,
                                                 const std::set<MentionRef>& mentions,
                                                 const Withdraw& withdraw) {
  std::uint64_t withdrawn = 0;
  const std::string of_tenant = number_key("b", number_of[tenant]);
  const auto at = key_value->iterate(Family::kAlerts);
  for (at->seek(of_tenant); !mentions.empty() && has_prefix(*at, of_tenant); at->next()) {
    if (const std::optional<std::string> left = withdraw(at->value(), mentions)) {
      batch.put(Family::kAlerts, at->key(), *left);
      ++withdrawn;
    }
  }
  must(at->status());
  return withdrawn;
}

std::uint64_t Store::State::erase_dead_letters(const std::vector<std::string>& traces) {
  std::uint64_t erased = 0;
  const auto at = key_value->iterate(Family::kDeadLetters);
  for (at->seek({}); !traces.empty() && at->valid(); at->next()) {
    const auto tells = [&](const std::string& trace) {
      return at->value().find(trace) != std::string_view::npos;
    };
    if (std::ranges::any_of(traces, tells)) {
      batch.erase(Family::kDeadLetters, at->key());
      ++erased;
    }
  }
  must(at->status());
  return erased;
}

// ---- What is remembered of it -------------------------------------------------------------------

Result<void> Store::State::load_erasures() {
  const auto mark = key_value->get(Family::kMeta, "unscrubbed");
  if (!mark) {
    return tl::make_unexpected(mark.error());
  }
  unscrubbed = *mark ? ByteReader(**mark).u64() : 0;
  const auto at = key_value->iterate(Family::kErasures);
  for (at->seek("s"); has_prefix(*at, "s"); at->next()) {
    ByteReader in(at->key().substr(1));
    const std::uint32_t number = in.u32();
    Pseudonym author{};
    in.take(author.size()).copy(reinterpret_cast<char*>(author.data()), author.size());
    if (!in.done()) {
      return damaged("the list of those who were erased");
    }
    suppressed.emplace(number, author);
  }
  return at->status();
}

void Store::State::note_removal(WriteBatch& gone) {
  gone.put(Family::kMeta, "unscrubbed", number_key({}, ++unscrubbed));
}

std::uint64_t Store::unscrubbed() const { return state_->unscrubbed; }

Result<void> Store::scrub(std::atomic<bool>& cancelled) {
  static constexpr std::array kPersonal = {
      Family::kMentions,   Family::kIds,     Family::kOverlay,     Family::kUrgent,
      Family::kOutbox,     Family::kAlerts,  Family::kDeadLetters, Family::kAuthorKeys,
      Family::kIdentities, Family::kStories, Family::kHeardTerms,  Family::kWork,
      Family::kErasures};
  return state_->key_value->scrub(kPersonal, cancelled);
}

void Store::scrubbed(std::uint64_t upto) {
  if (state_->unscrubbed == upto) {
    state_->unscrubbed = 0;
    state_->batch.erase(Family::kMeta, "unscrubbed");
  }
}

Result<std::optional<std::string>> erasure_in(const KeyValue& key_value, std::string_view tenant,
                                              const Pseudonym& author) {
  const auto number = key_value.get(Family::kMeta, "tenant/" + std::string(tenant));
  if (!number || !*number) {
    return number;
  }
  std::string name = "s" + **number;
  name += view(author);
  return key_value.get(Family::kErasures, name);
}

bool Store::is_suppressed(TenantId tenant, const Pseudonym& author) const {
  std::string name = number_key("s", state_->number_of[tenant]);
  name += view(author);
  return must(state_->key_value->get(Family::kErasures, name)).has_value();
}

void Store::put_receipt(TenantId tenant, std::string_view number, Time at,
                        std::string_view receipt) {
  std::string name = number_key("r", state_->number_of[tenant]), value;
  name += number;
  put_signed(value, at.time_since_epoch().count());
  value += receipt;
  state_->batch.put(Family::kErasures, name, value);
}

Result<std::vector<Store::Receipt>> Store::receipts(TenantId tenant, std::string_view number,
                                                    std::size_t limit) const {
  std::vector<Receipt> found;
  if (tenant >= state_->number_of.size()) {
    return found;
  }
  const std::string of_tenant = number_key("r", state_->number_of[tenant]);
  const auto at = state_->key_value->iterate(Family::kErasures);
  for (at->seek(of_tenant); has_prefix(*at, of_tenant); at->next()) {
    Receipt receipt;
    receipt.number = at->key().substr(of_tenant.size());
    ByteReader in(at->value());
    receipt.at = Time(microseconds(in.integer()));
    receipt.receipt = in.take(in.left());
    if (!in.done()) {
      return damaged("a receipt");
    }
    if (number.empty() || receipt.number == number) {
      found.push_back(std::move(receipt));
    }
  }
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  std::ranges::sort(found, std::greater(), &Receipt::at);
  if (found.size() > limit) {
    found.resize(limit);
  }
  return found;
}

/// By the sealed identities, not by their keys: those may be held apart from a restored store.
void Store::State::learn_authors() {
  const auto at = key_value->iterate(Family::kIdentities);
  for (at->seek({}); at->valid(); at->next()) {
    RefKey ref;
    parse_ref_key(at->key(), ref);
    for (ByteReader in(at->value()); in.ok() && !in.done();) {
      Pseudonym author{};
      const std::string_view name = in.take(kPseudonymBytes);
      in.text();
      if (name.size() == author.size()) {
        std::memcpy(author.data(), name.data(), name.size());
        authors->add(identity_key(ref.tenant_number, author));
      }
    }
  }
  must(at->status());
}

}  // namespace vigie
