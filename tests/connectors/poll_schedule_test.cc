#include "connectors/poll_schedule.h"

#include <gtest/gtest.h>

#include "connectors/http_fields.h"

namespace vigie {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = PollOutcome::Kind;

PollDecision decide(const PollOutcome& outcome, double jitter = 0, std::uint32_t failures = 0) {
  return decide_next_poll(PollPolicy{}, PollState{failures}, outcome, jitter);
}

TEST(PollSchedule, PollsAtItsIntervalAndALittleLaterByChance) {
  EXPECT_EQ(decide({Kind::kSuccess, {}, {}}).wait, seconds(300));
  EXPECT_EQ(decide({Kind::kSuccess, {}, {}}, 0.5).wait, seconds(315));
}

TEST(PollSchedule, AsksNoSoonerThanTheSourceCallsItsAnswerFresh) {
  EXPECT_EQ(decide({Kind::kSuccess, {}, seconds(60)}).wait, seconds(300));
  EXPECT_EQ(decide({Kind::kSuccess, {}, seconds(1800)}).wait, seconds(1800));
  EXPECT_EQ(decide({Kind::kSuccess, {}, seconds(10'000'000)}).wait, seconds(86'400))
      << "but not next month";
}

TEST(PollSchedule, BacksOffTwiceAsLongAfterEachFailureUpToAnHour) {
  std::vector<std::int64_t> waits;
  PollState state;
  for (int i = 0; i < 10; ++i) {
    const auto decision = decide_next_poll(PollPolicy{}, state, {Kind::kFailure, {}, {}}, 1.0);
    state = decision.state;
    waits.push_back(decision.wait.count() / 1000);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600}));
}

TEST(PollSchedule, SpreadsRetriesOverHalfTheBackOff) {
  EXPECT_EQ(decide({Kind::kFailure, {}, {}}, 0.0, 3).wait, seconds(120));
  EXPECT_EQ(decide({Kind::kFailure, {}, {}}, 0.5, 3).wait, seconds(180));
}

TEST(PollSchedule, OneSuccessForgetsTheFailures) {
  EXPECT_EQ(decide({Kind::kFailure, {}, {}}, 0, 6).state.failures, 7u);
  EXPECT_EQ(decide({Kind::kSuccess, {}, {}}, 0, 6).state.failures, 0u);
}

TEST(PollSchedule, NeverComesBackBeforeRetryAfter) {
  for (const Kind kind : {Kind::kSuccess, Kind::kFailure, Kind::kRefusal}) {
    for (const double jitter : {0.0, 0.3, 0.999}) {
      EXPECT_GE(decide({kind, seconds(7200), {}}, jitter).wait, seconds(7200));
      EXPECT_LE(decide({kind, seconds(7200), {}}, jitter).wait, seconds(7920));
    }
  }
  EXPECT_EQ(decide({Kind::kFailure, seconds(1), {}}, 1.0).wait, seconds(30))
      << "the longer of the two";
}

TEST(PollSchedule, DoesNotObeyARetryAfterOfYears) {
  EXPECT_EQ(decide({Kind::kFailure, seconds(315'360'000), {}}).wait, seconds(86'400));
}

TEST(PollSchedule, DoesNotHammerASourceThatRefuses) {
  EXPECT_EQ(decide({Kind::kRefusal, {}, {}}).wait, seconds(300));
  EXPECT_EQ(decide({Kind::kRefusal, {}, {}}, 1.0, 50).wait, seconds(3600));
}

TEST(PollSchedule, RetiresWhatIsGone) {
  EXPECT_TRUE(decide({Kind::kGone, {}, {}}).retired);
  EXPECT_FALSE(decide({Kind::kRefusal, {}, {}}).retired);
}

TEST(PollSchedule, CountsFailuresForYearsWithoutHarm) {
  const auto decision = decide({Kind::kFailure, {}, {}}, 1.0, 4'000'000'000U);
  EXPECT_EQ(decision.wait, seconds(3600));
  EXPECT_LE(decision.state.failures, 1000u);
}

const Time kNow = *parse_time("2026-11-24T02:00:00Z");

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("120", kNow), seconds(120));
  EXPECT_EQ(parse_retry_after(" 0 ", kNow), seconds(0));
  EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 02:10:00 GMT", kNow), seconds(600));
  EXPECT_EQ(parse_retry_after("Tuesday, 24-Nov-26 02:10:00 GMT", kNow), seconds(600));
  EXPECT_EQ(parse_retry_after("Tue Nov 24 02:10:00 2026", kNow), seconds(600));
  EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 01:00:00 GMT", kNow), seconds(0)) << "already over";
}

TEST(RetryAfter, IsNothingWhenItMakesNoSense) {
  for (const char* value : {"", "soon", "-5", "1.5", "5 s", "99:99", "\x01"}) {
    EXPECT_EQ(parse_retry_after(value, kNow), std::nullopt) << value;
  }
  EXPECT_GT(parse_retry_after("99999999999999999999999", kNow), seconds(86'400));
}

TEST(MaxAge, IsReadAmongOtherDirectives) {
  EXPECT_EQ(parse_max_age("max-age=600"), seconds(600));
  EXPECT_EQ(parse_max_age("public, Max-Age = \"600\", must-revalidate"), seconds(600));
  EXPECT_EQ(parse_max_age("no-cache"), seconds(0));
  EXPECT_EQ(parse_max_age("max-age=600, no-store"), seconds(0));
  for (const char* value :
       {"", "public", "max-age", "max-age=", "max-age=x", "max-age=-1", "s-maxage=5", ",,,"}) {
    EXPECT_EQ(parse_max_age(value), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace vigie
