#include "tests/simulation/town_life.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

double in_minutes(microseconds span) {
  return std::chrono::duration<double, std::ratio<60>>(span).count();
}

/// Share of a day's mentions, by local hour, about as town pages see them.
constexpr std::array<double, 24> kWeekday = {.30, .15, .08, .06, .06, .12, .45, 1.1,
                                             1.4, 1.2, 1.1, 1.2, 1.5, 1.3, 1.0, 1.0,
                                             1.1, 1.5, 1.9, 1.9, 1.8, 1.5, 1.0, .6};
constexpr std::array<double, 24> kSunday = {.40, .25, .12, .08, .06, .08, .15, .35,
                                            .70, 1.0, 1.1, 1.1, 1.0, .90, .90, .90,
                                            1.0, 1.1, 1.3, 1.4, 1.3, 1.1, .8,  .5};

double usual(const TownCalendar& clock, Time at) {
  const HourKind kind = clock.kind_of(at);
  const std::uint32_t weekday = kind.slot / 24, hour = kind.slot % 24;
  double rate = weekday == 6 ? 0.7 * kSunday[hour] : kWeekday[hour];
  if (weekday == 5) {
    rate *= hour >= 8 && hour < 13 ? 1.5 : 0.85;  // the market
  }
  return kind.school == School::kHoliday ? 0.8 * rate : rate;
}

/// From 1 up to `most` and back, with soft edges.
double bump(Time at, Time from, Time to, microseconds edge, double most) {
  if (at <= from || at >= to) {
    return 1;
  }
  const double rise = std::min(
      {1.0, in_minutes(at - from) / in_minutes(edge), in_minutes(to - at) / in_minutes(edge)});
  return 1 + (most - 1) * (1 - std::cos(std::numbers::pi * rise)) / 2;
}

class Life {
 public:
  Life(const TownPlan& plan, Time begin, std::uint32_t months, std::uint64_t seed)
      : plan_(plan), random_(seed) {
    life_.clock = TownCalendar("Europe/Paris", SchoolZone::kB);
    life_.begin = begin;
    life_.watched_from = begin + days(56);
    life_.end = life_.watched_from + days(30) * months;
    plan_events();
    write();
  }
  TownLife take() { return std::move(life_); }

 private:
  double uniform() { return std::uniform_real_distribution<>(0, 1)(random_); }
  double normal() { return std::normal_distribution<>(0, 1)(random_); }
  std::uint32_t poisson(double mean) {
    return mean <= 0 ? 0
                     : static_cast<std::uint32_t>(std::poisson_distribution<int>(mean)(random_));
  }
  microseconds exponential(double mean_minutes) {
    return microseconds(static_cast<std::int64_t>(-std::log(1 - uniform()) * mean_minutes * 60e6));
  }

  void plan_events() {
    for (Time day = life_.begin; day < life_.end; day += days(1)) {
      const auto since = (day - life_.begin) / days(1);
      if (since % 30 == 12) {
        const double most = 1.6 + 0.6 * uniform();
        for (int evening = 0; evening < 3; ++evening) {
          festivals_.push_back(
              {day + days(evening) + hours(9), day + days(evening) + hours(23), most});
        }
      }
      if (since % 14 == 9) {
        matches_.push_back({day + hours(18), day + hours(21), 1.7});
      }
      if (plan_.has_crises && since % 4 == 2) {
        add_crisis(day + microseconds(static_cast<std::int64_t>(uniform() * 86'400e6)));
      }
    }
  }
  void add_crisis(Time first) {
    Crisis crisis;
    const auto number = life_.crises.size();
    crisis.shape = static_cast<Shape>(number % kShapeNames.size());
    crisis.size = number / kShapeNames.size() % kSizeNames.size();
    constexpr double kLeast[] = {80, 160, 400}, kTimesBusy[] = {4, 8, 16};
    crisis.peak_per_hour = kLeast[crisis.size] + kTimesBusy[crisis.size] * 1.5 * plan_.per_hour;
    crisis.first = crisis.onset = crisis.over = first;
    double highest = 0;
    for (Time at = first; at < first + hours(8); at += minutes(1)) {
      const double rate = crisis.rate(at);
      if (crisis.onset == first && highest < crisis.peak_per_hour / 2 &&
          rate >= crisis.peak_per_hour / 2) {
        crisis.onset = at;
      }
      highest = std::max(highest, rate);
      if (rate > crisis.peak_per_hour / 20) {
        crisis.over = at;
      }
    }
    if (crisis.over < life_.end) {
      life_.crises.push_back(crisis);
    }
  }

  void write() {
    double mood = 0, drift = 0;
    const double people = std::max(60.0, 40 * plan_.per_hour);
    for (Time at = life_.begin; at < life_.end; at += minutes(1)) {
      // Ornstein-Uhlenbeck, in steps of a minute.
      mood += -mood / 180 + plan_.mood_spread * std::sqrt(2.0 / 180) * normal();
      drift += -drift / 43'200 + 0.15 * std::sqrt(2.0 / 43'200) * normal();
      double rate = plan_.per_hour * 0.75 * usual(life_.clock, at) * std::exp(mood + drift);
      for (const Event& event : festivals_) {
        rate *= bump(at, event.from, event.to, hours(3), event.most);
      }
      for (const Event& event : matches_) {
        rate *= bump(at, event.from, event.to, minutes(45), event.most);
      }
      for (std::uint32_t left = poisson(rate / 60); left > 0; --left) {
        say(at + exponential(0.3), static_cast<std::uint64_t>(uniform() * people));
      }
      for (const Crisis& crisis : life_.crises) {
        for (std::uint32_t left = poisson(crisis.rate(at) / 60); left > 0; --left) {
          // Four in five were never heard of.
          const bool is_new = uniform() < 0.8;
          say(at + exponential(0.3),
              is_new ? ++strangers_ : static_cast<std::uint64_t>(uniform() * people));
        }
      }
    }
    std::ranges::sort(life_.said, {}, &Said::at);
  }
  void say(Time at, std::uint64_t author) {
    life_.said.push_back({at, author});
    if (uniform() >= 1.0 / 6) {
      return;
    }
    const std::uint32_t replies = 1 + poisson(1.5);
    for (std::uint32_t i = 0; i < replies; ++i) {
      life_.said.push_back({at + exponential(20), uniform() < 0.4 ? author : author + 1 + i % 3});
    }
  }

  struct Event {
    Time from, to;
    double most;
  };
  TownPlan plan_;
  std::mt19937_64 random_;
  TownLife life_;
  std::vector<Event> festivals_, matches_;
  std::uint64_t strangers_ = 1'000'000'000;
};

}  // namespace

double Crisis::rate(Time at) const {
  const double since = in_minutes(at - first);
  if (since < 0 || since > 8 * 60) {
    return 0;
  }
  const double tail = since > 120 ? std::exp2(-(since - 120) / 30) : 1;
  switch (shape) {
    case Shape::kStep:
      return peak_per_hour * tail;
    case Shape::kBurst:
      return peak_per_hour * std::exp2(-since / 40);
    case Shape::kRamp:
      return peak_per_hour * std::min(since / 10, 1.0) * tail;
    case Shape::kWave:
      break;
  }
  const double grown = 1 / (1 + 30 * std::exp2(-since / 3));
  return peak_per_hour * grown * (since > 180 ? std::exp2(-(since - 180) / 30) : 1);
}

TownLife live(const TownPlan& plan, Time begin, std::uint32_t months, std::uint64_t seed) {
  return Life(plan, begin, months, seed).take();
}

}  // namespace vigie
