// /api/v1/tenants/{tenant}/erasures, access-files, evidence: what people may ask of a town that
// keeps their words, and what a town may hand to a court.
#include <optional>
#include <string>
#include <utility>

#include "engine/access/secret.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxRequestBytes = 4096;
constexpr std::uint64_t kMaxReceipts = 500;

struct Asked {
  AuthorWanted author;
  ErasureKind kind = ErasureKind::kErasure;
};

/// Nothing if it is no object of texts that are known here.
std::optional<Asked> read_asked(const std::string& body, bool has_kind) {
  std::optional<Texts> texts =
      read_text_members(body, {"pseudonym", "mention", "network", "author_id", "handle", "kind"});
  if (!texts || (!has_kind && texts->contains("kind"))) {
    return std::nullopt;
  }
  Asked asked;
  if (const auto kind = texts->find("kind"); kind != texts->end()) {
    const std::optional<ErasureKind> known = parse_erasure_kind(kind->second);
    if (!known) {
      return std::nullopt;
    }
    asked.kind = *known;
  }
  asked.author = {.pseudonym = (*texts)["pseudonym"],
                  .network = (*texts)["network"],
                  .author_id = (*texts)["author_id"],
                  .handle = (*texts)["handle"],
                  .mention = (*texts)["mention"]};
  return asked;
}

Response refused(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidInput:
      return problem(400, error.text);
    case ErrorCode::kNotFound:
      return not_found();
    case ErrorCode::kRefused:
      return problem(409, error.text);
    case ErrorCode::kFull:
      return problem(503, error.text).with("Retry-After", "5");
    default:
      return problem(500, error.text);
  }
}

constexpr const char* kWanted =
    "the body is an object of texts: pseudonym, mention, or network with author_id or handle";

asio::awaitable<Response> erase(SharedParts parts, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  const std::optional<Asked> asked = read_asked(request.body, true);
  if (!asked) {
    co_return problem(400, std::string(kWanted) + "; kind is erasure or objection");
  }
  PrivacyDesk::Answer erasing = parts->privacy.erase(*tenant, asked->author, asked->kind);
  const Result<std::string> number = co_await std::move(erasing);
  if (!number) {
    co_return refused(number.error());
  }
  const auto receipts = parts->store.receipts(*tenant, *number, 1);
  if (!receipts) {
    co_return store_failed(receipts.error());
  }
  Response response = json_response(parts->privacy.describe(receipts->at(0)));
  response.status = 202;
  response.made = *number;
  co_return response;
}

Response list(const ApiParts& parts, TenantId tenant, const Request&) {
  const auto receipts = parts.store.receipts(tenant, "", kMaxReceipts);
  if (!receipts) {
    return store_failed(receipts.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("erasures").begin_array();
  for (const Store::Receipt& receipt : *receipts) {
    json.raw(parts.privacy.describe(receipt));
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response show(const ApiParts& parts, TenantId tenant, const Request& request) {
  const auto receipts = parts.store.receipts(tenant, request.parameter("number"), 1);
  if (!receipts) {
    return store_failed(receipts.error());
  }
  return receipts->empty() ? not_found() : json_response(parts.privacy.describe(receipts->front()));
}

asio::awaitable<Response> access(SharedParts parts, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  if (std::optional<Response> objection = objection_to_scripts(request)) {
    co_return std::move(*objection);
  }
  const std::optional<Asked> asked = read_asked(request.body, false);
  if (!asked || !asked->author.pseudonym.empty() || !asked->author.mention.empty()) {
    co_return problem(400,
                      "the body is an object of network and author_id or handle, as the person who "
                      "asks has said them: whose a pseudonym or a mention is, reveals tell");
  }
  PrivacyDesk::Answer answering = parts->privacy.access(*tenant, asked->author);
  Result<std::string> file = co_await std::move(answering);
  if (!file) {
    co_return refused(file.error());
  }
  Response response = json_response(std::move(*file));
  response.made = asked->author.network + " " +
                  fingerprint(asked->author.author_id + asked->author.handle).substr(0, 16);
  co_return response;
}

asio::awaitable<Response> evidence(SharedParts parts, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  const std::optional<MentionRef> ref =
      tenant ? parse_mention_ref(*tenant, request.parameter("ref")) : std::nullopt;
  if (!ref) {
    co_return not_found();
  }
  PrivacyDesk::Answer answering = parts->privacy.evidence(*ref, request.caller->account);
  Result<std::string> file = co_await std::move(answering);
  if (!file) {
    co_return refused(file.error());
  }
  Response response;
  response.content_type = "application/zip";
  response.body = std::move(*file);
  co_return response.with("Content-Disposition",
                          "attachment; filename=\"preuve-" + to_string(*ref) + ".zip\"");
}

const std::vector<RouteDescription::Answer> kLateAnswers = {
    {400, "It is not said who is meant", "Problem"},
    {409, "Several authors are called so", "Problem"},
    {503, "Too much is under way; Retry-After says when", "Problem"}};

RouteDescription described(std::string operation, std::string summary, std::string body,
                           RouteDescription::Answer answer) {
  RouteDescription route = {std::move(operation), std::move(summary), {}, std::move(body), {}};
  route.answers.push_back(std::move(answer));
  route.answers.insert(route.answers.end(), kLateAnswers.begin(), kLateAnswers.end());
  return route;
}

}  // namespace

std::vector<Route> erasure_routes(const SharedParts& parts) {
  const std::string base = "/api/v1/tenants/{tenant}/";
  return {
      api_post(
          Right::kErase, base + "erasures", kMaxRequestBytes,
          [parts](Request request) { return erase(parts, std::move(request)); },
          described(
              "eraseAuthor",
              "Forget an author (articles 17 and 21 of the RGPD): all mentions, identities and "
              "quotes go, what the author writes from now on is dropped. Answered once nobody "
              "sees anything any more; the receipt is finished when the files are rewritten",
              "ErasureRequest", {202, "Carried out; files are being rewritten", "Erasure"})),
      api_get(Right::kErase, base + "erasures", "listErasures",
              "Receipts of erasures, newest first", "ErasureList", {}, for_tenant(parts, list)),
      api_get(Right::kErase, base + "erasures/{number}", "getErasure",
              "A receipt: signed once its state is done", "Erasure", {}, for_tenant(parts, show)),
      api_post(
          Right::kErase, base + "access-files", kMaxRequestBytes,
          [parts](Request request) { return access(parts, std::move(request)); },
          described("makeAccessFile",
                    "Everything that is kept on one author (article 15 of the RGPD), identity "
                    "included, for that person",
                    "AuthorWanted", {200, "All there is", "AccessFile"})),
      api_post(
          Right::kErase, base + "mentions/{ref}/evidence", kMaxRequestBytes,
          [parts](Request request) { return evidence(parts, std::move(request)); },
          described("makeEvidence",
                    "The evidence file of a mention, for a complaint: what is kept of it, the "
                    "verdict, hashes, signed. A zip archive",
                    "", {200, "The file", "", "application/zip"}))};
}

}  // namespace vigie
