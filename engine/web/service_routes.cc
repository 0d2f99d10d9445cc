#include "engine/web/service_routes.h"

#include <utility>

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

using WhyNot = std::function<std::optional<std::string>()>;

RouteDescription describe_push() {
  const std::string text = R"({"type":"string"})";
  const auto refused = [](unsigned status, const char* about) {
    return RouteDescription::Answer{status, about, "PushRefusal"};
  };
  return {"push",
          "Where sources push mentions, and WebSub hubs feeds; each connector checks its senders",
          {{"X-Vigie-Signature", text,
            "t=<unix seconds>,v1=<hex HMAC-SHA256(secret, \"<t>.<body>\")>", "header"},
           {"Idempotency-Key", text, "The same key and body: the same answer, nothing stored twice",
            "header"}},
          "Mentions",
          {{202, "Stored", "PushReceipt"},
           refused(400, "Empty, or a header is malformed"),
           refused(401, "The signature is missing or wrong"),
           refused(403, "The signature is too old or from the future"),
           refused(404, "There is no such connector"),
           refused(413, "The body is too large"),
           refused(415, "Not a type that is read here"),
           refused(422, "This key came with another body"),
           refused(429, "Busy; Retry-After says when")},
          "application/x-ndjson"};
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

Route health_route(std::string pattern, std::string operation, std::string summary,
                   WhyNot why_not) {
  return open_get(std::move(pattern), health(std::move(why_not)),
                  {std::move(operation),
                   std::move(summary),
                   {},
                   "",
                   {{200, "Yes", "Health"}, {503, "No; detail says why", "Problem"}}});
}

}  // namespace

std::vector<Route> operations_routes(const ServiceParts& parts) {
  std::vector<Route> routes;
  routes.push_back(open_get("/metrics", at_once([&metrics = parts.metrics](const Request&) {
                              Response response;
                              response.content_type = kMetricsType;
                              response.body = metrics.expose();
                              return response;
                            }),
                            {"getMetrics",
                             "Everything the engine counts, for Prometheus",
                             {},
                             "",
                             {{200, "Text format 0.0.4", "", kMetricsType}}}));
  routes.push_back(
      health_route("/health/live", "getLive", "Does the process work", parts.why_not_live));
  routes.push_back(health_route("/health/ready", "getReady", "Can it take mentions and answer",
                                parts.why_not_ready));
  return routes;
}

Route push_route(const ServiceParts& parts) {
  Route push;
  push.method = "*";
  push.pattern = "/hooks/{connector}";
  push.access = RouteAccess::kOwnCheck;
  push.max_body_bytes = ServiceParts::kMaxPushBytes;
  push.handler = [push_to = parts.push](Request request) -> boost::asio::awaitable<Response> {
    std::string connector(request.parameter("connector"));
    co_return co_await push_to(std::move(connector), std::move(request));
  };
  push.description = describe_push();
  return push;
}

}  // namespace vigie
