// /api/v1/tenants/{tenant}/emergent: what people ask for that no rule looks for.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/web/api_routes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr Day kDefaultDays = 14, kMaxDays = 31;
constexpr const char* kWrongPeriod =
    "from and to are RFC 3339 times, from before to, at most 31 days apart";

struct Period {
  Day first = 0, last = 0;
};

/// The UTC days that hold [from, to). Nothing if that is no period.
std::optional<Period> read_period(const ApiParts& parts, const Request& request) {
  bool valid = true;
  const std::optional<Time> from = time_field(request, "from", valid);
  const std::optional<Time> to = time_field(request, "to", valid);
  const Day last = day_of(to ? *to - microseconds(1) : parts.clock.now());
  const Day first = from ? day_of(*from) : last - std::min(last, kDefaultDays - 1);
  const bool is_one =
      valid && first <= last && last - first < kMaxDays && (!from || !to || *from < *to);
  return is_one ? std::optional(Period{first, last}) : std::nullopt;
}

Response answer(Result<std::string> body) {
  if (body) {
    return json_response(std::move(*body));
  }
  if (body.error().code == ErrorCode::kInvalidInput) {
    return problem(422, body.error().text);
  }
  return aside_failed(body.error());
}

std::vector<RouteDescription::Field> period_fields() {
  const std::string time = R"({"type":"string","format":"date-time"})";
  return {{"from", time, "First day (UTC); 13 days before `to`'s if absent"},
          {"to", time, "End, not included; now if absent"}};
}

/// Answers from the tenant's and the request's period; the group is empty for the list.
asio::awaitable<Response> study(SharedParts parts, Request request, std::string group) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  if (const std::optional<std::string> why = objection_to_query(request, period_fields())) {
    co_return problem(400, *why);
  }
  const std::optional<Period> period = read_period(*parts, request);
  if (!period) {
    co_return problem(400, kWrongPeriod);
  }
  Result<std::string> body =
      co_await parts->emergent(*tenant, std::move(group), period->first, period->last);
  co_return answer(std::move(body));
}

}  // namespace

std::vector<Route> emergent_routes(const SharedParts& parts) {
  const RouteDescription::Answer busy = {
      503, "Too many studies are under way; Retry-After says when", "Problem"};
  Route list;
  list.method = "GET";
  list.pattern = "/api/v1/tenants/{tenant}/emergent";
  list.right = Right::kReadMentions;
  list.handler = [parts](Request request) { return study(parts, std::move(request), {}); };
  list.description = {
      "listEmergent",
      "Emerging needs: terms that rise among mentions without a topic and among what nobody keeps, "
      "in groups. Needs first, then events; of each term JLH = (f - b) · f / b. A term is shown "
      "only if enough distinct authors said it; examples are kept mentions",
      period_fields(),
      "",
      {{200, "Groups, the best first", "EmergentStudy"}, busy}};
  RouteDescription draft = {
      "draftEmergent",
      "A group of the same period as the draft of a rule, with tests and its backtest. Nothing is "
      "put in force",
      period_fields(),
      "",
      {{200, "The draft", "EmergentDraft"},
       {422, "No rule may look for this; the problems say why", "Problem"},
       busy}};
  return {std::move(list),
          api_post(
              Right::kDraftRules, "/api/v1/tenants/{tenant}/emergent/{id}/draft", 4096,
              [parts](Request request) {
                std::string group(request.parameter("id"));
                return study(parts, std::move(request), std::move(group));
              },
              std::move(draft))};
}

}  // namespace vigie
