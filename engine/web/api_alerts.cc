// /api/v1/tenants/{tenant}/alerts: the list, taking charge, closing.
#include <simdjson.h>

#include <charconv>
#include <optional>
#include <string>

#include "engine/alert/incidents.h"
#include "engine/web/api_routes.h"
#include "engine/web/card_json.h"
#include "engine/web/tenant_figures.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t kMaxLimit = 200, kDefaultLimit = 50;
constexpr std::size_t kScannedPerLimit = 10;
constexpr std::string_view kOpen = "open";  ///< asks for all that somebody has to come back to

bool is_in(WorkState state, const std::optional<std::string>& wanted) {
  return !wanted || (*wanted == kOpen ? !is_done(state) : to_string(state) == *wanted);
}

/// That an incident is over asks nothing of anybody.
WorkState work_state_of(const Store::StoredAlert& alert, const AlertSummary& summary) {
  return summary.is_end ? WorkState::kClosed : alert.work.state;
}

/// The members of `body` but for the deadline it was told with, in whose place stands the one that
/// holds now, if there is one: that an incident is over has none.
void write_body(std::string_view body, const std::optional<Time>& deadline, JsonWriter& json) {
  constexpr std::string_view kDeadline = "deadline_at";
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body.data(), body.size()).get(members) != simdjson::SUCCESS) {
    return;
  }
  std::optional<Time> due = deadline;
  for (const auto& [name, value] : members) {
    std::string_view told;
    if (name != kDeadline) {
      json.key(name).raw(simdjson::minify(value));
    } else if (!due && value.get(told) == simdjson::SUCCESS) {
      due = parse_time(told);
    }
  }
  if (due && *due != Time()) {
    json.key(kDeadline).value(format_time(*due));
  }
}

/// The body's members, with its number and work before them. Handles are masked in its texts since
/// it was made; its addresses are as they were.
Result<void> write_alert(const ApiParts& parts, const Store::StoredAlert& alert,
                         const AlertSummary& summary, JsonWriter& json) {
  const auto deadline = deadline_of(parts.store, parts.tenants.at(alert.tenant), alert);
  if (!deadline) {
    return tl::make_unexpected(deadline.error());
  }
  std::string object;
  JsonWriter members(object);
  members.begin_object().key("number").value(alert.number);
  members.key("state").value(to_string(work_state_of(alert, summary)));
  if (alert.work.state != WorkState::kNew) {
    members.key("by").value(alert.work.by).key("at").value(format_time(alert.work.at));
  }
  members.key("work").value(to_string(alert.subject)).key("cards");
  write_fitting_cards(parts, alert, members);
  write_body(alert.body, *deadline, members);
  members.end_object();
  json.raw(object);
  return {};
}

Response list_alerts(const ApiParts& parts, TenantId tenant, const Request& request) {
  const auto limit = number_field(request, "limit", 1, kMaxLimit, kDefaultLimit);
  const auto before = number_field(request, "before", 1, UINT64_MAX, 0);
  const std::optional<std::string> state = request.query_field("state");
  if (!limit || !before || (state && *state != kOpen && !parse_work_state(*state))) {
    return problem(
        400,
        "limit: 1 to 200, before: a number, state: new, taken, answered, muted, closed or open");
  }
  const std::size_t scanned = *limit * (state ? kScannedPerLimit : 1);
  const auto alerts = parts.store.alerts(tenant, *before, scanned);
  if (!alerts) {
    return store_failed(alerts.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("alerts").begin_array();
  std::uint64_t found = 0, next = 0;
  for (const Store::StoredAlert& alert : *alerts) {
    const std::optional<AlertSummary> summary = read_alert_body(alert.body);
    if (summary && is_in(work_state_of(alert, *summary), state)) {
      if (const Result<void> written = write_alert(parts, alert, *summary, json); !written) {
        return store_failed(written.error());
      }
      ++found;
    }
    next = alert.number;
    if (found == *limit) {
      break;
    }
  }
  const bool is_all = found < *limit && alerts->size() < scanned;
  json.end_array().key("next");
  is_all || next <= 1 ? json.null() : json.value(next);
  json.end_object();
  return json_response(std::move(body));
}

std::optional<std::uint64_t> alert_number(const Request& request) {
  const std::string_view text = request.parameter("number");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

/// Another tenant's alert is not there, as one that never was.
Result<Store::StoredAlert> find_alert(const ApiParts& parts, TenantId tenant,
                                      const Request& request) {
  const std::optional<std::uint64_t> number = alert_number(request);
  if (!number) {
    return fail(ErrorCode::kNotFound, "no such alert");
  }
  auto alert = parts.store.alert(*number);
  if (!alert) {
    return tl::make_unexpected(alert.error());
  }
  if (!*alert || (*alert)->tenant != tenant || !read_alert_body((*alert)->body)) {
    return fail(ErrorCode::kNotFound, "no such alert");
  }
  return std::move(**alert);
}

Response show(const ApiParts& parts, const Store::StoredAlert& alert) {
  std::string body;
  JsonWriter json(body);
  const Result<void> written =
      write_alert(parts, alert, read_alert_body(alert.body).value_or(AlertSummary()), json);
  return written ? json_response(std::move(body)) : store_failed(written.error());
}

/// Of the story it is about, if it is about one. Who came first keeps it; doing the same again
/// changes nothing.
asio::awaitable<Response> change_alert(SharedParts parts, Request request, WorkAct act) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  const Result<Store::StoredAlert> alert = find_alert(*parts, *tenant, request);
  if (!alert) {
    co_return store_failed(alert.error());
  }
  const WorkSubject subject = alert->subject;
  WorkRequest wanted;
  wanted.act = act;
  wanted.by = request.caller->account;
  wanted.at = parts->clock.now();
  const std::optional<WorkDone> done = co_await do_work(parts, subject, wanted);
  if (!done) {
    co_return problem(503, "too many changes are under way").with("Retry-After", "1");
  }
  const Result<Store::StoredAlert> now = find_alert(*parts, *tenant, request);
  if (!now) {
    co_return store_failed(now.error());
  }
  const bool is_anothers = act == WorkAct::kTake && now->work.state == WorkState::kTaken;
  if (!*done && !is_anothers) {
    co_return work_refused(done->error());
  }
  co_return show(*parts, *now);
}

Route change(const SharedParts& parts, std::string action, std::string operation,
             std::string summary, WorkAct act) {
  RouteDescription description = {
      std::move(operation),
      std::move(summary),
      {},
      "",
      {{200, "The alert as it is now", "Alert"},
       {409, "Not in its state", "Problem"},
       {503, "Too many changes are under way; Retry-After says when", "Problem"}}};
  return api_post(
      Right::kWork, "/api/v1/tenants/{tenant}/alerts/{number}/" + action, 4096,
      [parts, act](Request request) { return change_alert(parts, std::move(request), act); },
      std::move(description));
}

std::optional<Time> time_member(const simdjson::dom::element& object, const char* name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? parse_time(text) : std::nullopt;
}

}  // namespace

std::optional<AlertSummary> read_alert_body(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  std::string_view level, news;
  if (parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS ||
      object["level"].get(level) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return AlertSummary{
      parse_urgency(level).value_or(Urgency::kLow), time_member(object, "raised_at"),
      object["news"].get(news) == simdjson::SUCCESS && news == to_string(News::kClosed)};
}

std::vector<Route> alert_routes(const SharedParts& parts) {
  return {
      api_get(Right::kReadMentions, "/api/v1/tenants/{tenant}/alerts", "listAlerts",
              "Alerts, newest first", "AlertPage",
              {{"state", R"({"enum":["new","taken","answered","closed","muted","open"]})",
                "Only those in this state; open: new, taken or answered"},
               {"before", R"({"type":"integer"})", "The `next` of an earlier answer"},
               {"limit", R"({"type":"integer","minimum":1,"maximum":200,"default":50})",
                "At most so many"}},
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           return list_alerts(*parts, tenant, request);
                         })),
      api_get(Right::kReadMentions, "/api/v1/tenants/{tenant}/alerts/{number}", "getAlert",
              "One alert", "Alert", {},
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           const auto alert = find_alert(*parts, tenant, request);
                           return alert ? show(*parts, *alert) : store_failed(alert.error());
                         })),
      change(parts, "take", "takeAlert", "Take charge of an alert and its story", WorkAct::kTake),
      change(parts, "close", "closeAlert", "Close an alert and its story: it is dealt with",
             WorkAct::kClose),
  };
}

}  // namespace vigie
