#include "engine/trend/trend_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/trend/volume_watch.h"

namespace vigie {
namespace {

/// A feed's source is its address.
bool is_press(std::string_view source) {
  return source.starts_with("https://") || source.starts_with("http://");
}

}  // namespace

TownCalendar calendar_of(const Tenant& tenant) {
  return TownCalendar(tenant.time_zone,
                      tenant.school_zone == 0
                          ? SchoolZone::kNone
                          : static_cast<SchoolZone>(tenant.school_zone - 'A' + 1));
}

TrendReader::TrendReader(const Store& store, const std::vector<Tenant>& tenants,
                         Incidents incidents)
    : store_(store), tenants_(tenants), incidents_(std::move(incidents)) {}

Result<Baseline> TrendReader::baseline(TenantId tenant, const TownCalendar& town, Time at, Time now,
                                       std::span<const TimeSpan> incidents) {
  const std::scoped_lock lock(mutex_);
  if (day_of(now) != today_) {
    today_ = day_of(now);
    baselines_.clear();
    days_.clear();
  }
  const std::pair place(tenant, day_of(at));
  if (const auto found = baselines_.find(place); found != baselines_.end()) {
    found->second.asked_at = ++questions_;
    return found->second.baseline;
  }
  const Result<VolumeHistory> history =
      volume(tenant, Baseline::first_day(place.second), place.second);
  if (!history) {
    return tl::make_unexpected(history.error());
  }
  Baseline learnt = Baseline::learn(*history, town, incidents);
  if (baselines_.size() == kMaxBaselines) {
    baselines_.erase(std::ranges::min_element(
        baselines_, {}, [](const auto& kept) { return kept.second.asked_at; }));
  }
  baselines_[place] = {learnt, ++questions_};
  return learnt;
}

Result<VolumeHistory> TrendReader::volume(TenantId tenant, Day from, Day to) {
  if (days_.size() + (to - from) > kMaxDays) {
    days_.clear();
  }
  VolumeHistory history{from * kStepsPerDay, {}};
  history.cells.reserve((to - from) * kStepsPerDay);
  for (Day day = from; day < to; ++day) {
    auto kept = days_.find({tenant, day});
    if (kept == days_.end()) {
      Result<VolumeHistory> read =
          read_volume(store_, tenant, day * kStepsPerDay, (day + 1) * kStepsPerDay);
      if (!read) {
        return read;
      }
      kept = days_.emplace(std::pair(tenant, day), std::move(read->cells)).first;
    }
    history.cells.insert(history.cells.end(), kept->second.begin(), kept->second.end());
  }
  return history;
}

Result<Baseline> TrendReader::read_usual(TenantId tenant, Time at, Time now) {
  const Result<std::vector<TimeSpan>> incidents = incidents_(tenant);
  return incidents ? baseline(tenant, calendar_of(tenants_.at(tenant)), at, now, *incidents)
                   : tl::make_unexpected(incidents.error());
}

Result<TownTrend> TrendReader::read(TenantId tenant, Time at, Time now) {
  const TownCalendar town = calendar_of(tenants_.at(tenant));
  const Result<std::vector<TimeSpan>> incidents = incidents_(tenant);
  const Result<Baseline> usual = incidents ? baseline(tenant, town, at, now, *incidents)
                                           : tl::make_unexpected(incidents.error());
  RecentVolume recent;
  const Result<void> recalled =
      usual ? recall_volume(store_, tenant, at, recent) : tl::make_unexpected(usual.error());
  if (!recalled) {
    return tl::make_unexpected(recalled.error());
  }
  for (const TimeSpan& incident : *incidents) {
    recent.set_aside(incident);
  }
  TownTrend trend;
  trend.baseline = *usual;
  const UsualNow then = usual_now(recent, trend.baseline, town);
  trend.surprise = measure(recent, trend.baseline, then);

  CrisisFacts& facts = trend.facts;
  const std::uint32_t hour = RecentVolume::kAuthorSteps, half = hour / 2;
  const Step last = step_of(recent.now());
  std::set<std::string, std::less<>> outlets;
  const Result<void> read = store_.visit_totals(
      tenant, RollupGrain::kFiveMinutes, last + 1 - hour, last + 1, [&](const RollupRow& row) {
        row.for_each([&](Tone tone, Urgency urgency, std::int64_t count) {
          const auto mentions = static_cast<std::uint32_t>(count);
          const bool negative = tone == Tone::kNegative, alarming = urgency >= Urgency::kMedium;
          facts.mentions += mentions;
          facts.negative += negative ? mentions : 0;
          facts.alarming += alarming ? mentions : 0;
          if ((negative || alarming) && is_press(row.source)) {
            outlets.emplace(row.source);
          }
        });
      });
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  facts.volume_p = trend.surprise.p;
  facts.usual_negative_share = trend.baseline.negative_share();
  facts.negative_correlation = trend.baseline.negative_correlation();
  facts.usual_alarming_share = trend.baseline.alarming_share();
  facts.authors = recent.authors(hour);
  for (const double expected : then.expected) {
    facts.expected += expected;
  }
  facts.press = static_cast<std::uint32_t>(outlets.size());
  facts.last_half = recent.sum(half);
  facts.half_before = recent.sum(hour) - facts.last_half;
  trend.index = crisis_index(facts);
  return trend;
}

}  // namespace vigie
