#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/json_document.h"
#include "connectors/json_shape.h"
#include "connectors/poll_schedule.h"
#include "connectors/quota.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// How a source is asked, as data: what is beside the shape (connectors/json_shape.h) in the
/// configuration of an `http_json` connector, or in a built-in description
/// (connectors/api_sources.cc).
///
///   api: https://api.town.example      # where it lives; a person may set another
///   request:
///     url: "{api}/tickets?after={cursor}&from={since}"
///     headers: {Authorization: "Bearer {secret}"}
///     method: POST                     # GET if absent
///     body: '{"cursor":"{cursor}"}'
///   before:                            # asked first; its answer gives a {name} to the others
///     - name: token                    # and method, headers, body as for a request
///       url: "{api}/token"
///       value: /access_token
///       lives_s: 3000
///   paging:
///     kind: cursor      # none | next_link | link_header | cursor | page | offset | follow
///     at: /next_page    # of next_link, cursor and follow
///     more: /has_more   # there is a next page only if this is there and not false
///     first: "0"        # what the first page's {cursor}, {page} or {offset} is
///     newest_first: true               # so that a walk may end at what is known
///   errors:                            # what an answer means, first hit first
///     - {status: 403, at: /error/reason, is: [quotaExceeded], means: quota_spent, say: "…"}
///   retry_after: /parameters/retry_after     # seconds, in an answer that failed
///   quota: {units_per_day: 10000, units_per_request: 1, time_zone: America/Los_Angeles}
///   vanished_is_deleted: true          # the source says of deletions nothing else
///   limited: "…"                       # why it gives only a part
///
/// `follow` is for sources that give what is new after a number: {cursor} is the greatest number
/// found at `at`, plus 1, kept from one poll to the next.
///
/// A built-in description also has `network` and `settings`: what it asks of a person, by name,
/// with a default or null (then it is needed).
///
/// `robots_txt: obey | ignore`, of an `http_json` connector: what needs no secret is taken for a
/// public page and obeys by default, what needs one for an API that was agreed upon.
///
/// In texts: {cursor} {page} {offset}, {since} (RFC 3339) {since_unix} {since_day} (20261014),
/// {now_day}, {secret} {secret_base64} {api}, the names of `before`, and a built-in's settings;
/// anything else in braces stays. What goes into a URL is percent-encoded, and a query parameter
/// whose value is empty is left out; what goes into a JSON body is escaped.
struct ApiRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct ApiPrelude {
  std::string name;
  ApiRequest request;
  JsonPath value;
  std::chrono::seconds lives{0};
};

struct ApiPaging {
  enum class Kind : std::uint8_t {
    kNone,
    kNextLink,
    kLinkHeader,
    kCursor,
    kPage,
    kOffset,
    kFollow
  };
  Kind kind = Kind::kNone;
  JsonPath at;
  std::optional<JsonPath> more;
  std::string first;
  bool newest_first = false;
};

struct ApiFault {
  enum class Meaning : std::uint8_t { kWait, kQuotaSpent, kUnauthorised, kNothing, kGone };
  unsigned status = 0;  ///< 0: any
  std::optional<JsonPath> at;
  std::vector<std::string> is;
  Meaning meaning = Meaning::kWait;
  std::string words;
};

struct ApiDescription {
  std::map<std::string, std::string, std::less<>> values;  ///< {api}, {secret} and settings
  ApiRequest request;
  std::vector<ApiPrelude> before;
  ApiPaging paging;
  std::vector<ApiFault> faults;
  std::optional<JsonPath> retry_after;
  QuotaPolicy quota;
  bool vanished_is_deleted = false;
  std::string limited;
  JsonShape shape;

  // What the operator says, for every source.
  PollPolicy policy;
  std::chrono::seconds timeout{30};
  std::size_t max_body_bytes = 8 << 20;
  std::size_t max_pages = 20;                   ///< of one walk; then it goes on at the next poll
  std::chrono::hours look_back{72};             ///< how far behind the newest edits are looked for
  std::chrono::hours first_look_back{24 * 30};  ///< how far back the very first walk goes
  bool allow_private = false;
  bool obeys_robots = false;  ///< else it is an API that is made to be asked
};

/// Reads the `own` settings of a connector, and how to ask from `built_in`; null: from `own`, too.
ApiDescription read_api_description(const Settings& own, const Settings* built_in,
                                    std::vector<Problem>& problems);

/// The `errors` of a description.
std::vector<ApiFault> read_api_faults(const Settings& from, std::vector<Problem>& problems);

using ApiValues = std::map<std::string, std::string, std::less<>>;
/// `text` with its {names} replaced.
std::string expand(std::string_view text, const ApiValues& values);
/// The same for a body: where that is JSON, values are escaped as its strings are.
std::string expand_body(std::string_view text, const ApiValues& values);
/// The same for a URL: values are percent-encoded, parameters without a value left out. What a URL
/// begins with is an address and is put in as it is.
std::string expand_url(std::string_view text, const ApiValues& values);

}  // namespace vigie
