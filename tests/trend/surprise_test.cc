#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "engine/trend/crisis_index.h"
#include "engine/trend/tail.h"
#include "engine/trend/usual_hours.h"
#include "engine/trend/volume_watch.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Time at(std::string_view text) { return parse_time(text).value(); }

/// P(X >= count), term by term.
double negative_binomial(std::uint64_t count, double mean, double dispersion) {
  const double size = 1 / dispersion, chance = size / (size + mean);
  double below = 0;
  for (std::uint64_t k = 0; k < count; ++k) {
    const auto x = static_cast<double>(k);
    below += std::exp(std::lgamma(x + size) - std::lgamma(size) - std::lgamma(x + 1) +
                      size * std::log(chance) + x * std::log(1 - chance));
  }
  return 1 - below;
}

TEST(Tail, IsTheSumOfItsTerms) {
  for (const double mean : {0.3, 4.0, 60.0}) {
    for (const double dispersion : {0.02, 0.25, 2.0}) {
      for (const std::uint64_t count : {1U, 3U, 10U, 80U}) {
        EXPECT_NEAR(count_tail(count, mean, dispersion), negative_binomial(count, mean, dispersion),
                    1e-9)
            << mean << " " << dispersion << " " << count;
      }
    }
  }
  EXPECT_EQ(count_tail(0, 1, 0.1), 1);
  EXPECT_NEAR(count_tail(3, 1, 0), 1 - 2.5 * std::exp(-1), 1e-12) << "Poisson";
  EXPECT_LT(count_tail(2000, 10, 0.05), 1e-60) << "no cancellation far out";
}

TEST(Tail, OfASharesSumIsOne) {
  EXPECT_NEAR(share_tail(0, 20, 0.3, 0.1), 1, 1e-9);
  EXPECT_NEAR(share_tail(10, 10, 0.5, 1.0 / 3), 1.0 / 11, 1e-9) << "uniform: a = b = 1";
  EXPECT_LT(share_tail(18, 20, 0.2, 0.02), 1e-6);
}

/// Eight weeks before Monday, 2026-11-09: `mean(hour of the day)` an hour, Poisson, spread evenly.
template <class Mean>
VolumeHistory weeks_of(Mean&& mean, std::uint32_t weeks = 8) {
  std::mt19937 random(5);
  const Step end = step_of(at("2026-11-09T00:00:00Z"));
  VolumeHistory history{end - weeks * 7 * kStepsPerDay, {}};
  for (Step step = history.first; step < end; ++step) {
    VolumeCell cell;
    cell.count = static_cast<std::uint32_t>(std::poisson_distribution<int>(
        mean(step % kStepsPerDay / kStepsPerHour) / double{kStepsPerHour})(random));
    cell.negative = cell.count / 3;
    history.cells.push_back(cell);
  }
  return history;
}
double flat(std::uint32_t) { return 12; }
const TownCalendar kTown("Etc/UTC");

/// Of whole steps.
double expected_in(const Baseline& baseline, Time from, Time to) {
  std::vector<double> steps(step_of(to) - step_of(from));
  baseline.expect_steps(kTown, step_of(to) - 1, steps);
  return std::accumulate(steps.begin(), steps.end(), 0.0);
}

TEST(Baseline, LearnsWhatIsUsualAtAnHour) {
  const auto nights_and_days = [](std::uint32_t hour) { return hour < 8 ? 3.0 : 30.0; };
  const Baseline baseline = Baseline::learn(weeks_of(nights_and_days), kTown);
  EXPECT_TRUE(baseline.is_warm());
  EXPECT_EQ(baseline.days_seen(), 56U);
  const auto expected = [&](std::string_view from, std::string_view to) {
    return expected_in(baseline, at(from), at(to));
  };
  EXPECT_NEAR(expected("2026-11-10T02:00:00Z", "2026-11-10T03:00:00Z"), 3, 0.8);
  EXPECT_NEAR(expected("2026-11-10T14:00:00Z", "2026-11-10T15:00:00Z"), 30, 3);
  EXPECT_NEAR(expected("2026-11-10T14:00:00Z", "2026-11-10T14:10:00Z"), 5, 0.6);
  EXPECT_LT(baseline.dispersion(kTown, 2, at("2026-11-10T14:00:00Z")), 0.12) << "it was Poisson";
  std::array<double, 2 * kStepsPerHour> steps{};  // latest first
  baseline.expect_steps(kTown, step_of(at("2026-11-10T08:55:00Z")), steps);
  const double at_7_30 = 12 * steps[17], at_8 = 12 * steps[11], at_8_30 = 12 * steps[5];
  EXPECT_NEAR(at_8, (at_7_30 + at_8_30) / 2, 1) << "it rises from one hour's middle to the next";
  EXPECT_LT(at_7_30, at_8);
  EXPECT_LT(at_8, at_8_30);
}

TEST(UsualHours, HoldNineteenHoursInTwenty) {
  const auto nights_and_days = [](std::uint32_t hour) { return hour < 8 ? 3.0 : 30.0; };
  const VolumeHistory history = weeks_of(nights_and_days);
  const Baseline baseline = Baseline::learn(history, kTown);
  const std::uint32_t from = history.first / kStepsPerHour;
  const auto hours = static_cast<std::uint32_t>(history.cells.size() / kStepsPerHour);
  std::uint32_t inside = 0;
  double expected = 0;
  for (const UsualHour& hour : usual_hours(baseline, kTown, from, from + hours)) {
    std::uint32_t count = 0;
    for (Step step = step_of(hour.at); step < step_of(hour.at) + kStepsPerHour; ++step) {
      count += history.cells[step - history.first].count;
    }
    inside += hour.low <= count && count <= hour.high ? 1 : 0;
    expected += hour.expected;
    // The interval is as narrow as it may be.
    const double dispersion = baseline.dispersion(kTown, 2, hour.at);
    EXPECT_LE(count_tail(hour.high + 1, hour.expected, dispersion), 0.025);
    EXPECT_GT(count_tail(hour.high, hour.expected, dispersion), 0.025);
    EXPECT_GE(count_tail(hour.low, hour.expected, dispersion), 0.975);
    EXPECT_LT(count_tail(hour.low + 1, hour.expected, dispersion), 0.975);
  }
  EXPECT_GT(inside, hours * 92 / 100) << "95, but for the mornings: it does not rise at a stroke";
  EXPECT_LT(inside, hours * 995 / 1000);
  EXPECT_NEAR(expected / hours, (8 * 3.0 + 16 * 30.0) / 24, 1);
  EXPECT_EQ(usual_hours(Baseline(), kTown, 0, 1).at(0).high, 0U) << "nothing was seen";
}

TEST(Baseline, PastIncidentsTeachItNothing) {
  VolumeHistory history = weeks_of(flat);
  const Baseline before = Baseline::learn(history, kTown);
  // Two crises on Tuesdays at 14 h: one that nobody told of, one that was a known incident.
  const auto raise = [&](std::string_view from, std::uint32_t by) {
    for (Step step = step_of(at(from)); step < step_of(at(from)) + 3 * kStepsPerHour; ++step) {
      history.cells[step - history.first].count += by;
    }
  };
  raise("2026-10-06T14:00:00Z", 40);
  raise("2026-10-13T14:00:00Z", 2);
  const std::vector<TimeSpan> known = {{at("2026-10-13T14:00:00Z"), at("2026-10-13T17:00:00Z")}};
  const Baseline after = Baseline::learn(history, kTown, known);
  EXPECT_GE(after.hours_left_out(), 6U);
  const Time tuesday = at("2026-11-10T14:30:00Z");
  EXPECT_NEAR(expected_in(after, tuesday, tuesday + hours(1)),
              expected_in(before, tuesday, tuesday + hours(1)), 1.5);
  EXPECT_LT(after.dispersion(kTown, 2, tuesday), 0.15);
}

TEST(Baseline, APublicHolidayIsASundayAndIsTaughtAsOne) {
  VolumeHistory history = weeks_of(flat);
  for (std::size_t i = 0; i < history.cells.size(); ++i) {
    const HourKind kind = kTown.kind_of(start_of(history.first + static_cast<Step>(i)));
    history.cells[i].count *= kind.slot / 24 == 6 ? 4 : 1;  // Sundays; Toussaint, 1 November
  }
  const Baseline baseline = Baseline::learn(history, kTown);
  const auto at_noon = [&](std::string_view day) {
    const Time from = at(std::string(day) + "T11:30:00Z");
    return expected_in(baseline, from, from + hours(1));
  };
  EXPECT_GT(at_noon("2026-11-11"), 3 * at_noon("2026-11-18"))
      << "Wednesdays; the first is Armistice";
}

TEST(Baseline, IsColdUntilItHasSeenThreeWeeks) {
  EXPECT_FALSE(Baseline().is_warm());
  EXPECT_FALSE(Baseline::learn(weeks_of(flat, 2), kTown).is_warm());
  EXPECT_TRUE(Baseline::learn(weeks_of(flat, 3), kTown).is_warm());
}

/// Says `count` mentions of as many authors, one every `apart`.
class Watch {
 public:
  explicit Watch(Baseline baseline) : watch(kTown, baseline) {}

  std::vector<VolumeEvent> say(std::size_t count, seconds apart,
                               std::uint64_t authors = 1'000'000) {
    std::vector<VolumeEvent> events;
    for (std::size_t i = 0; i < count; ++i) {
      now += apart;
      if (const auto event = watch.see(now, ++said % authors, now)) {
        events.push_back(*event);
      }
    }
    return events;
  }
  std::vector<VolumeEvent> wait(minutes long_enough) {
    std::vector<VolumeEvent> events;
    for (const Time until = now + long_enough; now < until;) {
      now += seconds(30);
      if (const auto event = watch.look(now)) {
        events.push_back(*event);
      }
    }
    return events;
  }

  VolumeWatch watch;
  Time now = at("2026-11-10T14:00:00Z");
  std::uint64_t said = 0;
};

const Baseline& usual() {
  static const Baseline baseline = Baseline::learn(weeks_of(flat), kTown);
  return baseline;
}

TEST(VolumeWatch, OpensOnceAndClosesOnceAllIsCalm) {
  Watch town(usual());
  EXPECT_TRUE(town.say(12, minutes(5)).empty()) << "as every hour";
  const auto opened = town.say(60, seconds(10));
  ASSERT_EQ(opened.size(), 1U) << "once, however many follow";
  EXPECT_EQ(opened[0].kind, VolumeEvent::Kind::kOpened);
  EXPECT_LT(opened[0].surprise.p, SurpriseLimits::kOpen);
  EXPECT_GE(opened[0].surprise.authors, SurpriseLimits::kAuthors);
  EXPECT_TRUE(town.wait(minutes(29)).empty()) << "not as soon as it pauses";
  const auto closed = town.wait(hours(2));
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].kind, VolumeEvent::Kind::kClosed);
  EXPECT_EQ(closed[0].opened_at, opened[0].opened_at);
  EXPECT_FALSE(town.watch.is_open());
}

TEST(VolumeWatch, FourLoudPeopleAreNoCrisis) {
  Watch town(usual());
  EXPECT_TRUE(town.say(200, seconds(10), 4).empty());
  EXPECT_EQ(town.say(60, seconds(10), 5).size(), 1U) << "five are";
}

TEST(VolumeWatch, WhatComesLateCountsWhenItWasSaid) {
  Watch town(usual());
  town.wait(minutes(5));
  for (int i = 0; i < 100; ++i) {  // a feed that was down: eight hours at once
    const Time said_at = town.now - minutes(5 * i);
    EXPECT_FALSE(town.watch.see(said_at, static_cast<std::uint64_t>(i), town.now));
  }
}

TEST(VolumeWatch, AColdStartGoesByFixedThresholds) {
  Watch town{Baseline()};
  EXPECT_TRUE(town.say(SurpriseLimits::kColdCount - 1, seconds(60)).empty());
  const auto opened = town.say(1, seconds(60));
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_FALSE(opened[0].surprise.is_warm);
  EXPECT_EQ(town.wait(hours(2)).size(), 1U);
}

TEST(VolumeWatch, WhatLastsADayIsTheNewUsual) {
  Watch town(usual());
  const auto events = town.say(60 * 30, seconds(60));  // five times as much, for 30 hours
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].kind, VolumeEvent::Kind::kClosed);
  EXPECT_GE(events[1].surprise.at - events[0].opened_at, SurpriseLimits::kLongest);
}

TEST(VolumeWatch, GoesOnAfterAStartAsIfThereWasNone) {
  Watch one(usual()), other(usual());
  one.say(12, minutes(5));
  other.say(12, minutes(5));
  const auto opened = one.say(60, seconds(10));
  other.say(60, seconds(10));
  ASSERT_EQ(opened.size(), 1U);
  VolumeWatch again(kTown, usual());  // knows the counts from the store
  again.recent().advance(other.now);
  for (std::uint32_t back = 0; back < RecentVolume::kSteps; ++back) {
    again.recent().add(step_of(other.now) - back, other.watch.recent().count(back));
  }
  again.reopen(opened[0].opened_at);
  std::optional<VolumeEvent> closed;
  for (Time now = other.now; !closed && now < other.now + hours(3); now += seconds(30)) {
    closed = again.look(now);
  }
  const auto expected = one.wait(hours(3));
  ASSERT_TRUE(closed);
  ASSERT_EQ(expected.size(), 1U);
  EXPECT_EQ(closed->surprise.at, expected[0].surprise.at);
}

TEST(CrisisIndex, IsTheSumOfItsTerms) {
  CrisisFacts calm;
  calm.mentions = 10;
  calm.negative = 3;
  calm.authors = 8;
  calm.expected = 12;
  calm.last_half = calm.half_before = 5;
  EXPECT_NEAR(crisis_index(calm).value(), 0, 1);
  EXPECT_EQ(crisis_index(calm).word(), "calm");

  CrisisFacts worst = calm;
  worst.volume_p = 1e-12;
  worst.mentions = 200;
  worst.negative = 195;
  worst.negative_correlation = 0.02;
  worst.alarming = 190;
  worst.authors = 150;
  worst.press = 4;
  worst.last_half = 180;
  worst.half_before = 10;
  EXPECT_NEAR(crisis_index(worst).value(), 100, 2);
  EXPECT_EQ(crisis_index(worst).word(), "crisis");

  CrisisFacts at_the_limit = calm;
  at_the_limit.volume_p = 1e-4;
  const CrisisIndex index = crisis_index(at_the_limit);
  EXPECT_NEAR(index.terms[0].points(), 30 * 3.0 / 7, 1e-9);
  double weights = 0;
  for (const CrisisTerm& term : index.terms) {
    weights += term.weight;
  }
  EXPECT_EQ(weights, 100);
}

}  // namespace
}  // namespace vigie
