#include "connectors/api_answer.h"

#include <algorithm>
#include <charconv>

#include "connectors/http_fields.h"
#include "connectors/link_header.h"
#include "connectors/rate_limit.h"

namespace vigie {
namespace {

using Meaning = ApiFault::Meaning;
using Paging = ApiPaging::Kind;

bool applies(const ApiFault& fault, unsigned status, bool is_json, JsonDocument& document) {
  if (fault.status != 0 && fault.status != status) {
    return false;
  }
  if (!fault.at) {
    return true;
  }
  const JsonNode* node = is_json ? document.find(document.root(), *fault.at) : nullptr;
  const auto text = node ? document.text(*node) : std::nullopt;
  return text && std::ranges::count(fault.is, *text) > 0;
}

void judge_fault(const ApiDescription& api, unsigned status, bool is_json, JsonDocument& document,
                 ApiVerdict& verdict) {
  verdict.words = "answered " + std::to_string(status);
  for (const ApiFault& fault : api.faults) {
    if (applies(fault, status, is_json, document)) {
      verdict.fault = fault.meaning;
      verdict.words += ": " + fault.words;
      verdict.is_good = fault.meaning == Meaning::kNothing;
      return;
    }
  }
  verdict.fault = status == 401 || status == 403 ? Meaning::kUnauthorised
                  : status == 429                ? Meaning::kQuotaSpent
                  : status == 410                ? Meaning::kGone
                                                 : Meaning::kWait;
  verdict.will_hardly_change = status >= 300 && !says_try_again(status);
}

std::optional<Time> asked_to_wait_until(const ApiDescription& api, const HttpResponse& response,
                                        bool is_json, JsonDocument& document, bool is_limit,
                                        Time now) {
  if (const auto after = parse_retry_after(response.header("retry-after"), now)) {
    return now + *after;
  }
  if (api.retry_after && is_json) {
    const JsonNode* node = document.find(document.root(), *api.retry_after);
    const auto seconds = node ? document.number(*node) : std::nullopt;
    if (seconds && *seconds >= 0 && *seconds <= 86'400) {
      return now + std::chrono::seconds(static_cast<std::int64_t>(*seconds));
    }
  }
  return is_limit ? read_rate_limit(response, now).resets_at : std::nullopt;
}

std::int64_t whole(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Behind the greatest number there is; where it was if there is none.
std::string behind_the_last(const JsonPath& path, JsonDocument& document,
                            const std::string& place) {
  std::int64_t greatest = -1;
  for (const JsonNode* node : document.all(document.root(), path)) {
    greatest = std::max(greatest, whole(document.text(*node).value_or("-1")));
  }
  return greatest < 0 ? place : std::to_string(greatest + 1);
}

class Surveyor final : public MentionSink {
 public:
  explicit Surveyor(PageSurvey& survey) : survey_(survey) {}
  void mention(const Mention& mention) override {
    ++survey_.items;
    survey_.newest = std::max(
        {survey_.newest, mention.created_at, Time(microseconds(mention.version.edited_at_us))});
    if (!mention.deleted) {
      survey_.seen.push_back({std::string(mention.id), mention.created_at});
    }
  }
  void reject(RejectReason, std::string_view, std::string_view) override { ++survey_.items; }

 private:
  PageSurvey& survey_;
};

}  // namespace

ApiVerdict judge_api_answer(const ApiDescription& api, const HttpResponse& response, Time now,
                            JsonDocument& document) {
  ApiVerdict verdict;
  verdict.is_unchanged = response.status == 304;
  if (verdict.is_unchanged) {
    verdict.is_good = true;
    return verdict;
  }
  const auto flaw = document.parse(response.body);
  const bool is_json = !flaw;
  const bool says_fault = std::ranges::any_of(api.faults, [&](const ApiFault& fault) {
    return fault.at && applies(fault, response.status, is_json, document);
  });
  if (response.status == 200 && !says_fault) {
    verdict.is_good = is_json;
    verdict.words = is_json ? "" : flaw->detail;
  } else {
    judge_fault(api, response.status, is_json, document, verdict);
  }
  const bool is_spent = read_rate_limit(response, now).is_spent;
  if (!verdict.is_good || is_spent) {
    const bool is_limit = is_spent || verdict.fault == Meaning::kQuotaSpent;
    verdict.ask_again_at = asked_to_wait_until(api, response, is_json, document, is_limit, now);
  }
  if (verdict.is_good && is_spent && !verdict.ask_again_at) {
    verdict.ask_again_at = now + api.policy.interval;
  }
  return verdict;
}

PageSurvey survey_page(Mapping& mapping, const Origin& origin, std::string_view bytes) {
  PageSurvey survey;
  Envelope envelope;
  envelope.origin = std::make_shared<const Origin>(origin);
  envelope.bytes = Payload(bytes);
  Surveyor surveyor(survey);
  mapping.map(envelope, surveyor);
  return survey;
}

std::string next_place(const ApiPaging& paging, const HttpResponse& response,
                       JsonDocument& document, const std::string& place, std::size_t items) {
  if (paging.more) {
    const JsonNode* more = document.find(document.root(), *paging.more);
    if (more == nullptr || document.text(*more).value_or("false") == "false") {
      return {};
    }
  }
  switch (paging.kind) {
    case Paging::kNone:
      return {};
    case Paging::kNextLink:
    case Paging::kCursor: {
      const JsonNode* node = document.find(document.root(), paging.at);
      return std::string(node ? document.text(*node).value_or("") : "");
    }
    case Paging::kLinkHeader:
      return link_to("next", response.header("link"));
    case Paging::kPage:
      return items == 0 ? "" : std::to_string(whole(place) + 1);
    case Paging::kOffset:
      return items == 0 ? "" : std::to_string(whole(place) + static_cast<std::int64_t>(items));
    case Paging::kFollow:
      return behind_the_last(paging.at, document, place);
  }
  return {};
}

}  // namespace vigie
