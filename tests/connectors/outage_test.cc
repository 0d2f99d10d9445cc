// A webhook receiver on a real socket that is away for an hour of the engine's time, answers
// nonsense, or does not exist; and the engine dying at the worst moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <set>

#include "connectors/notifier_registry.h"
#include "engine/alert/alerter.h"
#include "engine/store/memory_key_value.h"
#include "tests/connectors/peer.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::SizeIs;

/// The current fails once a message was handed over.
struct PowerCut {};

class MayDie final : public Notifier {
 public:
  MayDie(std::unique_ptr<Notifier> real, const bool& dies) : real_(std::move(real)), dies_(dies) {}
  Attempt deliver(const Message& message) override {
    Attempt attempt = real_->deliver(message);
    if (dies_ && attempt.outcome == Attempt::Outcome::kDelivered) {
      throw PowerCut();
    }
    return attempt;
  }

 private:
  std::unique_ptr<Notifier> real_;
  const bool& dies_;
};

class Outage : public testing::Test {
 protected:
  Outage() { start(desk_.url("http", "/hook")); }

  void start(const std::string& url) {
    alerter_.reset();
    store_.reset();
    StoreOptions options;
    options.tenants = {"techniville"};
    store_ = Store::open(disk_.open(), options).value();
    std::vector<Problem> problems;
    settings_ = Settings::parse("{id: desk, type: webhook, url: '" + url + "'}", "test", problems);
    auto notifier = notifier_types().at("webhook")(*settings_, clock_, {});
    ASSERT_TRUE(notifier) << notifier.error().text;
    std::vector<Alerter::Receiver> receivers;
    receivers.push_back({"desk", std::make_unique<MayDie>(std::move(*notifier), dies_)});
    alerter_ = std::make_unique<Alerter>(*store_, std::move(receivers), Alerter::Rules{}, clock_,
                                         metrics_, 7);
  }
  void restart_after_power_cut() {
    alerter_.reset();
    store_.reset();
    disk_.lose_unsynced();
    dies_ = false;
    start(desk_.url("http", "/hook"));
  }
  void raise() {
    Alert alert;
    alert.tenant = "techniville";
    alert.incident = "eau@" + std::to_string(++raised_);
    alert.raised_at = clock_.now();
    store_->add_alert(0, 20000, to_json(alert), {"desk"});
    store_->commit();
    store_->sync();
  }
  void live(microseconds time) {
    for (const Time end = clock_.now() + time; clock_.now() < end; clock_.advance(seconds(1))) {
      while (alerter_->step()) {
      }
    }
  }
  std::vector<std::string> keys() {
    simdjson::dom::parser parser;
    std::vector<std::string> all;
    const std::string told = desk_.tell("keys");
    for (const simdjson::dom::element key : parser.parse(told)["keys"].get_array()) {
      all.emplace_back(std::string_view(key));
    }
    return all;
  }
  std::size_t owed() { return store_->deliveries(false, Time::max(), 1000).value().size(); }

  Peer desk_{"receiver"};
  MemoryDisk disk_;
  ManualClock clock_{parse_time("2026-10-14T06:14:03Z").value()};
  Metrics metrics_{{{}, {"techniville"}, {"desk"}, "test"}};
  std::optional<Settings> settings_;
  bool dies_ = false;
  int raised_ = 0;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Alerter> alerter_;
};

TEST_F(Outage, AnHourAwayLosesNothingAndEndsWithoutAStorm) {
  raise();
  live(seconds(2));
  EXPECT_THAT(keys(), SizeIs(1));
  desk_.tell("down");
  for (int i = 0; i < 20; ++i) {
    raise();
    live(minutes(3));
  }
  EXPECT_EQ(owed(), 20U);
  const auto waiting = store_->deliveries(false, Time::max(), 1000).value();
  for (const Delivery& delivery : waiting) {
    EXPECT_TRUE(delivery.attempts == 0 || !delivery.last_error.empty());
    EXPECT_LE(delivery.attempts, 8U) << "a storm against a closed door";
  }
  desk_.tell("up");
  live(Alerter::kLongestRetry * 120 / 100 + minutes(1));
  const std::vector<std::string> got = keys();
  EXPECT_THAT(got, SizeIs(21));
  EXPECT_THAT(std::set<std::string>(got.begin(), got.end()), SizeIs(21)) << "something came twice";
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Outage, EachCrashCostsAtMostOneDuplicateUnderTheSameKey) {
  constexpr int kCrashes = 5;
  for (int crash = 0; crash < kCrashes; ++crash) {
    raise();
    raise();
    dies_ = true;
    EXPECT_THROW(live(seconds(5)), PowerCut);
    restart_after_power_cut();
    live(seconds(5));
  }
  const std::vector<std::string> got = keys();
  EXPECT_THAT(std::set<std::string>(got.begin(), got.end()), SizeIs(2 * kCrashes));
  EXPECT_LE(got.size(), 3U * kCrashes);
  for (const std::string& key : got) {
    EXPECT_LE(std::ranges::count(got, key), 2) << key;
  }
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Outage, AnAnswerOfErrorIsTriedAgainAndOneOfRefusalIsListed) {
  desk_.tell("answer", R"("status": 500)");
  raise();
  live(minutes(2));
  EXPECT_EQ(owed(), 1U);
  desk_.tell("answer", R"("status": 200)");
  live(minutes(5));
  EXPECT_EQ(owed(), 0U);
  desk_.tell("answer", R"("status": 410)");
  raise();
  live(seconds(2));
  const auto dead = store_->deliveries(true, clock_.now(), 10).value();
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_THAT(dead[0].last_error, HasSubstr("410"));
}

TEST_F(Outage, AHostThatIsNotThereIsNamedAndNothingIsLost) {
  start("http://nowhere.invalid/hook");
  raise();
  live(seconds(1));
  const auto waiting = store_->deliveries(false, Time::max(), 10).value();
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_THAT(waiting[0].last_error, HasSubstr("nowhere.invalid"));
  start(desk_.url("http", "/hook"));
  live(minutes(1));
  EXPECT_THAT(keys(), SizeIs(1));
}

TEST_F(Outage, ClocksThatJumpDoNotStopTheFlow) {
  const Time before = clock_.now();
  for (const microseconds jump :
       {microseconds(hours(1)), microseconds(hours(24 * 365)), -microseconds(hours(1))}) {
    clock_.set(before + jump);
    desk_.tell("down");
    raise();
    live(seconds(20));
    desk_.tell("up");
    clock_.set(before);
    raise();
    live(minutes(2));
    EXPECT_EQ(owed(), 0U) << std::chrono::floor<hours>(jump).count() << " h";
  }
  EXPECT_THAT(keys(), SizeIs(6));
  EXPECT_THAT(store_->deliveries(true, clock_.now(), 10).value(), SizeIs(0));
}

}  // namespace
}  // namespace vigie
