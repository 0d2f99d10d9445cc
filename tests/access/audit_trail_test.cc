// The audit trail: whole after restarts and crashes, and whatever is done to it shows.
#include "engine/access/audit_trail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/core/time.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AuditTrailTest : public testing::Test {
 protected:
  AuditTrailTest() { open(); }

  void open() {
    trail_.reset();
    auto opened = AuditTrail::open(folder_, clock_);
    ASSERT_TRUE(opened) << opened.error().text;
    trail_ = std::move(*opened);
  }
  void write(int count, const std::string& actor = "marie") {
    for (int i = 0; i < count; ++i) {
      clock_.set(clock_.now() + std::chrono::minutes(1));
      ASSERT_TRUE(trail_->append({actor, "takeAlert", "techniville", std::to_string(i)}));
    }
  }
  std::string path(const std::string& name) const { return folder_ + "/audit/" + name; }
  std::string content(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(path(name)).rdbuf();
    return text.str();
  }
  void replace_content(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::trunc) << text;
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::stringstream text(content(kOctober));
    for (std::string line; std::getline(text, line);) {
      all.push_back(line + "\n");
    }
    return all;
  }
  void replace_lines(const std::vector<std::string>& lines) const {
    std::string all;
    for (const std::string& line : lines) {
      all += line;
    }
    replace_content(kOctober, all);
  }
  std::vector<std::string> flaws(const std::optional<AuditMark>& remembered = std::nullopt) const {
    const Result<AuditReview> review = review_audit(folder_, remembered);
    EXPECT_TRUE(review) << review.error().text;
    std::vector<std::string> texts;
    for (const AuditReview::Flaw& flaw : review->flaws) {
      texts.push_back(flaw.file + ":" + std::to_string(flaw.line) + ": " + flaw.text);
    }
    return texts;
  }

  static constexpr const char* kOctober = "2026-10.ndjson";
  TempFolder temp_;
  const std::string folder_ = temp_.path();
  ManualClock clock_{parse_time("2026-10-14T08:00:00Z").value()};
  std::unique_ptr<AuditTrail> trail_;
};

TEST_F(AuditTrailTest, SaysWhoDidWhatAndIsForItsOwnerOnly) {
  AuditEntry entry{"marie", "makeSilence", "techniville", "7"};
  entry.result = "refused 409";
  entry.address = "192.0.2.7";
  entry.unlisted = 3;
  ASSERT_TRUE(trail_->append(entry));
  EXPECT_THAT(lines(),
              ElementsAre(HasSubstr(
                  R"({"number":1,"at":"2026-10-14T08:00:00Z","actor":"marie",)"
                  R"("action":"makeSilence","tenant":"techniville","object":"7",)"
                  R"("result":"refused 409","address":"192.0.2.7","unlisted":3,"before":"0000)")));
  for (const char* name : {"", "key", "head", kOctober}) {
    struct stat status {};
    ASSERT_EQ(::stat(path(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 077, 0U) << name;
  }
}

TEST_F(AuditTrailTest, GoesOnAfterARestartAndIntoTheNextMonth) {
  write(3);
  open();
  write(2);
  clock_.set(parse_time("2026-11-01T00:00:00Z").value());
  write(2);
  clock_.set(parse_time("2026-10-20T00:00:00Z").value());  // set back: the file stays November's
  write(1);
  open();
  const Result<AuditReview> review = review_audit(folder_, std::nullopt);
  ASSERT_TRUE(review);
  EXPECT_THAT(review->flaws, IsEmpty());
  EXPECT_EQ(review->entries, 8U);
  EXPECT_EQ(review->head, trail_->head());
  EXPECT_EQ(review->head.number, 8U);
  std::vector<std::uint64_t> numbers;
  ASSERT_TRUE(read_audit(folder_, 7, [&](std::uint64_t number, std::string_view) {
    numbers.push_back(number);
    return numbers.size() < 3;
  }));
  EXPECT_THAT(numbers, ElementsAre(6, 5, 4));
}

TEST_F(AuditTrailTest, HostileNamesStayInOneLine) {
  ASSERT_TRUE(trail_->append({"x\",\"code\":\"" + std::string(64, 'a') + "\"}\n{", "a\nb",
                              std::string(100'000, 'x'), "\xff"}));
  write(1);
  open();
  EXPECT_THAT(flaws(), IsEmpty());
  EXPECT_EQ(lines().size(), 2U);
  EXPECT_LT(content(kOctober).size(), 3000U);
}

TEST_F(AuditTrailTest, WhatWasChangedRemovedOrMovedShowsWithItsLine) {
  write(5);
  const std::vector<std::string> written = lines();
  ASSERT_EQ(written.size(), 5U);

  auto changed = written;
  changed[2].replace(changed[2].find("marie"), 5, "maria");
  replace_lines(changed);
  EXPECT_THAT(flaws(), ElementsAre("2026-10.ndjson:3: entry 3 was changed"));

  replace_lines({written[0], written[1], written[3], written[4]});
  EXPECT_THAT(flaws(), ElementsAre("2026-10.ndjson:3: entry 3 should stand here, not 4: "
                                   "something was removed or moved"));

  replace_lines({written[0], written[2], written[1], written[3], written[4]});
  EXPECT_FALSE(flaws().empty());

  replace_lines({written[0], written[1], "nonsense\n", written[2], written[3], written[4]});
  EXPECT_THAT(flaws(), ElementsAre("2026-10.ndjson:3: this is not an entry"));

  replace_lines({written[0], written[1], written[1], written[2], written[3], written[4]});
  EXPECT_FALSE(flaws().empty()) << "an entry twice";

  replace_lines(written);
  EXPECT_THAT(flaws(), IsEmpty());
}

TEST_F(AuditTrailTest, WhatWasCutOffShowsAlsoAfterTheEngineWentOn) {
  write(5);
  const std::vector<std::string> written = lines();
  replace_lines({written[0], written[1], written[2]});
  EXPECT_THAT(flaws(), ElementsAre(HasSubstr("entry 5, the newest that was written, is missing")));
  open();
  write(1);
  EXPECT_THAT(flaws(), ElementsAre(HasSubstr("entry 4 should stand here, not 6")));

  fs::remove(path("head"));
  EXPECT_THAT(flaws(), testing::Contains(HasSubstr("head:0: it is missing")));
  replace_content("head", "head 6:" + std::string(64, '0') + " " + std::string(64, '0') + "\n");
  EXPECT_THAT(flaws(), testing::Contains(HasSubstr("is not what was written")));
  fs::remove(path(kOctober));
  EXPECT_FALSE(flaws().empty());
}

TEST_F(AuditTrailTest, AnOlderCopyShowsToWhoeverRememberedAMark) {
  write(3);
  fs::copy(folder_ + "/audit", folder_ + "/old", fs::copy_options::recursive);
  write(2);
  const AuditMark remembered = *parse_audit_mark(to_string(trail_->head()));
  EXPECT_THAT(flaws(remembered), IsEmpty());
  fs::remove_all(folder_ + "/audit");
  fs::rename(folder_ + "/old", folder_ + "/audit");
  EXPECT_THAT(flaws(), IsEmpty()) << "in itself it is whole";
  EXPECT_THAT(flaws(remembered), ElementsAre(HasSubstr("entry 5 is not the one")));
}

TEST_F(AuditTrailTest, ATornLineIsCutAwayAndOneBehindTheHeadIsKept) {
  write(2);
  const std::string head = content("head");
  write(1);
  replace_content("head", head);  // the power went between the line and the head
  std::ofstream(path(kOctober), std::ios::app) << R"({"number":4,"at":"2026-)";
  EXPECT_THAT(flaws(), ElementsAre(HasSubstr("its last line is torn off")));
  open();
  write(1);
  EXPECT_THAT(flaws(), IsEmpty());
  EXPECT_EQ(trail_->head().number, 4U);
}

TEST_F(AuditTrailTest, MonthsExpireAndTheRestIsWhole) {
  write(2);
  for (const char* month : {"2026-11-03T00:00:00Z", "2026-12-03T00:00:00Z"}) {
    clock_.set(parse_time(month).value());
    write(2);
  }
  ASSERT_TRUE(trail_->expire(parse_time("2026-12-01T00:00:00Z").value()));
  EXPECT_FALSE(fs::exists(path(kOctober)) || fs::exists(path("2026-11.ndjson")));
  EXPECT_THAT(flaws(), IsEmpty());
  ASSERT_TRUE(trail_->expire(parse_time("2028-01-01T00:00:00Z").value()));
  EXPECT_TRUE(fs::exists(path("2026-12.ndjson"))) << "the month being written stays";
  open();
  write(1);
  EXPECT_THAT(flaws(), IsEmpty());
  fs::remove(path("base"));
  EXPECT_FALSE(flaws().empty()) << "what went without a trace shows";
}

TEST_F(AuditTrailTest, IsWrittenFromSeveralThreads) {
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 25; ++k) {
          EXPECT_TRUE(trail_->append({"marie", "takeAlert", "", ""}));
        }
      });
    }
  }
  EXPECT_EQ(trail_->head().number, 100U);
  EXPECT_THAT(flaws(), IsEmpty());
}

TEST_F(AuditTrailTest, WithoutItsKeyNothingIsSaidAndNoNewOneIsMade) {
  write(1);
  fs::remove(path("key"));
  EXPECT_FALSE(review_audit(folder_, std::nullopt));
  trail_.reset();
  EXPECT_FALSE(AuditTrail::open(folder_, clock_));
  replace_content("key", "short\n");
  const auto opened = AuditTrail::open(folder_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("damaged"));
  EXPECT_EQ(review_audit(folder_ + "/nowhere", std::nullopt).error().code, ErrorCode::kNotFound);
}

TEST(AuditMark, IsReadOnlyInItsOwnForm) {
  const std::string code(64, 'a');
  EXPECT_EQ(parse_audit_mark("12:" + code)->number, 12U);
  for (const std::string& wrong :
       {std::string(), std::string("12"), "12:" + code + "0", ":" + code, "x:" + code,
        "12:" + std::string(64, 'A'), "-1:" + code, "99999999999999999999:" + code}) {
    EXPECT_FALSE(parse_audit_mark(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace vigie
