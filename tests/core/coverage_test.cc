#include "engine/core/coverage.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

using State = ConnectorStatus::State;

Time at(std::int64_t seconds) { return Time(std::chrono::seconds(1'700'000'000 + seconds)); }

ConnectorStatus::Snapshot is(State state, std::string detail = {}) {
  ConnectorStatus::Snapshot snapshot;
  snapshot.state = state;
  snapshot.detail = std::move(detail);
  return snapshot;
}

/// An engine's life: its book, and what it wrote of it, which is all that the next one knows.
class Life {
 public:
  explicit Life(std::vector<std::string> sources) { start(std::move(sources)); }

  /// As after a kill: only what was written is left.
  void start(std::vector<std::string> sources) {
    std::map<std::string, CoverageChange> last;
    for (const CoverageChange& change : written_) {
      last.insert_or_assign(change.source, change);
    }
    std::vector<CoverageChange> recalled;
    for (const auto& [source, change] : last) {
      recalled.push_back(change);
    }
    book_.emplace(std::move(recalled), seen_);
    keep(book_->begin(sources));
  }
  void look(std::int64_t second, std::vector<ConnectorStatus::Snapshot> now_are) {
    keep(book_->look(now_are, at(second)));
    seen_ = std::max(seen_.value_or(at(second)), at(second));
  }
  std::size_t written() const { return written_.size(); }
  std::vector<BlindSource> blind() const { return book_->blind(); }

  std::vector<CoverageInterval> intervals(const std::string& source, std::int64_t from,
                                          std::int64_t to, std::int64_t alive = 1 << 20) const {
    std::vector<CoverageChange> own;
    for (const CoverageChange& change : written_) {
      if (change.source == source) {
        own.push_back(change);
      }
    }
    return coverage_intervals(own, at(from), at(to), at(alive));
  }
  /// "clear 10 blind 5", in seconds.
  std::string told(const std::string& source, std::int64_t from, std::int64_t to,
                   std::int64_t alive = 1 << 20) const {
    std::string out;
    for (const CoverageInterval& interval : intervals(source, from, to, alive)) {
      const auto seconds =
          std::chrono::duration_cast<std::chrono::seconds>(interval.to - interval.from);
      out += (out.empty() ? "" : ", ") + interval.state + " " + std::to_string(seconds.count());
    }
    return out;
  }

 private:
  void keep(const std::vector<CoverageChange>& changes) {
    written_.insert(written_.end(), changes.begin(), changes.end());
  }
  std::optional<CoverageBook> book_;
  std::vector<CoverageChange> written_;
  std::optional<Time> seen_;
};

TEST(CoverageBook, WritesWhenTheStateChangesAndNotWhenItsWordsDo) {
  Life life({"feed"});
  life.look(0, {is(State::kActive, "answered 304")});
  life.look(10, {is(State::kActive, "")});
  life.look(20, {is(State::kWaiting, "no answer in 2 s")});
  life.look(30, {is(State::kWaiting, "no answer in 3 s")});
  life.look(45, {is(State::kActive)});
  EXPECT_EQ(life.written(), 3U);
  EXPECT_EQ(life.told("feed", 0, 60), "active 20, waiting 25, active 15");
  const auto intervals = life.intervals("feed", 0, 60);
  EXPECT_EQ(intervals[0].reason, "") << "all is well";
  EXPECT_EQ(intervals[1].reason, "no answer in 2 s");
  EXPECT_EQ(intervals[1].sight, Sight::kBlind);
}

TEST(CoverageBook, WhatAKilledEngineDidNotSeeIsBlindFromItsLastSignOfLifeOn) {
  Life life({"feed", "stream"});
  life.look(0, {is(State::kActive), is(State::kWaiting, "cut")});
  life.look(10, {is(State::kActive), is(State::kWaiting, "cut")});
  life.start({"feed", "stream"});
  life.look(100, {is(State::kActive), is(State::kActive)});
  EXPECT_EQ(life.told("feed", 0, 120), "active 10, stopped 90, active 20");
  EXPECT_EQ(life.told("stream", 0, 120), "waiting 10, stopped 90, active 20");
  EXPECT_EQ(life.intervals("feed", 0, 120)[1].sight, Sight::kBlind);
}

TEST(CoverageBook, KilledAgainBeforeItLooksItStaysOneGap) {
  Life life({"feed"});
  life.look(0, {is(State::kActive)});
  life.look(10, {is(State::kActive)});
  life.start({"feed"});
  life.start({"feed"});
  life.look(50, {is(State::kActive)});
  EXPECT_EQ(life.told("feed", 0, 60), "active 10, stopped 40, active 10");
}

TEST(CoverageBook, AMachineThatSleptWasBlindMeanwhile) {
  Life life({"feed"});
  for (std::int64_t second = 0; second <= 60; second += 20) {
    life.look(second, {is(State::kActive)});
  }
  life.look(4000, {is(State::kActive)});
  EXPECT_EQ(life.told("feed", 0, 4100), "active 60, stopped 3940, active 100");
}

TEST(CoverageBook, WhatLeavesTheConfigurationIsExpectedNoMore) {
  Life life({"feed", "old"});
  life.look(0, {is(State::kActive), is(State::kActive)});
  life.look(10, {is(State::kActive), is(State::kActive)});
  life.start({"feed"});
  life.look(20, {is(State::kActive)});
  life.look(40, {is(State::kActive)});
  life.start({"feed", "old"});
  life.look(50, {is(State::kActive), is(State::kActive)});
  EXPECT_EQ(life.told("old", 0, 60), "active 10, removed 40, active 10");
  CoverageSums sums;
  for (const CoverageInterval& interval : life.intervals("old", 0, 60)) {
    sums.add(interval);
  }
  EXPECT_EQ(sums.expected(), std::chrono::seconds(20));
  EXPECT_EQ(sums.share(sums.clear), 1.0);
}

TEST(CoverageBook, AFileReadToItsEndIsNotBlindNeitherThenNorWhileTheEngineStandsStill) {
  Life life({"file"});
  life.look(0, {is(State::kActive)});
  life.look(10, {is(State::kFinished)});
  life.start({"file"});
  life.look(50, {is(State::kFinished)});
  EXPECT_EQ(life.told("file", 0, 60), "active 10, finished 50");
  EXPECT_EQ(life.intervals("file", 0, 60)[1].sight, Sight::kUnwatched);
}

TEST(CoverageBook, TimesAscendEvenIfTheClockIsSetBack) {
  Life life({"feed"});
  life.look(100, {is(State::kActive)});
  life.look(40, {is(State::kWaiting)});
  life.look(50, {is(State::kActive)});
  const auto intervals = life.intervals("feed", 0, 200);
  ASSERT_EQ(intervals.size(), 3U);
  for (std::size_t i = 1; i < intervals.size(); ++i) {
    EXPECT_EQ(intervals[i].from, intervals[i - 1].to);
    EXPECT_LT(intervals[i].from, intervals[i].to);
  }
}

TEST(CoverageBook, SaysWhoIsBlindSinceWhenWhateverTheReasonsSince) {
  Life life({"feed", "x"});
  life.look(0, {is(State::kActive), is(State::kLimited)});
  EXPECT_EQ(life.blind(), std::vector<BlindSource>{});
  life.look(10, {is(State::kActive), is(State::kWaiting)});
  life.look(20, {is(State::kActive), is(State::kUnauthorised)});
  EXPECT_EQ(life.blind(), (std::vector<BlindSource>{{"x", at(10)}}));
  life.start({"feed", "x"});
  EXPECT_EQ(life.blind(), (std::vector<BlindSource>{{"feed", at(20)}, {"x", at(20)}}));
  life.look(40, {is(State::kActive), is(State::kStarting)});
  life.look(41, {is(State::kActive), is(State::kActive)});
  EXPECT_EQ(life.blind(), std::vector<BlindSource>{});
}

TEST(CoverageBook, ALongReasonIsCut) {
  Life life({"feed"});
  life.look(0, {is(State::kWaiting, std::string(10'000, 'x'))});
  EXPECT_EQ(life.intervals("feed", 0, 1)[0].reason.size(), CoverageBook::kMaxReasonBytes);
}

TEST(CoverageIntervals, AreCutToTheRangeAndToWhatIsKnown) {
  Life life({"feed"});
  life.look(10, {is(State::kActive)});
  life.look(30, {is(State::kWaiting)});
  EXPECT_EQ(life.told("feed", 0, 5), "") << "the source was not known yet";
  EXPECT_EQ(life.told("feed", 0, 20), "active 10");
  EXPECT_EQ(life.told("feed", 15, 25), "active 10");
  EXPECT_EQ(life.told("feed", 25, 100, 40), "active 5, waiting 10");
  EXPECT_EQ(life.told("feed", 50, 60, 40), "");
}

TEST(CoverageSums, ShareIsOfTheSecondsThatWereExpected) {
  CoverageSums sums;
  EXPECT_EQ(sums.share(sums.clear), std::nullopt);
  sums.add({at(0), at(60), Sight::kClear, "active", ""});
  sums.add({at(60), at(80), Sight::kPartial, "limited", "own pins only"});
  sums.add({at(80), at(100), Sight::kBlind, "waiting", "cut"});
  sums.add({at(100), at(900), Sight::kUnwatched, "finished", ""});
  EXPECT_DOUBLE_EQ(*sums.share(sums.clear), 0.6);
  EXPECT_DOUBLE_EQ(*sums.share(sums.partial), 0.2);
}

TEST(SightOf, OnlyAnActiveSourceIsSeenClearly) {
  for (const State state : ConnectorStatus::kStates) {
    EXPECT_EQ(sight_of(state) == Sight::kClear, state == State::kActive) << to_string(state);
  }
}

TEST(Concerns, WhatATownSetForItselfIsNoOthers) {
  EXPECT_TRUE(concerns("presse-locale", "techniville"));
  EXPECT_TRUE(concerns("techniville.journal.example.3f09a1", "techniville"));
  EXPECT_FALSE(concerns("techniville.journal.example.3f09a1", "autreville"));
  EXPECT_FALSE(concerns("techniville.journal.example.3f09a1", "techni"));
}

}  // namespace
}  // namespace vigie
