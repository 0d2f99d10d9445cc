// /api/v1/tenants/{tenant}/mentions/{ref}/correction: a person's word against the engine's.
#include <simdjson.h>

#include <optional>
#include <string>
#include <utility>

#include "engine/web/api_routes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxCorrectionBytes = 4096;

/// False if it is something else than null or true or false.
bool read_answer(simdjson::dom::element value, std::optional<bool>& answer) {
  bool said = false;
  if (value.is_null()) {
    return true;
  }
  if (value.get(said) != simdjson::SUCCESS) {
    return false;
  }
  answer = said;
  return true;
}

bool read_tone(simdjson::dom::element value, std::optional<Tone>& tone) {
  std::string_view said;
  if (value.is_null()) {
    return true;
  }
  if (value.get(said) != simdjson::SUCCESS) {
    return false;
  }
  tone = parse_tone(said);
  return tone.has_value();
}

std::optional<Correction> read_correction(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Correction correction;
  for (const auto& [name, value] : members) {
    const bool is_read = name == "tone"     ? read_tone(value, correction.tone)
                         : name == "urgent" ? read_answer(value, correction.urgent)
                         : name == "useful" ? read_answer(value, correction.useful)
                                            : false;
    if (!is_read) {
      return std::nullopt;
    }
  }
  return correction;
}

asio::awaitable<Response> correct(SharedParts parts, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  const std::optional<MentionRef> ref =
      tenant ? parse_mention_ref(*tenant, request.parameter("ref")) : std::nullopt;
  if (!ref) {
    co_return not_found();
  }
  std::optional<Correction> correction = read_correction(request.body);
  if (!correction) {
    co_return problem(400,
                      "the body is an object of tone (negative, neutral, positive), urgent and "
                      "useful (true, false); what is null or not there is not corrected");
  }
  correction->by = request.caller->account;
  correction->at = parts->clock.now();
  std::function<bool(Store&)> act = [mention = *ref, said = std::move(*correction)](Store& store) {
    return store.correct(mention, said);
  };
  const std::optional<bool> found = co_await change_store(parts->change, act);
  if (!found) {
    co_return problem(503, "too many changes are under way").with("Retry-After", "1");
  }
  if (!*found) {
    co_return not_found();
  }
  co_return show_mention(*parts, *ref);
}

}  // namespace

std::vector<Route> correction_routes(const SharedParts& parts) {
  RouteDescription route = {
      "correctMention",
      "Correct the engine's word on a mention. The last correction is in force as a whole, also in "
      "lists and statistics; an empty one takes it back. The verdict stays beside it. A correction "
      "ends when the mention's words are edited",
      {},
      "CorrectionRequest",
      {{200, "The mention as it is now", "Mention"},
       {503, "Too many changes are under way; Retry-After says when", "Problem"}}};
  return {api_post(
      Right::kWork, "/api/v1/tenants/{tenant}/mentions/{ref}/correction", kMaxCorrectionBytes,
      [parts](Request request) { return correct(parts, std::move(request)); }, std::move(route))};
}

}  // namespace vigie
