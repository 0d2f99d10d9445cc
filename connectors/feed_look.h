#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http_client.h"
#include "connectors/robots.h"
#include "engine/core/time.h"

namespace vigie {

/// What is found at an address that somebody wants to be read as a feed.
struct FeedLook {
  /// Why it cannot be; kNone: it can.
  enum class Fault : std::uint8_t {
    kNone,
    kUnreachable,  ///< no answer, or an address within this machine's network
    kDisallowed,   ///< robots.txt or a reservation of text and data mining forbids it
    kStatus,       ///< an answer, but none that is a document
    kNoFeed,       ///< a document of another kind, or a torn one
  };
  Fault fault = Fault::kNone;
  std::string detail;  ///< of a fault: a sentence
  std::string url;     ///< where it is for good: behind permanent redirects
  std::string title;   ///< as it calls itself, at most 200 bytes; may be empty
  std::size_t entries = 0;
  Time newest_at{};                ///< of its entries; epoch: none says
  std::vector<std::string> first;  ///< how its first entries begin, at most three
};
/// "unreachable"; empty for none.
std::string_view to_string(FeedLook::Fault fault);

/// Fetches it once as the connector `feed` would, and keeps nothing. `url`: http or https.
boost::asio::awaitable<FeedLook> look_at_feed(HttpClient& http, Robots& robots, std::string url,
                                              bool allow_private);

}  // namespace vigie
