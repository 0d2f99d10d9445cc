// /api/v1/session: who am I, sign in, sign out; the own password and second factor.
#include <simdjson.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/web/access_json.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxSignInBytes = 4096;

struct Credentials {
  std::string account, password, code;
};

std::optional<Credentials> read_credentials(const std::string& body) {
  simdjson::dom::parser parser;
  std::string_view account, password, code;
  simdjson::dom::element document;
  if (parser.parse(body).get(document) != simdjson::SUCCESS ||
      document["account"].get(account) != simdjson::SUCCESS ||
      document["password"].get(password) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  const simdjson::error_code coded = document["code"].get(code);
  if (coded != simdjson::SUCCESS && coded != simdjson::NO_SUCH_FIELD) {
    return std::nullopt;
  }
  return Credentials{std::string(account), std::string(password), std::string(code)};
}

std::string_view to_string(Accounts::Duty duty) {
  switch (duty) {
    case Accounts::Duty::kNone:
      return "";
    case Accounts::Duty::kChangePassword:
      return "change_password";
    case Accounts::Duty::kEnrolSecondFactor:
      return "enrol_second_factor";
  }
  return "";
}

/// `session`: null for an API token.
Response describe_session(const ApiParts& parts, std::string_view name, const Session* session) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("account").value(name);
  json.key("csrf").value(session ? session->csrf_token : "");
  if (session && session->directory_roles) {
    json.key("roles");
    write_roles(*session->directory_roles, json, [](std::string_view) { return true; });
    json.key("directory").value(true).key("duty").null();
  } else if (const Account* const account = parts.sign_in.accounts().find(name)) {
    json.key("roles");
    write_roles(account->roles, json, [](std::string_view) { return true; });
    json.key("second_factor").value(!account->totp_secret.empty());
    const Accounts::Duty duty = parts.sign_in.accounts().duty_of(*account);
    json.key("duty");
    duty == Accounts::Duty::kNone ? json.null() : json.value(to_string(duty));
  }
  json.end_object();
  return json_response(std::move(body));
}

Response begin_session(const ApiParts& parts, const Session& session) {
  return describe_session(parts, session.account, &session)
      .with("Set-Cookie", Gate::cookie(parts.side, session.id));
}

Response too_many_tries(std::chrono::seconds wait) {
  return problem(429, "too many tries; wait a little")
      .with("Retry-After", std::to_string(wait.count()));
}

/// The password is right, the code is still to come: the screen asks for it.
Response ask_for_code() {
  return problem(401, "the code of the second factor is needed", {{"needs", "code"}});
}

Response sign_in(const ApiParts& parts, const Request& request) {
  const std::optional<Credentials> given = read_credentials(request.body);
  if (!given) {
    return problem(400,
                   "the body must be {\"account\":…,\"password\":…}, with a code if there is one");
  }
  const SignIn::Outcome outcome =
      parts.sign_in.attempt(given->account, given->password, given->code, request.remote_address);
  if (outcome.retry_after.count() > 0) {
    return too_many_tries(outcome.retry_after);
  }
  if (outcome.needs_code) {
    return ask_for_code();
  }
  AuditEntry entry{given->account, "signIn", "", ""};
  entry.address = request.remote_address;
  if (!outcome.session) {
    // What is no account's name may be a password in the wrong field.
    entry.actor = parts.sign_in.accounts().is_account(given->account) ? given->account : "";
    entry.result = "refused 401";
    parts.audit(entry);
    return problem(401, given->code.empty() ? "account or password is wrong"
                                            : "account, password or code is wrong");
  }
  parts.audit(entry);
  return begin_session(parts, *outcome.session);
}

Response show_session(const ApiParts& parts, const Request& request) {
  const Caller& caller = *request.caller;
  const std::optional<Session> session = parts.sign_in.sessions().find(caller.session);
  return describe_session(parts, caller.account, session ? &*session : nullptr);
}

/// Text members of a JSON object; nothing if one is missing.
std::optional<std::vector<std::string>> read_members(const std::string& body,
                                                     std::initializer_list<const char*> names) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::vector<std::string> values;
  if (parser.parse(body).get(document) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  for (const char* const name : names) {
    std::string_view value;
    if (document[name].get(value) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    values.emplace_back(value);
  }
  return values;
}

/// Ends the other sessions; this one goes on under a new id.
Response change_password(const ApiParts& parts, const Request& request) {
  const std::string& name = request.caller->account;
  const auto given = read_members(request.body, {"old", "new"});
  if (!given) {
    return problem(400, "the body must be {\"old\":…,\"new\":…}");
  }
  if (!parts.sign_in.accounts().is_account(name)) {
    return not_found();  // an API token has no password
  }
  const SignIn::Confirmation confirmed =
      parts.sign_in.confirm(name, given->at(0), request.remote_address);
  if (confirmed.retry_after.count() > 0) {
    return too_many_tries(confirmed.retry_after);
  }
  if (!confirmed.is_right) {
    return problem(403, "the old password is wrong");
  }
  const Result<void> changed = parts.sign_in.accounts().change_password(name, given->at(1));
  if (!changed) {
    return access_refused(changed.error());
  }
  parts.sign_in.sessions().end_all(name);
  return begin_session(parts, parts.sign_in.sessions().start(name));
}

Response begin_second_factor(const ApiParts& parts, const Request& request) {
  const auto enrolment = parts.sign_in.accounts().begin_totp(request.caller->account);
  if (!enrolment) {
    return access_refused(enrolment.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("secret").value(enrolment->secret);
  json.key("uri").value(enrolment->uri).end_object();
  return json_response(std::move(body));
}

Response confirm_second_factor(const ApiParts& parts, const Request& request) {
  const auto given = read_members(request.body, {"code"});
  if (!given) {
    return problem(400, "the body must be {\"code\":…}");
  }
  const auto codes = parts.sign_in.accounts().confirm_totp(request.caller->account, given->at(0),
                                                           parts.clock.now());
  if (!codes) {
    return access_refused(codes.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("recovery_codes").begin_array();
  for (const std::string& code : *codes) {
    json.value(code);
  }
  json.end_array().end_object();
  return json_response(std::move(body));
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
  Route begin = api_post(
      Right::kSignedIn, kPath, kMaxSignInBytes,
      at_once([parts](const Request& request) { return sign_in(*parts, request); }),
      {"signIn",
       "Sign in; the session is a cookie",
       {},
       "Credentials",
       {{200, "Signed in; csrf goes into X-CSRF-Token", "Session"},
        {401, "Account, password or code is wrong; needs: code if only that is missing", "Problem"},
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
          std::move(begin),
          std::move(end),
          api_post(
              Right::kSignedIn, std::string(kPath) + "/password", kMaxSignInBytes,
              at_once([parts](const Request& request) { return change_password(*parts, request); }),
              {"changePassword",
               "The own password; the session goes on under a new id, the account's others end",
               {},
               "PasswordChange",
               {{200, "Changed", "Session"},
                {422, "The new one will not do; says why (CNIL 2022-100)", "Problem"},
                {429, "Too many tries", "Problem"}}}),
          api_post(Right::kSignedIn, std::string(kPath) + "/second-factor", kMaxSignInBytes,
                   at_once([parts](const Request& request) {
                     return begin_second_factor(*parts, request);
                   }),
                   {"beginSecondFactor",
                    "A secret for an authenticator app (RFC 6238); it counts once confirmed",
                    {},
                    "",
                    {{200, "To be shown to the app", "SecondFactor"},
                     {409, "There is one already", "Problem"}}}),
          api_post(Right::kSignedIn, std::string(kPath) + "/second-factor/confirm", kMaxSignInBytes,
                   at_once([parts](const Request& request) {
                     return confirm_second_factor(*parts, request);
                   }),
                   {"confirmSecondFactor",
                    "The app shows the right code: from now on it is asked for at every sign-in",
                    {},
                    "SecondFactorCode",
                    {{200, "Each of these opens once where the app is lost", "RecoveryCodes"},
                     {409, "This is not the code of now", "Problem"}}})};
}

}  // namespace vigie
