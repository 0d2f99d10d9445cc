#include "tests/simulation/simple_rules.h"

#include <algorithm>
#include <cmath>

#include "engine/trend/surprise.h"

namespace vigie {

void SimpleRule::learn(const VolumeHistory& history, const TownCalendar& town) {
  std::vector<std::array<std::vector<double>, Baseline::kWindows.size()>> counts(kSlots);
  for (std::size_t hour = 0; hour + kStepsPerHour <= history.cells.size(); hour += kStepsPerHour) {
    const Time there = town.local(start_of(history.first + static_cast<Step>(hour)));
    const auto day = std::chrono::floor<std::chrono::days>(there);
    const auto slot =
        (std::chrono::weekday(day).iso_encoding() - 1) * 24 +
        static_cast<unsigned>(std::chrono::floor<std::chrono::hours>(there - day).count());
    for (std::size_t window = 0; window < Baseline::kWindows.size(); ++window) {
      const std::size_t length = Baseline::kWindows[window];
      for (std::size_t from = hour; from < hour + kStepsPerHour; from += length) {
        double sum = 0;
        for (std::size_t step = from; step < from + length; ++step) {
          sum += history.cells[step].count;
        }
        counts[slot][window].push_back(sum);
      }
    }
  }
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    for (std::size_t window = 0; window < Baseline::kWindows.size(); ++window) {
      const std::vector<double>& all = counts[slot][window];
      double sum = 0, squares = 0;
      for (const double count : all) {
        sum += count;
        squares += count * count;
      }
      const double n = std::max(static_cast<double>(all.size()), 1.0), mean = sum / n;
      usual_[slot][window] = {mean, std::sqrt(std::max(squares / n - mean * mean, 0.0))};
    }
  }
}

double SimpleRule::excess(const RecentVolume& recent, const HourKind& kind,
                          std::size_t window) const {
  const Usual& usual = usual_[kind.slot][window];
  const auto count = static_cast<double>(recent.sum(Baseline::kWindows[window]));
  constexpr double kLeastMean = 0.05, kLeastDeviation = 0.5;
  return kind_ == Kind::kRatio ? count / std::max(usual.mean, kLeastMean)
                               : (count - usual.mean) / std::max(usual.deviation, kLeastDeviation);
}

bool SimpleRule::see(const RecentVolume& recent, const TownCalendar& town) {
  const HourKind kind = town.kind_of(recent.now());
  bool opens = false, is_high = false;
  for (std::size_t window = 0; window < Baseline::kWindows.size(); ++window) {
    const double found = excess(recent, kind, window);
    opens |=
        found >= limit_ && recent.authors(Baseline::kWindows[window]) >= SurpriseLimits::kAuthors;
    is_high |= found >= limit_ / 2;
  }
  if (is_high) {
    high_at_ = recent.now();
  }
  if (is_open_) {
    is_open_ = recent.now() - high_at_ < SurpriseLimits::kCalm;
    return false;
  }
  is_open_ = opens;
  return opens;
}

}  // namespace vigie
