// /api/v1/tenants/{tenant}/kpi: every key figure, each with what it is made of and how sure it is.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/alert/volume_incident.h"
#include "engine/web/api_routes.h"
#include "engine/web/kpi_facts.h"

namespace vigie {
namespace {

constexpr std::uint32_t kDefaultHours = 7 * 24, kMaxHours = 62 * 24;
constexpr std::size_t kMaxParts = 30;

struct Part {
  std::string name;
  Figure figure;
};
/// One key figure of a period.
struct Kpi {
  std::string_view name, unit, formula;
  Figure figure;
  std::vector<Part> parts = {};
  bool cut = false;  ///< made of the newest only: there is more than one request looks at
};

Figure counted(std::uint64_t count) {
  return {static_cast<double>(count), count, std::nullopt, {}};
}
Figure quantile_of(const std::vector<double>& sample, double q) {
  return {quantile(sample, q), sample.size(), std::nullopt,
          sample.empty() ? "there is nothing to measure" : ""};
}
Figure without(std::string_view reason) { return {std::nullopt, 0, std::nullopt, reason}; }

Kpi topic_share(const KpiFacts& facts) {
  Kpi kpi{"topic_share", "share", "topic's mentions / all mentions; `value`: the first topic's",
          without("no mention has a topic")};
  const auto all = static_cast<std::uint64_t>(facts.mentions.mentions);
  for (const auto& [topic, mentions] : facts.by_topic) {
    kpi.parts.push_back({topic, share(std::min(mentions, all), all)});
  }
  std::ranges::stable_sort(kpi.parts, std::ranges::greater(),
                           [](const Part& part) { return part.figure.value.value_or(0); });
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

/// In the order of the specification's table.
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

void write_number(std::string_view name, const std::optional<double>& number, JsonWriter& json) {
  json.key(name);
  number ? json.value(*number) : json.null();
}
/// The members of a figure, in an object that is open.
void write_figure(const Figure& figure, JsonWriter& json) {
  write_number("value", figure.value, json);
  json.key("n").value(figure.n);
  write_number("error", figure.error, json);
  json.key("reason");
  figure.reason.empty() ? json.null() : json.value(figure.reason);
}

struct Covered {
  std::optional<double> now, before;
  static constexpr std::string_view kUnknown = "what the sources saw is not written down here";
};

void write_coverage(const std::optional<double>& coverage, JsonWriter& json) {
  write_number("coverage", coverage, json);
  json.key("coverage_reason");
  coverage ? json.null() : json.value(Covered::kUnknown);
}

void write_kpi(const Kpi& kpi, const Kpi& before, const Covered& covered, JsonWriter& json) {
  json.begin_object().key("name").value(kpi.name).key("unit").value(kpi.unit);
  write_figure(kpi.figure, json);
  write_coverage(covered.now, json);
  json.key("partial").value(kpi.cut || covered.now.value_or(1) < 1);
  json.key("formula").value(kpi.formula);
  json.key("parts").begin_array();
  for (const Part& part : kpi.parts) {
    json.begin_object().key("name").value(part.name);
    write_figure(part.figure, json);
    json.end_object();
  }
  json.end_array().key("previous").begin_object();
  write_figure(before.figure, json);
  write_coverage(covered.before, json);
  json.end_object().end_object();
}

void write_surprise(const TownTrend& trend, JsonWriter& json) {
  const Surprise& surprise = trend.surprise;
  json.key("surprise").begin_object();
  json.key("at").value(format_time(surprise.at));
  json.key("window_minutes").value(surprise.window_minutes).key("count").value(surprise.count);
  json.key("authors").value(surprise.authors).key("expected").value(surprise.expected);
  json.key("dispersion").value(surprise.dispersion).key("level").value(surprise.level);
  write_number("p", surprise.is_warm ? std::optional(surprise.p) : std::nullopt, json);
  json.key("opens_below").value(SurpriseLimits::kOpen);
  json.key("closes_above").value(SurpriseLimits::kClose);
  json.key("least_authors").value(SurpriseLimits::kAuthors);
  json.key("baseline").begin_object().key("weeks").value(Baseline::kWeeks);
  json.key("days_seen").value(trend.baseline.days_seen());
  json.key("hours_left_out").value(trend.baseline.hours_left_out());
  json.key("warm").value(surprise.is_warm);
  json.key("fixed_threshold");
  if (surprise.is_warm) {
    json.null();
  } else {
    json.begin_object().key("mentions").value(SurpriseLimits::kColdCount);
    json.key("minutes").value(SurpriseLimits::kColdWindowSteps * kStep.count()).end_object();
  }
  json.end_object().end_object();
}

void write_index(const TownTrend& trend, JsonWriter& json) {
  json.key("crisis_index").begin_object();
  json.key("value").value(trend.index.value()).key("word").value(trend.index.word());
  json.key("terms").begin_array();
  for (const CrisisTerm& term : trend.index.terms) {
    json.begin_object().key("name").value(term.name).key("weight").value(term.weight);
    json.key("score").value(term.score).key("points").value(term.points()).end_object();
  }
  json.end_array().end_object();
}

void write_span(const HourSpan& span, JsonWriter& json) {
  json.key("from").value(format_time(span.begins())).key("to").value(format_time(span.ends()));
}

std::optional<HourSpan> read_span(const ApiParts& parts, const Request& request) {
  bool valid = true;
  const std::optional<Time> to = time_field(request, "to", valid);
  const std::optional<Time> from = time_field(request, "from", valid);
  HourSpan span;
  span.to =
      to ? hour_of(*to + std::chrono::hours(1) - microseconds(1)) : hour_of(parts.clock.now()) + 1;
  span.from = from ? hour_of(*from) : span.to - std::min(span.to, kDefaultHours);
  return valid && span.from < span.to && span.length() <= kMaxHours ? std::optional(span)
                                                                    : std::nullopt;
}

Response show_kpis(const ApiParts& parts, TrendReader& trends, TenantId tenant,
                   const Request& request) {
  const std::optional<HourSpan> span = read_span(parts, request);
  if (!span) {
    return problem(400, "from and to are RFC 3339 times, from before to, at most 62 days apart");
  }
  const Time now = parts.clock.now();
  std::vector<std::vector<Kpi>> kpis;
  std::optional<TownTrend> trend_now;
  for (const HourSpan& period : {*span, span->previous()}) {
    const auto facts = read_kpi_facts(parts.store, tenant, parts.tenants.at(tenant), period, now);
    const auto trend = trends.read(tenant, std::min(period.ends(), now));
    if (!facts || !trend) {
      return store_failed(facts ? trend.error() : facts.error());
    }
    kpis.push_back(kpis_of(*facts, *trend));
    trend_now = trend_now ? trend_now : *trend;
  }
  Covered covered;
  if (parts.coverage) {
    covered = {parts.coverage(tenant, span->begins(), span->ends()),
               parts.coverage(tenant, span->previous().begins(), span->begins())};
  }

  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_span(*span, json);
  json.key("previous").begin_object();
  write_span(span->previous(), json);
  json.end_object().key("counts").value("mentions").key("kpis").begin_array();
  for (std::size_t i = 0; i < kpis[0].size(); ++i) {
    write_kpi(kpis[0][i], kpis[1][i], covered, json);
  }
  const auto coverage_figure = [](const std::optional<double>& coverage) {
    return coverage ? Figure{coverage, 0, std::nullopt, {}} : without(Covered::kUnknown);
  };
  write_kpi({"coverage", "share", "healthy source-seconds / all", coverage_figure(covered.now)},
            {"coverage", "share", "", coverage_figure(covered.before)}, covered, json);
  json.end_array();
  write_surprise(*trend_now, json);
  write_index(*trend_now, json);
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> kpi_routes(const SharedParts& parts) {
  const std::string time = R"({"type":"string","format":"date-time"})";
  const auto trends = std::make_shared<TrendReader>(
      parts->store, parts->tenants,
      [parts](TenantId tenant) { return volume_incidents(parts->store, tenant); });
  return {api_get("/api/v1/tenants/{tenant}/kpi", "getKpis",
                  "Every key figure of a period, with what it is made of, how sure it is, its "
                  "formula and the period before; how surprising the volume is at its end, and the "
                  "crisis index with its five terms",
                  "Kpis",
                  {{"from", time, "First hour; a week before `to` if absent"},
                   {"to", time, "End, not included; now if absent"}},
                  for_tenant(parts, [parts, trends](TenantId tenant, const Request& request) {
                    return show_kpis(*parts, *trends, tenant, request);
                  }))};
}

}  // namespace vigie
