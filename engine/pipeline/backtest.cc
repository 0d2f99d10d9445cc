#include "engine/pipeline/backtest.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "engine/alert/crowds.h"
#include "engine/alert/describe.h"
#include "engine/alert/incidents.h"
#include "engine/core/handle_mask.h"
#include "engine/pipeline/analyser.h"
#include "engine/trend/volume_watch.h"

namespace vigie {
namespace {

/// An alert that one of the rule sets would have raised.
struct WouldRaise {
  MentionRef ref;
  Time at{};
  std::string subject;
  Raise raise;
  std::optional<Voice> voice = {};  ///< that made a crowd of
  std::vector<Spoken> crowd = {};   ///< these
  bool has_twin = false;            ///< the other rules raise it, too
};

/// One rule set and what it saw.
class Side {
 public:
  Side(const std::shared_ptr<const Knowledge>& knowledge, std::string_view tenant)
      : analyser_(knowledge), crowd_rules_(knowledge->catalogue), tenant_(tenant) {}

  const Catalogue& catalogue() const { return *analyser_.knowledge().catalogue; }

  /// The views of the result are those of `record`.
  Record judge(TenantId tenant, const Record& record) {
    Record judged = record;
    analyser_.judge(tenant, judged);
    return judged;
  }
  /// Newest first. False if there is no room.
  bool remember(const MentionRef& ref, const Record& judged) {
    Heard heard{ref, std::nullopt, {}};
    if (is_urgent(judged.verdict.urgency)) {
      heard.urgent = sight(ref, judged, catalogue());
    }
    if (crowd_rules_.may_concern(judged.topics)) {
      heard.voices = crowd_rules_.voices(ref, tenant_, judged,
                                         {voice_of(judged), founder_of(ref, judged).sequence});
    }
    if (!heard.urgent && heard.voices.empty()) {
      return true;
    }
    if (heard_.size() == BacktestReport::kMaxUrgentMentions) {
      return false;
    }
    heard_.push_back(std::move(heard));
    return true;
  }
  /// The alerts raised since then, oldest first.
  std::vector<WouldRaise> raise(Time since) const {
    Incidents incidents;
    Crowds crowds;
    std::set<std::uint64_t> told_stories;
    std::vector<WouldRaise> raised;
    const auto note = [&](const MentionRef& ref, const Sighting& sighting,
                          std::optional<Voice> voice, std::vector<Spoken> crowd) {
      const std::optional<Raise> raise = incidents.see(sighting);
      if (raise && sighting.at >= since) {
        raised.push_back(
            {ref, sighting.at, sighting.subject, *raise, std::move(voice), std::move(crowd)});
      }
    };
    std::for_each(heard_.rbegin(), heard_.rend(), [&](const Heard& heard) {
      if (heard.urgent) {
        Sighting sighting = *heard.urgent;
        incidents.pass(sighting.tenant, sighting.mode, sighting.at);
        const bool is_new = told_stories.insert(sighting.story).second;
        sighting.repost = sighting.repost || (!is_new && incidents.would_open(sighting));
        note(heard.ref, sighting, std::nullopt, {});
      }
      for (const Voice& voice : heard.voices) {
        incidents.pass(voice.tenant, voice.mode, voice.heard_at);
        std::vector<Spoken> crowd = crowds.see(voice);
        if (!crowd.empty()) {
          Sighting sighting = sight(voice, crowd);
          sighting.seen_before = heard.urgent.has_value();
          note(heard.ref, sighting, voice, std::move(crowd));
        }
      }
    });
    return raised;
  }
  Result<std::vector<Alert>> describe_some(const Store& store, const Tenant& tenant,
                                           const std::vector<WouldRaise>& raised) {
    std::vector<Alert> alerts;
    for (const WouldRaise& one : raised) {
      if (one.has_twin || alerts.size() == BacktestReport::kMaxExamples) {
        continue;
      }
      const Result<std::optional<StoredMention>> stored = store.mention(one.ref);
      if (!stored) {
        return tl::make_unexpected(stored.error());
      }
      if (*stored) {  // else it was deleted meanwhile
        const Record judged = judge(one.ref.tenant, (*stored)->record);
        alerts.push_back(one.voice
                             ? describe_crowd(tenant, one.ref, judged, catalogue(), one.raise,
                                              *one.voice, one.crowd, one.at)
                             : describe(tenant, one.ref, judged, catalogue(), one.raise, one.at));
      }
    }
    return alerts;
  }

 private:
  struct Heard {
    MentionRef ref;
    std::optional<Sighting> urgent;
    std::vector<Voice> voices;
  };

  Analyser analyser_;
  CrowdRules crowd_rules_;
  std::string_view tenant_;
  std::vector<Heard> heard_;
};

/// Twins are the nearest in time of those that may be.
void find_twins(std::vector<WouldRaise>& before, std::vector<WouldRaise>& after) {
  for (WouldRaise& old : before) {
    WouldRaise* nearest = nullptr;
    const auto apart = [&](const WouldRaise& other) { return std::chrono::abs(other.at - old.at); };
    for (WouldRaise& other : after) {
      const bool may_be =
          other.ref == old.ref || (other.subject == old.subject && apart(other) <= kSameAlert);
      if (may_be && !other.has_twin && (nearest == nullptr || apart(other) < apart(*nearest))) {
        nearest = &other;
      }
    }
    if (nearest != nullptr) {
      nearest->has_twin = old.has_twin = true;
    }
  }
}

std::uint64_t without_twin(const std::vector<WouldRaise>& raised) {
  return static_cast<std::uint64_t>(std::ranges::count(raised, false, &WouldRaise::has_twin));
}

void keep_example(const StoredMention& stored, std::string before, std::string after,
                  std::vector<BacktestReport::Change>& changes) {
  if (changes.size() < BacktestReport::kMaxExamples) {
    const Mention& mention = stored.record.mention;
    std::string text(mention.title);
    text += mention.title.empty() ? "" : " ";
    text += mention.text;
    changes.push_back({stored.ref, std::move(before), std::move(after), mask_handles(text)});
  }
}

template <class Label>
bool note_change(const StoredMention& stored, Label before, Label after,
                 std::vector<BacktestReport::Change>& changes) {
  if (before != after) {
    keep_example(stored, std::string(to_string(before)), std::string(to_string(after)), changes);
  }
  return before != after;
}

using Topics = std::vector<std::string_view>;

std::string listed(const Topics& topics) {
  std::string text;
  for (const std::string_view topic : topics) {
    text += (text.empty() ? "" : ", ") + std::string(topic);
  }
  return text;
}

/// Both sorted.
void compare_topics(const StoredMention& stored, const Topics& before, const Topics& after,
                    BacktestReport& report) {
  report.topics_changed += before != after;
  if (!std::ranges::includes(before, after)) {
    ++report.topic_gained;
    keep_example(stored, listed(before), listed(after), report.topics_gained);
  }
  if (!std::ranges::includes(after, before)) {
    ++report.topic_lost;
    keep_example(stored, listed(before), listed(after), report.topics_lost);
  }
}

template <class Label>
void compare_with_people(const std::optional<Label>& said, Label before, Label after,
                         BacktestReport::Agreement& agreement) {
  if (said) {
    ++agreement.corrections;
    agreement.before += before == *said;
    agreement.after += after == *said;
  }
}

void compare(const StoredMention& stored, const Record& before, const Catalogue& old_names,
             const Record& after, const Catalogue& new_names, BacktestReport& report) {
  const Urgency old_level = before.verdict.urgency, new_level = after.verdict.urgency;
  ++report.mentions;
  report.backfilled += stored.record.mode == Mode::kBackfill;
  report.tone_changed +=
      note_change(stored, before.verdict.tone, after.verdict.tone, report.tone_changes);
  report.urgency_changed += note_change(stored, old_level, new_level, report.urgency_changes);
  report.newly_urgent += is_urgent(new_level) && !is_urgent(old_level);
  report.no_longer_urgent += is_urgent(old_level) && !is_urgent(new_level);
  compare_topics(stored, spell_topics(old_names, before.topics),
                 spell_topics(new_names, after.topics), report);
  if (!stored.record.corrections.empty()) {
    const Correction& said = stored.record.corrections.back();
    compare_with_people(said.tone, before.verdict.tone, after.verdict.tone, report.tone);
    compare_with_people(said.urgent, is_urgent(old_level), is_urgent(new_level), report.urgency);
  }
}

}  // namespace

Result<BacktestReport> backtest(const Store& store, TenantId id, const Tenant& tenant,
                                const std::shared_ptr<const Knowledge>& in_force,
                                const std::shared_ptr<const Knowledge>& next, Time since,
                                const std::function<bool()>& looked_at) {
  BacktestReport report;
  Side old(in_force, tenant.id), other(next, tenant.id);
  const Day first = day_of(since), day_before = first - std::min<Day>(first, 1);
  const Result<void> read =
      store.scan(id, std::nullopt, day_before, [&](const StoredMention& stored) {
        const Record before = old.judge(id, stored.record), after = other.judge(id, stored.record);
        report.is_cut |= !old.remember(stored.ref, before) || !other.remember(stored.ref, after);
        if (stored.record.received_at >= since) {
          compare(stored, before, old.catalogue(), after, other.catalogue(), report);
        }
        const bool goes_on = looked_at();
        report.is_cut |= !goes_on;
        return goes_on;
      });
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  std::vector<WouldRaise> raised_before = old.raise(since), raised_after = other.raise(since);
  find_twins(raised_before, raised_after);
  report.alerts_before = raised_before.size();
  report.alerts_after = raised_after.size();
  report.lost = without_twin(raised_before);
  report.gained = without_twin(raised_after);
  Result<std::vector<Alert>> lost = old.describe_some(store, tenant, raised_before);
  Result<std::vector<Alert>> gained = other.describe_some(store, tenant, raised_after);
  if (!lost || !gained) {
    return tl::make_unexpected(lost ? gained.error() : lost.error());
  }
  report.lost_alerts = std::move(*lost);
  report.gained_alerts = std::move(*gained);
  return report;
}

}  // namespace vigie
