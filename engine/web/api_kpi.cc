// /api/v1/tenants/{tenant}/kpi: every key figure, each with what it is made of and how sure it is.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/quality/sample_book.h"
#include "engine/trend/usual_hours.h"
#include "engine/web/api_routes.h"
#include "engine/web/sample_json.h"

namespace vigie {
namespace {

constexpr std::uint32_t kDefaultHours = 7 * 24, kMaxHours = 62 * 24;
constexpr const char* kWrongSpan =
    "from and to are RFC 3339 times, from before to, at most 62 days apart";

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
  for (const Kpi::Part& part : kpi.parts) {
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

/// How far tones and urgencies may be trusted, by people who did not see them.
void write_judged(const std::optional<JudgedWeek>& judged, JsonWriter& json) {
  json.key("judged");
  if (!judged) {
    json.null();
    return;
  }
  json.begin_object().key("week").value(judged->week.text()).key("mentions").value(judged->drawn);
  json.key("judged").value(judged->result.judged);
  write_estimate("tone", judged->result.tone.accuracy, json);
  write_estimate("urgency", judged->result.urgency.accuracy, json);
  write_judged_sentiment(judged->result, json);
  json.end_object();
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

Response show_kpis(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::optional<HourSpan> span = read_span(parts, request);
  if (!span) {
    return problem(400, kWrongSpan);
  }
  const Time now = parts.clock.now();
  std::vector<std::vector<Kpi>> kpis;
  std::optional<TownTrend> trend_now;
  for (const HourSpan& period : {*span, span->previous()}) {
    auto reading = parts.kpis->read(tenant, period, now);
    if (!reading) {
      return store_failed(reading.error());
    }
    kpis.push_back(std::move(reading->kpis));
    trend_now = trend_now ? std::move(trend_now) : std::move(reading->trend);
  }
  const auto judged = read_latest_judged(parts.store, tenant, parts.tenants.at(tenant).id,
                                         IsoWeek::of(day_of(span->ends())));
  if (!judged) {
    return store_failed(judged.error());
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
  write_judged(*judged, json);
  json.end_object();
  return json_response(std::move(body));
}

Response show_usual(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::optional<HourSpan> span = read_span(parts, request);
  if (!span) {
    return problem(400, kWrongSpan);
  }
  const Time now = parts.clock.now();
  const Result<Baseline> usual =
      parts.kpis->trends().read_usual(tenant, std::min(span->ends(), now), now);
  if (!usual) {
    return store_failed(usual.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_span(*span, json);
  json.key("warm").value(usual->is_warm()).key("days_seen").value(usual->days_seen());
  json.key("hours").begin_array();
  const TownCalendar town = calendar_of(parts.tenants.at(tenant));
  for (const UsualHour& hour : usual_hours(*usual, town, span->from, span->to)) {
    json.begin_object().key("at").value(format_time(hour.at));
    json.key("expected").value(hour.expected);
    json.key("low").value(hour.low).key("high").value(hour.high).end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> kpi_routes(const SharedParts& parts) {
  const std::string time = R"({"type":"string","format":"date-time"})";
  const std::vector<RouteDescription::Field> span = {
      {"from", time, "First hour; a week before `to` if absent"},
      {"to", time, "End, not included; now if absent"}};
  return {
      api_get(Right::kReadFigures, "/api/v1/tenants/{tenant}/kpi", "getKpis",
              "Every key figure of a period, with what it is made of, how sure it is, its "
              "formula and the period before; how surprising the volume is at its end, and the "
              "crisis index with its five terms",
              "Kpis", span,
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           return show_kpis(*parts, tenant, request);
                         })),
      api_get(Right::kReadFigures, "/api/v1/tenants/{tenant}/usual", "getUsual",
              "How many mentions an hour of a period usually has, and between which counts 95 of "
              "100 such hours lie, by the baseline in force at the period's end",
              "Usual", span, for_tenant(parts, [parts](TenantId tenant, const Request& request) {
                return show_usual(*parts, tenant, request);
              }))};
}

}  // namespace vigie
