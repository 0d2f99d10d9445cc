#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/web/csv.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Time at(std::string_view text) { return parse_time(text).value(); }

/// What is known of the sources, behind the API.
class SourcesOverHttp : public TownOverHttp {
 protected:
  SourcesOverHttp() : TownOverHttp({"rouen", "caen"}, at("2026-10-14T12:00:00Z"), priced()) {
    serve(source_routes(std::make_shared<const ApiParts>(parts())));
  }
  static StoreOptions priced() {
    StoreOptions options;
    options.micro_euros_per_read = {{"x", 1'000}};
    return options;
  }

  void note(const std::string& source, std::string_view when, Sight sight, std::string state,
            std::string reason = {}) {
    const CoverageChange change{source, at(when), sight, std::move(state), std::move(reason)};
    store_->note_coverage({&change, 1}, at(when));
  }
  /// One envelope of `reads` posts: the first `both` are kept by both towns, `one` more by Rouen.
  void take(const std::string& source, std::uint32_t reads, std::uint32_t both, std::uint32_t one) {
    auto origin = std::make_shared<Origin>();
    origin->connector_id = source;
    Findings findings;
    findings.origin = origin;
    findings.received_at = clock_.now();
    findings.mentions = reads;
    for (Finding finding; finding.mention < both + one; ++finding.mention) {
      for (finding.tenant = 0; finding.tenant < (finding.mention < both ? 2U : 1U);
           ++finding.tenant) {
        store_->count_kept(findings, finding);
      }
    }
    store_->count_reads(findings);
    store_->commit();
  }
  RawAnswer coverage(const std::string& how) { return get("rouen/coverage" + how); }
};

const std::string kMorning = "?from=2026-10-14T10:00:00Z&to=2026-10-14T12:00:00Z";

TEST_F(SourcesOverHttp, CoverageIsHealthySourceSecondsOfAll) {
  note("feed", "2026-10-14T08:00:00Z", Sight::kClear, "active");
  note("x", "2026-10-14T10:00:00Z", Sight::kClear, "active");
  note("x", "2026-10-14T11:00:00Z", Sight::kBlind, "waiting", "X ended the stream");
  note("x", "2026-10-14T11:30:00Z", Sight::kPartial, "limited", "a part is missing");
  note("archive", "2026-10-13T11:30:00Z", Sight::kUnwatched, "finished");
  const RawAnswer answer = coverage(kMorning);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("healthy_share":0.75,"partial_share":0.125,)"));
  EXPECT_THAT(answer.body, HasSubstr(R"({"source":"feed","healthy_s":7200,"partial_s":0,)"
                                     R"("blind_s":0,"healthy_share":1,"reasons":[],)"));
  EXPECT_THAT(answer.body,
              HasSubstr(R"({"source":"x","healthy_s":3600,"partial_s":1800,"blind_s":1800,)"
                        R"("healthy_share":0.5,"reasons":[)"
                        R"({"sight":"partial","state":"limited","reason":"a part is missing",)"
                        R"("seconds":1800},)"));
  EXPECT_THAT(answer.body,
              HasSubstr(R"({"from":"2026-10-14T11:00:00Z","to":"2026-10-14T11:30:00Z",)"
                        R"("sight":"blind","state":"waiting","reason":"X ended the stream"})"));
  EXPECT_THAT(answer.body, Not(HasSubstr("archive"))) << "nothing is expected of it";
}

TEST_F(SourcesOverHttp, WhatIsToComeIsNotKnown) {
  note("feed", "2026-10-14T11:00:00Z", Sight::kClear, "active");
  const RawAnswer answer = coverage("?from=2026-10-14T11:00:00Z&to=2026-10-15T11:00:00Z");
  EXPECT_THAT(answer.body, HasSubstr(R"("healthy_s":3600,)"));
  EXPECT_THAT(coverage("?from=2026-10-14T13:00:00Z&to=2026-10-14T14:00:00Z").body,
              HasSubstr(R"("healthy_share":null,"partial_share":null,"sources":[])"));
}

TEST_F(SourcesOverHttp, OfMoreIntervalsThanAreShownTheLatest) {
  for (int second = 0; second < 1'200; ++second) {
    const CoverageChange change{"feed", at("2026-10-14T11:00:00Z") + std::chrono::seconds(second),
                                second % 2 == 0 ? Sight::kClear : Sight::kBlind,
                                second % 2 == 0 ? "active" : "waiting", ""};
    store_->note_coverage({&change, 1}, change.at);
  }
  const std::string body = coverage(kMorning).body;
  EXPECT_THAT(body, HasSubstr(R"("more":true)"));
  EXPECT_THAT(body, Not(HasSubstr(R"({"from":"2026-10-14T11:00:01Z")")));
  EXPECT_THAT(body, HasSubstr(R"("to":"2026-10-14T12:00:00Z")"));
  EXPECT_THAT(body, HasSubstr(R"("healthy_s":600,)")) << "all of them are counted";
}

TEST_F(SourcesOverHttp, CoverageAsATable) {
  note("feed", "2026-10-14T10:00:00Z", Sight::kBlind, "waiting", "=cmd, said \"no\"");
  const RawAnswer answer = coverage(".csv" + kMorning);
  EXPECT_EQ(answer.headers.at("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(answer.body,
            "source,from,to,seconds,sight,state,reason\r\n"
            "feed,2026-10-14T10:00:00Z,2026-10-14T12:00:00Z,7200,blind,waiting,"
            "\"'=cmd, said \"\"no\"\"\"\r\n");
}

TEST_F(SourcesOverHttp, ARangeThatIsNoneIsRefused) {
  for (const char* range : {"?from=yesterday", "?from=2026-10-14T12:00:00Z&to=2026-10-14T11:00:00Z",
                            "?from=2020-10-14T12:00:00Z", "?since=2026-10-14T12:00:00Z"}) {
    EXPECT_EQ(coverage(range).status, 400) << range;
    EXPECT_EQ(get_api(std::string("costs") + range).status, 400) << range;
  }
  EXPECT_EQ(get_api("tenants/nobody/coverage").status, 404);
}

TEST_F(SourcesOverHttp, CostsFallToWhoKeepsTheMentions) {
  take("x", 10, 2, 4);  // Rouen keeps 6, Caen 2, nobody 4
  store_->add_traffic("x", day_of(clock_.now()), {8, 1'500, 100});
  store_->add_traffic("feed", day_of(clock_.now()), {3, 30, 3});
  const std::string body = get_api("costs").body;
  EXPECT_THAT(body,
              HasSubstr(R"("total":{"euros":0.010000,"reads":10,"requests":8,"bytes":1600},)"
                        R"("unkept":{"euros":0.004000,"reads":4,"requests":3,"bytes":640},)"
                        R"("tenants":[{"tenant":"caen","kept":2,"share":{"euros":0.001500,)"));
  EXPECT_THAT(body, HasSubstr(R"({"tenant":"rouen","kept":6,"share":{"euros":0.004500,)"));
  EXPECT_THAT(body, HasSubstr(R"("total":{"euros":0.010000,"reads":10,"requests":11,)"))
      << "of all sources";
  EXPECT_THAT(get_api("costs?from=2026-10-10T00:00:00Z&to=2026-10-14T00:00:00Z").body,
              HasSubstr(R"("sources":[],"tenants":[],)"));
}

TEST_F(SourcesOverHttp, CostsOfOtherTownsAreNobodyElsesBusiness) {
  take("x", 10, 2, 4);  // Rouen keeps 6, Caen 2, nobody 4
  take("y", 5, 0, 5);   // only Rouen's
  store_->add_traffic("x", day_of(clock_.now()), {8, 1'500, 100});
  grants_ = Grants(RolesByTenant{{"caen", {Role::kReader}}});
  const std::string body = get_api("costs").body, table = get_api("costs.csv").body;
  EXPECT_THAT(body, HasSubstr(R"("sources":[{"source":"x","kept":2,"bytes_received":0,)"));
  EXPECT_THAT(body, HasSubstr(R"("total":{"euros":0.001500,)"));
  EXPECT_THAT(body, Not(HasSubstr("rouen")));
  EXPECT_THAT(body, Not(HasSubstr("\"y\"")));
  EXPECT_THAT(table, HasSubstr("x,caen,2,"));
  EXPECT_THAT(table, HasSubstr("x,(unkept),0,0.000000,0,0,0"));
  EXPECT_THAT(table, Not(HasSubstr("rouen")));
  grants_ = Grants(RolesByTenant{{"*", {Role::kOperator}}});
  EXPECT_THAT(get_api("costs").body, HasSubstr("rouen"));
}

TEST_F(SourcesOverHttp, CostsAsATable) {
  take("x", 10, 2, 4);
  EXPECT_THAT(get_api("costs.csv").body,
              StartsWith("source,tenant,mentions_kept,euros,reads,requests,bytes\r\n"
                         "x,caen,2,0.001500,2,0,0\r\n"
                         "x,rouen,6,0.004500,4,0,0\r\n"
                         "x,(unkept),0,0.004000,4,0,0\r\n"));
}

}  // namespace
}  // namespace vigie
