// What an API answers: its status in the first line, header fields ("name: value") up to an empty
// line, a body. Which page is next, how long to wait, what it means.
#include <charconv>
#include <string>

#include "connectors/api_answer.h"
#include "connectors/rate_limit.h"
#include "engine/core/ascii.h"
#include "engine/core/check.h"
#include "tests/fuzz/formats.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

constexpr std::string_view kDescription = R"(
network: net
url: "https://api.example/t"
request: {url: "https://api.example/t?after={cursor}"}
errors:
  - {status: 403, at: /error/reason, is: [quotaExceeded], means: quota_spent, say: "spent"}
  - {status: 410, means: gone}
  - {at: /error, means: wait, say: "an error"}
retry_after: /parameters/retry_after
mentions:
  - {items: /items/*, id: /id, text: /text, created_at: /at}
)";

ApiDescription description() {
  std::vector<Problem> problems;
  const auto settings = Settings::parse(kDescription, "api.yaml", problems);
  check(settings.has_value(), "our own description is YAML");
  ApiDescription api = read_api_description(*settings, &*settings, problems);
  return api;
}

VIGIE_FUZZ(answers) {
  static const ApiDescription api = description();
  const Time now(std::chrono::hours(500'000));
  HttpResponse response;
  const std::string_view status = take_line(bytes);
  std::from_chars(status.data(), status.data() + status.size(), response.status);
  for (std::string_view head = take_until(bytes, "\n\n"); !head.empty();) {
    std::string_view line = take_line(head);
    const std::string name = lower_case(trimmed(take_until(line, ":")));
    response.headers[name] = std::string(trimmed(line));
  }
  response.body = std::string(bytes);
  const RateLimit limit = read_rate_limit(response, now);
  check(!limit.resets_at || *limit.resets_at > Time(std::chrono::hours(-10'000'000)), "a moment");
  JsonDocument document;
  const ApiVerdict verdict = judge_api_answer(api, response, now, document);
  check(is_valid_utf8(verdict.words), "words for people");
  for (const auto kind :
       {ApiPaging::Kind::kNextLink, ApiPaging::Kind::kLinkHeader, ApiPaging::Kind::kCursor,
        ApiPaging::Kind::kPage, ApiPaging::Kind::kOffset, ApiPaging::Kind::kFollow}) {
    ApiPaging paging;
    paging.kind = kind;
    paging.at = *JsonPath::parse("/next");
    paging.more = JsonPath::parse("/more");
    paging.first = "0";
    if (verdict.is_good && !verdict.is_unchanged) {
      const std::string place = next_place(paging, response, document, "3", 10);
      check(kind == ApiPaging::Kind::kNextLink || kind == ApiPaging::Kind::kLinkHeader ||
                is_valid_utf8(place),
            "a place is text");
    }
  }
  const Origin origin = *envelope_of({}, "open311").origin;
  const PageSurvey survey = survey_page(mapping_of("open311"), origin, response.body);
  check(survey.seen.size() <= survey.items, "no more is seen than is there");
  const ApiValues values{{"cursor", std::string(status)}, {"secret", response.body}};
  const std::string url = expand_url("https://api.example/t?a={cursor}&b={secret}", values);
  check(url.find_first_of("\r\n \t") == url.npos, "a value ends no line of a request");
  expand_body(R"({"a":"{secret}"})", values);
}

}  // namespace
}  // namespace vigie::fuzz
