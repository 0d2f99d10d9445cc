#include "connectors/reconnect_schedule.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Kind = StreamEnd::Kind;

const Time kNow{seconds(1'790'000'000)};

/// The waits after these ends, one behind the other, with a clock that waits too.
std::vector<milliseconds> waits(const ReconnectPolicy& policy, const std::vector<StreamEnd>& ends) {
  std::vector<milliseconds> all;
  ReconnectState state;
  Time now = kNow;
  for (const StreamEnd& end : ends) {
    const ReconnectDecision decision = decide_reconnect(policy, state, end, now, 0);
    state = decision.state;
    now += decision.wait;
    all.push_back(decision.wait);
  }
  return all;
}
std::vector<StreamEnd> times(std::size_t count, StreamEnd end) { return {count, end}; }

ReconnectPolicy of_x() {
  ReconnectPolicy policy;
  policy.network = {milliseconds(250), milliseconds(16'000), false};
  policy.max_connects = 50;
  policy.connects_window = minutes(15);
  return policy;
}

TEST(ReconnectSchedule, ComesBackAtOnceAfterAStreamThatWorkedAndSlowerIfItKeepsBreaking) {
  EXPECT_EQ(waits(of_x(), times(3, {Kind::kCut, seconds(1), {}})),
            (std::vector{milliseconds(0), milliseconds(250), milliseconds(500)}));
  EXPECT_EQ(waits(of_x(), times(3, {Kind::kCut, minutes(10), {}})),
            (std::vector{milliseconds(0), milliseconds(0), milliseconds(0)}));
}

TEST(ReconnectSchedule, GrowsAsXAsksItTo) {
  const auto network = waits(of_x(), times(70, {Kind::kNetwork, {}, {}}));
  EXPECT_EQ(network[0], milliseconds(250));
  EXPECT_EQ(network[1], milliseconds(500));
  EXPECT_EQ(network[40], milliseconds(10'250));
  EXPECT_EQ(network[49], milliseconds(12'500));
  EXPECT_EQ(waits(of_x(), times(8, {Kind::kHttp, {}, {}})).back(), seconds(320));
  EXPECT_EQ(waits(of_x(), times(2, {Kind::kHttp, {}, {}})).back(), seconds(10));
  EXPECT_EQ(waits(of_x(), times(2, {Kind::kLimited, {}, {}})),
            (std::vector<milliseconds>{seconds(60), seconds(120)}));
}

TEST(ReconnectSchedule, ObeysTheSourcesOwnWordUpToABound) {
  ReconnectPolicy policy;
  EXPECT_EQ(waits(policy, {{Kind::kLimited, {}, minutes(5)}})[0], minutes(5));
  EXPECT_EQ(waits(policy, {{Kind::kLimited, {}, seconds(1)}})[0], seconds(60));
  EXPECT_EQ(waits(policy, {{Kind::kHttp, {}, minutes(600)}})[0], policy.longest);
}

TEST(ReconnectSchedule, KeepsWithinFiftyConnectionsAQuarterOfAnHour) {
  ReconnectPolicy policy = of_x();
  policy.network = {milliseconds(0), milliseconds(0), false};
  const auto all = waits(policy, times(101, {Kind::kCut, {}, {}}));
  EXPECT_EQ(all[49], milliseconds(0));
  EXPECT_EQ(all[50], minutes(15));
  EXPECT_EQ(all[51], milliseconds(0));
  EXPECT_EQ(all[100], minutes(15));
}

TEST(ReconnectSchedule, SpreadsWaitsByATenthAtMost) {
  const auto late =
      decide_reconnect(ReconnectPolicy{}, {}, {Kind::kLimited, {}, {}}, kNow, 0.999).wait;
  EXPECT_GT(late, seconds(65));
  EXPECT_LE(late, seconds(66));
}

TEST(ReconnectSchedule, DoesNotHammerADoorThatIsShut) {
  EXPECT_EQ(waits(ReconnectPolicy{}, times(3, {Kind::kRefused, {}, {}})).back(), minutes(10));
}

}  // namespace
}  // namespace vigie
