#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// What reaches the desk behind the API of a town's settings.
class SettingsOverHttp : public TownOverHttp {
 protected:
  SettingsOverHttp() : TownOverHttp({"techniville"}) {
    ApiParts all = parts();
    all.town.show = [](TenantId) { return said(TownAnswer{false, R"({"hash":"h"})"}); };
    all.town.change = [this](TenantId, TownSettings settings, std::string base) {
      changed_ = std::move(settings);
      base_ = std::move(base);
      return said(answer_);
    };
    all.town.look_at_feed = [this](TenantId, std::string url) {
      looked_at_.push_back(std::move(url));
      return said(TownAnswer{false, R"({"fault":""})"});
    };
    all.town.try_mail = [this](TenantId, std::vector<std::string> to) {
      mailed_ = std::move(to);
      return said(TownAnswer{false, R"({"delivered":true})", "1 address"});
    };
    all.town.calendar = [](TenantId) { return std::vector<TownDate>{{20'790, "Conseil"}}; };
    serve(settings_routes(std::make_shared<const ApiParts>(all)));
  }
  static TownDesk::Answer said(Result<TownAnswer> answer) { co_return answer; }

  Result<TownAnswer> answer_ = TownAnswer{false, R"({"hash":"i"})", "name, feeds"};
  std::optional<TownSettings> changed_;
  std::string base_;
  std::vector<std::string> looked_at_, mailed_;
};

TEST_F(SettingsOverHttp, AChangeReachesTheDeskWholeAndTheLog) {
  const RawAnswer answer = post("techniville/settings", R"({"base":"h","name":"Valmont",
    "variables":{"commune":["Valmont"],"elus":[]},"feeds":[{"url":"https://a.example/","title":"A"}],
    "mail_to":["a@b.example"],"calendar":[{"date":"2026-12-03","label":"Conseil"}]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"({"hash":"i"})"));
  ASSERT_TRUE(changed_);
  TownSettings wanted;
  wanted.name = "Valmont";
  wanted.variables = {{"commune", {"Valmont"}}, {"elus", {}}};
  wanted.feeds = {{"https://a.example/", "A"}};
  wanted.mail_to = {"a@b.example"};
  wanted.calendar = {{20'790, "Conseil"}};
  EXPECT_EQ(*changed_, wanted);
  EXPECT_EQ(base_, "h");
  EXPECT_THAT(audited_, ElementsAre("marie changeSettings techniville name, feeds"));
}

TEST_F(SettingsOverHttp, WhatIsNotOfTheFormReachesNobody) {
  for (const char* body :
       {"", "[]", "{}", R"({"base":1})", R"({"base":"h","nom":"x"})",
        R"({"base":"h","variables":{"elus":"Marie"}})", R"({"base":"h","feeds":["https://a/"]})",
        R"({"base":"h","feeds":[{"url":"https://a/","title":"","more":""}]})",
        R"({"base":"h","calendar":[{"date":"2026-02-30","label":"x"}]})"}) {
    EXPECT_EQ(post("techniville/settings", body).status, 400) << body;
  }
  EXPECT_FALSE(changed_);
}

TEST_F(SettingsOverHttp, ARefusalSaysWhereAndAConflictThatThereIsOne) {
  answer_ = TownAnswer{true, R"({"problems":[{"field":"feeds.0","message":"is none"}]})"};
  const RawAnswer refused = post("techniville/settings", R"({"base":"h"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr(R"("field":"feeds.0")"));
  answer_ = fail(ErrorCode::kRefused, "somebody else changed the settings meanwhile");
  EXPECT_EQ(post("techniville/settings", R"({"base":"h"})").status, 409);
  answer_ = fail(ErrorCode::kFull, "too much is under way");
  EXPECT_EQ(post("techniville/settings", R"({"base":"h"})").status, 503);
}

TEST_F(SettingsOverHttp, OnlyAddressesOfFeedsAreLookedAt) {
  for (const char* url : {"", "file:///etc/passwd", "https://", "http://a b/", "https://u:p@a/"}) {
    EXPECT_EQ(post("techniville/settings/feed", R"({"url":")" + std::string(url) + R"("})").status,
              422)
        << url;
  }
  EXPECT_EQ(post("techniville/settings/feed", R"({"url":" https://a.example/fil "})").status, 200);
  EXPECT_THAT(looked_at_, ElementsAre("https://a.example/fil"));
  EXPECT_TRUE(audited_.empty()) << "nothing was changed";
}

TEST_F(SettingsOverHttp, ATrialMailGoesToAddressesAndIsAudited) {
  EXPECT_EQ(post("techniville/settings/mail", R"({"mail_to":["nobody"]})").status, 422);
  EXPECT_EQ(post("techniville/settings/mail", R"({"mail_to":[]})").status, 422);
  EXPECT_EQ(post("techniville/settings/mail", R"({"mail_to":"a@b.example"})").status, 400);
  EXPECT_EQ(post("techniville/settings/mail", R"({"mail_to":["a@b.example"]})").status, 200);
  EXPECT_THAT(mailed_, ElementsAre("a@b.example"));
  EXPECT_THAT(audited_, ElementsAre("marie tryMail techniville 1 address"));
}

TEST_F(SettingsOverHttp, DatesAreForWhoReadsFigures) {
  EXPECT_EQ(get("techniville/calendar").body,
            R"({"dates":[{"date":"2026-12-03","label":"Conseil"}]})");
  EXPECT_EQ(get("nulle-part/calendar").status, 404);
}

}  // namespace
}  // namespace vigie
