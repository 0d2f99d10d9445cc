#include "connectors/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/temp_folder.h"

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
       {"", "x", "1 2", "1 2 3", "1 2 3 ", "99999999999999999999 1 1 a.ndjson"}) {
    EXPECT_EQ(joined(read("path: " + path, cursor)), line(1)) << cursor;
  }
}

TEST_F(FileTest, SendsATornLastLineAsItIs) {
  const std::string path = folder_.write("a.ndjson", line(1) + R"({"id":"2","te)");
  EXPECT_EQ(joined(read("path: " + path)), line(1) + R"({"id":"2","te)");
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
  const FileCursor cursor{"un nom avec espaces.ndjson", 12345678901, 18446744073709551615U,
                          microseconds(-1'000'000)};
  EXPECT_EQ(parse_file_cursor(to_string(cursor)), cursor);
}

TEST(FileCursor, RemembersTheDirectory) {
  FileCursor cursor{"b.ndjson", 7, 8, microseconds(0)};
  for (const char* directory : {"/var/lib/un dossier", "/", "."}) {
    cursor.directory = directory;
    EXPECT_EQ(parse_file_cursor(to_string(cursor)), cursor) << directory;
  }
}

}  // namespace
}  // namespace vigie
