#include "engine/pipeline/judge.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "engine/core/check.h"
#include "engine/pipeline/story_teller.h"
#include "engine/store/identity.h"

namespace vigie {
namespace {

/// Clocks of sources run ahead of ours by a little; further than this a date is not believed.
constexpr std::chrono::minutes kBelievedAhead{5};
/// Unreadable pieces of one envelope that are kept one by one, and how much of each.
constexpr std::uint32_t kMaxRejected = 100;
constexpr std::size_t kMaxRejectedBytes = 64U << 10;
/// An envelope that gives more than this for all its tenants is not taken further.
constexpr std::size_t kMaxArenaBytes = 1U << 30;
/// What a mention's buffers may go on holding for the next one.
constexpr std::size_t kMaxKeptBytes = 256U << 10;

std::string account_key(std::string_view network, std::string_view author_id) {
  std::string key(network);
  key += '\0';
  key += author_id;
  return key;
}

}  // namespace

TenantPolicy::TenantPolicy(std::vector<Tenant> all) : tenants(std::move(all)) {
  for (TenantId tenant = 0; tenant < tenants.size(); ++tenant) {
    if (tenants[tenant].keep_all) {
      keep_all.push_back(tenant);
    }
    for (const OfficialAccount& account : tenants[tenant].official_accounts) {
      official_accounts.emplace(tenant, account_key(account.source, account.author_id));
    }
  }
}

Judge::Judge(const MappingFactories& mappings, const TenantPolicy& policy,
             const Pseudonymiser& pseudonyms, const IdHasher& ids, KnownIds& known,
             DroppedListener listener)
    : factories_(mappings),
      policy_(policy),
      pseudonyms_(pseudonyms),
      ids_(ids),
      known_(known),
      listener_(std::move(listener)) {}

void Judge::learn(std::shared_ptr<const Knowledge> knowledge) {
  analyser_ = std::make_unique<Analyser>(std::move(knowledge));
}

Findings Judge::judge(Envelope& envelope) {
  Findings findings;
  findings.origin = envelope.origin;
  findings.sequence = envelope.sequence;
  findings.cursor = std::move(envelope.cursor);
  findings.received_at = envelope.received_at;
  findings.mode = envelope.mode;
  findings.receipt = std::move(envelope.receipt);
  findings.catalogue = analyser_->knowledge().catalogue;
  findings.arena.reserve(envelope.bytes.size());
  findings.findings.reserve(last_findings_);
  envelope_ = &envelope;
  out_ = &findings;
  mapping_for(envelope.origin->format).map(envelope, *this);
  judge_candidates();
  last_findings_ = findings.findings.size();
  return findings;
}

void Judge::mention(const Mention& seen) {
  if (is_wordless(seen)) {
    return reject(RejectReason::kMissingText, kWordless, seen.id);
  }
  ++out_->mentions;
  if (seen.deleted) {
    return take_back(seen);
  }
  await(seen);
  if (waiting_ == kTogether || waiting_bytes_ >= kTogetherBytes) {
    judge_candidates();
  }
}

std::string_view Judge::source_of(const Mention& mention) const {
  return mention.source.empty() ? std::string_view(envelope_->origin->network) : mention.source;
}

void Judge::await(const Mention& seen) {
  Candidate& candidate = candidates_[waiting_++];
  Mention& mention = candidate.mention = seen;
  mention.source = source_of(seen);
  const std::string_view envelope = envelope_->bytes.view();
  const auto is_elsewhere = [&envelope](std::string_view text) {  // the envelope stays where it is
    return reinterpret_cast<std::uintptr_t>(text.data()) -
               reinterpret_cast<std::uintptr_t>(envelope.data()) >=
           envelope.size();
  };
  std::size_t bytes = 0, elsewhere = 0;
  visit_strings(mention, [&](std::string_view text) {
    bytes += text.size();
    elsewhere += is_elsewhere(text) ? text.size() : 0;
  });
  candidate.strings.resize(std::max(candidate.strings.size(), elsewhere));
  char* end = candidate.strings.data();
  visit_strings(mention, [&](std::string_view& text) {
    if (!text.empty() && is_elsewhere(text)) {
      std::memcpy(end, text.data(), text.size());
      text = {end, text.size()};
      end += text.size();
    }
  });
  candidate.common = {};
  candidate.common.mention = out_->mentions - 1;
  candidate.common.id_hash = ids_(mention.source, mention.id);
  if (asks_known()) {
    known_.expect(candidate.common.id_hash);
  }
  waiting_bytes_ += bytes;
}

void Judge::judge_candidates() {
  const std::span<Candidate> candidates = std::span(candidates_).first(waiting_);
  for (Candidate& candidate : candidates) {
    analyser_->fold(candidate.mention, candidate.analysis);
  }
  for (Candidate& candidate : candidates) {
    analyser_->match(candidate.mention, candidate.analysis);
  }
  for (Candidate& candidate : candidates) {
    choose_keepers(candidate);
  }
  for (Candidate& candidate : candidates) {
    if (!candidate.dropped) {
      analyser_->classify(candidate.mention, candidate.analysis);
    }
  }
  for (Candidate& candidate : candidates) {
    if (!candidate.dropped) {
      add_findings(candidate);
    }
    if (candidate.analysis.folded.bytes.capacity() > kMaxKeptBytes) {
      candidate = {};
    }
  }
  waiting_ = waiting_bytes_ = 0;
}

/// The first are kept as they are; of a body of a million wrong lines nobody reads the rest.
void Judge::reject(RejectReason reason, std::string_view detail, std::string_view bytes) {
  ++out_->rejected_mentions;
  if (out_->rejected_mentions > kMaxRejected) {
    Rejected& last = out_->rejected.back();
    last = {reason,
            "and " + std::to_string(out_->rejected_mentions - kMaxRejected + 1) +
                " more in the same piece: " + std::string(detail),
            {}};
    return;
  }
  bytes = bytes.substr(0, kMaxRejectedBytes);
  out_->rejected_bytes += bytes.size();
  out_->rejected.push_back({reason, std::string(detail), std::string(bytes)});
}

void Judge::purge_author(std::string_view source, std::string_view author_id) {
  if (author_id.empty()) {
    return;
  }
  judge_candidates();  // what came before is done before
  ++out_->mentions;
  Finding finding;
  finding.action = Finding::Action::kPurgeAuthor;
  finding.mention = out_->mentions - 1;
  finding.source = append(source);
  finding.received_at = envelope_->received_at;
  for (TenantId tenant = 0; tenant < policy_.tenants.size(); ++tenant) {
    finding.tenant = tenant;
    finding.author = pseudonyms_.name(tenant, source, author_id);
    out_->findings.push_back(finding);
  }
}

void Judge::take_back(const Mention& mention) {
  judge_candidates();  // what came before is done before
  Finding finding;
  finding.action = Finding::Action::kDelete;
  finding.mention = out_->mentions - 1;
  const std::string_view source = source_of(mention);
  finding.id_hash = ids_(source, mention.id);
  finding.source = append(source);
  finding.id = append(mention.id);
  finding.received_at = envelope_->received_at;
  for (TenantId tenant = 0; tenant < policy_.tenants.size(); ++tenant) {
    finding.tenant = tenant;
    out_->findings.push_back(finding);
  }
}

/// Two kinds of mention may concern a tenant that did not ask for them by a rule: the answer to
/// something it keeps, and a new wording of something it keeps. Only the writer knows for sure
/// what is kept.
void Judge::choose_keepers(Candidate& candidate) {
  const Mention& mention = candidate.mention;
  Finding& common = candidate.common;
  choose_by_rules(candidate);
  candidate.is_answer = !mention.in_reply_to.empty();
  const bool says_edited =
      mention.version.edited_at_us > mention.created_at.time_since_epoch().count();
  const bool all_keep = candidate.kept.size() == policy_.tenants.size();
  candidate.is_edit =
      says_edited || (!all_keep && mention.version != Version{} && known_.may_hold(common.id_hash));
  date(mention, common);
  candidate.dropped = candidate.kept.empty() && !candidate.is_edit && !candidate.is_answer;
  if (candidate.dropped) {
    drop(candidate);
  } else if (asks_known()) {
    known_.add(common.id_hash);
  }
}

void Judge::add_findings(Candidate& candidate) {
  if (out_->arena.size() > kMaxArenaBytes) {
    reject(RejectReason::kTooLong, "too many mentions for too many tenants in one piece", {});
    return;
  }
  const Mention& mention = candidate.mention;
  Finding& common = candidate.common;
  common.parent_hash = candidate.is_answer ? ids_(mention.source, mention.in_reply_to) : 0;
  common.source = append(mention.source);
  common.id = append(mention.id);
  common.identity = append_identity(mention.author);
  common.signature = append_signature(candidate);
  common.version = mention.version;
  if (common.version.edited_at_us != 0) {
    common.version.edited_at_us += envelope_->time_shift.count();
  }
  common.tone = candidate.analysis.verdict.tone;
  common.urgency = candidate.analysis.verdict.urgency;

  record_.mention = mention;
  record_.mention.created_at = common.created_at;
  record_.mention.version = common.version;
  common.has_author = record_.has_author = !mention.author.id.empty();
  common.followers = mention.author.followers;
  record_.received_at = common.received_at;
  record_.mode = envelope_->mode;
  record_.connector = envelope_->origin->connector;
  std::swap(record_.verdict, candidate.analysis.verdict);
  const std::size_t before = out_->findings.size();
  for (TenantId tenant = 0; tenant < policy_.tenants.size(); ++tenant) {
    if (is_too_old(tenant, common)) {
      continue;
    }
    if (std::ranges::binary_search(candidate.kept, tenant)) {
      add_finding(Finding::Action::kKeep, tenant, candidate);
    } else if (candidate.is_answer) {  // replaces what is known, as every finding does
      add_finding(Finding::Action::kKeepIfParentKnown, tenant, candidate);
    } else if (candidate.is_edit) {
      add_finding(Finding::Action::kReplaceIfKnown, tenant, candidate);
    }
  }
  std::swap(record_.verdict, candidate.analysis.verdict);
  if (out_->findings.size() == before) {
    ++out_->dropped;
  }
}

/// Nobody keeps it: what remains are its terms, counted among others'.
void Judge::drop(Candidate& candidate) {
  ++out_->dropped;
  const Finding& dropped = candidate.common;
  if (listener_.wants(dropped.created_at, dropped.id_hash)) {
    listener_.hear(candidate.mention, candidate.analysis.folded, dropped.created_at,
                   ids_(candidate.mention.source, candidate.mention.author.id));
  }
}

/// When it was said and when we heard of it: in a replay that is the same, and neither lies ahead
/// of the engine's clock.
void Judge::date(const Mention& mention, Finding& finding) const {
  finding.received_at = envelope_->received_at;
  finding.created_at = envelope_->received_at;
  if (mention.created_at == Time{}) {
    return;
  }
  finding.created_at =
      std::min(mention.created_at + envelope_->time_shift, envelope_->received_at + kBelievedAhead);
  if (envelope_->mode == Mode::kReplay) {
    finding.received_at = finding.created_at;
  }
}

/// What was said longer ago than the tenant may keep it is not taken up (again).
bool Judge::is_too_old(TenantId tenant, const Finding& finding) const {
  const Day retention = policy_.tenants[tenant].retention_days;
  return retention != 0 && day_of(finding.created_at) + retention < day_of(envelope_->received_at);
}

void Judge::choose_by_rules(Candidate& candidate) const {
  std::vector<TenantId>& kept = candidate.kept;
  const std::vector<std::uint32_t>& owners = envelope_->origin->owned_by;
  if (policy_.private_connectors.contains(envelope_->origin->connector)) {
    kept.assign(owners.begin(), owners.end());
    return;
  }
  kept.assign(policy_.keep_all.begin(), policy_.keep_all.end());
  kept.insert(kept.end(), owners.begin(), owners.end());
  analyser_->collect_watchers(candidate.analysis.matches, policy_.tenants.size(), kept);
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  if (const auto& only = envelope_->origin->only_for) {
    std::erase_if(kept, [&only](TenantId tenant) { return tenant != *only; });
  }
}

/// What the tenants' findings share, and their records but for the author and the topics, stands
/// in `candidate` and in record_.
void Judge::add_finding(Finding::Action action, TenantId tenant, const Candidate& candidate) {
  const Mention& mention = candidate.mention;
  Finding& finding = out_->findings.emplace_back(candidate.common);
  finding.action = action;
  finding.tenant = tenant;
  Record& record = record_;
  if (record.has_author) {
    finding.author = pseudonyms_.name(tenant, mention.source, mention.author.id);
    if (!policy_.official_accounts.empty()) {
      finding.official = policy_.official_accounts.contains(
          {tenant, account_key(mention.source, mention.author.id)});
    }
  }
  record.author = finding.author;
  record.official = finding.official;
  record.topics.clear();
  analyser_->collect_topics(candidate.analysis.matches, tenant, record.topics);
  finding.topics = {static_cast<std::uint32_t>(out_->topics.size()),
                    static_cast<std::uint32_t>(record.topics.size())};
  out_->topics.insert(out_->topics.end(), record.topics.begin(), record.topics.end());
  const std::size_t start = out_->arena.size();
  encode_record(record, out_->arena);
  finding.record = {static_cast<std::uint32_t>(start),
                    static_cast<std::uint32_t>(out_->arena.size() - start)};
}

Piece Judge::append(std::string_view bytes) {
  const Piece piece{static_cast<std::uint32_t>(out_->arena.size()),
                    static_cast<std::uint32_t>(bytes.size())};
  out_->arena += bytes;
  return piece;
}

Piece Judge::append_identity(const Author& author) {
  if (author.id.empty()) {
    return {};
  }
  const auto start = static_cast<std::uint32_t>(out_->arena.size());
  encode_identity(author, out_->arena);
  return {start, static_cast<std::uint32_t>(out_->arena.size()) - start};
}

Piece Judge::append_signature(const Candidate& candidate) {
  const Mention& mention = candidate.mention;
  const std::uint64_t original =
      mention.repost_of.empty() ? candidate.common.id_hash : original_of(ids_, mention);
  const auto start = static_cast<std::uint32_t>(out_->arena.size());
  encode_signature(signer_.sign(candidate.analysis.folded, original), out_->arena);
  return {start, static_cast<std::uint32_t>(out_->arena.size()) - start};
}

Mapping& Judge::mapping_for(const std::string& format) {
  auto found = mappings_.find(format);
  if (found == mappings_.end()) {
    const auto factory = factories_.find(format);
    check(factory != factories_.end(), "every connector's format has a mapping");
    found = mappings_.emplace(format, factory->second()).first;
  }
  return *found->second;
}

}  // namespace vigie
