// Nine facts about files: a file is its own server.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "connectors/file.h"
#include "connectors/registry.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/mapped.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using State = ConnectorStatus::State;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSource = "file";

std::string line(const std::string& id, const std::string& text = "x",
                 const std::string& more = {}) {
  return R"({"id":")" + id + R"(","source":"desk","text":")" + text +
         R"(","created_at":"2026-10-05T04:00:00Z")" + more + "}\n";
}

/// How far this process has read in the file that it holds open; 0: it does not.
std::uint64_t position_in(const std::string& path) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone) == path) {
      std::ifstream facts("/proc/self/fdinfo/" + entry.path().filename().string());
      std::string label;
      std::uint64_t position = 0;
      facts >> label >> position;
      return position;
    }
  }
  return 0;
}

class FileFacts : public testing::Test {
 protected:
  /// A freshly started engine that goes on where the last one was killed.
  ConnectorStatus::Snapshot read(const std::string& path, const std::string& format = "canonical",
                                 const std::string& more = {},
                                 const std::function<bool(EngineStandIn&)>& stop_when = {},
                                 std::size_t capacity = 64) {
    const std::string yaml = "path: " + path + "\n" + more;
    EngineStandIn engine(format, cursor_, capacity);
    auto made = make_file_connector(engine.context(yaml));
    EXPECT_TRUE(made) << made.error().text;
    if (is_busy_) {
      engine.pause();
    }
    if (stop_when) {
      engine.run(**made, [&] { return stop_when(engine); });
    } else {
      engine.run(**made);
    }
    const auto mapping = mappings().at(format)();
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

  TempFolder folder_;
  std::string cursor_;
  bool is_busy_ = false;
  std::vector<std::string> told_, ids_, keys_;
  std::vector<Time> dates_;
};

TEST_F(FileFacts, TakesEveryLine) {
  shows(kSource, "takes");
  EXPECT_EQ(read(folder_.write("a.ndjson", line("1") + line("2"))).state, State::kFinished);
  EXPECT_THAT(ids_, ElementsAre("1", "2"));
  EXPECT_EQ(format_time(dates_[0]), "2026-10-05T04:00:00Z");
}

TEST_F(FileFacts, ATableGoesOnAfterAKillWithoutLossOrDoubles) {
  shows(kSource, "resumes");
  std::string table = "Titre;Écrit le;Description\r\n";
  constexpr std::size_t kRows = 120'000;
  for (std::size_t row = 0; row < kRows; ++row) {
    table += "Avis " + std::to_string(row) + ";2026-10-05;\"Ligne une\nligne ; deux\"\r\n";
  }
  const std::string path = folder_.write("avis.csv", table);
  const auto killed_after = [](std::size_t pieces) {
    return [pieces](EngineStandIn& engine) { return engine.arrivals().size() >= pieces; };
  };
  read(path, "services_publics_plus_csv", {}, killed_after(1), 2);
  const std::size_t first = ids_.size();
  EXPECT_GT(first, 0U);
  EXPECT_LT(first, kRows);
  read(path, "services_publics_plus_csv", {}, killed_after(2), 2);
  read(path, "services_publics_plus_csv");
  EXPECT_EQ(ids_.size(), kRows);
  EXPECT_EQ(std::set(ids_.begin(), ids_.end()).size(), kRows);
}

TEST_F(FileFacts, ALineWithoutItsEndIsTakenAgainWhenItHasOne) {
  shows(kSource, "cut");
  const std::string whole = line("1") + line("2", "Une fuite");
  const std::string path = folder_.write("a.ndjson", whole.substr(0, whole.size() - 20));
  read(path);
  EXPECT_THAT(ids_, ElementsAre("1"));
  folder_.append("a.ndjson", whole.substr(whole.size() - 20));
  read(path);
  EXPECT_THAT(ids_, ElementsAre("1", "2"));
}

TEST_F(FileFacts, ReadsNoMoreThanABusyEngineTakes) {
  shows(kSource, "limited");
  std::string all;
  for (int i = 0; i < 60'000; ++i) {
    all += line(std::to_string(i));
  }
  const std::string path = folder_.write("a.ndjson", all);
  is_busy_ = true;
  int turns = 0;
  std::uint64_t read_bytes = 0;
  const auto status = read(
      path, "canonical", {},
      [&](EngineStandIn&) {
        read_bytes = std::max(read_bytes, position_in(path));
        return ++turns > 100;
      },
      2);
  EXPECT_GT(read_bytes, 0U);
  EXPECT_LT(read_bytes, all.size() / 2);
  EXPECT_LE(status.done_bytes, read_bytes);
  is_busy_ = false;
  read(path);
  EXPECT_EQ(std::set(ids_.begin(), ids_.end()).size(), 60'000U);
}

TEST_F(FileFacts, SaysThatItMayNotReadTheFile) {
  shows(kSource, "refused");
  const std::string path = folder_.write("a.ndjson", line("1"));
  ::chmod(path.c_str(), 0);
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::seteuid(65534), 0);  // nobody
  }
  const auto status = read(path, "canonical", {}, [](EngineStandIn& engine) {
    return engine.status().snapshot().errors > 0;
  });
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_EQ(status.state, State::kWaiting);
  EXPECT_THAT(status.detail, HasSubstr("Permission denied"));
}

TEST_F(FileFacts, FollowsAFileThatGrowsByteByByte) {
  shows(kSource, "trickle");
  const std::string all = line("1", "Une fuite") + line("2");
  const std::string path = folder_.write("a.ndjson", "");
  std::size_t written = 0;
  read(path, "canonical", "follow: true\n", [&](EngineStandIn& engine) {
    if (written < all.size()) {
      folder_.append("a.ndjson", all.substr(written++, 1));
    }
    return engine.received() == all;
  });
  EXPECT_THAT(ids_, ElementsAre("1", "2"));
}

TEST_F(FileFacts, OneBadLineDoesNotCostTheOthers) {
  shows(kSource, "malformed");
  read(folder_.write("a.ndjson", line("1") + "{no json\n" + line("2")));
  EXPECT_THAT(ids_, ElementsAre("1", "2"));
  EXPECT_THAT(told_[1], HasSubstr("! malformed"));
}

TEST_F(FileFacts, EditsAndDeletionsReachTheMention) {
  shows(kSource, "edit, deletion");
  read(folder_.write("a.ndjson", line("1", "avant") +
                                     line("1", "après", R"(,"edited_at":"2026-10-05T05:00:00Z")") +
                                     "{\"id\":\"1\",\"source\":\"desk\",\"deleted\":true}\n"));
  ASSERT_THAT(ids_, ElementsAre("1", "1", "1"));
  EXPECT_LT(keys_[0], keys_[1]);
  EXPECT_THAT(told_[2], HasSubstr(R"("deleted":true)"));
}

TEST_F(FileFacts, AFolderOfDocumentsIsReadFileByFile) {
  folder_.write("1.json", R"({"postIdStr":"1","description":"a"})");
  folder_.write("2.json", R"({"postIdStr":"2",)"
                          "\n"
                          R"("description":"b"})");
  folder_.write("3.ndjson", line("3"));
  read(folder_.path().string(), "vine");
  EXPECT_THAT(ids_, ElementsAre("1", "2"));
  read(folder_.path().string(), "vine");
  EXPECT_THAT(ids_, ElementsAre("1", "2")) << "what was read is not read again";
}

TEST_F(FileFacts, ATableThroughAPipeKeepsItsHeader) {
  std::string table = "Titre;Écrit le;Description\n";
  for (int row = 0; row < 10'000; ++row) {
    table += "Avis " + std::to_string(row) + ";2026-10-05;Une phrase qui est assez longue\n";
  }
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const int before = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  std::jthread writer([&] {
    for (std::size_t at = 0; at < table.size();) {
      const ssize_t count = ::write(ends[1], table.data() + at, table.size() - at);
      at += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    }
    ::close(ends[1]);
  });
  read("'-'", "services_publics_plus_csv");
  ::dup2(before, STDIN_FILENO);
  ::close(before);
  EXPECT_EQ(ids_.size(), 10'000U);
}

TEST_F(FileFacts, OnceAllIsReadTheNextStartMayBeginAnew) {
  const std::string path = folder_.write("a.ndjson", line("1"));
  read(path, "canonical", "forget_at_end: true\n");
  read(path, "canonical", "forget_at_end: true\n");
  EXPECT_THAT(ids_, ElementsAre("1", "1"));
}

TEST_F(FileFacts, ARunThatWasKilledBeforeItCouldForgetIsForgottenByTheNext) {
  const std::string path = folder_.write("a.ndjson", line("1"));
  read(path, "canonical");  // all is stored, and so is where it goes on
  read(path, "canonical", "forget_at_end: true\n");
  EXPECT_THAT(ids_, ElementsAre("1"));
  read(path, "canonical", "forget_at_end: true\n");
  EXPECT_THAT(ids_, ElementsAre("1", "1"));
}

}  // namespace
}  // namespace vigie
