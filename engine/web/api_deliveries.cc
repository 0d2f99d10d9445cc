// /api/v1/tenants/{tenant}/deliveries: which alerts did not reach their receivers, and why.
#include <limits>
#include <optional>
#include <string>

#include "engine/web/api_routes.h"

namespace vigie {
namespace {

/// By Delivery::Purpose.
constexpr std::string_view kPurposes[] = {"alert", "held", "group", "repeat", "open", "digest"};

constexpr std::uint64_t kMaxLimit = 500, kDefaultLimit = 100;

void write_delivery(const Delivery& delivery, JsonWriter& json) {
  json.begin_object().key("alert").value(delivery.alert);
  json.key("receiver").value(delivery.receiver);
  json.key("state").value(delivery.dead ? "dead" : "owed");
  json.key("purpose").value(kPurposes[static_cast<std::size_t>(delivery.purpose)]);
  json.key("attempts").value(delivery.attempts);
  json.key("next_attempt_at");
  delivery.dead || delivery.attempts == 0 ? json.null() : json.value(format_time(delivery.next_at));
  json.key("last_error").value(delivery.last_error).end_object();
}

/// Newest alert first.
Response list_deliveries(const ApiParts& parts, TenantId tenant, const Request& request) {
  const auto limit = number_field(request, "limit", 1, kMaxLimit, kDefaultLimit);
  const std::string state = request.query_field("state").value_or("dead");
  if (!limit || (state != "dead" && state != "owed")) {
    return problem(400, "limit: 1 to 500, state: dead or owed");
  }
  const auto deliveries =
      parts.store.deliveries(state == "dead", Time::max(), std::numeric_limits<std::size_t>::max());
  if (!deliveries) {
    return store_failed(deliveries.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("deliveries").begin_array();
  std::uint64_t found = 0;
  for (auto delivery = deliveries->rbegin(); delivery != deliveries->rend() && found < *limit;
       ++delivery) {
    const auto alert = parts.store.alert(delivery->alert);
    if (!alert) {
      return store_failed(alert.error());
    }
    if (*alert && (*alert)->tenant == tenant) {
      write_delivery(*delivery, json);
      ++found;
    }
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> delivery_routes(const SharedParts& parts) {
  return {api_get(Right::kReadMentions, "/api/v1/tenants/{tenant}/deliveries", "listDeliveries",
                  "Deliveries of alerts that were given up, or are still owed", "DeliveryList",
                  {{"state", R"({"enum":["dead","owed"],"default":"dead"})",
                    "dead: given up; owed: being tried"},
                   {"limit", R"({"type":"integer","minimum":1,"maximum":500,"default":100})",
                    "At most so many, newest alert first"}},
                  for_tenant(parts, [parts](TenantId tenant, const Request& request) {
                    return list_deliveries(*parts, tenant, request);
                  }))};
}

}  // namespace vigie
