#include "engine/app/source_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/store/memory_key_value.h"

namespace vigie {
namespace {

using State = ConnectorStatus::State;
using std::chrono::seconds;
using testing::ElementsAre;

constexpr Day kDay = 20'000;
const Time kStart = Time(std::chrono::days(kDay)) + std::chrono::hours(8);

/// A source and the keeper over it, second after second on a clock of its own.
class KeptSource : public testing::Test {
 protected:
  KeptSource() { start(); }

  /// Another process over the same disk: what was written is there, what was in memory is not.
  void start() {
    keeper_.reset();
    store_.reset();
    store_ = Store::open(disk_.open(), StoreOptions{}).value();
    meter_ = std::make_unique<TrafficMeter>();
    keeper_ = SourceKeeper::begin(*store_, {{"x", &status_, meter_.get()}}, clock_).value();
  }
  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      clock_.advance(SourceKeeper::kLookInterval);
      keeper_->step();
    }
  }
  void becomes(State state) {
    status_.update([&](auto& snapshot) { snapshot.state = state; });
  }
  /// "active 20", in seconds since the start.
  std::vector<std::string> told() const {
    std::vector<std::string> intervals;
    const auto changes = store_->coverage("x", kStart, clock_.now());
    for (const CoverageInterval& interval :
         coverage_intervals(*changes, kStart, clock_.now(), clock_.now())) {
      const auto length = std::chrono::duration_cast<seconds>(interval.to - interval.from);
      intervals.push_back(interval.state + " " + std::to_string(length.count()));
    }
    return intervals;
  }
  Traffic traffic() const {
    const auto use = store_->usage(kDay, kDay + 1);
    return use->empty() ? Traffic{} : use->front().traffic;
  }

  MemoryDisk disk_;
  ManualClock clock_{kStart};
  ConnectorStatus status_;
  std::unique_ptr<TrafficMeter> meter_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<SourceKeeper> keeper_;
};

TEST_F(KeptSource, EachStateHasItsSeconds) {
  run(20);
  becomes(State::kQuotaSpent);
  run(100);
  becomes(State::kActive);
  run(30);
  EXPECT_THAT(told(), ElementsAre("active 20", "quota_spent 100", "active 29"));
}

TEST_F(KeptSource, TheTimeThatAKilledEngineMissedIsBlind) {
  run(25);
  clock_.advance(seconds(600));
  start();
  run(10);
  const auto last_sign_of_life = 21;  // written at 1, 11 and 21
  EXPECT_THAT(told(),
              ElementsAre("active " + std::to_string(last_sign_of_life - 1),
                          "stopped " + std::to_string(625 - last_sign_of_life + 1), "active 9"));
}

TEST_F(KeptSource, AnEngineThatEndsInOrderIsBlindFromThenOn) {
  run(25);
  keeper_->finish();
  clock_.advance(seconds(600));
  start();
  run(10);
  EXPECT_THAT(told(), ElementsAre("active 24", "stopped 601", "active 9"));
}

TEST_F(KeptSource, TrafficIsWrittenOnceAndAddsUpOverRestarts) {
  meter_->count("h", {1, 100, 10});
  run(25);
  EXPECT_EQ(traffic(), (Traffic{1, 100, 10}));
  meter_->count("h", {1, 50, 5});
  keeper_->finish();
  EXPECT_EQ(traffic(), (Traffic{2, 150, 15}));
  start();
  meter_->count("h", {1, 1, 1});
  run(25);
  EXPECT_EQ(traffic(), (Traffic{3, 151, 16}));
}

TEST_F(KeptSource, WhoIsBlindIsToldAfterAMinute) {
  run(5);
  becomes(State::kWaiting);
  run(60);
  EXPECT_THAT(keeper_->blind_now(), ElementsAre());
  run(1);
  EXPECT_THAT(keeper_->blind_now(), ElementsAre(BlindSource{"x", kStart + seconds(6)}));
  becomes(State::kActive);
  run(1);
  EXPECT_THAT(keeper_->blind_now(), ElementsAre());
}

TEST_F(KeptSource, ThatATownAddsIsKeptFromThenOnAndThatItTakesAwayIsExpectedNoMore) {
  run(5);
  const auto other = std::make_shared<ConnectorStatus>();
  const auto meter = std::make_shared<TrafficMeter>();
  keeper_->watch({{"x", &status_, meter_.get()}, {"town.y", other.get(), meter.get(), other}});
  run(5);
  const auto at = [this](const std::string& source) {
    return store_->coverage(source, kStart, clock_.now()).value();
  };
  ASSERT_EQ(at("town.y").size(), 1U);
  EXPECT_EQ(at("town.y").back().state, "active");
  meter->count("h", {1, 70, 7});
  keeper_->watch({{"x", &status_, meter_.get()}});
  run(5);
  EXPECT_EQ(at("town.y").back().state, CoverageChange::kRemoved);
  EXPECT_EQ(at("town.y").back().sight, Sight::kUnwatched);
  ASSERT_EQ(at("x").size(), 1U) << "it stays as it was";
  std::uint64_t received = 0;
  const std::vector<SourceUse> uses = store_->usage(kDay, kDay + 1).value();
  for (const SourceUse& use : uses) {
    received += use.source == "town.y" ? use.traffic.bytes_received : 0;
  }
  EXPECT_EQ(received, 70U) << "what it cost until it went";
}

}  // namespace
}  // namespace vigie
