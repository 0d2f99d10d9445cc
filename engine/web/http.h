#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/access/rights.h"

namespace vigie {

/// Who is asking, once the access gate has let them in.
struct Caller {
  std::string account;
  std::string session;  ///< empty when a script called with the API token
  Grants grants = {};
};

/// One HTTP request, read whole. Plain values: the HTTP library stays in connection.cc.
struct Request {
  std::string method;  ///< as sent: "GET"
  std::string path;    ///< as sent, without the query: "/api/v1/tenants"
  std::string query;   ///< as sent, without the '?'
  std::map<std::string, std::string, std::less<>> parameters;  ///< the route's, percent-decoded
  std::map<std::string, std::string, std::less<>> headers;     ///< lower case; repeated ones joined
  std::string body;
  std::string remote_address;  ///< "192.0.2.7"
  std::optional<Caller> caller;

  /// Empty if it is not there.
  std::string_view header(std::string_view name) const;
  std::string_view parameter(std::string_view name) const;
  /// All query fields, decoded, in order; nothing if an escape is none.
  std::optional<std::vector<std::pair<std::string, std::string>>> query_fields() const;
  /// The first query field of that name, decoded; nothing if it is not there.
  std::optional<std::string> query_field(std::string_view name) const;
  std::optional<std::string> cookie(std::string_view name) const;
};

/// The text format that Prometheus reads.
inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string made;  ///< what the audit is told beside the address: what is new, or which of
                     ///< several acts it was
  /// If set, the body goes on after `body`: each call gives the next piece, an empty one ends it.
  /// Destroyed when the client has gone. For Server-Sent Events.
  std::function<boost::asio::awaitable<std::string>()> stream;

  Response& with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

/// An error as RFC 9457 has it. `detail`: a sentence for a person, never a secret or a post's text.
Response problem(unsigned status, std::string_view detail,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> further = {});
/// Whatever is not there, and whatever is not there for the caller: one answer.
Response not_found();
Response json_response(std::string body);

/// What every answer carries, errors too, unless the handler said otherwise: no inline script, no
/// framing, no sniffing, no referrer to others, no cache.
void add_common_headers(Response& response);

/// "Not Found" for 404; "Error" for what has no name.
std::string_view reason_phrase(unsigned status);

/// Nothing if an escape is not one or stands for NUL. `plus_is_space`: as in query strings.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

}  // namespace vigie
