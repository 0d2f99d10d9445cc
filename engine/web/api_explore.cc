// /api/v1/tenants/{tenant}/explore: kept mentions, looked for in the language of rules.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/web/api_routes.h"
#include "engine/web/csv.h"

namespace vigie {
namespace {

namespace asio = boost::asio;
using As = ExploreQuestion::As;
using Field = RouteDescription::Field;

constexpr std::uint64_t kMaxLimit = 200, kDefaultLimit = 50;
constexpr std::uint64_t kMaxCsvLines = 10'000;
constexpr std::size_t kMaxQueryBytes = 2'000;
constexpr std::size_t kMaxTopicBytes = 100;
constexpr std::size_t kMaxDraftBytes = 16U << 10;
constexpr std::chrono::days kDefaultPeriod{7}, kMaxPeriod{92};

std::vector<Field> fields(std::uint64_t most, std::uint64_t usual) {
  const std::string text = R"({"type":"string"})";
  const std::string time = R"({"type":"string","format":"date-time"})";
  std::vector<Field> all = {
      {"query", R"({"type":"string","maxLength":2000})",
       "In the language of rules; without it every mention that the other fields take"},
      {"from", time, "Received at this time or later; 7 days before `to` if absent"},
      {"to", time, "Received before this time; now if absent. At most 92 days after `from`"}};
  const std::vector<Field> filter = mention_filter_fields();
  all.insert(all.end(), filter.begin(), filter.end());
  all.push_back({"before", text, "The `next` or `stopped` of an earlier answer"});
  all.push_back({"limit",
                 R"({"type":"integer","minimum":1,"maximum":)" + std::to_string(most) +
                     R"(,"default":)" + std::to_string(usual) + "}",
                 "At most so many mentions; all are counted"});
  return all;
}

/// Nothing if a field is not what it should be; `why` says which.
std::optional<ExploreQuestion> read_question(const ApiParts& parts, TenantId tenant,
                                             const Request& request, std::string& why) {
  ExploreQuestion question;
  question.query = request.query_field("query").value_or("");
  if (question.query.size() > kMaxQueryBytes) {
    why = "query has at most 2,000 bytes";
  }
  bool times_are_valid = true;
  const std::optional<Time> from = time_field(request, "from", times_are_valid);
  question.to = time_field(request, "to", times_are_valid).value_or(parts.clock.now());
  question.from = from.value_or(question.to - kDefaultPeriod);
  if (!times_are_valid || question.from >= question.to ||
      question.to - question.from > kMaxPeriod) {
    why = "from and to are RFC 3339 times, from before to, at most 92 days apart";
  }
  question.filter = read_mention_filter(request, why).value_or(MentionFilter());
  if (const auto before = request.query_field("before")) {
    question.before = parse_mention_ref(tenant, *before);
    if (!question.before) {
      why = "before is the `next` or `stopped` of an earlier answer";
    }
  }
  return why.empty() ? std::optional(std::move(question)) : std::nullopt;
}

/// The problem's words without the line of the query that a terminal shows.
std::string_view words_of(const Problem& problem) {
  return std::string_view(problem.text).substr(0, problem.text.find('\n'));
}

Response wrong_query(const std::vector<Problem>& problems) {
  Response response = problem(422, words_of(problems.front()));
  response.body.pop_back();
  response.body += ",\"problems\":";
  JsonWriter json(response.body);
  json.begin_array();
  for (const Problem& one : problems) {
    json.begin_object().key("column").value(one.column);
    json.key("message").value(words_of(one)).end_object();
  }
  json.end_array();
  response.body += '}';
  return response;
}

void write_counts(std::string_view name,
                  const std::map<std::string, std::uint64_t, std::less<>>& counts,
                  JsonWriter& json) {
  std::vector<std::pair<std::string_view, std::uint64_t>> most(counts.begin(), counts.end());
  std::ranges::stable_sort(most, std::greater(), &decltype(most)::value_type::second);
  json.key(name).begin_array();
  for (const auto& [label, mentions] : most) {
    json.begin_object().key("name").value(label).key("mentions").value(mentions).end_object();
  }
  json.end_array();
}

void write_ref(std::string_view name, const std::optional<MentionRef>& ref, JsonWriter& json) {
  json.key(name);
  ref ? json.value(to_string(*ref)) : json.null();
}

/// What was deleted since it was found is left out.
Result<void> write_found(const ApiParts& parts, const ExploreAnswer& answer, JsonWriter& json) {
  json.key("mentions").begin_array();
  for (const ExploreAnswer::Found& found : answer.found) {
    const Result<std::optional<StoredMention>> stored = parts.store.mention(found.ref);
    if (!stored) {
      return tl::make_unexpected(stored.error());
    }
    if (!*stored) {
      continue;
    }
    json.begin_object().key("mention");
    write_stored_mention(parts, **stored, json);
    json.key("matched").begin_array();
    for (const Span& span : found.spans) {
      json.begin_object().key("field").value(span.field == vigie::Field::kTitle ? "title" : "text");
      json.key("start").value(span.start).key("end").value(span.end).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
  return {};
}

Response show(const ApiParts& parts, const ExploreQuestion& question, const ExploreAnswer& answer) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("from").value(format_time(question.from));
  json.key("to").value(format_time(question.to));
  json.key("scanned").value(answer.scanned).key("total").value(answer.total);
  json.key("complete").value(!answer.stopped);
  write_ref("next", answer.next, json);
  write_ref("stopped", answer.stopped, json);
  json.key("unit").value(answer.by_hour ? "hour" : "day").key("by_time").begin_array();
  for (const auto& [at, count] : answer.by_time) {
    json.begin_object().key("at").value(at).key("mentions").value(count.mentions);
    json.key("negative").value(count.negative).end_object();
  }
  json.end_array();
  write_counts("by_tone", answer.by_tone, json);
  write_counts("by_source", answer.by_source, json);
  write_counts("by_topic", answer.by_topic, json);
  if (const Result<void> written = write_found(parts, answer, json); !written) {
    return store_failed(written.error());
  }
  json.end_object();
  return json_response(std::move(body));
}

Response show_csv(const ExploreQuestion& question, ExploreAnswer answer) {
  Response response = csv_response(std::move(answer.csv), "mentions.csv");
  if (const auto& next = answer.next ? answer.next : answer.stopped) {
    response.with("X-Vigie-Next", to_string(*next));
  }
  response.with("X-Vigie-From", format_time(question.from));
  return response;
}

/// Fills `question`; an answer if it is not what it should be.
std::optional<Response> read_request(const ApiParts& parts, TenantId tenant, As as,
                                     const Request& request, ExploreQuestion& question) {
  const std::uint64_t most = as == As::kCsv ? kMaxCsvLines : kMaxLimit;
  const std::uint64_t usual = as == As::kCsv ? kMaxCsvLines : kDefaultLimit;
  if (const std::optional<std::string> why = objection_to_query(request, fields(most, usual))) {
    return problem(400, *why);
  }
  std::string why;
  std::optional<ExploreQuestion> read = read_question(parts, tenant, request, why);
  const std::optional<std::uint64_t> limit = number_field(request, "limit", 1, most, usual);
  if (!read || !limit) {
    return problem(400, read ? "limit is a number, see the description" : why);
  }
  question = std::move(*read);
  question.as = as;
  question.limit = *limit;
  return std::nullopt;
}

Response answer_of(const ApiParts& parts, const ExploreQuestion& question,
                   Result<ExploreAnswer> answer) {
  if (!answer) {
    return answer.error().code == ErrorCode::kInvalidInput ? problem(422, answer.error().text)
                                                           : aside_failed(answer.error());
  }
  if (!answer->problems.empty()) {
    return wrong_query(answer->problems);
  }
  switch (question.as) {
    case As::kCsv:
      return show_csv(question, std::move(*answer));
    case As::kDraft:
      return json_response(std::move(answer->draft));
    case As::kMentions:
      break;
  }
  return show(parts, question, *answer);
}

/// As asked for; `question` stays, for the answer.
asio::awaitable<Response> look(SharedParts parts, TenantId tenant, ExploreQuestion question) {
  ExploreQuestion asked = question;
  asio::awaitable<Result<ExploreAnswer>> looking = parts->explore(tenant, std::move(asked));
  Result<ExploreAnswer> answer = co_await std::move(looking);
  co_return answer_of(*parts, question, std::move(answer));
}

asio::awaitable<Response> refuse(Response response) { co_return response; }

asio::awaitable<Response> explore(const SharedParts& parts, const Request& request, As as) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    return refuse(not_found());
  }
  ExploreQuestion question;
  std::optional<Response> objection = read_request(*parts, *tenant, as, request, question);
  return objection ? refuse(std::move(*objection)) : look(parts, *tenant, std::move(question));
}

asio::awaitable<Response> draft(const SharedParts& parts, const Request& request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    return refuse(not_found());
  }
  std::optional<Texts> body = read_text_members(request.body, {"query", "topic"});
  if (!body || (*body)["query"].empty() || (*body)["query"].size() > kMaxQueryBytes ||
      (*body)["topic"].empty() || (*body)["topic"].size() > kMaxTopicBytes) {
    return refuse(problem(400, "a draft needs a query and a topic"));
  }
  ExploreQuestion question;
  question.as = As::kDraft;
  question.query = (*body)["query"];
  question.topic = (*body)["topic"];
  return look(parts, *tenant, std::move(question));
}

Route route_as(const SharedParts& parts, const char* pattern, As as, RouteDescription description) {
  Route route;
  route.method = "GET";
  route.pattern = pattern;
  route.right = Right::kReadMentions;
  route.handler = [parts, as](const Request& request) { return explore(parts, request, as); };
  description.answers.push_back({422, "The query is wrong; the problems say where", "WrongQuery"});
  description.answers.push_back({503, "Too much is under way; Retry-After says when", "Problem"});
  route.description = std::move(description);
  return route;
}

}  // namespace

std::vector<Route> explore_routes(const SharedParts& parts) {
  Route drafting = api_post(
      Right::kDraftRules, "/api/v1/tenants/{tenant}/explore/draft", kMaxDraftBytes,
      [parts](const Request& request) { return draft(parts, request); },
      {"draftFromQuery",
       "A query as a rule of the town's own pack, with tests; and that pack's text with it. "
       "Nothing is put in force",
       {},
       "DraftFromQuery",
       {{200, "The draft", "RuleDraft"},
        {422, "No rule may look for this; the problems say why", "Problem"},
        {503, "Too much is under way; Retry-After says when", "Problem"}}});
  drafting.only_asks = true;
  return {route_as(parts, "/api/v1/tenants/{tenant}/explore", As::kMentions,
                   {"exploreMentions",
                    "Kept mentions that a query of the rules' language finds, newest received "
                    "first, and how many by time, tone, source and topic. One request looks for "
                    "two seconds at most: `complete` says whether all of the period was seen; "
                    "asked again with `stopped`, it goes on from there",
                    fields(kMaxLimit, kDefaultLimit),
                    "",
                    {{200, "Mentions and counts", "Exploration"}}}),
          route_as(parts, "/api/v1/tenants/{tenant}/explore.csv", As::kCsv,
                   {"saveExploration",
                    "The same mentions as CSV, at most 10,000; the header X-Vigie-Next says from "
                    "where there are more",
                    fields(kMaxCsvLines, kMaxCsvLines),
                    "",
                    {{200, "A line per mention", "", "text/csv"}}}),
          std::move(drafting)};
}

}  // namespace vigie
