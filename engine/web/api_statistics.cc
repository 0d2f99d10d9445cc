// /api/v1/tenants/{tenant}/stats and /summary: what the rollups and the alerts add up to.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::uint32_t kHoursPerDay = 24;
constexpr std::uint32_t kMaxHours = 62 * kHoursPerDay, kMaxHoursByDay = 400 * kHoursPerDay;
constexpr std::uint32_t kDefaultHours = 7 * kHoursPerDay;
/// Alerts older than the newest so many are not counted: nobody has that many open.
constexpr std::size_t kMaxCountedAlerts = 1000;

struct Counts {
  std::int64_t mentions = 0, urgent = 0;
  std::array<std::int64_t, 3> by_tone{};

  void add(const RollupCell& cell) {
    mentions += cell.mentions;
    urgent += is_urgent(cell.urgency) ? cell.mentions : 0;
    by_tone.at(static_cast<std::size_t>(cell.tone)) += cell.mentions;
  }
};

void write_counts(const Counts& counts, JsonWriter& json) {
  json.key("mentions").value(counts.mentions).key("urgent").value(counts.urgent);
  for (const Tone tone : {Tone::kNegative, Tone::kNeutral, Tone::kPositive}) {
    json.key(to_string(tone)).value(counts.by_tone.at(static_cast<std::size_t>(tone)));
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
  const auto cells = parts.store.rollups(tenant, range->from, range->to);
  if (!cells) {
    return store_failed(cells.error());
  }
  Counts totals;
  std::map<std::tuple<std::uint32_t, std::string>, Counts> series;
  std::map<std::string, Counts> topics, sources;
  for (const RollupCell& cell : *cells) {
    series[{cell.hour - cell.hour % range->step, cell.topic}].add(cell);
    if (cell.topic.empty()) {
      totals.add(cell);
      sources[cell.source].add(cell);
    } else {
      topics[cell.topic].add(cell);
    }
  }

  std::string body;
  JsonWriter json(body);
  json.begin_object().key("from").value(format_time(start_of_hour(range->from)));
  json.key("to").value(format_time(start_of_hour(range->to)));
  json.key("by").value(range->step == 1 ? "hour" : "day");
  json.key("totals").begin_object();
  write_counts(totals, json);
  json.end_object().key("series").begin_array();
  for (const auto& [key, counts] : series) {
    json.begin_object().key("at").value(format_time(start_of_hour(std::get<0>(key))));
    json.key("topic").value(std::get<1>(key));
    write_counts(counts, json);
    json.end_object();
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

/// What waits for somebody, counted over a tenant's alerts.
struct Waiting {
  std::size_t urgent_unhandled = 0, critical_unhandled = 0;
  std::size_t open = 0, taken = 0, past_deadline = 0, raised_24h = 0;
  std::optional<Time> oldest_urgent_unhandled;
};

void count(const Store::StoredAlert& alert, const AlertSummary& summary, Time now,
           Waiting& waiting) {
  const bool is_new = alert.work.state == AlertWork::State::kNew;
  const bool is_open = alert.work.state != AlertWork::State::kClosed;
  waiting.open += is_open;
  waiting.taken += alert.work.state == AlertWork::State::kTaken;
  waiting.past_deadline += is_open && summary.deadline_at && *summary.deadline_at < now;
  waiting.raised_24h += summary.raised_at && now - *summary.raised_at < std::chrono::hours(24);
  if (!is_new || !is_urgent(summary.level)) {
    return;
  }
  ++waiting.urgent_unhandled;
  waiting.critical_unhandled += summary.level == Urgency::kCritical;
  if (summary.raised_at) {
    waiting.oldest_urgent_unhandled =
        std::min(waiting.oldest_urgent_unhandled.value_or(*summary.raised_at), *summary.raised_at);
  }
}

/// Fixed thresholds, until there is a history to tell what is usual for the town.
std::string_view state_of(const Waiting& waiting) {
  if (waiting.critical_unhandled >= 3) {
    return "crisis";
  }
  if (waiting.critical_unhandled > 0 || waiting.urgent_unhandled >= 5) {
    return "tension";
  }
  return waiting.urgent_unhandled > 0 ? "watch" : "calm";
}

void write_time_or_null(std::string_view name, const std::optional<Time>& time, JsonWriter& json) {
  json.key(name);
  time ? json.value(format_time(*time)) : json.null();
}

Response show_summary(const ApiParts& parts, TenantId tenant) {
  const Time now = parts.clock.now();
  const auto alerts = parts.store.alerts(tenant, 0, kMaxCountedAlerts);
  if (!alerts) {
    return store_failed(alerts.error());
  }
  Waiting waiting;
  for (const Store::StoredAlert& alert : *alerts) {
    if (const std::optional<AlertSummary> summary = read_alert_body(alert.body)) {
      count(alert, *summary, now, waiting);
    }
  }
  const std::uint32_t this_hour = hour_of(now);
  const auto cells = parts.store.rollups(tenant, this_hour - kHoursPerDay + 1, this_hour + 1);
  if (!cells) {
    return store_failed(cells.error());
  }
  Counts last_day;
  for (const RollupCell& cell : *cells) {
    if (cell.topic.empty()) {
      last_day.add(cell);
    }
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
  json.begin_object().key("state").value(state_of(waiting));
  json.key("urgent_unhandled").value(waiting.urgent_unhandled);
  json.key("open_alerts").value(waiting.open).key("taken_alerts").value(waiting.taken);
  json.key("past_deadline").value(waiting.past_deadline);
  json.key("alerts_24h").value(waiting.raised_24h);
  json.key("mentions_24h").value(last_day.mentions);
  json.key("negative_24h").value(last_day.by_tone[static_cast<std::size_t>(Tone::kNegative)]);
  write_time_or_null("oldest_urgent_unhandled_at", waiting.oldest_urgent_unhandled, json);
  write_time_or_null("last_mention_at", last_mention, json);
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> statistics_routes(const SharedParts& parts) {
  const std::string time = R"({"type":"string","format":"date-time"})";
  return {
      api_get("/api/v1/tenants/{tenant}/stats", "getStatistics",
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
      api_get("/api/v1/tenants/{tenant}/summary", "getSummary",
              "What waits for somebody, and the town's state in a word", "Summary", {},
              for_tenant(parts, [parts](TenantId tenant,
                                        const Request&) { return show_summary(*parts, tenant); })),
  };
}

}  // namespace vigie
