// /api/v1/tenants/{tenant}/objectives: what key figures are wanted to be, and how they stand.

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "engine/alert/town_time.h"
#include "engine/core/iso_week.h"
#include "engine/guidance/objective.h"
#include "engine/guidance/town_settings.h"
#include "engine/web/api_routes.h"
#include "engine/web/objective_figures.h"

namespace vigie {
namespace {

using simdjson::dom::element;

constexpr std::size_t kMaxObjectiveBytes = 4096;
constexpr const char* kPath = "/api/v1/tenants/{tenant}/objectives";

ObjectiveFigures figures_of(const ApiParts& parts, TenantId tenant) {
  return {*parts.kpis, parts.tenants[tenant], tenant, parts.clock.now()};
}

void write_optional(std::string_view name, const std::optional<double>& number, JsonWriter& json) {
  json.key(name);
  number ? json.value(*number) : json.null();
}

Result<void> write_objective(const Objective& objective, ObjectiveFigures& figures,
                             JsonWriter& json) {
  const auto found = figures.of(objective);
  if (!found) {
    return tl::make_unexpected(found.error());
  }
  const Figure& figure = found->figure;
  const HourSpan period = figures.period_of(objective);
  json.begin_object().key("number").value(objective.number).key("kpi").value(objective.kpi);
  json.key("part").value(objective.part).key("target").value(objective.target);
  json.key("direction").value(to_string(objective.direction)).key("owner").value(objective.owner);
  json.key("due").value(date_text(objective.due)).key("closed").value(objective.is_closed);
  json.key("history").begin_array();
  for (const Objective::Change& change : objective.history) {
    json.begin_object().key("by").value(change.by).key("at").value(format_time(change.at));
    json.key("what").value(change.what).key("target").value(change.target);
    json.key("due").value(date_text(change.due)).end_object();
  }
  json.end_array().key("progress").value(to_string(found->progress));
  json.key("figure").begin_object();
  write_optional("value", figure.value, json);
  json.key("n").value(figure.n);
  write_optional("error", figure.error, json);
  json.key("from").value(format_time(period.begins()));
  json.key("to").value(format_time(period.ends())).end_object().end_object();
  return {};
}

Response show(const Objective& objective, ObjectiveFigures& figures, unsigned status = 200) {
  std::string body;
  JsonWriter json(body);
  if (const Result<void> written = write_objective(objective, figures, json); !written) {
    return store_failed(written.error());
  }
  Response response = json_response(std::move(body));
  response.status = status;
  return response;
}

/// Nothing, and `why`, if the body is not of its form.
std::optional<Objective> read_objective(const std::string& body, std::string& why) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    why = "the body is not a JSON object";
    return std::nullopt;
  }
  Objective objective;
  bool has_target = false, has_direction = false, has_due = false;
  for (const auto& [name, value] : members) {
    std::string_view text;
    const bool is_text = value.get(text) == simdjson::SUCCESS;
    bool is_read = is_text;
    if (name == "kpi" && is_text) {
      objective.kpi = text;
    } else if (name == "part" && is_text) {
      objective.part = text;
    } else if (name == "owner" && is_text) {
      objective.owner = text;
    } else if (name == "target") {
      is_read = has_target = value.get(objective.target) == simdjson::SUCCESS;
    } else if (name == "direction" && is_text) {
      const auto direction = parse_direction(text);
      is_read = has_direction = direction.has_value();
      objective.direction = direction.value_or(Objective::Direction::kAtLeast);
    } else if (name == "due" && is_text) {
      const std::optional<Day> due = parse_date(text);
      is_read = has_due = due.has_value();
      objective.due = due.value_or(0);
    } else {
      is_read = false;
    }
    if (!is_read) {
      why = "'" + std::string(name) +
            "' is not understood; an objective has kpi, part (or none), target (a number), "
            "direction (at_least, at_most), owner and due (2026-12-31)";
      return std::nullopt;
    }
  }
  const std::vector<Kpi> known = kpis_of({}, {});
  if (std::ranges::find(known, objective.kpi, &Kpi::name) == known.end()) {
    why = "'kpi' is none of:";
    for (const Kpi& kpi : known) {
      why += " " + std::string(kpi.name);
    }
    return std::nullopt;
  }
  if (!has_target || !has_direction || !has_due) {
    why = "target, direction or due is missing";
    return std::nullopt;
  }
  return objective;
}

Response list_objectives(const ApiParts& parts, TenantId tenant) {
  const auto all = read_objectives(parts.store, parts.tenants[tenant].id);
  if (!all) {
    return store_failed(all.error());
  }
  ObjectiveFigures figures = figures_of(parts, tenant);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("objectives").begin_array();
  for (const Objective& one : *all) {
    if (const Result<void> written = write_objective(one, figures, json); !written) {
      return store_failed(written.error());
    }
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

/// Makes one, or changes the one that the path names.
Response set_objective(const ApiParts& parts, TenantId tenant, const Request& request,
                       Objective* known, std::uint64_t next_number) {
  const Tenant& town = parts.tenants[tenant];
  const Time now = parts.clock.now();
  std::string why;
  std::optional<Objective> wanted = read_objective(request.body, why);
  if (!wanted) {
    return problem(400, why);
  }
  wanted->number = known == nullptr ? next_number : known->number;
  if (known != nullptr) {
    wanted->history = std::move(known->history);
  }
  const std::string what = known == nullptr ? "made" : "changed";
  wanted->history.push_back({request.caller->account, now, what, wanted->target, wanted->due});
  if (why = objection_to(*wanted, town_today(town.time_zone, now)); !why.empty()) {
    return problem(422, why);
  }
  keep_objective(parts.store, town.id, *wanted);
  ObjectiveFigures figures = figures_of(parts, tenant);
  Response response = show(*wanted, figures, known == nullptr ? 201 : 200);
  response.made = known == nullptr ? std::to_string(wanted->number) : "";
  return response;
}

Response make_objective(const ApiParts& parts, TenantId tenant, const Request& request) {
  const auto all = read_objectives(parts.store, parts.tenants[tenant].id);
  if (!all) {
    return store_failed(all.error());
  }
  const auto open = std::ranges::count(*all, false, &Objective::is_closed);
  if (static_cast<std::size_t>(open) >= Objective::kMaxOpen) {
    return problem(409, "there are too many objectives; close some");
  }
  return set_objective(parts, tenant, request, nullptr, all->empty() ? 1 : all->back().number + 1);
}

enum class Action { kChange, kClose };

Response act_on(const ApiParts& parts, TenantId tenant, const Request& request, Action action) {
  const Tenant& town = parts.tenants[tenant];
  const std::string_view text = request.parameter("number");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto all = read_objectives(parts.store, town.id);
  if (!all) {
    return store_failed(all.error());
  }
  const auto known = std::ranges::find(*all, number, &Objective::number);
  if (error != std::errc() || end != text.data() + text.size() || known == all->end()) {
    return not_found();
  }
  if (known->is_closed) {
    return problem(409, "this objective is closed");
  }
  if (action == Action::kChange) {
    return set_objective(parts, tenant, request, &*known, 0);
  }
  known->is_closed = true;
  known->history.push_back(
      {request.caller->account, parts.clock.now(), "closed", known->target, known->due});
  keep_objective(parts.store, town.id, *known);
  ObjectiveFigures figures = figures_of(parts, tenant);
  return show(*known, figures);
}

}  // namespace

std::vector<Route> objective_routes(const SharedParts& parts) {
  const auto acting = [&](Action action) {
    return for_tenant(parts, [parts, action](TenantId tenant, const Request& request) {
      return act_on(*parts, tenant, request, action);
    });
  };
  return {
      api_get(
          Right::kReadFigures, kPath, "listObjectives",
          "What the town wants its key figures to be, by when, and how each stands",
          "ObjectiveList", {},
          for_tenant(parts, [parts](TenantId tenant,
                                    const Request&) { return list_objectives(*parts, tenant); })),
      api_post(Right::kSetObjectives, kPath, kMaxObjectiveBytes,
               at_once(for_tenant(parts,
                                  [parts](TenantId tenant, const Request& request) {
                                    return make_objective(*parts, tenant, request);
                                  })),
               {"makeObjective",
                "Want a key figure to be at least or at most so much, by a day",
                {},
                "ObjectiveRequest",
                {{201, "The objective", "Objective"},
                 {400, "The body is not of this form, or there is no such key figure", "Problem"},
                 {409, "There are too many", "Problem"},
                 {422, "It has no owner, is over already, or wants what cannot be", "Problem"}}}),
      api_post(Right::kSetObjectives, std::string(kPath) + "/{number}", kMaxObjectiveBytes,
               at_once(acting(Action::kChange)),
               {"changeObjective",
                "Put another in its place; who changed what and when stays",
                {},
                "ObjectiveRequest",
                {{200, "The objective as it is now", "Objective"},
                 {400, "The body is not of this form, or there is no such key figure", "Problem"},
                 {409, "It is closed", "Problem"},
                 {422, "It has no owner, is over already, or wants what cannot be", "Problem"}}}),
      api_post(Right::kSetObjectives, std::string(kPath) + "/{number}/close", kMaxObjectiveBytes,
               at_once(acting(Action::kClose)),
               {"closeObjective",
                "Nobody works for it any more; it stays listed",
                {},
                "",
                {{200, "The objective as it is now", "Objective"},
                 {409, "It is closed already", "Problem"}}}),
  };
}

}  // namespace vigie
