#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/api_description.h"
#include "connectors/http_client.h"

namespace vigie {

/// What an answer is, by its status and by the source's own errors.
struct ApiVerdict {
  bool is_good = false;                                ///< a page to take, or 304
  bool is_unchanged = false;                           ///< 304
  ApiFault::Meaning fault = ApiFault::Meaning::kWait;  ///< of an answer that is not good
  bool will_hardly_change = false;                     ///< asking again soon is of no use
  std::string words;                                   ///< of a fault, for people
  std::optional<Time> ask_again_at;  ///< the source's own word; nothing: it has none
};

/// Reads `response` into `document` and judges it. Pure but for the document.
ApiVerdict judge_api_answer(const ApiDescription& api, const HttpResponse& response, Time now,
                            JsonDocument& document);

/// What the mentions of one page tell about it.
struct PageSurvey {
  struct Seen {
    std::string id;
    Time created_at{};
  };
  std::vector<Seen> seen;
  Time newest{};          ///< creation or edit; epoch: nothing is dated
  std::size_t items = 0;  ///< mentions, deletions, and what could not be read
};
PageSurvey survey_page(Mapping& mapping, const Origin& origin, std::string_view bytes);

/// Where the page after this one is: a URL, a token or a number; empty: there is none. `place` is
/// this page's own, `items` how many things it held.
std::string next_place(const ApiPaging& paging, const HttpResponse& response,
                       JsonDocument& document, const std::string& place, std::size_t items);

}  // namespace vigie
