#include "engine/web/public_routes.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace vigie {
namespace {

namespace asio = boost::asio;

/// A town without a public page is not there, like one that does not exist.
std::optional<TenantId> find_public(const PublicParts& parts, std::string_view id) {
  const auto found = std::ranges::find(parts.tenants, id, &Tenant::id);
  return found != parts.tenants.end() && found->public_page
             ? std::optional(static_cast<TenantId>(found - parts.tenants.begin()))
             : std::nullopt;
}

Response answered(Result<std::string> body, const char* content_type) {
  if (body) {
    Response response = json_response(std::move(*body));
    response.content_type = content_type;
    return response;
  }
  switch (body.error().code) {
    case ErrorCode::kNotFound:
      return not_found();
    case ErrorCode::kFull:
      return problem(503, body.error().text).with("Retry-After", "5");
    default:
      return problem(500, body.error().text);
  }
}

asio::awaitable<Response> list(std::shared_ptr<const PublicParts> parts, Request request) {
  const std::optional<TenantId> tenant = find_public(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  PublicParts::Answer answering = parts->weeks(*tenant);
  Result<std::string> body = co_await std::move(answering);
  co_return answered(std::move(body), "application/json");
}

asio::awaitable<Response> table(std::shared_ptr<const PublicParts> parts, Request request) {
  const std::optional<TenantId> tenant = find_public(*parts, request.parameter("tenant"));
  const std::optional<IsoWeek> week = IsoWeek::parse(request.parameter("week"));
  if (!tenant || !week) {
    co_return not_found();
  }
  PublicParts::Answer answering = parts->csv(*tenant, *week);
  Result<std::string> body = co_await std::move(answering);
  co_return answered(std::move(body), "text/csv; charset=utf-8");
}

}  // namespace

std::vector<Route> public_routes(const PublicParts& parts) {
  const auto shared = std::make_shared<const PublicParts>(parts);
  const RouteDescription::Answer busy = {503, "Too much is under way", "Problem"};
  return {open_get("/public/{tenant}/weeks",
                   [shared](Request request) { return list(shared, std::move(request)); },
                   {"listPublicWeeks",
                    "The latest whole weeks of a town that shows them: mentions by topic and "
                    "tone, cells of fewer than five people and what would give them away hidden",
                    {},
                    "",
                    {{200, "The weeks, newest first", "PublicWeeks"}, busy}}),
          open_get("/public/{tenant}/weeks/{week}",
                   [shared](Request request) { return table(shared, std::move(request)); },
                   {"getPublicWeek",
                    "One of them as open data (deploy/open-data/schema.json)",
                    {},
                    "",
                    {{200, "The table", "", "text/csv; charset=utf-8"}, busy}})};
}

}  // namespace vigie
