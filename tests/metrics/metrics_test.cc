#include "engine/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

Metrics::Labels two_connectors() {
  return {{"feeds", "push"}, {"techniville"}, {"mail"}, "vigie 0.1.0"};
}

/// Everything once, so that every family has a series.
void use_all(Metrics& metrics) {
  metrics.received(0, 3, 900);
  metrics.sorted(0, 1, 1, 1);
  metrics.dead_letter(1, RejectReason::kMalformed);
  metrics.refused(1, "signature");
  metrics.stored(0, "voirie", Tone::kNegative, Urgency::kHigh, 1);
  metrics.edited(0, 1);
  metrics.deleted(0, 1);
  metrics.stage(Stage::kSync, 2ms);
  metrics.lag(30ms, 90s);
  metrics.alert_raised(0, Urgency::kHigh);
  metrics.delivery(0, "sent");
  metrics.rules_in_force("0123456789abcdef", "none");
  metrics.reloaded(true);
  metrics.http("/metrics", 200, 1ms);
  metrics.gauge("vigie_store_bytes", "Bytes on disk.", {}, [] { return 4096.0; });
}

TEST(Metrics, CountsUnderTheConfiguredNames) {
  Metrics metrics(two_connectors());
  use_all(metrics);
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("vigie_mentions_received_total{connector=\"feeds\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("vigie_received_bytes_total{connector=\"feeds\"} 900\n"));
  EXPECT_THAT(text, HasSubstr("vigie_mentions_matched_total{connector=\"feeds\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("vigie_mentions_dropped_total{connector=\"feeds\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("vigie_mentions_stored_total{sentiment=\"negative\",tenant="
                              "\"techniville\",topic=\"voirie\",urgency=\"high\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("vigie_store_bytes 4096\n"));
  EXPECT_THAT(text, HasSubstr("vigie_engine_lag_seconds_bucket{le=\"0.05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("version=\"vigie 0.1.0\""));
}

TEST(Metrics, ShowsAnIdleConnectorAsZeroAndNotAsMissing) {
  const Metrics metrics(two_connectors());
  EXPECT_THAT(metrics.expose(), HasSubstr("vigie_mentions_received_total{connector=\"push\"} 0\n"));
  EXPECT_THAT(metrics.expose(),
              HasSubstr("vigie_alert_deliveries_total{receiver=\"mail\",result=\"dead\"} 0\n"));
}

TEST(Metrics, ShowsOnlyTheRulesInForce) {
  Metrics metrics(two_connectors());
  metrics.rules_in_force("aaaaaaaaaaaaaaaa", "none");
  metrics.rules_in_force("bbbbbbbbbbbbbbbb", "none");
  EXPECT_THAT(metrics.expose(), Not(HasSubstr("aaaaaaaaaaaaaaaa")));
  EXPECT_THAT(metrics.expose(), HasSubstr("ruleset=\"bbbbbbbbbbbbbbbb\"} 1\n"));
}

TEST(Metrics, ReadsGaugesAtEveryScrape) {
  Metrics metrics(two_connectors());
  double depth = 1;
  metrics.gauge("vigie_ring_depth", "Waiting.", {{"ring", "inbox"}}, [&] { return depth; });
  metrics.gauge("vigie_ring_depth", "Waiting.", {{"ring", "outbox"}}, [&] { return depth * 10; });
  EXPECT_THAT(metrics.expose(), HasSubstr("vigie_ring_depth{ring=\"inbox\"} 1\n"));
  depth = 7;
  EXPECT_THAT(metrics.expose(), HasSubstr("vigie_ring_depth{ring=\"inbox\"} 7\n"));
  EXPECT_THAT(metrics.expose(), HasSubstr("vigie_ring_depth{ring=\"outbox\"} 70\n"));
}

TEST(Metrics, BoundsTheTopicsOfATenantAndTheReasonsOfRefusals) {
  Metrics metrics(two_connectors());
  for (int i = 0; i < 1000; ++i) {
    metrics.stored(0, "topic" + std::to_string(i), Tone::kNeutral, Urgency::kLow, 1);
    metrics.refused(1, "reason" + std::to_string(i));
  }
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("topic=\"other\",urgency=\"low\"} 800\n"));
  EXPECT_THAT(text, HasSubstr("reason=\"other\"} 950\n"));
}

// What `promtool check metrics` looks for.
TEST(Metrics, FollowsTheNamingRulesOfPrometheus) {
  Metrics metrics(two_connectors());
  use_all(metrics);
  std::istringstream lines(metrics.expose());
  std::map<std::string, std::string> helps, types;
  const std::regex comment("# (HELP|TYPE) (\\S+) (.+)");
  const std::regex sample("[a-z_]+(\\{[^}]*\\})? [0-9.e+-]+|[a-z_]+\\{.*le=\"\\+Inf\"\\} [0-9]+");
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, comment)) {
      (parts[1] == "HELP" ? helps : types)[parts[2]] = parts[3];
    } else {
      EXPECT_TRUE(std::regex_match(line, sample)) << line;
    }
  }
  EXPECT_GT(types.size(), 20u);
  for (const auto& [name, type] : types) {
    EXPECT_TRUE(helps.contains(name)) << name << " has no help";
    EXPECT_TRUE(name.starts_with("vigie_")) << name;
    EXPECT_EQ(type == "counter", name.ends_with("_total")) << name << " is a " << type;
    EXPECT_FALSE(std::regex_search(name, std::regex("_(count|sum|bucket|info_total)$|"
                                                    "milli|_ms$|_us$|counter|gauge|histogram")))
        << name;
  }
}

}  // namespace
}  // namespace vigie
