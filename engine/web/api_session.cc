// /api/v1/session: who am I, sign in, sign out.
#include <simdjson.h>

#include <optional>
#include <string>

#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxSignInBytes = 4096;

struct Credentials {
  std::string account, password;
};

std::optional<Credentials> read_credentials(const std::string& body) {
  simdjson::dom::parser parser;
  std::string_view account, password;
  simdjson::dom::element document;
  if (parser.parse(body).get(document) != simdjson::SUCCESS ||
      document["account"].get(account) != simdjson::SUCCESS ||
      document["password"].get(password) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return Credentials{std::string(account), std::string(password)};
}

Response describe_session(std::string_view account, std::string_view csrf_token) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("account").value(account).key("csrf").value(csrf_token).end_object();
  return json_response(std::move(body));
}

Response sign_in(const ApiParts& parts, const Request& request) {
  const std::optional<Credentials> given = read_credentials(request.body);
  if (!given) {
    return problem(400, "the body must be {\"account\":…,\"password\":…}");
  }
  const SignIn::Outcome outcome =
      parts.sign_in.attempt(given->account, given->password, request.remote_address);
  if (outcome.retry_after.count() > 0) {
    return problem(429, "too many tries; wait a little")
        .with("Retry-After", std::to_string(outcome.retry_after.count()));
  }
  AuditEntry entry{given->account, "signIn", "", ""};
  entry.address = request.remote_address;
  if (!outcome.session) {
    // What is no account's name may be a password in the wrong field.
    entry.actor = parts.sign_in.accounts().is_account(given->account) ? given->account : "";
    entry.result = "refused 401";
    parts.audit(entry);
    return problem(401, "account or password is wrong");
  }
  parts.audit(entry);
  return describe_session(outcome.session->account, outcome.session->csrf_token)
      .with("Set-Cookie", Gate::cookie(parts.side, outcome.session->id));
}

Response show_session(const ApiParts& parts, const Request& request) {
  const Caller& caller = *request.caller;
  const std::optional<Session> session = parts.sign_in.sessions().find(caller.session);
  return describe_session(caller.account, session ? session->csrf_token : "");
}

Response sign_out(const ApiParts& parts, const Request& request) {
  parts.sign_in.sessions().end(request.caller->session);
  Response response;
  response.status = 204;
  return response.with("Set-Cookie", Gate::cookie(parts.side, ""));
}

}  // namespace

std::vector<Route> session_routes(const SharedParts& parts) {
  constexpr const char* kPath = "/api/v1/session";
  Route begin =
      api_post(Right::kSignedIn, kPath, kMaxSignInBytes,
               at_once([parts](const Request& request) { return sign_in(*parts, request); }),
               {"signIn",
                "Sign in; the session is a cookie",
                {},
                "Credentials",
                {{200, "Signed in; csrf goes into X-CSRF-Token", "Session"},
                 {401, "Account or password is wrong", "Problem"},
                 {429, "Too many tries; Retry-After says how long to wait", "Problem"}}});
  begin.access = RouteAccess::kPublic;
  Route end;
  end.method = "DELETE";
  end.pattern = kPath;
  end.right = Right::kSignedIn;
  end.handler = at_once([parts](const Request& request) { return sign_out(*parts, request); });
  end.description = {"signOut", "Sign out", {}, "", {{204, "Signed out", ""}}};
  return {api_get(Right::kSignedIn, kPath, "getSession", "Who is signed in", "Session", {},
                  [parts](const Request& request) { return show_session(*parts, request); }),
          std::move(begin), std::move(end)};
}

}  // namespace vigie
