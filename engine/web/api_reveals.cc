// /api/v1/tenants/{tenant}/reveals: who a pseudonym is, with a reason and a second person.
#include <simdjson.h>

#include <optional>
#include <string>
#include <utility>

#include "engine/access/reveals.h"
#include "engine/access/secret.h"
#include "engine/core/pseudonym.h"
#include "engine/web/api_routes.h"
#include "engine/web/store_change.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxRequestBytes = 4096, kIdLetters = 16;

Response refused(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidInput:
      return problem(400, error.text);
    case ErrorCode::kNotFound:
    case ErrorCode::kRefused:
      return problem(409, error.text);
    case ErrorCode::kFull:
      return problem(429, error.text);
    default:
      return store_failed(error);
  }
}

std::string body_of(const Reveal& reveal, Time now) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("id").value(reveal.id);
  json.key("state").value(to_string(reveal.state_at(now)));
  json.key("pseudonym").value(to_text(reveal.author));
  json.key("mention").value(reveal.mention);
  json.key("reason").value(reveal.reason);
  json.key("asked_by").value(reveal.asked_by);
  json.key("asked_at").value(format_time(reveal.asked_at));
  json.key("decided_by").value(reveal.decided_by);
  json.key("decided_at");
  reveal.decided_at ? json.value(format_time(*reveal.decided_at)) : json.null();
  json.key("read_at");
  reveal.read_at ? json.value(format_time(*reveal.read_at)) : json.null();
  json.end_object();
  return body;
}

Response shown(const Reveal& reveal, Time now, unsigned status = 200) {
  Response response = json_response(body_of(reveal, now));
  response.status = status;
  return response;
}

/// What the audit remembers beside who did it.
std::string trace_of(const Reveal& reveal) {
  std::string trace = "pseudonym " + to_text(reveal.author) + ", asked by " + reveal.asked_by;
  if (!reveal.decided_by.empty()) {
    trace += ", decided by " + reveal.decided_by;
  }
  return trace + ", reason: " + reveal.reason;
}

struct Asked {
  std::string pseudonym, mention, reason;
};
std::optional<Asked> read_asked(const std::string& body) {
  std::optional<Texts> texts = read_text_members(body, {"pseudonym", "mention", "reason"});
  if (!texts) {
    return std::nullopt;
  }
  return Asked{(*texts)["pseudonym"], (*texts)["mention"], (*texts)["reason"]};
}

/// Somebody of whom something is kept: nothing else can be revealed.
Result<std::optional<Pseudonym>> author_of(const Store& store, TenantId tenant,
                                           const Asked& asked) {
  if (asked.mention.empty()) {
    const std::optional<Pseudonym> author = parse_pseudonym(asked.pseudonym);
    if (!author) {
      return std::nullopt;
    }
    const auto identity = store.reveal(tenant, *author);
    if (!identity) {
      return tl::make_unexpected(identity.error());
    }
    return *identity ? author : std::nullopt;
  }
  const std::optional<MentionRef> ref = parse_mention_ref(tenant, asked.mention);
  const auto stored = ref ? store.mention(*ref) : Result<std::optional<StoredMention>>();
  if (!stored) {
    return tl::make_unexpected(stored.error());
  }
  return *stored && (*stored)->record.has_author ? std::optional((*stored)->record.author)
                                                 : std::nullopt;
}

Response ask(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::optional<Asked> asked = read_asked(request.body);
  if (!asked || asked->mention.empty() == asked->pseudonym.empty()) {
    return problem(400, "the body is an object of reason and either mention or pseudonym");
  }
  const Result<std::optional<Pseudonym>> author = author_of(parts.store, tenant, *asked);
  if (!author) {
    return store_failed(author.error());
  }
  if (!*author) {
    return not_found();
  }
  const Time now = parts.clock.now();
  const Result<Reveal> reveal =
      ask_reveal(fingerprint(random_token()).substr(0, kIdLetters), **author, asked->mention,
                 asked->reason, request.caller->account, now);
  const Result<void> kept = reveal
                                ? keep_reveal(parts.store, parts.tenants[tenant].id, *reveal, now)
                                : tl::make_unexpected(reveal.error());
  if (!kept) {
    return refused(kept.error());
  }
  Response response = shown(*reveal, now, 201);
  response.made = reveal->id + " " + trace_of(*reveal);
  return response;
}

/// `asker`: only what they asked for; empty: all.
Response list(const ApiParts& parts, TenantId tenant, std::string_view asker) {
  const auto reveals = read_reveals(parts.store, parts.tenants[tenant].id);
  if (!reveals) {
    return store_failed(reveals.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("reveals").begin_array();
  for (auto reveal = reveals->rbegin(); reveal != reveals->rend(); ++reveal) {
    if (reveal->asked_at + kRevealsKept < parts.clock.now()) {
      break;
    }
    if (!asker.empty() && reveal->asked_by != asker) {
      continue;
    }
    json.raw(body_of(*reveal, parts.clock.now()));
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response list_all(const ApiParts& parts, TenantId tenant, const Request&) {
  return list(parts, tenant, {});
}
Response list_own(const ApiParts& parts, TenantId tenant, const Request& request) {
  return list(parts, tenant, request.caller->account);
}

/// Only whoever asked: others see theirs in the list, if they may.
Response show(const ApiParts& parts, TenantId tenant, const Request& request) {
  const auto found = find_reveal(parts.store, parts.tenants[tenant].id, request.parameter("id"));
  if (!found) {
    return store_failed(found.error());
  }
  return *found && (*found)->asked_by == request.caller->account ? shown(**found, parts.clock.now())
                                                                 : not_found();
}

/// False: not `{"approve":true}` or false.
bool read_decision(const std::string& body, bool& is_approved) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  return parser.parse(body).get(members) == simdjson::SUCCESS && members.size() == 1 &&
         members["approve"].get(is_approved) == simdjson::SUCCESS;
}

Response decide(const ApiParts& parts, TenantId tenant, const Request& request) {
  bool is_approved = false;
  if (!read_decision(request.body, is_approved)) {
    return problem(400, "the body is {\"approve\":true} or {\"approve\":false}");
  }
  const std::string& town = parts.tenants[tenant].id;
  const auto found = find_reveal(parts.store, town, request.parameter("id"));
  if (!found || !*found) {
    return found ? not_found() : store_failed(found.error());
  }
  const Time now = parts.clock.now();
  const Result<Reveal> decided = decide_reveal(**found, is_approved, request.caller->account, now);
  const Result<void> kept = decided ? keep_reveal(parts.store, town, *decided, now)
                                    : tl::make_unexpected(decided.error());
  if (!kept) {
    return refused(kept.error());
  }
  Response response = shown(*decided, now);
  response.made = (is_approved ? "approved, " : "refused, ") + trace_of(*decided);
  return response;
}

/// That it was read is durable before the identity leaves.
Response read(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::string& town = parts.tenants[tenant].id;
  const auto found = find_reveal(parts.store, town, request.parameter("id"));
  if (!found || !*found) {
    return found ? not_found() : store_failed(found.error());
  }
  const Time now = parts.clock.now();
  const Result<Reveal> now_read = read_reveal(**found, request.caller->account, now);
  if (!now_read) {
    return refused(now_read.error());
  }
  const auto identity = parts.store.reveal(tenant, now_read->author);
  if (!identity || !*identity) {
    return identity ? not_found() : store_failed(identity.error());
  }
  if (const Result<void> kept = keep_reveal(parts.store, town, *now_read, now); !kept) {
    return refused(kept.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").value(now_read->id).key("identity").raw(**identity).end_object();
  Response response = json_response(std::move(body));
  response.made = trace_of(*now_read);
  return response;
}

using RevealStep = Response (*)(const ApiParts&, TenantId, const Request&);

/// On the writer's thread, as erasures are: what is forgotten there cannot come back.
asio::awaitable<Response> change(SharedParts parts, RevealStep step, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  if (std::optional<Response> objection = objection_to_scripts(request)) {
    co_return std::move(*objection);
  }
  std::function<Response(Store&)> act = [parts, step, tenant = *tenant, asked = std::move(request)](
                                            Store&) { return step(*parts, tenant, asked); };
  std::optional<Response> done = co_await change_store(parts->change, act);
  if (!done) {
    co_return problem(503, "too many changes are under way").with("Retry-After", "1");
  }
  co_return std::move(*done);
}

RouteDescription described(std::string operation, std::string summary, std::string body,
                           RouteDescription::Answer answer) {
  return {std::move(operation),
          std::move(summary),
          {},
          std::move(body),
          {std::move(answer),
           {409, "It is not the time for that, or it takes somebody else", "Problem"},
           {503, "Too many changes are under way; Retry-After says when", "Problem"}}};
}

}  // namespace

std::vector<Route> reveal_routes(const SharedParts& parts) {
  const std::string base = "/api/v1/tenants/{tenant}/reveals";
  const auto changing = [&parts](RevealStep step) -> Route::Handler {
    return [parts, step](Request request) { return change(parts, step, std::move(request)); };
  };
  return {
      api_post(Right::kRequestReveal, base, kMaxRequestBytes, changing(&ask),
               described("requestReveal",
                         "Ask who a pseudonym, or a mention's author, is. Somebody else has a day "
                         "to approve it",
                         "RevealRequest", {201, "It waits for a second person", "Reveal"})),
      api_get(Right::kApproveReveal, base, "listReveals", "Asked for within a year, newest first",
              "RevealList", {}, for_tenant(parts, list_all)),
      api_get(Right::kRequestReveal, base + "/mine", "listOwnReveals",
              "What the caller asked for within a year, newest first", "RevealList", {},
              for_tenant(parts, list_own)),
      api_get(Right::kRequestReveal, base + "/{id}", "getReveal",
              "How what the caller asked for stands", "Reveal", {}, for_tenant(parts, show)),
      api_post(Right::kApproveReveal, base + "/{id}/decision", kMaxRequestBytes, changing(&decide),
               described("decideReveal", "Be the second person, who says yes or no",
                         "RevealDecision", {200, "As it stands now", "Reveal"})),
      api_post(Right::kRequestReveal, base + "/{id}/identity", kMaxRequestBytes, changing(&read),
               described("readIdentity",
                         "Read the identity: once, within an hour of the approval, by whoever "
                         "asked",
                         "", {200, "Who it is", "RevealedIdentity"}))};
}

}  // namespace vigie
