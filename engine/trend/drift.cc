#include "engine/trend/drift.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/trend/kpi.h"

namespace vigie {

std::vector<DriftPoint> DriftChart::draw(std::span<const double> x) const {
  std::vector<DriftPoint> points;
  double z = mean, fade = 1;
  for (const double one : x) {
    z = kLambda * one + (1 - kLambda) * z;
    fade *= (1 - kLambda) * (1 - kLambda);
    const double reach = kL * deviation * std::sqrt(kLambda / (2 - kLambda) * (1 - fade));
    points.push_back({one, z, mean - reach, mean + reach, std::abs(z - mean) > reach});
  }
  return points;
}

std::vector<DriftPoint> drift(std::span<const DayCount> past, std::span<const DayCount> period) {
  constexpr std::size_t kLeastDays = 3;
  constexpr double kLeastUsual = 0.5;
  std::array<std::vector<double>, 7> by_weekday;
  double sum = 0;
  for (const DayCount& day : past) {
    by_weekday.at(day.weekday).push_back(day.count);
    sum += day.count;
  }
  std::array<double, 7> usual{};
  for (std::size_t weekday = 0; weekday < usual.size(); ++weekday) {
    if (by_weekday[weekday].size() < kLeastDays) {
      return {};
    }
    usual[weekday] = std::max(*quantile(by_weekday[weekday], 0.5), kLeastUsual);
  }
  const auto ratios = [&usual](std::span<const DayCount> days) {
    std::vector<double> all;
    for (const DayCount& day : days) {
      all.push_back(day.count / usual[day.weekday]);
    }
    return all;
  };
  std::vector<double> off = ratios(past);
  for (double& one : off) {
    one = std::abs(one - 1);
  }
  const double per_day = std::max(sum / static_cast<double>(past.size()), kLeastUsual);
  DriftChart chart;
  chart.deviation = std::max(1.4826 * *quantile(off, 0.5), 1 / std::sqrt(per_day));
  return chart.draw(ratios(period));
}

}  // namespace vigie
