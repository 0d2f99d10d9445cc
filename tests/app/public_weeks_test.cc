// What everybody may see: whole weeks, without cells that would tell of single people.
#include "engine/app/public_weeks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/store/memory_key_value.h"
#include "tests/store/store_fixture.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::Not;

StoreOptions options_of_one_town() {
  StoreOptions options;
  options.tenants = {"techniville"};
  return options;
}

class PublicWeeksFacts : public testing::Test {
 protected:
  PublicWeeksFacts() : store_(Store::open(disk_.open(), options_of_one_town()).value()) {
    tenants_.emplace_back();
    tenants_[0].id = "techniville";
    tenants_[0].name = "Techniville";
  }
  /// `authors` different people say something of `topic` on the day.
  void say(std::string_view day, std::uint32_t topic, int authors) {
    const Time at = parse_time(std::string(day) + "T10:00:00Z").value();
    for (int author = 0; author < authors; ++author) {
      Told told;
      told.id = std::to_string(++ids_);
      told.topics = {topic};
      told.tone = Tone::kNegative;
      told.has_author = true;
      told.author = {static_cast<std::uint8_t>(author + 1)};
      told.hour = std::chrono::duration_cast<std::chrono::hours>(at.time_since_epoch()).count();
      tell(*store_, told, catalogue_);
    }
    store_->sync();
  }
  std::string list() { return weeks_.list(0).value(); }

  MemoryDisk disk_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<const Catalogue> catalogue_ = catalogue_named("first");
  std::vector<Tenant> tenants_;
  ManualClock clock_{parse_time("2026-11-18T12:00:00Z").value()};  // a Wednesday of week 47
  std::string own_topic_;                                          ///< of the town's own pack
  PublicWeeks weeks_{*store_, tenants_, clock_, [this](TenantId tenant, std::string_view topic) {
                       return tenant == 0 && topic != own_topic_;
                     }};
  int ids_ = 0;
};

TEST_F(PublicWeeksFacts, OnlyWeeksThatAreOverAreShown) {
  say("2026-11-17", 0, 9);
  EXPECT_THAT(list(), HasSubstr(R"("weeks":[])"));
  EXPECT_EQ(weeks_.csv(0, {2026, 47}).error().code, ErrorCode::kNotFound);
  say("2026-11-12", 0, 9);
  clock_.advance(std::chrono::hours(24));  // counted once a day
  const std::string shown = list();
  EXPECT_THAT(shown, HasSubstr(R"("week":"2026-W46","from":"2026-11-09","to":"2026-11-15")"));
  EXPECT_THAT(shown, Not(HasSubstr("2026-W47")));
  EXPECT_THAT(shown, HasSubstr(R"("topic":"eau","is_total":false,"negative":9,"neutral":0)"));
  EXPECT_THAT(weeks_.csv(0, {2026, 46}).value(), HasSubstr("techniville,2026-W46,eau,négatif,9"));
  clock_.advance(std::chrono::hours(24 * 5));
  EXPECT_THAT(list(), HasSubstr("2026-W47"));
}

TEST_F(PublicWeeksFacts, AFewPeopleAreNotGivenAway) {
  say("2026-11-12", 0, 12);
  say("2026-11-12", 1, 2);
  const std::string shown = list();
  EXPECT_THAT(shown, HasSubstr(R"("topic":"voirie","is_total":false,"negative":null)"));
  EXPECT_THAT(shown, Not(HasSubstr(R"("negative":2)")));
}

TEST_F(PublicWeeksFacts, TopicsOfATownsOwnPackAreNotShown) {
  own_topic_ = "voirie";
  say("2026-11-12", 0, 12);
  say("2026-11-12", 1, 9);
  const std::string shown = list(), csv = weeks_.csv(0, {2026, 46}).value();
  for (const std::string& text : {shown, csv}) {
    EXPECT_THAT(text, Not(HasSubstr("voirie")));
  }
  EXPECT_THAT(shown, HasSubstr(R"("topic":"","is_total":false,"negative":9)"));
  EXPECT_THAT(shown, HasSubstr(R"("is_total":true,"negative":21)"))
      << "they were said all the same";
  EXPECT_THAT(csv, HasSubstr("techniville,2026-W46,sans thème,négatif,9"));
}

TEST_F(PublicWeeksFacts, EightWeeksNoMore) {
  say("2026-09-24", 0, 9);  // week 39
  say("2026-09-17", 0, 9);  // week 38
  EXPECT_THAT(list(), HasSubstr("2026-W39"));
  EXPECT_THAT(list(), Not(HasSubstr("2026-W38")));
  EXPECT_EQ(weeks_.csv(0, {2026, 38}).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vigie
