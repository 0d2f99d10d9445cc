#include "engine/web/kpis.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/alert/volume_incident.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxParts = 30;

Figure counted(std::uint64_t count) {
  return {static_cast<double>(count), count, std::nullopt, {}};
}
Figure quantile_of(const std::vector<double>& sample, double q) {
  return {quantile(sample, q), sample.size(), std::nullopt,
          sample.empty() ? "there is nothing to measure" : ""};
}

Kpi topic_share(const KpiFacts& facts) {
  Kpi kpi{"topic_share", "share", "topic's mentions / all mentions; `value`: the first topic's",
          without("no mention has a topic")};
  const auto all = static_cast<std::uint64_t>(facts.mentions.mentions);
  for (const auto& [topic, mentions] : facts.by_topic) {
    kpi.parts.push_back({topic, share(std::min(mentions, all), all)});
  }
  std::ranges::stable_sort(kpi.parts, std::ranges::greater(),
                           [](const Kpi::Part& part) { return part.figure.value.value_or(0); });
  kpi.parts.resize(std::min(kpi.parts.size(), kMaxParts));
  if (!kpi.parts.empty()) {
    kpi.figure = kpi.parts.front().figure;
  }
  return kpi;
}

Kpi alert_precision(const KpiFacts& facts) {
  Kpi kpi{"alert_precision", "share", "useful / judged alerts; `parts`: by rule",
          share(facts.alerts.useful, facts.alerts.judged)};
  for (const auto& [rule, judged] : facts.by_rule) {
    kpi.parts.push_back({rule, share(judged.useful, judged.judged)});
  }
  kpi.parts.resize(std::min(kpi.parts.size(), kMaxParts));
  return kpi;
}

Kpi drift_kpi(const KpiFacts& facts) {
  Kpi kpi{"drift", "ratio",
          "EWMA of day / median of its weekday over 8 weeks, lambda 0.2, L 2.8; `error`: the "
          "control limit's distance from 1",
          without("it needs a whole day, and three of each weekday before the period")};
  if (facts.drift.empty()) {
    return kpi;
  }
  const DriftPoint& last = facts.drift.back();
  kpi.figure = {last.z, facts.drift.size(), last.upper - 1, {}};
  kpi.parts.push_back(
      {"days_out_of_limits", counted(static_cast<std::uint64_t>(
                                 std::ranges::count_if(facts.drift, &DriftPoint::is_out)))});
  return kpi;
}

Figure surprise_figure(const TownTrend& trend) {
  const Surprise& surprise = trend.surprise;
  return surprise.is_warm
             ? Figure{surprise.p, surprise.count, std::nullopt, {}}
             : without("cold start: fewer than 21 days are known, fixed thresholds hold");
}

}  // namespace

std::vector<Kpi> kpis_of(const KpiFacts& facts, const TownTrend& trend) {
  const MentionCounts& counts = facts.mentions;
  const auto n = [](std::int64_t count) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
  };
  std::vector<Kpi> all;
  all.push_back(
      {"mentions", "mentions", "mentions published in the period", counted(n(counts.mentions))});
  all.push_back({"net_sentiment", "points",
                 "100 (P - N) / (P + Neu + N), +-1.96 * 100 * sqrt((p + q - (p - q)^2) / n)",
                 net_sentiment(counts)});
  all.push_back(topic_share(facts));
  all.push_back({"potential_reach",
                 "followers",
                 "sum of followers, each author once",
                 {static_cast<double>(facts.followers), facts.authors, std::nullopt, {}},
                 {},
                 facts.mentions_cut});
  all.push_back(
      {"volume_surprise", "probability",
       "negative-binomial tail against the hour-of-week baseline at the period's end; see "
       "`surprise`",
       surprise_figure(trend)});
  all.push_back(drift_kpi(facts));
  all.push_back({"emerging_term", "ratio", "JLH: (f - b) f / b, unmatched mentions only",
                 without("emerging terms are studied apart, with their groups")});
  all.push_back({"crisis_index",
                 "points",
                 "30 volume surprise + 25 negative-share surprise + 20 crisis lexicon + 15 author "
                 "spread and press + 10 acceleration, over the period's last hour; see "
                 "`crisis_index`",
                 {trend.index.value(), trend.facts.mentions, std::nullopt, {}}});
  all.push_back(
      {"time_to_take_charge",
       "minutes",
       "taken - raised, of incidents: median; answered, closed or muted without being taken "
       "counts as taken then",
       median(facts.taken_after_minutes),
       {{"p90", quantile_of(facts.taken_after_minutes, 0.9)},
        {"never_taken", counted(facts.never_taken)}},
       facts.alerts_cut});
  all.push_back(
      {"first_response",
       "minutes",
       "first official reply, or that it was marked answered - story's first mention, in the "
       "town's business hours: median of answered stories; within_deadline: by urgency, "
       "urgent ones that wait included",
       median(facts.response_minutes),
       {{"within_deadline", share(facts.in_time, facts.in_time + facts.too_late)}},
       facts.mentions_cut});
  all.push_back(alert_precision(facts));
  all.push_back({"detection_lag",
                 "seconds",
                 "alerted - published: median",
                 median(facts.detection_seconds),
                 {{"p99", quantile_of(facts.detection_seconds, 0.99)}},
                 facts.alerts_cut});
  all.push_back({"engine_lag",
                 "seconds",
                 "alerted - received: median",
                 median(facts.engine_seconds),
                 {{"p99", quantile_of(facts.engine_seconds, 0.99)}},
                 facts.alerts_cut});
  all.push_back({"unmatched_share",
                 "share",
                 "kept mentions without topic / all kept",
                 share(facts.without_topic, facts.looked_at),
                 {},
                 facts.mentions_cut});
  return all;
}

KpiReader::KpiReader(const Store& store, const std::vector<Tenant>& tenants)
    : store_(store), tenants_(tenants), trends_(store, tenants, [&store](TenantId tenant) {
        return volume_incidents(store, tenant);
      }) {}

Result<KpiReader::Reading> KpiReader::read(TenantId tenant, const HourSpan& period, Time now) {
  const auto facts = read_kpi_facts(store_, tenant, tenants_.at(tenant), period, now);
  auto trend = trends_.read(tenant, std::min(period.ends(), now), now);
  if (!facts || !trend) {
    return tl::make_unexpected(facts ? trend.error() : facts.error());
  }
  std::vector<Kpi> kpis = kpis_of(*facts, *trend);
  return Reading{std::move(kpis), std::move(*trend)};
}

}  // namespace vigie
