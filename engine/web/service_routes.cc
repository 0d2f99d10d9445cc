#include "engine/web/service_routes.h"

#include <utility>

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

using WhyNot = std::function<std::optional<std::string>()>;

Route get(std::string pattern, std::string operation, std::string summary, Route::Handler handler) {
  Route route;
  route.method = "GET";
  route.pattern = std::move(pattern);
  route.access = RouteAccess::kPublic;
  route.handler = std::move(handler);
  route.description.operation = std::move(operation);
  route.description.summary = std::move(summary);
  return route;
}

Route::Handler health(WhyNot why_not) {
  return at_once([why_not = std::move(why_not)](const Request&) {
    if (const std::optional<std::string> reason = why_not()) {
      return problem(503, *reason);
    }
    std::string body;
    JsonWriter(body).begin_object().key("status").value("ok").end_object();
    return json_response(std::move(body));
  });
}

}  // namespace

std::vector<Route> service_routes(const ServiceParts& parts) {
  std::vector<Route> routes;
  routes.push_back(get("/metrics", "getMetrics", "Everything the engine counts, for Prometheus",
                       at_once([&metrics = parts.metrics](const Request&) {
                         Response response;
                         response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                         response.body = metrics.expose();
                         return response;
                       })));
  routes.push_back(
      get("/health/live", "getLive", "Does the process work", health(parts.why_not_live)));
  routes.push_back(get("/health/ready", "getReady", "Can it take mentions and answer",
                       health(parts.why_not_ready)));
  Route push;
  push.method = "*";
  push.pattern = "/hooks/{connector}";
  push.access = RouteAccess::kOwnCheck;
  push.max_body_bytes = ServiceParts::kMaxPushBytes;
  push.handler = [push_to = parts.push](Request request) -> boost::asio::awaitable<Response> {
    std::string connector(request.parameter("connector"));
    co_return co_await push_to(std::move(connector), std::move(request));
  };
  push.description.operation = "push";
  push.description.summary = "Where sources push mentions; each connector checks its senders";
  routes.push_back(std::move(push));
  return routes;
}

}  // namespace vigie
