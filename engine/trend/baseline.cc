#include "engine/trend/baseline.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/trend/level.h"
#include "engine/trend/tail.h"

namespace vigie {
namespace {

constexpr double kLeastMean = 0.02;  ///< per hour: nothing is impossible
constexpr double kTrimmed = 0.2;
constexpr double kWinsor = 3, kWinsorFloor = 5;
constexpr double kNeighbour = 0.5;  ///< weight of the hours before and after
constexpr double kPriorWeeks = 2;
constexpr std::size_t kLeastWeeks = 3;
constexpr std::uint64_t kLeastIncident = 5;
constexpr double kFirstDispersion = 0.5;  ///< for finding incidents, before it is known
constexpr double kPriorWeight = 200;      ///< of kPriorDispersion, in units of Σμ²
constexpr double kLeastDispersion = 0.02, kMostDispersion = 4;

/// Monday to Friday, Saturday, Sunday.
std::size_t day_class(std::uint32_t slot) {
  const std::uint32_t weekday = slot / 24;
  return weekday < 5 ? 0 : weekday - 4;
}
std::uint32_t before(std::uint32_t slot) { return (slot + kSlots - 1) % kSlots; }
std::uint32_t after(std::uint32_t slot) { return (slot + 1) % kSlots; }

using Samples = std::array<std::vector<double>, kSlots>;

/// A slot's own and its neighbours'.
std::vector<double> pooled(const Samples& samples, std::uint32_t slot) {
  std::vector<double> pool = samples[slot];
  for (const std::uint32_t other : {before(slot), after(slot)}) {
    pool.insert(pool.end(), samples[other].begin(), samples[other].end());
  }
  std::ranges::sort(pool);
  return pool;
}
double trimmed_mean(std::span<const double> sorted) {
  const auto cut = static_cast<std::size_t>(kTrimmed * static_cast<double>(sorted.size()));
  const auto kept = sorted.subspan(cut, sorted.size() - 2 * cut);
  return kept.empty()
             ? 0
             : std::accumulate(kept.begin(), kept.end(), 0.0) / static_cast<double>(kept.size());
}

struct Sum {
  double value = 0, weight = 0;

  void add(double what, double by) {
    value += what * by;
    weight += by;
  }
  double mean() const { return weight == 0 ? 0 : value / weight; }
};

/// The means of one set of samples, shrunk; how far outliers reach is bounded.
std::array<double, kSlots> slot_means(const Samples& samples) {
  std::array<Sum, kSlots> sums;
  std::array<Sum, 3 * std::size_t{24}> classes;
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    const std::vector<double> pool = pooled(samples, slot);
    const double median = pool.empty() ? 0 : pool[pool.size() / 2];
    const double most = kWinsor * median + kWinsorFloor;
    for (const auto& [from, weight] :
         {std::pair(slot, 1.0), {before(slot), kNeighbour}, {after(slot), kNeighbour}}) {
      for (const double count : samples[from]) {
        sums[slot].add(std::min(count, most), weight);
      }
    }
    Sum& of_class = classes[day_class(slot) * 24 + slot % 24];
    of_class.add(sums[slot].value, 1);
    of_class.weight += sums[slot].weight - 1;
  }
  std::array<double, kSlots> means{};
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    sums[slot].add(classes[day_class(slot) * 24 + slot % 24].mean(),
                   kPriorWeeks * (1 + 2 * kNeighbour));
    means[slot] = std::max(sums[slot].mean(), kLeastMean);
  }
  return means;
}

}  // namespace

std::vector<Baseline::Hour> Baseline::hours_of(const VolumeHistory& history,
                                               const TownCalendar& town,
                                               std::span<const TimeSpan> incidents) {
  std::vector<Hour> hours(history.cells.size() / kStepsPerHour);
  bool begun = false;
  for (std::size_t i = 0; i < hours.size(); ++i) {
    Hour& hour = hours[i];
    const Time from = start_of(history.first + static_cast<Step>(i * kStepsPerHour));
    const Time to = from + std::chrono::hours(1);
    hour.kind = town.kind_of(from);
    for (std::size_t step = i * kStepsPerHour; step < (i + 1) * kStepsPerHour; ++step) {
      hour.count += history.cells[step].count;
      hour.negative += history.cells[step].negative;
    }
    begun = begun || hour.count > 0;
    hour.looked_at = begun && std::ranges::none_of(incidents, [&](const TimeSpan& incident) {
                       return incident.from < to && incident.to > from;
                     });
  }
  return hours;
}

void Baseline::leave_out(std::vector<Hour>& hours, const std::array<double, kSlots>& usual,
                         double dispersion) {
  const auto chance = [&](const Hour& hour) {
    const auto count = static_cast<std::uint64_t>(hour.count);
    return count < kLeastIncident ? 1 : count_tail(count, usual[hour.kind.slot], dispersion);
  };
  for (std::size_t i = 0; i < hours.size(); ++i) {
    if (!hours[i].looked_at || chance(hours[i]) >= kIncidentChance) {
      continue;
    }
    std::size_t from = i, to = i + 1;
    while (from > 0 && chance(hours[from - 1]) < kCalmChance) {
      --from;
    }
    while (to < hours.size() && chance(hours[to]) < kCalmChance) {
      ++to;
    }
    for (; from < to; ++from) {
      hours[from].looked_at = false;
    }
  }
}

std::array<double, kSlots> Baseline::trimmed_means(const std::vector<Hour>& hours) {
  Samples samples;
  for (const Hour& hour : hours) {
    if (hour.looked_at) {
      samples[hour.kind.slot].push_back(hour.count);
    }
  }
  std::array<double, kSlots> usual{};
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    usual[slot] = std::max(trimmed_mean(pooled(samples, slot)), kLeastMean);
  }
  return usual;
}

void Baseline::learn_means(const std::vector<Hour>& hours) {
  std::array<Samples, kSchools> by_school;
  Samples all;
  for (const Hour& hour : hours) {
    if (hour.looked_at) {
      by_school[static_cast<std::size_t>(hour.kind.school)][hour.kind.slot].push_back(hour.count);
      all[hour.kind.slot].push_back(hour.count);
    }
  }
  const auto samples_in = [](const Samples& samples) {
    return std::accumulate(samples.begin(), samples.end(), std::size_t{0},
                           [](std::size_t sum, const auto& slot) { return sum + slot.size(); });
  };
  const std::array<double, kSlots> of_all = slot_means(all);
  for (std::size_t school = 0; school < kSchools; ++school) {
    const bool enough = samples_in(by_school[school]) >= kLeastWeeks * kSlots;
    const bool own = enough && static_cast<School>(school) != School::kUnknown;
    means_[school] = own ? slot_means(by_school[school]) : of_all;
  }
  hours_behind_ = std::max(static_cast<double>(samples_in(all)) / kSlots, 1.0) *
                  (1 + 2 * kNeighbour) * (1 + 2 * kNeighbour) / (1 + 2 * kNeighbour * kNeighbour);
}

void Baseline::learn_dispersion(const VolumeHistory& history, const std::vector<Hour>& hours) {
  std::vector<double> expected(hours.size() * kStepsPerHour);
  for (std::size_t i = 0; i < hours.size(); ++i) {
    const double here = mean_of(hours[i].kind);
    const double last = i == 0 ? here : mean_of(hours[i - 1].kind);
    const double next = i + 1 == hours.size() ? here : mean_of(hours[i + 1].kind);
    for (std::size_t step = 0; step < kStepsPerHour; ++step) {
      const double into = (static_cast<double>(step) + 0.5) / kStepsPerHour - 0.5;
      const double other = into < 0 ? last : next;
      expected[i * kStepsPerHour + step] = (here + std::abs(into) * (other - here)) / kStepsPerHour;
    }
  }
  std::vector<double> levels(expected.size(), 1);
  Level level;
  for (std::size_t step = Level::kGapSteps; step < expected.size(); ++step) {
    const std::size_t told = step - Level::kGapSteps;
    level.add(history.cells[told].count, expected[told], !hours[told / kStepsPerHour].looked_at);
    levels[step] = level.value();
  }
  for (std::size_t window = 0; window < kWindows.size(); ++window) {
    const std::size_t length = kWindows[window];
    double excess = kPriorDispersion * kPriorWeight, squares = kPriorWeight;
    for (std::size_t from = 0; from + length <= expected.size(); from += length) {
      if (!hours[from / kStepsPerHour].looked_at) {
        continue;
      }
      double count = 0, mean = 0;
      for (std::size_t step = from; step < from + length; ++step) {
        count += history.cells[step].count;
        mean += expected[step];
      }
      mean *= levels[from + length - 1];
      excess += (count - mean) * (count - mean) - mean;
      squares += mean * mean;
    }
    dispersions_[window] = std::clamp(excess / squares, kLeastDispersion, kMostDispersion);
  }
}

void Baseline::learn_shares(const VolumeHistory& history, const std::vector<Hour>& hours) {
  double all = 1, negative = negative_share_, alarming = alarming_share_;  // as one mention knew
  for (std::size_t i = 0; i < hours.size(); ++i) {
    if (!hours[i].looked_at) {
      continue;
    }
    all += hours[i].count;
    negative += hours[i].negative;
    for (std::size_t step = i * kStepsPerHour; step < (i + 1) * kStepsPerHour; ++step) {
      alarming += history.cells[step].alarming;
    }
  }
  negative_share_ = negative / all;
  alarming_share_ = alarming / all;

  constexpr double kLeastCount = 3;
  double spread = 0, sum = 0, squares = 0, groups = 0;
  for (const Hour& hour : hours) {
    if (hour.looked_at && hour.count >= kLeastCount) {
      const double off = hour.negative / hour.count - negative_share_;
      spread += hour.count * off * off;
      sum += hour.count;
      squares += hour.count * hour.count;
      ++groups;
    }
  }
  const double room = sum - (sum > 0 ? squares / sum : 0) - (groups - 1);
  const double binomial = negative_share_ * (1 - negative_share_);
  if (groups >= 24 && room > 0 && binomial > 0) {
    negative_correlation_ = std::clamp((spread / binomial - (groups - 1)) / room, 0.01, 0.3);
  }
}

Baseline Baseline::learn(const VolumeHistory& history, const TownCalendar& town,
                         std::span<const TimeSpan> incidents) {
  Baseline baseline;
  std::vector<Hour> hours = hours_of(history, town, incidents);
  const auto first = std::ranges::find_if(hours, [](const Hour& hour) { return hour.count > 0; });
  const auto hours_seen = static_cast<std::uint32_t>(hours.end() - first);
  if (hours_seen == 0) {
    return baseline;
  }
  baseline.days_seen_ = hours_seen / 24;
  leave_out(hours, trimmed_means(hours), kFirstDispersion);
  baseline.learn_means(hours);
  baseline.learn_dispersion(history, hours);
  leave_out(hours, baseline.means_[static_cast<std::size_t>(School::kUnknown)],
            baseline.dispersions_.back());
  baseline.hours_left_out_ =
      hours_seen - static_cast<std::uint32_t>(std::ranges::count_if(
                       hours, [](const Hour& hour) { return hour.looked_at; }));
  baseline.learn_means(hours);
  baseline.learn_dispersion(history, hours);
  baseline.learn_shares(history, hours);
  return baseline;
}

/// Per hour, at one moment.
double Baseline::mean_at(const TownCalendar& town, Time at) const {
  const Time earlier = at - std::chrono::minutes(30);
  const Time middle = std::chrono::floor<std::chrono::hours>(earlier) + std::chrono::minutes(30);
  const double into = std::chrono::duration<double, std::ratio<3600>>(at - middle).count();
  const double here = mean_of(town.kind_of(earlier));
  return here + into * (mean_of(town.kind_of(earlier + std::chrono::hours(1))) - here);
}

void Baseline::expect_steps(const TownCalendar& town, Step last, std::span<double> expected) const {
  Step hour = 0;
  double here = 0, next = 0;
  for (std::size_t back = expected.size(); back-- > 0;) {
    const Step step = last - static_cast<Step>(back), half = kStepsPerHour / 2;
    if (const Step now = (step - half) / kStepsPerHour; now != hour) {
      here = hour + 1 == now ? next : mean_of(town.kind_of(start_of(now * kStepsPerHour)));
      next = mean_of(town.kind_of(start_of((now + 1) * kStepsPerHour)));
      hour = now;
    }
    const double into = (((step - half) % kStepsPerHour) + 0.5) / kStepsPerHour;
    expected[back] = std::max(here + into * (next - here), kLeastMean) / kStepsPerHour;
  }
}

double Baseline::dispersion(const TownCalendar& town, std::size_t window, Time at) const {
  return dispersions_.at(window) * (1 + 1 / hours_behind_) +
         1 / (hours_behind_ * std::max(mean_at(town, at), kLeastMean));
}

Result<Baseline> read_baseline(const Store& store, TenantId tenant, const TownCalendar& town,
                               Time at, std::span<const TimeSpan> incidents) {
  const Day today = day_of(at);
  const auto history =
      read_volume(store, tenant, Baseline::first_day(today) * kStepsPerDay, today * kStepsPerDay);
  if (!history) {
    return tl::make_unexpected(history.error());
  }
  return Baseline::learn(*history, town, incidents);
}

}  // namespace vigie
