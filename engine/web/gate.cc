#include "engine/web/gate.h"

#include <algorithm>

#include "engine/access/secret.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

constexpr std::string_view kBearer = "bearer ";

/// The scheme's name may be written in any case.
bool is_bearer(std::string_view authorization) {
  return authorization.size() >= kBearer.size() &&
         std::equal(kBearer.begin(), kBearer.end(), authorization.begin(), [](char wanted, char c) {
           return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
         });
}

std::string_view cookie_name(const PublicSide& side) {
  return side.secure ? "__Host-vigie" : "vigie";
}

bool changes_something(const Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

/// Says as well whether there is a directory to sign in through.
Response sign_in_first(const PublicSide& side) {
  constexpr std::string_view kFirst = "sign in first";
  Response response = side.directory.empty()
                          ? problem(401, kFirst)
                          : problem(401, kFirst, {{"directory", side.directory}});
  return response.with("WWW-Authenticate", "Bearer");
}

}  // namespace

std::optional<Response> Gate::operator()(const Route& route, Request& request) const {
  if (route.access == RouteAccess::kOwnCheck) {
    return std::nullopt;
  }
  const std::string_view authorization = request.header("authorization");
  if (route.access == RouteAccess::kSignedIn && is_bearer(authorization)) {
    const ApiToken* const token = sign_in_.identify(authorization.substr(kBearer.size()));
    if (!token) {
      return sign_in_first(side_);
    }
    request.caller = Caller{token->name, "", token->grants()};
    return refuse_caller(route, request);
  }
  if (changes_something(request) && !is_from_our_pages(request)) {
    return problem(403, "this request comes from another site's page");
  }
  if (route.access == RouteAccess::kPublic) {
    return std::nullopt;
  }
  const std::optional<std::string> id = request.cookie(cookie_name(side_));
  const std::optional<Session> session = id ? sign_in_.sessions().find(*id) : std::nullopt;
  if (!session) {
    return sign_in_first(side_);
  }
  request.caller = Caller{session->account, session->id, sign_in_.grants(*session)};
  if (changes_something(request) &&
      !is_same_secret(request.header("x-csrf-token"), session->csrf_token)) {
    return problem(403, "X-CSRF-Token is not this session's");
  }
  return refuse_caller(route, request);
}

std::optional<Response> Gate::refuse_caller(const Route& route, const Request& request) const {
  const Grants& grants = request.caller->grants;
  const auto tenant = request.parameters.find("tenant");
  if (tenant != request.parameters.end() && !grants.is_member(tenant->second)) {
    return not_found();
  }
  const bool may = tenant != request.parameters.end() ? grants.may(*route.right, tenant->second)
                                                      : grants.may_somewhere(*route.right);
  return may ? std::nullopt : std::optional(problem(403, "none of your roles allows this"));
}

std::string Gate::cookie(const PublicSide& side, const std::string& session_id) {
  std::string cookie(cookie_name(side));
  cookie += "=" + session_id + "; Path=/; HttpOnly; SameSite=Strict";
  cookie += side.secure ? "; Secure" : "";
  cookie += session_id.empty() ? "; Max-Age=0" : "";
  return cookie;
}

/// Browsers say where a request comes from: Origin always when it changes something, Sec-Fetch-Site
/// where they know it. Programs say neither, and cannot be tricked into sending our cookie.
bool Gate::is_from_our_pages(const Request& request) const {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") {
    return false;
  }
  std::string_view origin = request.header("origin");
  if (origin.empty()) {
    return true;
  }
  const std::size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) {
    return false;
  }
  origin.remove_prefix(scheme_end + 3);
  return side_.authority.empty() ? origin == request.header("host") : origin == side_.authority;
}

}  // namespace vigie
