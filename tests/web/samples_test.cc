// Weekly blind samples over HTTP: drawn once, judged without a hint, measured, kept over a restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

#include "tests/store/store_fixture.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Monday 2026-10-19 at 8 h: week 42 is over.
class SamplesOverHttp : public TownOverHttp {
 protected:
  SamplesOverHttp()
      : TownOverHttp({"techniville", "rouveville"}, parse_time("2026-10-19T08:00:00Z").value()) {
    for (Tenant& town : tenants_) {
      town.time_zone = "Europe/Paris";
    }
    answer();
  }
  void answer() {
    std::vector<Route> routes = sample_routes(std::make_shared<const ApiParts>(parts()));
    auditor_.watch(routes);
    server_.emplace(std::move(routes), ServerLimits{}, [this](const Route&, Request& request) {
      request.caller = Caller{account_, "", Grants::all()};
      return std::optional<Response>();
    });
  }
  void restart() {
    server_.reset();
    store_.reset();
    StoreOptions options;
    options.tenants = {"techniville", "rouveville"};
    store_ = Store::open(disk_.open(), std::move(options)).value();
    answer();
  }
  void say(std::string id, std::string text, Tone tone, Urgency urgency,
           std::string_view at = "2026-10-14T08:00:00Z", bool official = false) {
    const Time when = parse_time(at).value();
    Told told;
    told.id = std::move(id);
    told.text = std::move(text);
    told.tone = tone;
    told.urgency = urgency;
    told.official = official;
    told.hour = hour_of(when);
    told.minute = (when - Time(std::chrono::hours(told.hour))) / std::chrono::minutes(1);
    tell(*store_, told, catalogue_);
    store_->sync();
  }
  RawAnswer draw() { return post("techniville/samples/2026-W42"); }
  RawAnswer judge(int place, const std::string& body) {
    return post("techniville/samples/2026-W42/mentions/" + std::to_string(place) + "/judgement",
                body);
  }
  std::string to_judge() { return get("techniville/samples/2026-W42/mentions").body; }
  std::string result() { return get("techniville/samples/2026-W42/result").body; }

  std::string account_ = "marie";
  std::shared_ptr<const Catalogue> catalogue_ = catalogue_named("first");
};

const std::string kNegative = R"({"tone":"negative","urgent":true})";

TEST_F(SamplesOverHttp, WhatIsToBeJudgedSaysNothingOfTheVerdict) {
  const auto week_with = [&](Tone tone, Urgency urgency) {
    server_.reset();
    store_.reset();
    disk_ = MemoryDisk();
    restart();
    say("1", "Plus d'eau @mairie", tone, urgency);
    say("2", "Quelle belle fête", Tone::kNeutral, Urgency::kLow);
    EXPECT_EQ(draw().status, 201);
    return to_judge();
  };
  const std::string one = week_with(Tone::kNegative, Urgency::kCritical);
  EXPECT_THAT(one, HasSubstr("Plus d'eau @******"));
  for (const char* word :
       {"tone", "urgen", "topic", "rule", "score", "evidence", "sentiment", "confidence", "abuse",
        "critical", "negative", "weight", "ref", "author"}) {
    EXPECT_THAT(one, Not(HasSubstr(word)));
  }
  EXPECT_EQ(one, week_with(Tone::kPositive, Urgency::kLow))
      << "whatever the engine says, who judges is shown the same bytes";
}

TEST_F(SamplesOverHttp, OneIsDrawnOnceJudgedByTwoAndMeasured) {
  say("1", "Plus d'eau", Tone::kNegative, Urgency::kHigh);
  say("2", "Avant", Tone::kNegative, Urgency::kLow, "2026-10-11T21:59:00Z");
  say("3", "Dimanche soir", Tone::kNegative, Urgency::kHigh, "2026-10-18T21:59:00Z");
  say("4", "Lundi", Tone::kNegative, Urgency::kLow, "2026-10-18T22:00:00Z");
  say("5", "La ville informe", Tone::kNegative, Urgency::kLow, "2026-10-14T09:00:00Z", true);
  const RawAnswer drawn = draw();
  EXPECT_EQ(drawn.status, 201) << drawn.body;
  EXPECT_THAT(drawn.body, HasSubstr(R"("seed":"techniville/2026-W42")"));
  EXPECT_THAT(drawn.body, HasSubstr(R"("mentions":2,"of":2,"judged":0)"))
      << "days are the town's; its own words are not judged";
  EXPECT_EQ(draw().status, 200);

  EXPECT_EQ(judge(1, R"({"tone":"positive","urgent":false})").status, 204);
  EXPECT_EQ(judge(1, kNegative).status, 204) << "one may change one's mind";
  EXPECT_THAT(to_judge(), HasSubstr(R"("your_judgement":{"tone":"negative","urgent":true})"));
  account_ = "paul";
  EXPECT_THAT(to_judge(), Not(HasSubstr("negative"))) << "nobody sees the other's";
  EXPECT_EQ(judge(1, kNegative).status, 204);
  EXPECT_EQ(judge(2, kNegative).status, 204);
  account_ = "third";
  EXPECT_EQ(judge(1, kNegative).status, 409);

  const std::string measured = result();
  EXPECT_THAT(measured, HasSubstr(R"("judgements":3,"covered":1,"net_sentiment":null)"))
      << measured;
  EXPECT_THAT(measured, HasSubstr(R"("agreement":{"mentions":1,"observed":1,"kappa":null)"));
  EXPECT_THAT(measured, HasSubstr(R"("net_sentiment":null)")) << "too few";
  EXPECT_THAT(get("techniville/samples").body, HasSubstr(R"("judged":2,"judged_by_you":0)"));
  EXPECT_THAT(audited_, ElementsAre("marie drawSample techniville 2026-W42",
                                    "marie drawSample techniville 2026-W42",
                                    "marie judgeSampled techniville 1 2026-W42",
                                    "marie judgeSampled techniville 1 2026-W42",
                                    "paul judgeSampled techniville 1 2026-W42",
                                    "paul judgeSampled techniville 2 2026-W42"));

  EXPECT_THAT(get("rouveville/samples").body, HasSubstr("[]"));
  EXPECT_EQ(get("rouveville/samples/2026-W42/result").status, 404);
  EXPECT_EQ(get("rouveville/samples/2026-W42/mentions").status, 404);
  EXPECT_EQ(post("rouveville/samples/2026-W42/mentions/1/judgement", kNegative).status, 404);

  restart();
  EXPECT_EQ(result(), measured) << "the same after a restart";
}

TEST_F(SamplesOverHttp, ASampleGoesWithWhatItWasDrawnFrom) {
  tenants_.front().retention_days = 30;
  say("1", "Plus d'eau", Tone::kNegative, Urgency::kHigh);
  ASSERT_EQ(draw().status, 201);
  ASSERT_EQ(judge(1, kNegative).status, 204);
  clock_.set(parse_time("2026-11-16T08:00:00Z").value());
  say("2", "Plus d'eau non plus", Tone::kNegative, Urgency::kHigh, "2026-11-11T08:00:00Z");
  ASSERT_EQ(post("techniville/samples/2026-W46").status, 201);
  EXPECT_THAT(get("techniville/samples").body, HasSubstr("2026-W42")) << "a month is not over";
  clock_.set(parse_time("2026-11-23T08:00:00Z").value());
  say("3", "Toujours pas d'eau", Tone::kNegative, Urgency::kHigh, "2026-11-18T08:00:00Z");
  ASSERT_EQ(post("techniville/samples/2026-W47").status, 201);
  const std::string left = get("techniville/samples").body;
  EXPECT_THAT(left, testing::AllOf(HasSubstr("2026-W46"), HasSubstr("2026-W47")));
  EXPECT_THAT(left, Not(HasSubstr("2026-W42")));
  EXPECT_THAT(store_->alerting_notes("judged/").value(), IsEmpty());
}

TEST_F(SamplesOverHttp, WhatMakesNoSenseIsRefused) {
  say("1", "Plus d'eau", Tone::kNegative, Urgency::kHigh);
  for (const char* week :
       {"2026-W54", "2026-W00", "2026-10-14", "W42", "2026-w42", "..%2F2026-W42"}) {
    const std::string path = std::string("techniville/samples/") + week;
    EXPECT_EQ(post(path).status, 400) << week;
    EXPECT_EQ(get(path + "/mentions").status, 400) << week;
    EXPECT_EQ(get(path + "/result").status, 400) << week;
    EXPECT_EQ(post(path + "/mentions/1/judgement", kNegative).status, 400) << week;
  }
  EXPECT_EQ(post("techniville/samples/2026-W43").status, 409) << "it is not over";
  EXPECT_EQ(post("techniville/samples/2026-W41").status, 409) << "nothing was kept";
  EXPECT_EQ(post("nowhere/samples/2026-W42").status, 404);
  EXPECT_EQ(judge(1, kNegative).status, 404) << "it is not drawn";
  EXPECT_THAT(audited_, IsEmpty());

  EXPECT_EQ(draw().status, 201);
  EXPECT_EQ(judge(2, kNegative).status, 404) << "outside the sample";
  for (const char* place : {"0", "x", "1x", "-1", "99999999999"}) {
    EXPECT_EQ(post(std::string("techniville/samples/2026-W42/mentions/") + place + "/judgement",
                   kNegative)
                  .status,
              404)
        << place;
  }
  for (const char* body :
       {"", "[]", "{}", R"({"tone":"negative"})", R"({"urgent":true})",
        R"({"tone":"angry","urgent":true})", R"({"tone":"negative","urgent":"yes"})",
        R"({"tone":null,"urgent":true})", R"({"tone":"negative","urgent":true,"score":1})"}) {
    EXPECT_EQ(judge(1, body).status, 400) << body;
  }
  EXPECT_EQ(
      post("techniville/samples/2026-W42/mentions/1/judgement", kNegative, "marie", "text/plain")
          .status,
      415);
  EXPECT_THAT(result(), HasSubstr(R"("judgements":0)"));
}

}  // namespace
}  // namespace vigie
