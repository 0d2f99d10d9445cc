// /api/v1/tenants/{tenant}/stats and /summary: what the rollups and the alerts add up to.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/alert/budget.h"
#include "engine/alert/town_time.h"
#include "engine/web/api_routes.h"
#include "engine/web/tenant_figures.h"

namespace vigie {
namespace {

constexpr std::uint32_t kHoursPerDay = 24;
constexpr std::uint32_t kMaxHours = 62 * kHoursPerDay, kMaxHoursByDay = 400 * kHoursPerDay;
constexpr std::uint32_t kDefaultHours = 7 * kHoursPerDay;

void write_counts(const MentionCounts& counts, JsonWriter& json) {
  json.key("mentions").value(counts.mentions).key("stories").value(counts.stories);
  json.key("urgent").value(counts.urgent);
  for (const Tone tone : {Tone::kNegative, Tone::kNeutral, Tone::kPositive}) {
    json.key(to_string(tone)).value(counts.of(tone));
  }
}

Time start_of_hour(std::uint32_t hour) { return Time(std::chrono::hours(hour)); }

struct Range {
  std::uint32_t from = 0, to = 0;  ///< hours, [from, to)
  std::uint32_t step = 1;          ///< hours per bucket
};

std::optional<Range> read_range(const ApiParts& parts, const Request& request, std::string& why) {
  Range range;
  const std::string by = request.query_field("by").value_or("hour");
  if (by != "hour" && by != "day") {
    why = "by is hour or day";
    return std::nullopt;
  }
  range.step = by == "day" ? kHoursPerDay : 1;
  bool valid = true;
  const std::optional<Time> to = time_field(request, "to", valid);
  const std::optional<Time> from = time_field(request, "from", valid);
  range.to =
      to ? hour_of(*to + std::chrono::hours(1) - microseconds(1)) : hour_of(parts.clock.now()) + 1;
  range.from = from ? hour_of(*from) : range.to - std::min(range.to, kDefaultHours);
  range.from -= range.from % range.step;
  if (!valid || range.from >= range.to) {
    why = "from and to are RFC 3339 times, from before to";
  } else if (range.to - range.from > (range.step == 1 ? kMaxHours : kMaxHoursByDay)) {
    why = "at most 62 days by hour, 400 by day";
  }
  return why.empty() ? std::optional(range) : std::nullopt;
}

Response show_statistics(const ApiParts& parts, TenantId tenant, const Request& request) {
  std::string why;
  const std::optional<Range> range = read_range(parts, request, why);
  if (!range) {
    return problem(400, why);
  }
  MentionCounts totals;
  using ByName = std::map<std::string, MentionCounts, std::less<>>;
  const auto of = [](ByName& counts, std::string_view name) -> MentionCounts& {
    const auto found = counts.find(name);
    return found == counts.end() ? counts[std::string(name)] : found->second;
  };
  std::map<std::uint32_t, ByName> series;
  ByName topics, sources;
  const Result<void> read = parts.store.visit_rollups(
      tenant, RollupGrain::kHour, range->from, range->to, [&](const RollupRow& row) {
        if (row.is_zero()) {
          return;
        }
        of(series[row.bucket - row.bucket % range->step], row.topic).add(row);
        if (row.topic.empty()) {
          totals.add(row);
          of(sources, row.source).add(row);
        } else {
          of(topics, row.topic).add(row);
        }
      });
  if (!read) {
    return store_failed(read.error());
  }

  std::string body;
  JsonWriter json(body);
  json.begin_object().key("from").value(format_time(start_of_hour(range->from)));
  json.key("to").value(format_time(start_of_hour(range->to)));
  json.key("by").value(range->step == 1 ? "hour" : "day");
  json.key("totals").begin_object();
  write_counts(totals, json);
  json.end_object().key("series").begin_array();
  for (const auto& [hour, by_topic] : series) {
    const std::string at = format_time(start_of_hour(hour));
    for (const auto& [topic, counts] : by_topic) {
      json.begin_object().key("at").value(at).key("topic").value(topic);
      write_counts(counts, json);
      json.end_object();
    }
  }
  json.end_array();
  for (const auto& [name, groups] : {std::pair("topic", &topics), std::pair("source", &sources)}) {
    json.key(std::string(name) + "s").begin_array();
    for (const auto& [value, counts] : *groups) {
      json.begin_object().key(name).value(value);
      write_counts(counts, json);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return json_response(std::move(body));
}

void write_time_or_null(std::string_view name, const std::optional<Time>& time, JsonWriter& json) {
  json.key(name);
  time ? json.value(format_time(*time)) : json.null();
}

/// Of the tenant's receiver that has used up most of its day: what it was told, and may be told.
void write_budget(const ApiParts& parts, TenantId number, JsonWriter& json) {
  const Tenant& tenant = parts.tenants[number];
  std::uint32_t told = 0, budget = 0;
  if (parts.policy != nullptr) {
    const Budgets budgets(parts.store);
    const std::string today = date_of(town_time(tenant.time_zone, parts.clock.now()).day);
    for (const std::string& receiver : parts.policy->receivers_of(tenant.id)) {
      const std::uint64_t its_budget = parts.policy->budget_of(receiver);
      const std::uint64_t its_told = its_budget == 0 ? 0 : budgets.told_on(today, receiver);
      if (its_budget != 0 && (budget == 0 || its_told * budget > told * its_budget)) {
        told = static_cast<std::uint32_t>(its_told);
        budget = static_cast<std::uint32_t>(its_budget);
      }
    }
  }
  json.key("alert_budget");
  if (budget == 0) {
    json.null();
  } else {
    json.begin_object().key("told").value(told).key("of").value(budget).end_object();
  }
}

Response show_summary(const ApiParts& parts, TenantId tenant) {
  const Result<TenantFigures> figures =
      read_tenant_figures(parts.store, tenant, parts.tenants[tenant], parts.clock.now());
  if (!figures) {
    return store_failed(figures.error());
  }
  std::optional<Time> last_mention;
  const auto read = parts.store.scan(tenant, std::nullopt, 0, [&](const StoredMention& stored) {
    last_mention = stored.record.received_at;
    return false;
  });
  if (!read) {
    return store_failed(read.error());
  }

  std::string body;
  JsonWriter json(body);
  const std::size_t taken = figures->alerts_in(WorkState::kTaken);
  json.begin_object().key("state").value(
      state_of(figures->urgent_unhandled, figures->critical_unhandled));
  json.key("urgent_unhandled").value(figures->urgent_unhandled);
  json.key("open_alerts")
      .value(figures->alerts_in(WorkState::kNew) + taken +
             figures->alerts_in(WorkState::kAnswered));
  json.key("taken_alerts").value(taken);
  json.key("past_deadline").value(figures->past_deadline);
  json.key("alerts_24h").value(figures->raised_24h);
  write_budget(parts, tenant, json);
  json.key("mentions_24h").value(figures->last_day.mentions);
  json.key("stories_24h").value(figures->last_day.stories);
  json.key("negative_24h").value(figures->last_day.of(Tone::kNegative));
  write_time_or_null("oldest_urgent_unhandled_at", figures->oldest_urgent_unhandled, json);
  write_time_or_null("last_mention_at", last_mention, json);
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> statistics_routes(const SharedParts& parts) {
  const std::string time = R"({"type":"string","format":"date-time"})";
  return {
      api_get(Right::kReadFigures, "/api/v1/tenants/{tenant}/stats", "getStatistics",
              "Mentions by hour or UTC day of publication, topic and tone; in `series` the topic "
              "\"\" stands for all mentions, each counted once",
              "Statistics",
              {{"from", time, "First hour; a week before `to` if absent"},
               {"to", time, "End, not included; now if absent"},
               {"by", R"({"enum":["hour","day"],"default":"hour"})", "Size of a bucket"}},
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           return show_statistics(*parts, tenant, request);
                         })),
      api_get(Right::kReadFigures, "/api/v1/tenants/{tenant}/summary", "getSummary",
              "What waits for somebody, and the town's state in a word", "Summary", {},
              for_tenant(parts, [parts](TenantId tenant,
                                        const Request&) { return show_summary(*parts, tenant); })),
  };
}

}  // namespace vigie
