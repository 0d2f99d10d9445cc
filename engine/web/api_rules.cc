// /api/v1/tenants/{tenant}/rules: the packs of a town, and the one that is its own.
#include <simdjson.h>

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;
using Act = RulesQuestion::Act;

constexpr std::size_t kMaxTextBytes = 256U << 10;
constexpr std::size_t kMaxBodyBytes = 1U << 20;  // escaped
constexpr std::size_t kMaxReasonBytes = 250;     // whole in the audit
constexpr std::uint64_t kMaxDays = 31;
constexpr const char* kRules = "/api/v1/tenants/{tenant}/rules";

/// What a route takes: in its body, and in its address.
struct Wanted {
  Act act = Act::kShow;
  bool text = false, base = false, reason = false, days = false;
  bool number = false;  ///< of a version, in the address

  bool has_body() const { return text || base || reason || days; }
};

/// Nothing if the body is something else; `why` says what is wanted.
std::optional<RulesQuestion> read_body(const Wanted& wanted, const std::string& body,
                                       std::string& why) {
  RulesQuestion question;
  question.act = wanted.act;
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    why = "the body is a JSON object";
    return std::nullopt;
  }
  bool has_text = false, has_base = false, has_reason = false;
  for (const auto& [name, value] : members) {
    std::string_view text;
    std::uint64_t number = 0;
    if (wanted.text && name == "text" && value.get(text) == simdjson::SUCCESS) {
      question.text = text;
      has_text = text.size() <= kMaxTextBytes;
    } else if (wanted.base && name == "base" && value.get(text) == simdjson::SUCCESS) {
      question.base = text;
      has_base = true;
    } else if (wanted.reason && name == "reason" && value.get(text) == simdjson::SUCCESS) {
      question.reason = trimmed(text);
      has_reason = !question.reason.empty() && question.reason.size() <= kMaxReasonBytes;
    } else if (wanted.days && name == "days" && value.get(number) == simdjson::SUCCESS &&
               number >= 1 && number <= kMaxDays) {
      question.days = static_cast<Day>(number);
    } else {
      why = "'" + std::string(name) + "' is unknown here, or not what it should be";
      return std::nullopt;
    }
  }
  if (has_text < wanted.text) {
    why = "'text' is missing, or longer than 256 KiB";
  } else if (has_base < wanted.base) {
    why = "'base' is missing: the hash of the text that was edited";
  } else if (has_reason < wanted.reason) {
    why = "'reason' is missing, or longer than 250 bytes";
  }
  return why.empty() ? std::optional(std::move(question)) : std::nullopt;
}

/// What nobody may put in force: a problem, with all that is wrong.
Response refused(RulesAnswer answer) {
  Response response = problem(422, "the rules have problems: nothing was changed");
  response.body.pop_back();
  response.body += "," + answer.body.substr(1);
  return response;
}

Response answer_of(Result<RulesAnswer> answer) {
  if (!answer) {
    if (answer.error().code == ErrorCode::kRefused) {
      return problem(409, answer.error().text);
    }
    if (answer.error().code == ErrorCode::kUnavailable) {
      return problem(503, answer.error().text).with("Retry-After", "5");
    }
    return aside_failed(answer.error());
  }
  if (answer->has_problems) {
    return refused(std::move(*answer));
  }
  Response response = json_response(std::move(answer->body));
  response.made = std::move(answer->made);
  return response;
}

/// Fills `question`; an answer if it is not what it should be.
std::optional<Response> read_question(const Wanted& wanted, const Request& request,
                                      RulesQuestion& question) {
  question.act = wanted.act;
  if (const std::optional<std::string> why = objection_to_query(request, {})) {
    return problem(400, *why);
  }
  if (wanted.has_body()) {
    std::string why;
    std::optional<RulesQuestion> read = read_body(wanted, request.body, why);
    if (!read) {
      return problem(400, why);
    }
    question = std::move(*read);
  }
  if (wanted.number) {
    const std::string_view text = request.parameter("number");
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, question.number);
    if (read.ec != std::errc{} || read.ptr != end) {
      return not_found();
    }
  }
  question.by = request.caller->account;
  return std::nullopt;
}

asio::awaitable<Response> ask(SharedParts parts, Request request, Wanted wanted) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  RulesQuestion question;
  std::optional<Response> objection = read_question(wanted, request, question);
  if (objection) {
    co_return std::move(*objection);
  }
  asio::awaitable<Result<RulesAnswer>> asking = parts->rules_desk(*tenant, std::move(question));
  Result<RulesAnswer> answer = co_await std::move(asking);
  co_return answer_of(std::move(answer));
}

const RouteDescription::Answer kBusy = {503, "Too much is under way; Retry-After says when",
                                        "Problem"};
const RouteDescription::Answer kConflict = {
    409, "Somebody else published meanwhile, or files on the server changed", "Problem"};
const RouteDescription::Answer kRefused = {
    422, "The rules have problems, or a test fails: nothing was changed", "RulesRefused"};

Route::Handler handler_of(const SharedParts& parts, const Wanted& wanted) {
  return [parts, wanted](Request request) { return ask(parts, std::move(request), wanted); };
}

Route reading(const SharedParts& parts, const std::string& pattern, const Wanted& wanted,
              RouteDescription description) {
  Route route;
  route.method = "GET";
  route.pattern = pattern;
  route.right = Right::kReadSources;
  route.handler = handler_of(parts, wanted);
  route.description = std::move(description);
  return route;
}

Route asking(const SharedParts& parts, Right right, const std::string& pattern,
             const Wanted& wanted, RouteDescription description) {
  return api_post(right, pattern, kMaxBodyBytes, handler_of(parts, wanted), std::move(description));
}

}  // namespace

std::vector<Route> rules_routes(const SharedParts& parts) {
  const std::string rules = kRules;
  Route check =
      asking(parts, Right::kDraftRules, rules + "/check", {.act = Act::kCheck, .text = true},
             {"checkRules",
              "Every problem of a text that may become the town's own pack, and what its "
              "tests say. Nothing is changed",
              {},
              "RulesText",
              {{200, "What is wrong, or nothing", "RulesCheck"}, kBusy}});
  Route preview =
      asking(parts, Right::kDraftRules, rules + "/preview",
             {.act = Act::kPreview, .text = true, .days = true},
             {"previewRules",
              "What the kept mentions of the last days would have become with this text as the "
              "town's own pack: topics, alerts, minutes of reading. Nothing is changed",
              {},
              "RulesPreviewRequest",
              {{200, "The difference to the rules in force", "RulesPreview"}, kRefused, kBusy}});
  check.only_asks = preview.only_asks = true;
  return {
      reading(parts, rules, {.act = Act::kShow},
              {"showRules",
               "The packs in force for the town with their texts, rules, and tests with their "
               "results; the last one is its own, the others are files of the server",
               {},
               "",
               {{200, "The packs", "TownRules"}, kBusy}}),
      std::move(check),
      std::move(preview),
      asking(parts, Right::kPublishRules, rules + "/publish",
             {.act = Act::kPublish, .text = true, .base = true, .reason = true},
             {"publishRules",
              "Puts a text in force as the town's own pack, for this town alone, after the others. "
              "Answered once new mentions are judged by it; those kept stay as they were judged",
              {},
              "RulesPublication",
              {{200, "In force", "RulesPublished"}, kConflict, kRefused, kBusy}}),
      reading(parts, rules + "/history", {.act = Act::kHistory},
              {"listRulesHistory",
               "What the town's own pack has been, newest first, at most 100 versions",
               {},
               "",
               {{200, "Versions without their texts", "RulesHistory"}, kBusy}}),
      reading(parts, rules + "/history/{number}", {.act = Act::kVersion, .number = true},
              {"getRulesVersion",
               "One version of the town's own pack, with its text",
               {},
               "",
               {{200, "The version", "RulesVersion"}, kBusy}}),
      asking(parts, Right::kPublishRules, rules + "/history/{number}/restore",
             {.act = Act::kRestore, .reason = true, .number = true},
             {"restoreRules",
              "Publishes the text of an earlier version once more",
              {},
              "RulesReason",
              {{200, "In force", "RulesPublished"}, kConflict, kRefused, kBusy}}),
  };
}

}  // namespace vigie
