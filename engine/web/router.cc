#include "engine/web/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/core/check.h"

namespace vigie {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}
bool takes_the_rest(std::string_view segment) { return segment.ends_with("...}"); }

/// The first segment of a path, which begins with '/'; `path` keeps the rest.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// How many literal segments agreed; nothing if the path does not fit.
std::optional<int> fit(std::string_view pattern, std::string_view path, Parameters& raw) {
  int literal = 0;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = next_segment(pattern);
    if (takes_the_rest(expected)) {
      raw.emplace(expected.substr(1, expected.size() - 5), path.substr(1));
      return literal;
    }
    const std::string_view given = next_segment(path);
    if (is_parameter(expected)) {
      if (given.empty()) {
        return std::nullopt;
      }
      raw.emplace(expected.substr(1, expected.size() - 2), given);
    } else if (expected == given) {
      ++literal;
    } else {
      return std::nullopt;
    }
  }
  return pattern.empty() && path.empty() ? std::optional(literal) : std::nullopt;
}

bool serves(const Route& route, std::string_view method) {
  return route.method == "*" || route.method == method ||
         (method == "HEAD" && route.method == "GET");
}

}  // namespace

Route::Handler at_once(std::function<Response(const Request&)> handle) {
  return [handle = std::move(handle)](Request request) -> boost::asio::awaitable<Response> {
    co_return handle(request);
  };
}

Route open_get(std::string pattern, Route::Handler handler, RouteDescription description) {
  Route route;
  route.method = "GET";
  route.pattern = std::move(pattern);
  route.access = RouteAccess::kPublic;
  route.handler = std::move(handler);
  route.description = std::move(description);
  return route;
}

void Router::add(std::vector<Route> routes) {
  for (Route& route : routes) {
    const bool is_new = std::ranges::none_of(routes_, [&](const Route& other) {
      return other.method == route.method && other.pattern == route.pattern;
    });
    check(is_new, "a route is there once");
    check(route.access != RouteAccess::kSignedIn || route.right, "a route says who may call it");
    check(route.pattern.starts_with('/') && route.handler != nullptr, "a route leads somewhere");
    routes_.push_back(std::move(route));
  }
}

Router::Found Router::find(Request& request) const {
  Found found;
  if (!request.path.starts_with('/')) {
    return found;
  }
  int best = -1;
  Parameters raw;
  for (const Route& route : routes_) {
    Parameters candidate;
    const std::optional<int> literal = fit(route.pattern, request.path, candidate);
    if (!literal) {
      continue;
    }
    if (!serves(route, request.method)) {
      found.allow += (found.allow.empty() ? "" : ", ") + route.method;
    } else if (*literal > best) {
      best = *literal;
      found.route = &route;
      raw = std::move(candidate);
    }
  }
  request.parameters.clear();
  for (const auto& [name, value] : raw) {
    std::optional<std::string> decoded = percent_decode(value, false);
    if (!decoded) {
      found.malformed_escape = true;
      return found;
    }
    request.parameters.emplace(name, std::move(*decoded));
  }
  return found;
}

}  // namespace vigie
