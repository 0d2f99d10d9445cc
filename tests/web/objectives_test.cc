// Objectives over HTTP: made, changed, closed, measured by the key figures' own code, kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/web/api_routes.h"
#include "tests/store/store_fixture.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Wednesday 2026-10-14 at 8 h.
class ObjectivesOverHttp : public TownOverHttp {
 protected:
  ObjectivesOverHttp() : TownOverHttp({"techniville", "rouveville"}) { answer(); }
  void answer() {
    const auto shared = std::make_shared<const ApiParts>(parts());
    std::vector<Route> routes = objective_routes(shared);
    for (Route& route : kpi_routes(shared)) {
      routes.push_back(std::move(route));
    }
    serve(std::move(routes));
  }
  void restart() {
    server_.reset();
    store_.reset();
    StoreOptions options;
    options.tenants = {"techniville", "rouveville"};
    store_ = Store::open(disk_.open(), std::move(options)).value();
    answer();
  }
  void say(int mentions, Tone tone) {
    for (int i = 0; i < mentions; ++i) {
      Told told;
      told.id = std::to_string(++said_);
      told.tone = tone;
      told.hour = hour_of(clock_.now()) - 30;
      tell(*store_, told, catalogue_);
    }
    store_->sync();
  }
  std::shared_ptr<const Catalogue> catalogue_ = catalogue_named("first");
  int said_ = 0;
};

std::string wanted(const std::string& target, const std::string& due = "2026-12-31") {
  return R"({"kpi":"net_sentiment","target":)" + target +
         R"(,"direction":"at_least","owner":"Cabinet","due":")" + due + R"("})";
}

TEST_F(ObjectivesOverHttp, OneIsMadeMeasuredChangedAndClosed) {
  const RawAnswer made = post("techniville/objectives", wanted("-10"));
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.body, HasSubstr(R"("progress":"too_few")")) << "nothing was said yet";
  EXPECT_THAT(made.body, HasSubstr(R"("due":"2026-12-31","closed":false)"));

  say(12, Tone::kPositive);
  say(18, Tone::kNegative);
  say(10, Tone::kNeutral);
  const std::string behind = get("techniville/objectives").body;
  EXPECT_THAT(behind, HasSubstr(R"("progress":"behind")")) << behind;
  EXPECT_THAT(behind, HasSubstr(R"("value":-15)"));
  EXPECT_THAT(behind, HasSubstr(R"("n":40)"));
  const std::string kpi =
      get("techniville/kpi?from=2026-09-16T09:00:00Z&to=2026-10-14T09:00:00Z").body;
  const std::size_t at = kpi.find(R"("net_sentiment")");
  EXPECT_THAT(kpi.substr(at, 120), HasSubstr(R"("value":-15)")) << "the same figure as /kpi's";

  const RawAnswer changed = post("techniville/objectives/1", wanted("-20"));
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_THAT(changed.body, HasSubstr(R"("progress":"on_track")"));
  EXPECT_THAT(changed.body,
              HasSubstr(R"("by":"marie","at":"2026-10-14T08:00:00Z","what":"made","target":-10)"));
  EXPECT_THAT(changed.body, HasSubstr(R"("what":"changed","target":-20)"));

  EXPECT_THAT(get("rouveville/objectives").body, HasSubstr("[]")) << "another town's";
  EXPECT_EQ(post("rouveville/objectives/1", wanted("0")).status, 404);
  EXPECT_EQ(post("rouveville/objectives/1/close").status, 404);
  restart();
  EXPECT_EQ(get("techniville/objectives").body, "{\"objectives\":[" + changed.body + "]}")
      << "the same after a restart";

  EXPECT_THAT(post("techniville/objectives/1/close").body, HasSubstr(R"("closed":true)"));
  EXPECT_EQ(post("techniville/objectives/1/close").status, 409);
  EXPECT_EQ(post("techniville/objectives/1", wanted("0")).status, 409);
  EXPECT_THAT(post("techniville/objectives", wanted("0")).body, HasSubstr(R"("number":2)"));
  EXPECT_THAT(
      audited_,
      ElementsAre("marie makeObjective techniville 1", "marie changeObjective techniville 1",
                  "marie closeObjective techniville 1", "marie makeObjective techniville 2"));
}

TEST_F(ObjectivesOverHttp, AfterItsLastDayItIsReachedOrMissedForGood) {
  say(30, Tone::kNegative);
  EXPECT_EQ(post("techniville/objectives", wanted("-50", "2026-10-14")).status, 201);
  EXPECT_EQ(post("techniville/objectives", wanted("-100", "2026-10-14")).status, 201);
  clock_.advance(std::chrono::hours(48));
  const std::string stands = get("techniville/objectives").body;
  EXPECT_THAT(stands, HasSubstr(R"("progress":"missed")"));
  EXPECT_THAT(stands, HasSubstr(R"("progress":"reached")"));
  EXPECT_THAT(stands, HasSubstr(R"("to":"2026-10-14T22:00:00Z")")) << "the town's midnight";
  clock_.advance(std::chrono::hours(24 * 60));
  EXPECT_EQ(get("techniville/objectives").body, stands) << "what comes later changes nothing";
}

TEST_F(ObjectivesOverHttp, WhatIsNotOfItsFormIsRefusedWithTheReason) {
  const std::pair<std::string, const char*> kBodies[] = {
      {"", "not a JSON object"},
      {"[]", "not a JSON object"},
      {wanted("NaN"), "not a JSON object"},
      {wanted("1e999"), "not a JSON object"},
      {wanted("null"), "'target'"},
      {wanted(R"("12")"), "'target'"},
      {wanted("1", "31/12/2026"), "'due'"},
      {wanted("1", "2026-02-30"), "'due'"},
      {R"({"kpi":"happiness","target":1,"direction":"at_least","owner":"x","due":"2026-12-31"})",
       "net_sentiment"},
      {R"({"kpi":"mentions","target":1,"direction":"up","owner":"x","due":"2026-12-31"})",
       "'direction'"},
      {R"({"kpi":"mentions","target":1,"direction":"at_most","owner":"x"})", "missing"},
      {R"({"kpi":"mentions","goal":1})", "'goal'"}};
  for (const auto& [body, why] : kBodies) {
    const RawAnswer answer = post("techniville/objectives", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(why)) << body;
  }
  EXPECT_EQ(post("techniville/objectives", wanted("1", "2026-10-13")).status, 422);
  EXPECT_EQ(post("techniville/objectives", wanted("1e13")).status, 422);
  EXPECT_EQ(
      post("techniville/objectives",
           R"({"kpi":"mentions","target":1,"direction":"at_most","owner":"","due":"2026-12-31"})")
          .status,
      422);
  EXPECT_EQ(post("techniville/objectives", wanted("1"), "marie", "text/plain").status, 415);
  EXPECT_EQ(post("nowhere/objectives", wanted("1")).status, 404);
  for (const char* number : {"0", "1", "x", "1x", "-1"}) {
    EXPECT_EQ(post(std::string("techniville/objectives/") + number, wanted("1")).status, 404);
  }
  EXPECT_THAT(get("techniville/objectives").body, HasSubstr("[]"));
  EXPECT_THAT(audited_, IsEmpty());
}

}  // namespace
}  // namespace vigie
