#pragma once

#include <filesystem>
#include <string>

#include "engine/store/identity.h"
#include "engine/store/store.h"

namespace vigie {

inline constexpr TimeSpan kAnyTime{{}, Time::max()};

/// What a worker would hand over for one mention of one tenant.
struct Told {
  TenantId tenant = 0;
  std::string id = {}, text = "texte", source = "mastodon";
  Finding::Action action = Finding::Action::kKeep;
  std::uint32_t revision = 0;
  Tone tone = Tone::kNeutral;
  Urgency urgency = Urgency::kLow;
  std::vector<std::uint32_t> topics = {};
  std::string parent = {};
  Author identity = {};
  bool official = false;
  std::int64_t hour = 24 * 20000, minute = 0;
  Pseudonym author = {7};
  bool has_author = false;
  std::uint64_t followers = 0;
};

inline std::shared_ptr<const Catalogue> catalogue_named(std::string ruleset) {
  auto made = std::make_shared<Catalogue>();
  made->ruleset = std::move(ruleset);
  made->names = {"eau", "voirie", "école"};
  return made;
}

struct HandedOver {
  Findings findings;
  Finding finding;
};

inline HandedOver hand_over(const Store& store, const Told& told,
                            const std::shared_ptr<const Catalogue>& catalogue) {
  Findings findings;
  findings.catalogue = catalogue;
  findings.topics = told.topics;
  const auto keep = [&](std::string_view text) {
    const auto offset = static_cast<std::uint32_t>(findings.arena.size());
    findings.arena += text;
    return Piece{offset, static_cast<std::uint32_t>(text.size())};
  };
  Finding finding;
  finding.action = told.action;
  finding.tenant = told.tenant;
  finding.id_hash = store.id_hasher()(told.source, told.id);
  finding.parent_hash = told.parent.empty() ? 0 : store.id_hasher()(told.source, told.parent);
  finding.version.revision = told.revision;
  finding.created_at = finding.received_at =
      Time(std::chrono::hours(told.hour) + std::chrono::minutes(told.minute));
  finding.tone = told.tone;
  finding.urgency = told.urgency;
  finding.official = told.official;
  finding.source = keep(told.source);
  finding.id = keep(told.id);
  finding.topics = {0, static_cast<std::uint32_t>(told.topics.size())};
  finding.has_author = told.has_author;
  finding.author = told.author;
  finding.followers = told.followers;
  if (!told.identity.id.empty()) {
    std::string identity;
    encode_identity(told.identity, identity);
    finding.identity = keep(identity);
  }
  Record record;
  record.has_author = told.has_author;
  record.author = told.author;
  record.mention.author.followers = told.followers;
  record.mention.id = told.id;
  record.mention.source = told.source;
  record.mention.text = told.text;
  record.mention.in_reply_to = told.parent;
  record.mention.created_at = finding.created_at;
  record.mention.version = finding.version;
  record.received_at = finding.received_at;
  record.official = told.official;
  record.verdict.tone = told.tone;
  record.verdict.urgency = told.urgency;
  record.topics = told.topics;
  std::string bytes;
  encode_record(record, bytes);
  finding.record = keep(bytes);
  return {std::move(findings), finding};
}

inline Store::Applied tell(Store& store, const Told& told,
                           const std::shared_ptr<const Catalogue>& catalogue) {
  const HandedOver one = hand_over(store, told, catalogue);
  return store.apply(one.findings, one.finding);
}

/// One that repeats what `story` says.
inline MentionRef tell_again(Store& store, const Told& told,
                             const std::shared_ptr<const Catalogue>& catalogue,
                             const MentionRef& story, bool leads,
                             const TimeSpan& spoken = kAnyTime) {
  const HandedOver one = hand_over(store, told, catalogue);
  const MentionRef ref = store.apply(one.findings, one.finding).ref;
  store.join_story(one.findings, one.finding, ref, story, leads, spoken);
  return ref;
}

/// Whether no hour of the first tenant's counts anything.
inline bool counts_nothing(const Store& store) {
  bool nothing = true;
  const auto read = store.visit_rollups(0, RollupGrain::kHour, 0, ~0U, [&](const RollupRow& row) {
    nothing = nothing && row.is_zero();
  });
  return read && nothing;
}

}  // namespace vigie
