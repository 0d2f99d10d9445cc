#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "connectors/http_client.h"
#include "engine/core/clock.h"

namespace vigie {

/// Asks sites what they allow us to fetch: their robots.txt (RFC 9309), once a day.
///
/// A site that has none (4xx) allows everything. While it cannot be asked (no answer, 429, 5xx),
/// what it said last holds; if it never said anything, nothing may be fetched and it is asked again
/// after five minutes. Those who want to know at the same time wait for one answer.
///
/// Ingest thread only. Bounds: kMaxSites, those asked longest ago are forgotten first; kMaxBytes of
/// a file (robots_rules.h reads the first 500 KiB).
class Robots {
 public:
  static constexpr std::size_t kMaxSites = 2'000;
  static constexpr std::size_t kMaxBytes = 4 << 20;

  Robots(boost::asio::any_io_executor executor, HttpClient& http, const Clock& clock);

  struct Answer {
    enum class Kind { kAllowed, kDisallowed, kUnknown } kind = Kind::kAllowed;
    std::string reason;   ///< a sentence, unless it is allowed
    Time ask_again_at{};  ///< when the answer may change
  };
  /// Whether `url` (http or https) may be fetched. `allow_private`: its site may be in our network.
  boost::asio::awaitable<Answer> may_fetch(std::string url, bool allow_private);
  /// Whether what was fetched may be read: not where its publisher reserves text and data mining
  /// (directive (EU) 2019/790, article 4) by the header `TDM-Reservation: 1` of the TDM Reservation
  /// Protocol (W3C community report, 2024). It is asked again a day later.
  Answer may_read(const HttpResponse& response) const;

 private:
  struct Site;
  struct State;
  class Asking;
  boost::asio::awaitable<void> ask(Site& site, bool allow_private);

  HttpClient& http_;
  const Clock& clock_;
  std::shared_ptr<State> state_;  ///< shared: who is asking may outlive us
};

}  // namespace vigie
