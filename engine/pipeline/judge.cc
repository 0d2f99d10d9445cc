#include "engine/pipeline/judge.h"

#include <algorithm>
#include <utility>

#include "engine/core/check.h"
#include "engine/core/json_writer.h"
#include "engine/pipeline/story_teller.h"

namespace vigie {
namespace {

/// Clocks of sources run ahead of ours by a little; further than this a date is not believed.
constexpr std::chrono::minutes kBelievedAhead{5};
/// Unreadable pieces of one envelope that are kept one by one, and how much of each.
constexpr std::uint32_t kMaxRejected = 100;
constexpr std::size_t kMaxRejectedBytes = 64U << 10;
/// An envelope that gives more than this for all its tenants is not taken further.
constexpr std::size_t kMaxArenaBytes = 1U << 30;

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
  last_findings_ = findings.findings.size();
  return findings;
}

void Judge::mention(const Mention& seen) {
  Mention mention = seen;
  if (mention.source.empty()) {
    mention.source = envelope_->origin->network;
  }
  if (is_wordless(mention)) {
    return reject(RejectReason::kMissingText, kWordless, mention.id);
  }
  ++out_->mentions;
  if (mention.deleted) {
    take_back(mention);
    return;
  }
  keep(mention);
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
  Finding finding;
  finding.action = Finding::Action::kDelete;
  finding.mention = out_->mentions - 1;
  finding.id_hash = ids_(mention.source, mention.id);
  finding.source = append(mention.source);
  finding.id = append(mention.id);
  finding.received_at = envelope_->received_at;
  for (TenantId tenant = 0; tenant < policy_.tenants.size(); ++tenant) {
    finding.tenant = tenant;
    out_->findings.push_back(finding);
  }
}

void Judge::keep(const Mention& mention) {
  if (out_->arena.size() > kMaxArenaBytes) {
    reject(RejectReason::kTooLong, "too many mentions for too many tenants in one piece", {});
    return;
  }
  analyser_->match(mention);
  choose_keepers();

  // Two kinds of mention may concern a tenant that did not ask for them by a rule: the answer to
  // something it keeps, and a new wording of something it keeps. Only the writer knows for sure
  // what is kept.
  Finding common;
  common.id_hash = ids_(mention.source, mention.id);
  const bool is_answer = !mention.in_reply_to.empty();
  const bool says_edited =
      mention.version.edited_at_us > mention.created_at.time_since_epoch().count();
  const bool all_keep = kept_.size() == policy_.tenants.size();
  const bool is_edit =
      says_edited || (!all_keep && mention.version != Version{} && known_.may_hold(common.id_hash));
  if (kept_.empty() && !is_edit && !is_answer) {
    drop(mention, common);
    return;
  }
  if (policy_.keep_all.size() < policy_.tenants.size()) {  // else nobody ever asks
    known_.add(common.id_hash);
  }

  const Verdict& verdict = analyser_->classify(mention);
  common.mention = out_->mentions - 1;
  common.parent_hash = is_answer ? ids_(mention.source, mention.in_reply_to) : 0;
  common.source = append(mention.source);
  common.id = append(mention.id);
  common.identity = append_identity(mention.author);
  common.signature = append_signature(mention);
  date(mention, common);
  const std::size_t before = out_->findings.size();
  for (TenantId tenant = 0; tenant < policy_.tenants.size(); ++tenant) {
    if (is_too_old(tenant, common)) {
      continue;
    }
    if (std::ranges::binary_search(kept_, tenant)) {
      add_finding(Finding::Action::kKeep, tenant, mention, verdict, common);
    } else if (is_answer) {  // replaces what is known, as every finding does
      add_finding(Finding::Action::kKeepIfParentKnown, tenant, mention, verdict, common);
    } else if (is_edit) {
      add_finding(Finding::Action::kReplaceIfKnown, tenant, mention, verdict, common);
    }
  }
  if (out_->findings.size() == before) {
    ++out_->dropped;
  }
}

/// Nobody keeps it: what remains are its terms, counted among others'.
void Judge::drop(const Mention& mention, Finding& dropped) {
  ++out_->dropped;
  date(mention, dropped);
  if (listener_.wants(dropped.created_at, dropped.id_hash)) {
    listener_.hear(mention, analyser_->folded(), dropped.created_at,
                   ids_(mention.source, mention.author.id));
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

void Judge::choose_keepers() {
  const std::vector<std::uint32_t>& owners = envelope_->origin->owned_by;
  if (policy_.private_connectors.contains(envelope_->origin->connector)) {
    kept_.assign(owners.begin(), owners.end());
    return;
  }
  kept_.assign(policy_.keep_all.begin(), policy_.keep_all.end());
  kept_.insert(kept_.end(), owners.begin(), owners.end());
  analyser_->collect_watchers(policy_.tenants.size(), kept_);
  std::sort(kept_.begin(), kept_.end());
  kept_.erase(std::unique(kept_.begin(), kept_.end()), kept_.end());
}

void Judge::add_finding(Finding::Action action, TenantId tenant, const Mention& mention,
                        const Verdict& verdict, const Finding& common) {
  Finding finding = common;
  finding.action = action;
  finding.tenant = tenant;

  finding.created_at = common.created_at;
  finding.received_at = common.received_at;
  finding.version = mention.version;
  if (finding.version.edited_at_us != 0) {
    finding.version.edited_at_us += envelope_->time_shift.count();
  }
  finding.tone = verdict.tone;
  finding.urgency = verdict.urgency;

  Record& record = record_;
  record.mention = mention;
  record.mention.created_at = finding.created_at;
  record.mention.version = finding.version;
  record.has_author = !mention.author.id.empty();
  if (record.has_author) {
    finding.author = pseudonyms_.name(tenant, mention.source, mention.author.id);
    if (!policy_.official_accounts.empty()) {
      finding.official = policy_.official_accounts.contains(
          {tenant, account_key(mention.source, mention.author.id)});
    }
  }
  record.author = finding.author;
  record.received_at = finding.received_at;
  record.mode = envelope_->mode;
  record.connector = envelope_->origin->connector;
  record.official = finding.official;
  record.verdict = verdict;
  record.topics.clear();
  analyser_->collect_topics(tenant, record.topics);
  finding.topics = {static_cast<std::uint32_t>(out_->topics.size()),
                    static_cast<std::uint32_t>(record.topics.size())};
  out_->topics.insert(out_->topics.end(), record.topics.begin(), record.topics.end());

  const std::size_t start = out_->arena.size();
  encode_record(record, out_->arena);
  finding.record = {static_cast<std::uint32_t>(start),
                    static_cast<std::uint32_t>(out_->arena.size() - start)};
  out_->findings.push_back(finding);
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
  JsonWriter json(out_->arena);
  json.begin_object();
  json.key("id").value(author.id);
  json.key("name").value(author.name);
  json.key("url").value(author.url);
  json.end_object();
  return {start, static_cast<std::uint32_t>(out_->arena.size()) - start};
}

Piece Judge::append_signature(const Mention& mention) {
  const auto start = static_cast<std::uint32_t>(out_->arena.size());
  encode_signature(signer_.sign(analyser_->folded(), original_of(ids_, mention)), out_->arena);
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
