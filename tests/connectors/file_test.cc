#include "connectors/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "connectors/file_cursor.h"
#include "connectors/playback.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

std::string line(int number, const std::string& created_at = "2026-10-05T04:00:00Z") {
  return R"({"id":")" + std::to_string(number) +
         R"(","source":"x","text":"mention","created_at":")" + created_at + "\"}\n";
}
std::string lines(int from, int to) {
  std::string all;
  for (int i = from; i < to; ++i) {
    all += line(i);
  }
  return all;
}

class FileTest : public testing::Test {
 protected:
  std::unique_ptr<Connector> make(EngineStandIn& engine, const std::string& yaml) {
    auto made = make_file_connector(engine.context(yaml));
    if (!made) {
      ADD_FAILURE() << made.error().text;
      return nullptr;
    }
    return std::move(*made);
  }
  /// Reads to the end with a fresh engine.
  std::vector<EngineStandIn::Arrival> read(const std::string& yaml,
                                           const std::string& cursor = {}) {
    EngineStandIn engine("canonical", cursor);
    const auto connector = make(engine, yaml);
    engine.run(*connector);
    EXPECT_EQ(engine.status().snapshot().state, ConnectorStatus::State::kFinished);
    return engine.arrivals();
  }
  static std::string joined(const std::vector<EngineStandIn::Arrival>& arrivals) {
    std::string all;
    for (const auto& arrival : arrivals) {
      all += arrival.bytes;
    }
    return all;
  }
  TempFolder folder_;
};

TEST_F(FileTest, SendsEveryLineOfAFileOnce) {
  const std::string content = lines(0, 20'000);
  const std::string path = folder_.write("a.ndjson", content);
  EngineStandIn engine("canonical", {}, 2);
  const auto connector = make(engine, "path: " + path + "\nmode: backfill\n");
  engine.run(*connector);
  EXPECT_EQ(engine.received(), content);
  const auto arrivals = engine.arrivals();
  EXPECT_GT(arrivals.size(), 5u);
  for (const auto& arrival : arrivals) {
    EXPECT_LE(arrival.bytes.size(), 256u << 10);
    EXPECT_EQ(arrival.bytes.back(), '\n');
    EXPECT_EQ(arrival.mode, Mode::kBackfill);
  }
  const auto status = engine.status().snapshot();
  EXPECT_EQ(status.state, ConnectorStatus::State::kFinished);
  EXPECT_EQ(status.done_bytes, content.size());
  EXPECT_EQ(status.total_bytes, content.size());
}

TEST_F(FileTest, ReadsTheFilesOfADirectoryInTheOrderOfTheirNames) {
  folder_.write("2.ndjson", line(2));
  folder_.write("1.ndjson", line(1));
  folder_.write("notes.txt", "not this");
  folder_.write("empty.ndjson", "");
  EXPECT_EQ(joined(read("path: " + folder_.path().string())), line(1) + line(2));
}

TEST_F(FileTest, ResumesBehindWhatWasCommittedWhereverItWasKilled) {
  folder_.write("1.ndjson", lines(0, 5000));
  folder_.write("2.ndjson", lines(5000, 12'000));
  const std::string yaml = "path: " + folder_.path().string();
  const auto all = read(yaml);
  ASSERT_GT(all.size(), 3u);
  for (std::size_t killed_after = 0; killed_after <= all.size(); ++killed_after) {
    const std::vector<EngineStandIn::Arrival> before(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(killed_after));
    const auto after = read(yaml, before.empty() ? "" : before.back().cursor);
    EXPECT_EQ(joined(before) + joined(after), joined(all)) << "killed after " << killed_after;
  }
}

TEST_F(FileTest, ReadsAReplacedFileFromItsBeginning) {
  const std::string path = folder_.write("a.ndjson", lines(0, 100));
  const std::string cursor = read("path: " + path).back().cursor;
  folder_.write("a.ndjson", lines(500, 700));
  EXPECT_EQ(joined(read("path: " + path, cursor)), lines(500, 700));
}

TEST_F(FileTest, ReadsOnlyWhatWasAppended) {
  const std::string path = folder_.write("a.ndjson", lines(0, 10));
  const std::string cursor = read("path: " + path).back().cursor;
  EXPECT_TRUE(read("path: " + path, cursor).empty());
  folder_.append("a.ndjson", line(10));
  EXPECT_EQ(joined(read("path: " + path, cursor)), line(10));
}

TEST_F(FileTest, ACursorThatIsNotOneMeansFromTheBeginning) {
  const std::string path = folder_.write("a.ndjson", line(1));
  for (const std::string cursor :
       {"", "x", "1 2 3 a.ndjson", "0//", "0//1 1 1 a.ndjson/", "0//1 1 1 /", "x//1 1 1 a//",
        "0//9 1 1 a.ndjson//p", "0//99999999999999999999 1 1 a.ndjson//p"}) {
    EXPECT_EQ(joined(read("path: " + path, cursor)), line(1)) << cursor;
  }
}

TEST_F(FileTest, ReadsAFileAnewWhoseMiddleWasReplaced) {
  const std::string path = folder_.write("a.ndjson", lines(0, 1000));
  const std::string cursor = read("path: " + path).back().cursor;
  std::string other = lines(0, 1000);
  other.replace(other.find(line(990)), line(990).size(), line(770));
  folder_.write("a.ndjson", other + line(1000));
  EXPECT_EQ(joined(read("path: " + path, cursor)), other + line(1000));
}

TEST_F(FileTest, ACursorIsGoodForItsOwnPathOnly) {
  std::filesystem::create_directories(folder_.path() / "2023");
  std::filesystem::create_directories(folder_.path() / "2024");
  const std::string last_year = folder_.write("2023/12.ndjson", lines(0, 100));
  folder_.write("2024/01.ndjson", line(100));
  folder_.write("2024/12.ndjson", lines(0, 100));
  const std::string this_year = "path: " + (folder_.path() / "2024").string();
  for (const std::string& other : {last_year, (folder_.path() / "2023").string()}) {
    EXPECT_EQ(joined(read(this_year, read("path: " + other).back().cursor)),
              line(100) + lines(0, 100));
  }
}

TEST_F(FileTest, TheSamePathByAnotherNameIsTheSame) {
  folder_.write("a.ndjson", lines(0, 100));
  std::filesystem::create_directory_symlink(folder_.path(), folder_.path() / "here");
  const std::string cursor = read("path: " + folder_.path().string()).back().cursor;
  EXPECT_TRUE(read("path: " + (folder_.path() / "here/here/.").string(), cursor).empty());
}

TEST_F(FileTest, WithoutResumeEveryStartReadsAll) {
  const std::string path = folder_.write("a.ndjson", line(1));
  const std::string cursor = read("path: " + path).back().cursor;
  const auto arrivals = read("path: " + path + "\nresume: false\n", cursor);
  EXPECT_EQ(joined(arrivals), line(1));
  EXPECT_EQ(arrivals.back().cursor, "");
}

TEST_F(FileTest, SendsATornLastLineOnceAndOnceMoreWhenItHasGrown) {
  const std::string torn = line(2).substr(0, 15);
  const std::string path = folder_.write("a.ndjson", line(1) + torn);
  const auto first = read("path: " + path);
  EXPECT_EQ(joined(first), line(1) + torn);
  EXPECT_TRUE(read("path: " + path, first.back().cursor).empty());
  folder_.append("a.ndjson", line(2).substr(15) + line(3));
  const auto second = read("path: " + path, first.back().cursor);
  EXPECT_EQ(joined(second), line(2) + line(3));
  EXPECT_TRUE(read("path: " + path, second.back().cursor).empty());
}

TEST_F(FileTest, ATornLineThatIsAllThereIsIsNotLostEither) {
  const std::string path = folder_.write("a.ndjson", line(1).substr(0, 15));
  const auto first = read("path: " + path);
  folder_.append("a.ndjson", line(1).substr(15));
  EXPECT_EQ(joined(read("path: " + path, first.back().cursor)), line(1));
}

TEST_F(FileTest, ReadsWhatWasAppendedToAnyFileOfADirectory) {
  for (const char* name : {"1.ndjson", "2.ndjson", "3.ndjson"}) {
    folder_.write(name, line(name[0]));
  }
  const std::string yaml = "path: " + folder_.path().string();
  const std::string cursor = read(yaml).back().cursor;
  folder_.append("1.ndjson", line(10));
  folder_.append("2.ndjson", line(20));
  folder_.write("0.ndjson", line(0));
  const auto arrivals = read(yaml, cursor);
  EXPECT_EQ(joined(arrivals), line(0) + line(10) + line(20));
  EXPECT_TRUE(read(yaml, arrivals.back().cursor).empty());
}

TEST_F(FileTest, LooksAgainAtTheLastFilesOfADirectoryOnly) {
  constexpr int kFiles = 3 * static_cast<int>(FileCursor::kMaxFiles);
  const auto name = [](int i) { return std::to_string(1000 + i) + ".ndjson"; };
  for (int i = 0; i < kFiles; ++i) {
    folder_.write(name(i), line(i));
  }
  const std::string yaml = "path: " + folder_.path().string();
  const auto all = read(yaml);
  EXPECT_EQ(joined(all), lines(0, kFiles));
  EXPECT_LT(all.back().cursor.size(), 4096u);
  for (int i = 0; i < kFiles; ++i) {
    folder_.append(name(i), line(kFiles + i));
  }
  EXPECT_EQ(joined(read(yaml, all.back().cursor)),
            lines(2 * kFiles - static_cast<int>(FileCursor::kMaxFiles) - 1, 2 * kFiles));
}

TEST_F(FileTest, ALineOfTenMegabytesCostsOnlyItself) {
  const std::string path =
      folder_.write("a.ndjson", line(1) + std::string(10'000'000, 'x') + "\n" + line(2));
  const auto arrivals = read("path: " + path);
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_EQ(arrivals[0].bytes, line(1));
  EXPECT_EQ(arrivals[1].bytes.size(), (1u << 20) + 1);
  EXPECT_EQ(arrivals[2].bytes, line(2));
}

TEST_F(FileTest, SaysClearlyThatAFileIsMissingAndGoesOnWhenItAppears) {
  const std::string path = (folder_.path() / "later.ndjson").string();
  EngineStandIn engine;
  const auto connector = make(engine, "path: " + path);
  engine.run(*connector, [&] { return engine.status().snapshot().errors > 0; });
  const auto status = engine.status().snapshot();
  EXPECT_EQ(status.state, ConnectorStatus::State::kWaiting);
  EXPECT_EQ(status.detail, "cannot open " + path + ": No such file or directory");
  EXPECT_GT(status.next_attempt_at, engine.clock().now());
  folder_.write("later.ndjson", line(1));
  engine.run(*connector);
  EXPECT_EQ(engine.received(), line(1));
}

TEST_F(FileTest, FollowWaitsForTheEndOfATornLine) {
  const std::string path = folder_.write("a.ndjson", line(1) + line(2).substr(0, 20));
  EngineStandIn engine;
  const auto connector = make(engine, "path: " + path + "\nfollow: true\n");
  int looks = 0;
  engine.run(*connector, [&] {
    if (++looks == 100) {
      EXPECT_EQ(engine.received(), line(1));
      folder_.append("a.ndjson", line(2).substr(20) + line(3));
    }
    return engine.received() == line(1) + line(2) + line(3) || looks > 5000;
  });
  EXPECT_EQ(engine.received(), line(1) + line(2) + line(3));
}

TEST_F(FileTest, FollowFindsNewFilesOfADirectory) {
  folder_.write("1.ndjson", line(1));
  EngineStandIn engine;
  const auto connector = make(engine, "path: " + folder_.path().string() + "\nfollow: true\n");
  bool added = false;
  int looks = 0;
  engine.run(*connector, [&] {
    if (!added && engine.received() == line(1)) {
      folder_.write("2.ndjson", line(2));
      added = true;
    }
    return engine.received() == line(1) + line(2) || ++looks > 5000;
  });
  EXPECT_EQ(engine.received(), line(1) + line(2));
}

TEST_F(FileTest, FollowReadsWhatIsAppendedToAnEarlierFile) {
  folder_.write("1.ndjson", line(1));
  folder_.write("2.ndjson", line(2));
  EngineStandIn engine;
  const auto connector = make(engine, "path: " + folder_.path().string() + "\nfollow: true\n");
  bool added = false;
  int looks = 0;
  engine.run(*connector, [&] {
    if (!added && engine.received() == line(1) + line(2)) {
      folder_.append("1.ndjson", line(3));
      added = true;
    }
    return engine.received() == line(1) + line(2) + line(3) || ++looks > 5000;
  });
  EXPECT_EQ(engine.received(), line(1) + line(2) + line(3));
}

TEST_F(FileTest, ReadsTheStandardInputThroughAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int saved = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  const std::string content = lines(0, 30'000) + R"({"torn)";
  std::jthread feeder([&] {
    std::size_t at = 0;
    while (at < content.size()) {
      const ssize_t sent =
          ::write(ends[1], content.data() + at, std::min<std::size_t>(7001, content.size() - at));
      ASSERT_GT(sent, 0);
      at += static_cast<std::size_t>(sent);
    }
    ::close(ends[1]);
  });
  const auto arrivals = read("path: '-'");
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  EXPECT_EQ(joined(arrivals), content);
  EXPECT_EQ(arrivals.back().cursor, "");
}

TEST_F(FileTest, ShiftsAllDatesSoThatTheLastMentionIsNow) {
  folder_.write("1.ndjson", line(1, "2026-10-05T00:00:00Z") + line(2, "2026-10-18T12:00:00Z"));
  folder_.write("2.ndjson", line(3, "2026-10-09T00:00:00Z"));
  const std::string yaml = "path: " + folder_.path().string() + "\nshift_to_now: true\n";
  EngineStandIn engine;
  const auto connector = make(engine, yaml);
  engine.run(*connector);
  const auto arrivals = engine.arrivals();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(*parse_time("2026-10-18T12:00:00Z") + arrivals[0].time_shift, engine.clock().now());
  EXPECT_EQ(arrivals[1].time_shift, arrivals[0].time_shift);

  EngineStandIn resumed("canonical", arrivals[0].cursor);
  resumed.clock().advance(std::chrono::hours(3));
  const auto again = make(resumed, yaml);
  resumed.run(*again);
  ASSERT_EQ(resumed.arrivals().size(), 1u);
  EXPECT_EQ(resumed.arrivals()[0].time_shift, arrivals[0].time_shift)
      << "must not change over a restart";
}

TEST_F(FileTest, ShiftsNoDateBackBeyond1970) {
  const std::string path =
      folder_.write("a.ndjson", line(1, "1990-01-01T00:00:00Z") + line(2, "9999-12-31T23:59:59Z"));
  const auto arrivals = read("path: " + path + "\nshift_to_now: true\n");
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(*parse_time("1990-01-01T00:00:00Z") + arrivals[0].time_shift, Time{});
}

TEST_F(FileTest, OriginalSpeedKeepsTheOrderAndSendsTogetherWhatIsDueTogether) {
  const std::string content = line(1, "2026-10-05T00:00:00Z") + line(2, "2026-10-05T00:00:00Z") +
                              line(3, "2026-10-05T01:00:00Z") + line(4, "2026-10-04T00:00:00Z") +
                              "no mention\n" + line(5, "2026-10-05T02:00:00Z");
  const std::string path = folder_.write("a.ndjson", content);
  const auto arrivals =
      read("path: " + path + "\nspeed: original\nspeed_factor: 36000\nmode: replay\n");
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_EQ(arrivals[0].bytes, line(1, "2026-10-05T00:00:00Z") + line(2, "2026-10-05T00:00:00Z"));
  EXPECT_EQ(joined(arrivals), content);
  EXPECT_EQ(arrivals[0].mode, Mode::kReplay);
  EXPECT_EQ(joined(read("path: " + path, arrivals[0].cursor)),
            content.substr(arrivals[0].bytes.size()));
}

TEST_F(FileTest, NamesEverySettingThatIsWrong) {
  EngineStandIn engine;
  const auto made = make_file_connector(
      engine.context("pth: a\nmode: fast\nspeed: half\nspeed_factor: 0\nfollow: perhaps\n"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidInput);
  for (const char* part :
       {"vigie.yaml:1", "'pth'", "'path'", "'mode' is 'fast'", "live, replay, backfill",
        "'speed' is 'half'", "speed_factor", "follow"}) {
    EXPECT_NE(made.error().text.find(part), std::string::npos) << part << "\n" << made.error().text;
  }
}

TEST_F(FileTest, RefusesSettingsThatContradictEachOther) {
  EngineStandIn engine;
  EXPECT_FALSE(make_file_connector(engine.context("path: '-'\nfollow: true\n")));
  EXPECT_FALSE(
      make_file_connector(engine.context("path: a\nshift_to_now: true\nspeed: original\n")));
  EngineStandIn feeds("feed");
  EXPECT_FALSE(make_file_connector(feeds.context("path: a\nshift_to_now: true\n")));
}

TEST(FileCursor, SurvivesItsTextForm) {
  const FileCursor cursor{
      "/données/archives 2026",
      microseconds(-1'000'000),
      "un nom avec espaces.ndjson",
      {{"v.ndjson", {12345678901, 12345678999, 18446744073709551615U}}, {"w 1.ndjson", {0, 0, 0}}}};
  EXPECT_EQ(parse_file_cursor(to_string(cursor)), cursor);
  const FileCursor empty{"-", {}, {}, {}};
  EXPECT_EQ(parse_file_cursor(to_string(empty)), empty);
}

TEST(Playback, KeepsTheDistancesOfTheDates) {
  const Playback::Moment now{};
  const Time date = *parse_time("2026-10-05T00:00:00Z");
  Playback playback(60);
  EXPECT_EQ(playback.due_at(date, now), now);
  EXPECT_EQ(playback.due_at(date + std::chrono::minutes(5), now), now + std::chrono::seconds(5));
  EXPECT_EQ(playback.due_at(date - std::chrono::hours(5), now), now) << "was due before";
  const auto later = now + std::chrono::seconds(7);
  EXPECT_EQ(playback.due_at(date + std::chrono::minutes(5), later), later);
  EXPECT_EQ(playback.due_at(date + std::chrono::minutes(10), later),
            now + std::chrono::seconds(10));
}

TEST(Playback, WaitsNoLongerThanAnHourHoweverFarADateLies) {
  const Time first{}, last = *parse_time("9999-12-31T23:59:59Z");
  for (const std::int64_t factor : {1, 1000, 1'000'000}) {
    Playback playback(factor);
    Playback::Moment now{};
    EXPECT_EQ(playback.due_at(first, now), now);
    EXPECT_EQ(playback.due_at(last, now), now + Playback::kMaxWait) << factor;
    now += Playback::kMaxWait;
    EXPECT_EQ(playback.due_at(last, now), now) << "one long wait is enough";
    EXPECT_EQ(playback.due_at(first, now), now);
  }
}

}  // namespace
}  // namespace vigie
