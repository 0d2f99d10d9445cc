#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Act = RulesQuestion::Act;

/// What the desk is asked, and what it is to answer.
class RulesOverHttp : public TownOverHttp {
 protected:
  RulesOverHttp() : TownOverHttp({"techniville"}) {
    ApiParts own = parts();
    own.rules_desk = [this](TenantId, RulesQuestion question) {
      asked_.push_back(std::move(question));
      return answer();
    };
    own.explore = [this](TenantId, ExploreQuestion question) {
      explored_.push_back(std::move(question));
      return found();
    };
    std::vector<Route> routes = rules_routes(std::make_shared<const ApiParts>(own));
    for (Route& route : explore_routes(std::make_shared<const ApiParts>(own))) {
      routes.push_back(std::move(route));
    }
    serve(std::move(routes));
  }
  boost::asio::awaitable<Result<RulesAnswer>> answer() { co_return answer_; }
  boost::asio::awaitable<Result<ExploreAnswer>> found() { co_return found_; }

  Result<RulesAnswer> answer_ = RulesAnswer{false, R"({"number":3})", "version 3: parce que"};
  Result<ExploreAnswer> found_ = ExploreAnswer();
  std::vector<RulesQuestion> asked_;
  std::vector<ExploreQuestion> explored_;
};

constexpr const char* kPublication = R"({"text":"rules: []","reason":" parce que ","base":"ab"})";

TEST_F(RulesOverHttp, APublicationIsAskedForWholeAndAuditedWithItsReason) {
  const RawAnswer answer = post("techniville/rules/publish", kPublication);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"number":3})");
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0].act, Act::kPublish);
  EXPECT_EQ(asked_[0].text, "rules: []");
  EXPECT_EQ(asked_[0].reason, "parce que");
  EXPECT_EQ(asked_[0].base, "ab");
  EXPECT_EQ(asked_[0].by, "marie");
  EXPECT_THAT(audited_, ElementsAre("marie publishRules techniville version 3: parce que"));
}

TEST_F(RulesOverHttp, CheckingAndTryingChangesNothingAndIsNotAudited) {
  EXPECT_EQ(post("techniville/rules/check", R"({"text":""})").status, 200);
  EXPECT_EQ(post("techniville/rules/preview", R"({"text":"","days":31})").status, 200);
  EXPECT_EQ(asked_[0].act, Act::kCheck);
  EXPECT_EQ(asked_[1].days, 31U);
  EXPECT_THAT(audited_, IsEmpty());
}

TEST_F(RulesOverHttp, EachRefusalHasItsStatus) {
  answer_ = RulesAnswer{true, R"({"problems":[{"line":2}]})"};
  const RawAnswer refused = post("techniville/rules/publish", kPublication);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr(R"("status":422)"));
  EXPECT_THAT(refused.body, HasSubstr(R"("problems":[{"line":2}])"));
  const std::pair<ErrorCode, int> kCases[] = {{ErrorCode::kRefused, 409},
                                              {ErrorCode::kNotFound, 404},
                                              {ErrorCode::kUnavailable, 503},
                                              {ErrorCode::kFull, 503},
                                              {ErrorCode::kCorrupt, 500}};
  for (const auto& [code, status] : kCases) {
    answer_ = tl::make_unexpected(Error{code, "why"});
    EXPECT_EQ(post("techniville/rules/history/2/restore", R"({"reason":"r"})").status, status);
  }
  EXPECT_EQ(asked_.back().number, 2U);
  EXPECT_THAT(audited_, IsEmpty());
}

TEST_F(RulesOverHttp, WhatIsNotAsDescribedIsNotAsked) {
  for (const char* body : {"", "[]", R"({"text":"x"})", R"({"text":"x","reason":"","base":""})",
                           R"({"text":1,"reason":"r","base":""})",
                           R"({"text":"x","reason":"r","base":"","days":7})"}) {
    EXPECT_EQ(post("techniville/rules/publish", body).status, 400) << body;
  }
  for (const char* body : {R"({"text":"x","days":0})", R"({"text":"x","days":32})"}) {
    EXPECT_EQ(post("techniville/rules/preview", body).status, 400) << body;
  }
  EXPECT_EQ(
      post("techniville/rules/check", R"({"text":")" + std::string((256U << 10) + 1, 'x') + R"("})")
          .status,
      400);
  EXPECT_EQ(get("techniville/rules/history/1x").status, 404);
  EXPECT_EQ(get("techniville/rules?x=1").status, 400);
  EXPECT_EQ(get("nowhere/rules").status, 404);
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(RulesOverHttp, ASearchIsOfTheLastWeekIfNothingIsSaid) {
  EXPECT_EQ(get("techniville/explore").status, 200);
  EXPECT_EQ(explored_[0].to, clock_.now());
  EXPECT_EQ(explored_[0].from, clock_.now() - std::chrono::days(7));
  EXPECT_EQ(explored_[0].limit, 50U);
  EXPECT_EQ(get("techniville/explore?query=eau&tone=negative&urgency=high&source=x&lang=fr"
                "&topic=eau&limit=200&from=2026-07-15T00:00:00Z&to=2026-10-14T00:00:00Z")
                .status,
            200);
  EXPECT_EQ(explored_[1].query, "eau");
  EXPECT_EQ(explored_[1].filter.tone, Tone::kNegative);
  EXPECT_EQ(explored_[1].filter.least_urgency, Urgency::kHigh);
  EXPECT_EQ(explored_[1].filter.language, "fr");
  EXPECT_EQ(get("techniville/explore.csv").status, 200);
  EXPECT_EQ(explored_[2].limit, 10'000U);
}

TEST_F(RulesOverHttp, AWrongQueryIsToldWithItsColumn) {
  found_->problems = {{"", 1, 9, "this '(' is not closed\n    eau AND (gaz\n            ^"}};
  const RawAnswer answer = get("techniville/explore?query=x");
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr(R"([{"column":9,"message":"this '(' is not closed"}])"));
  EXPECT_EQ(get("techniville/explore.csv?query=x").status, 422);
}

TEST_F(RulesOverHttp, ASearchThatWasStoppedSaysSo) {
  found_->stopped = MentionRef{0, 20740, 7};
  found_->total = found_->scanned = 12;
  const RawAnswer answer = get("techniville/explore");
  EXPECT_THAT(answer.body, HasSubstr(R"("complete":false)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("stopped":"20740-7")"));
}

TEST_F(RulesOverHttp, WrongSearchesAreNotAsked) {
  for (const char* query :
       {"tone=x", "limit=0", "limit=201", "from=2026-10-14T00:00:00Z&to=2026-10-13T00:00:00Z",
        "from=2026-01-01T00:00:00Z&to=2026-10-13T00:00:00Z", "before=x", "q=eau"}) {
    EXPECT_EQ(get("techniville/explore?" + std::string(query)).status, 400) << query;
  }
  EXPECT_EQ(get("techniville/explore?query=" + std::string(2001, 'x')).status, 400);
  EXPECT_EQ(post("techniville/explore/draft", R"({"query":"eau"})").status, 400);
  EXPECT_THAT(explored_, IsEmpty());
}

}  // namespace
}  // namespace vigie
