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

Result<Baseline> TrendReader::baseline(TenantId tenant, const TownCalendar& town, Time at,
                                       std::span<const TimeSpan> incidents) {
  const std::scoped_lock lock(mutex_);
  if (day_of(at) > today_) {
    today_ = day_of(at);
    baselines_.clear();
  }
  const std::pair place(tenant, day_of(at));
  if (const auto found = baselines_.find(place); found != baselines_.end()) {
    found->second.asked_at = ++questions_;
    return found->second.baseline;
  }
  Result<Baseline> read = read_baseline(store_, tenant, town, at, incidents);
  if (read) {
    if (baselines_.size() == kMaxBaselines) {
      baselines_.erase(std::ranges::min_element(
          baselines_, {}, [](const auto& kept) { return kept.second.asked_at; }));
    }
    baselines_[place] = {*read, ++questions_};
  }
  return read;
}

Result<Baseline> TrendReader::read_usual(TenantId tenant, Time at) {
  const Result<std::vector<TimeSpan>> incidents = incidents_(tenant);
  return incidents ? baseline(tenant, calendar_of(tenants_.at(tenant)), at, *incidents)
                   : tl::make_unexpected(incidents.error());
}

Result<TownTrend> TrendReader::read(TenantId tenant, Time at) {
  const TownCalendar town = calendar_of(tenants_.at(tenant));
  const Result<std::vector<TimeSpan>> incidents = incidents_(tenant);
  const Result<Baseline> usual =
      incidents ? baseline(tenant, town, at, *incidents) : tl::make_unexpected(incidents.error());
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
  const UsualNow now = usual_now(recent, trend.baseline, town);
  trend.surprise = measure(recent, trend.baseline, now);

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
  for (const double expected : now.expected) {
    facts.expected += expected;
  }
  facts.press = static_cast<std::uint32_t>(outlets.size());
  facts.last_half = recent.sum(half);
  facts.half_before = recent.sum(hour) - facts.last_half;
  trend.index = crisis_index(facts);
  return trend;
}

}  // namespace vigie
