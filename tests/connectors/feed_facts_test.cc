// Nine facts about feeds, against a site of our own that speaks HTTP as it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/feed.h"
#include "engine/parse/feed.h"
#include "tests/connectors/api_peer.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/mapped.h"

namespace vigie {
namespace {

using State = ConnectorStatus::State;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSource = "feed";

std::string entry(const std::string& id, const std::string& text,
                  const std::string& updated = "2026-10-05T04:00:00Z") {
  return "<entry><id>" + id + "</id><title>" + text +
         "</title><published>2026-10-05T04:00:00Z</published><updated>" + updated +
         "</updated></entry>";
}

class FeedFacts : public testing::Test {
 protected:
  /// One poll by a freshly started engine that goes on where the last one was killed.
  ConnectorStatus::Snapshot poll(const std::function<bool()>& stop_when = {}) {
    EngineStandIn engine("feed", cursor_);
    auto made = make_feed_connector(engine.context("url: " + site_.url() +
                                                   "/feed\nallow_private: true\n"
                                                   "robots_txt: ignore\n"));
    EXPECT_TRUE(made) << made.error().text;
    if (is_busy_) {
      engine.pause();
    }
    engine.run(**made, [&] {
      return engine.status().snapshot().requests > 0 || (stop_when && stop_when());
    });
    const auto mapping = make_feed_mapping();
    for (const EngineStandIn::Arrival& arrival : engine.arrivals()) {
      cursor_ = arrival.cursor.empty() ? cursor_ : arrival.cursor;
      const Mapped one(*mapping, arrival.bytes);
      told_.insert(told_.end(), one.told.begin(), one.told.end());
      ids_.insert(ids_.end(), one.ids.begin(), one.ids.end());
      keys_.insert(keys_.end(), one.keys.begin(), one.keys.end());
      dates_.insert(dates_.end(), one.dates.begin(), one.dates.end());
    }
    return engine.status().snapshot();
  }
  void now_holds(const std::string& entries) {
    site_.requests();  // orders this thread and the site's
    answer_ = {200,
               {},
               "<feed xmlns='http://www.w3.org/2005/Atom' "
               "xmlns:at='http://purl.org/atompub/tombstones/1.0'>" +
                   entries + "</feed>"};
  }

  std::string cursor_;
  bool is_busy_ = false;
  std::vector<std::string> told_, ids_, keys_;
  std::vector<Time> dates_;
  ApiPeer::Answer answer_;
  ApiPeer site_{[this](const ApiPeer::Request&) { return answer_; }};
};

TEST_F(FeedFacts, TakesEveryEntry) {
  shows(kSource, "takes");
  now_holds(entry("a", "Une fuite") + entry("b", "Merci"));
  EXPECT_EQ(poll().state, State::kActive);
  EXPECT_THAT(ids_, ElementsAre("a", "b"));
  EXPECT_EQ(format_time(dates_[0]), "2026-10-05T04:00:00Z");
}

TEST_F(FeedFacts, GoesOnAfterAKillWithoutLossOrDoubles) {
  shows(kSource, "resumes");
  now_holds(entry("a", "Une fuite"));
  is_busy_ = true;  // it has it, but not in the store
  int turns = 0;
  poll([&] { return ++turns > 200; });
  EXPECT_TRUE(ids_.empty());
  is_busy_ = false;
  poll();
  EXPECT_THAT(ids_, ElementsAre("a"));
  poll();
  EXPECT_THAT(ids_, ElementsAre("a")) << "what has not changed is not sent again";
}

TEST_F(FeedFacts, TakesNothingOfAnAnswerThatIsCutOff) {
  shows(kSource, "cut");
  now_holds(entry("a", "Une fuite") + entry("b", "Merci"));
  answer_.is_cut = true;
  EXPECT_EQ(poll().state, State::kWaiting);
  EXPECT_TRUE(ids_.empty());
  site_.requests();
  answer_.is_cut = false;
  poll();
  EXPECT_THAT(ids_, ElementsAre("a", "b"));
}

TEST_F(FeedFacts, WaitsAsLongAsTheSiteSays) {
  shows(kSource, "limited");
  site_.requests();
  answer_ = {429, {"Retry-After: 1000"}, ""};
  const auto status = poll();
  EXPECT_EQ(status.state, State::kWaiting);
  EXPECT_GE(status.next_attempt_at, Time(std::chrono::seconds(1'790'001'000)));
}

TEST_F(FeedFacts, SaysThatItIsNotLetIn) {
  shows(kSource, "refused");
  site_.requests();
  answer_ = {401, {}, ""};
  const auto status = poll();
  EXPECT_EQ(status.state, State::kWaiting);
  EXPECT_EQ(status.detail, "answered 401");
}

TEST_F(FeedFacts, IsPatientWithASlowTrickle) {
  shows(kSource, "trickle");
  now_holds(entry("a", "Une fuite"));
  answer_.is_trickled = true;
  EXPECT_EQ(poll().state, State::kActive);
  EXPECT_THAT(ids_, ElementsAre("a"));
}

TEST_F(FeedFacts, OneBadEntryDoesNotCostTheOthers) {
  shows(kSource, "malformed");
  now_holds("<at:deleted-entry when='x'/>" + entry("a", "Une fuite"));
  poll();
  EXPECT_THAT(ids_, ElementsAre("a"));
  EXPECT_THAT(told_, testing::Contains(HasSubstr("! ")));
}

TEST_F(FeedFacts, EditsAndTombstonesReachTheMention) {
  shows(kSource, "edit, deletion");
  now_holds(entry("a", "avant"));
  poll();
  now_holds(entry("a", "après", "2026-10-06T04:00:00Z"));
  poll();
  now_holds("<at:deleted-entry ref='a' when='2026-10-07T04:00:00Z'/>");
  poll();
  ASSERT_THAT(ids_, ElementsAre("a", "a", "a"));
  EXPECT_LT(keys_[0], keys_[1]);
  EXPECT_THAT(told_[1], HasSubstr("après"));
  EXPECT_THAT(told_[2], HasSubstr(R"("deleted":true)"));
}

}  // namespace
}  // namespace vigie
