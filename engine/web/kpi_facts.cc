#include "engine/web/kpi_facts.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/alert/alert.h"
#include "engine/trend/business_hours.h"

namespace vigie {
namespace {

using std::chrono::days;

double seconds_between(Time from, Time to) {
  return std::chrono::duration<double>(to - from).count();
}

struct Hash {
  std::size_t operator()(const MentionRef& ref) const {
    return std::hash<std::uint64_t>()(ref.sequence);
  }
};

class FactReader {
 public:
  FactReader(const Store& store, TenantId tenant, const Tenant& tenant_of, const HourSpan& period,
             Time now)
      : store_(store),
        tenant_(tenant),
        tenant_of_(tenant_of),
        town_(calendar_of(tenant_of)),
        period_(period),
        now_(now) {}

  Result<KpiFacts> read() {
    for (Result<void> (FactReader::*part)() :
         {&FactReader::read_rollups, &FactReader::read_mentions, &FactReader::read_alerts,
          &FactReader::read_drift}) {
      if (const Result<void> done = (this->*part)(); !done) {
        return tl::make_unexpected(done.error());
      }
    }
    return std::move(facts_);
  }

 private:
  Result<void> read_rollups() {
    return store_.visit_hours(tenant_, period_.from, period_.to, [this](const RollupRow& row) {
      if (row.topic.empty()) {
        facts_.mentions.add(row);
        return;
      }
      row.for_each([&](Tone, Urgency, std::int64_t count) {
        facts_.by_topic[std::string(row.topic)] +=
            static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
      });
    });
  }

  /// What was published in the period and heard of up to a day later is found, and so is an answer
  /// that was.
  Result<void> read_mentions() {
    std::size_t left = KpiFacts::kMaxLookedAt;
    const auto expected = static_cast<std::size_t>(
        std::clamp<std::int64_t>(facts_.mentions.mentions, 0, KpiFacts::kMaxMentions));
    authors_.reserve(expected);
    stories_.reserve(expected);
    const Result<void> read =
        store_.scan_facts(tenant_, MentionRef{tenant_, day_of(period_.ends()) + 2, 0},
                          day_of(period_.begins()), [&](const MentionFact& fact) {
                            if (left-- == 0 || facts_.looked_at == KpiFacts::kMaxMentions) {
                              facts_.mentions_cut = true;
                              return false;
                            }
                            look_at(fact);
                            return true;
                          });
    for (const auto& [subject, work] : store_.works(tenant_)) {
      if (work.answered_at) {
        said_answered_.emplace(subject, *work.answered_at);
      }
    }
    for (const AnsweredStory& story : stories_) {
      look_at_answer(story);
    }
    count_authors();
    return read;
  }
  /// Newest first: an answer is seen before what it answers.
  void look_at(const MentionFact& fact) {
    if (fact.official) {
      if (fact.answers != 0) {
        earlier(answers_[fact.answers], fact.created_at);
      }
      return;
    }
    if (!answers_.empty()) {
      if (const auto answer = answers_.find(fact.id_hash); answer != answers_.end()) {
        earlier(answered_at_[fact.founder], *answer->second);
      }
    }
    if (!period_.holds(fact.created_at)) {
      return;
    }
    if (fact.leads) {
      stories_.push_back({fact.founder, fact.created_at, fact.urgency});
    }
    ++facts_.looked_at;
    facts_.without_topic += !fact.has_topic;
    if (fact.has_author) {
      std::uint64_t& followers = authors_[fact.voice];
      followers = std::max(followers, fact.followers);
    }
  }

  void count_authors() {
    facts_.authors = authors_.size();
    for (const auto& [author, followers] : authors_) {
      facts_.followers += followers;
    }
  }

  /// A story is answered by the first official reply to any of its mentions, or when somebody said
  /// that it is.
  struct AnsweredStory {
    MentionRef founder;
    Time begun_at{};  ///< of the mention that leads it
    Urgency urgency = Urgency::kLow;
  };
  static void earlier(std::optional<Time>& first, Time time) {
    first = std::min(first.value_or(time), time);
  }
  void look_at_answer(const AnsweredStory& story) {
    std::optional<Time> answered_at;
    if (const auto answer = answered_at_.find(story.founder); answer != answered_at_.end()) {
      answered_at = answer->second;
    }
    if (const auto said = said_answered_.find(work_on(story.founder));
        said != said_answered_.end()) {
      earlier(answered_at, said->second);
    }
    if (!answered_at && !is_urgent(story.urgency)) {
      return;
    }
    const BusinessHours& hours = tenant_of_.business_hours;
    const AnswerDeadline& deadline =
        tenant_of_.deadlines.at(static_cast<std::size_t>(story.urgency));
    const bool in_time =
        answered_at.value_or(now_) <= due_at(town_, hours, deadline, story.begun_at);
    if (answered_at) {
      facts_.response_minutes.push_back(
          static_cast<double>(business_time(town_, hours, story.begun_at, *answered_at).count()) /
          60);
    }
    facts_.in_time += answered_at && in_time;
    facts_.too_late += !in_time;
  }

  /// A number, at least 1: those below were raised before the period's end. Numbers ascend with
  /// time; where a clock was wrong for a while, what is nearer to now decides.
  Result<std::uint64_t> first_alert_after() const {
    const auto newest = store_.alerts(tenant_, 0, 1);
    if (!newest) {
      return tl::make_unexpected(newest.error());
    }
    std::uint64_t low = 1, high = newest->empty() ? 1 : newest->front().number + 1;
    for (std::uint64_t step = 1; low < high; step *= 2) {
      // Back from the newest by ever longer steps, then by halves of the last.
      const std::uint64_t middle =
          low == 1 ? high - std::min(high - low, step) : low + (high - low) / 2;
      const auto found = store_.alerts(tenant_, middle + 1, 1);
      const Result<Alert> alert =
          found && !found->empty() ? parse_alert(found->front().body) : Result<Alert>(Alert{});
      if (!found || !alert) {
        return tl::make_unexpected(found ? alert.error() : found.error());
      }
      if (found->empty() || alert->raised_at < period_.ends()) {
        low = middle + 1;
      } else {
        high = found->front().number;
      }
    }
    return low;
  }
  Result<void> read_alerts() {
    struct Incident {
      std::optional<Time> raised_at, taken_at;
    };
    std::map<std::string, Incident> incidents;
    std::size_t left = KpiFacts::kMaxAlerts;
    constexpr std::size_t kPage = 500;
    const Result<std::uint64_t> after = first_alert_after();
    if (!after) {
      return tl::make_unexpected(after.error());
    }
    for (std::uint64_t before = *after;;) {
      const auto page = store_.alerts(tenant_, before, kPage);
      if (!page) {
        return tl::make_unexpected(page.error());
      }
      bool is_earlier = false;
      for (const Store::StoredAlert& stored : *page) {
        before = stored.number;
        const Result<Alert> alert = parse_alert(stored.body);
        if (!alert) {
          return tl::make_unexpected(alert.error());
        }
        is_earlier = alert->raised_at < period_.begins();
        if (!period_.holds(alert->raised_at) || alert->news == News::kClosed) {
          continue;
        }
        Incident& incident = incidents[alert->incident];
        incident.raised_at = std::min(incident.raised_at.value_or(Time::max()), alert->raised_at);
        if (const auto taken_at =
                store_.work_history(stored.subject).in_hand_at(alert->raised_at)) {
          earlier(incident.taken_at, *taken_at);
        }
        if (const Result<void> done = look_at(*alert); !done) {
          return done;
        }
        if (--left == 0) {
          facts_.alerts_cut = true;
          break;
        }
      }
      if (is_earlier || left == 0 || page->size() < kPage || before <= 1) {
        break;
      }
    }
    for (const auto& [name, incident] : incidents) {
      facts_.never_taken += !incident.taken_at;
      if (incident.taken_at) {
        facts_.taken_after_minutes.push_back(
            seconds_between(*incident.raised_at, *incident.taken_at) / 60);
      }
    }
    return {};
  }
  Result<void> look_at(const Alert& alert) {
    const std::optional<MentionRef> ref = parse_mention_ref(tenant_, alert.mention);
    if (!ref) {
      return {};  // figures raised it: nobody published it
    }
    facts_.detection_seconds.push_back(seconds_between(alert.created_at, alert.raised_at));
    facts_.engine_seconds.push_back(seconds_between(alert.received_at, alert.raised_at));
    const auto stored = store_.mention(*ref);
    if (!stored) {
      return tl::make_unexpected(stored.error());
    }
    if (!*stored || (*stored)->record.corrections.empty()) {
      return {};
    }
    const std::optional<bool> useful = (*stored)->record.corrections.back().useful;
    if (!useful) {
      return {};
    }
    const auto judge = [&](KpiFacts::Judged& judged) {
      ++judged.judged;
      judged.useful += *useful;
    };
    judge(facts_.alerts);
    std::set<std::string> rules;
    for (const Alert::Reason& reason : alert.reasons) {
      rules.insert(reason.rule);
    }
    for (const std::string& rule : rules) {
      judge(facts_.by_rule[rule]);
    }
    return {};
  }

  /// Whole UTC days; the eight weeks before the period say what is usual.
  Result<void> read_drift() {
    const Day first = day_of(period_.begins() + days(1) - microseconds(1));
    const Day last = std::min(day_of(period_.ends()), day_of(now_));
    constexpr Day kPastDays = Baseline::kWeeks * 7;
    if (first >= last || first < kPastDays) {
      return {};
    }
    std::vector<DayCount> all(last - (first - kPastDays));
    for (Day day = first - kPastDays; day < last; ++day) {
      all[day - (first - kPastDays)].weekday =
          std::chrono::weekday(sys_days(days(day))).iso_encoding() - 1;
    }
    const Result<void> read = store_.visit_totals(
        tenant_, RollupGrain::kDay, first - kPastDays, last, [&](const RollupRow& row) {
          row.for_each([&](Tone, Urgency, std::int64_t count) {
            all[row.bucket - (first - kPastDays)].count += static_cast<double>(count);
          });
        });
    const auto begun = std::ranges::find_if(all, [](const DayCount& day) { return day.count > 0; });
    const auto period = all.end() - (last - first);
    if (read && begun < period) {
      facts_.drift = drift({begun, period}, {period, all.end()});
    }
    return read;
  }

  const Store& store_;
  TenantId tenant_;
  const Tenant& tenant_of_;
  TownCalendar town_;
  HourSpan period_;
  Time now_;
  KpiFacts facts_;
  std::unordered_map<std::uint64_t, std::optional<Time>> answers_;         ///< by what they answer
  std::unordered_map<MentionRef, std::optional<Time>, Hash> answered_at_;  ///< by founder
  std::vector<AnsweredStory> stories_;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> authors_;  ///< the most followers of each
  std::map<WorkSubject, Time> said_answered_;
};

}  // namespace

Result<KpiFacts> read_kpi_facts(const Store& store, TenantId tenant, const Tenant& tenant_of,
                                const HourSpan& period, Time now) {
  return FactReader(store, tenant, tenant_of, period, now).read();
}

}  // namespace vigie
