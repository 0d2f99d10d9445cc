#include "engine/pipeline/story_teller.h"

#include <algorithm>
#include <map>
#include <utility>

namespace vigie {

std::uint64_t original_of(const IdHasher& ids, const Mention& mention) {
  return ids(mention.source, mention.repost_of.empty() ? mention.id : mention.repost_of);
}

Result<std::unique_ptr<StoryTeller>> StoryTeller::recall(Store& store, const TenantPolicy& policy) {
  std::unique_ptr<StoryTeller> teller(new StoryTeller(store));
  teller->books_.resize(policy.tenants.size());
  for (TenantId tenant = 0; tenant < policy.tenants.size(); ++tenant) {
    if (const Result<void> recalled = teller->recall(tenant); !recalled) {
      return tl::make_unexpected(recalled.error());
    }
  }
  return teller;
}

/// The newest first, until the book is full or nothing older can be joined: kLongest before the
/// newest mention, not before now, for a replay lives in the past.
Result<void> StoryTeller::recall(TenantId tenant) {
  std::map<MentionRef, StoryBook::Known> stories;
  std::size_t founders = 0;
  Day newest = 0;
  const Result<void> read = store_.scan(tenant, {}, 0, [&](const StoredMention& stored) {
    newest = std::max(newest, stored.ref.day);
    if (!StoryBook::is_recent(stored.ref, newest) || founders == StoryBook::kMaxStories) {
      return false;
    }
    const Record& record = stored.record;
    founders += record.repeats ? 0 : 1;
    const MentionRef story = founder_of(stored);
    if (!StoryBook::is_recent(story, newest)) {
      return true;
    }
    const Time at = record.mention.created_at;
    const auto [found, is_new] = stories.try_emplace(story);
    StoryBook::Known& known = found->second;
    if (is_new) {
      known.story = story;
      known.first_at = known.last_at = at;
    }
    known.first_at = std::min(known.first_at, at);
    known.last_at = std::max(known.last_at, at);
    known.led = known.led || record.leads;
    if (is_new || stored.ref.sequence < known.speaker.sequence) {
      known.speaker = stored.ref;
      known.signature = sign(record.mention);
    }
    return true;
  });
  std::vector<const StoryBook::Known*> order;
  for (const auto& [story, known] : stories) {
    order.push_back(&known);
  }
  std::ranges::sort(order, {}, [](const StoryBook::Known* known) { return known->story.sequence; });
  for (const StoryBook::Known* known : order) {
    books_[tenant].recall(*known);
  }
  return read;
}

Signature StoryTeller::sign(const Mention& mention) {
  folder_.fold(mention.title, mention.text, folded_);
  return signer_.sign(folded_, original_of(store_.id_hasher(), mention));
}

MentionRef StoryTeller::place(const Findings& findings, const Finding& finding,
                              const Store::Applied& stored) {
  decode_signature(findings.view(finding.signature), signature_);
  const StoryBook::Place place =
      books_[finding.tenant].place({stored.ref, finding.created_at, finding.official}, signature_);
  if (!place.founds) {
    store_.join_story(findings, finding, stored.ref, place.story, place.leads, place.spoken);
  }
  return place.story;
}

void StoryTeller::reword(const Findings& findings, const Finding& finding,
                         const Store::Applied& replaced) {
  decode_signature(findings.view(finding.signature), signature_);
  books_[finding.tenant].reword(replaced.story, replaced.ref, signature_);
}

void StoryTeller::remove(const Store::Applied& deleted) {
  std::optional<StoryBook::Heir> heir;
  if (deleted.heir) {
    heir = {deleted.heir->ref, sign(deleted.heir->record.mention), deleted.unled};
  }
  books_[deleted.ref.tenant].remove(deleted.story, deleted.created_at, heir,
                                    [&] { return store_.dates_of_story(deleted.story); });
}

}  // namespace vigie
