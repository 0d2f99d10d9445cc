#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/usage.h"

namespace vigie {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// Asked before each redirect is followed, with the new address; its error ends the fetch.
  std::function<boost::asio::awaitable<Result<void>>(std::string url)> may_follow;
  bool allow_private = false;                 ///< may lead to this machine or its network
  std::size_t max_body_bytes = 8 << 20;       ///< of the answer, inflated
  std::chrono::milliseconds timeout{30'000};  ///< for each hop, from name look-up to the last byte
};

struct HttpResponse {
  unsigned status = 0;
  /// Names lower case; repeated ones joined by ", ".
  std::map<std::string, std::string, std::less<>> headers;
  std::string body;  ///< inflated
  std::string url;   ///< where it came from, after redirects
  /// Where to ask next time: behind the permanent redirects (301, 308) that the request began with.
  std::string permanent_url;

  /// Empty if it is not there.
  std::string_view header(std::string_view lower_case_name) const;
};

/// How we are known to those we ask; robots.txt speaks to us by this name.
inline constexpr std::string_view kProductToken = "Vigie";
/// "Vigie (+https://ville.example/vigie)": the name, and whom to ask about it if `contact` (a page
/// or an e-mail address) is given.
std::string user_agent_of(const std::string& contact);

/// What all HTTP of the connectors has in common.
struct HttpOptions {
  std::string user_agent = "Vigie";
  std::string ca_file;  ///< PEM; empty: what the system trusts
  std::shared_ptr<TrafficMeter> meter = std::make_shared<TrafficMeter>();  ///< counts all of it
};

/// How long a stream may take to begin and how long it may be silent once it has.
struct HttpStreamLimits {
  std::chrono::milliseconds open_timeout{30'000};
  std::chrono::milliseconds idle_timeout{60'000};  ///< longer than the source's keep-alives
};

class HttpStream;

/// Fetches over HTTP(S) without blocking: libcurl's multi interface, driven by the ingest thread's
/// executor. Follows at most 5 redirects of GET and HEAD, http and https only, and leaves
/// Authorization and Cookie behind when the host changes. Verifies TLS. Inflates gzip and brotli as
/// they come; an answer that is larger than allowed or inflates more than a hundredfold is refused
/// in mid-stream. Addresses that are not public are refused unless allowed, for every connection
/// and every hop.
///
/// One thread. At most 64 connections, 4 per host; more requests wait for their turn.
class HttpClient {
 public:
  HttpClient(boost::asio::any_io_executor executor, HttpOptions options);
  /// Shares connections, name look-ups and bounds with `other`, whose executor it runs on; counts
  /// its own traffic.
  HttpClient(const HttpClient& other, std::shared_ptr<TrafficMeter> meter);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any status is a response. kUnavailable: no answer (try again later). kRefused: we do not want
  /// what it would give (private address, too large, a bomb, too many redirects). Throws
  /// operation_aborted when cancelled.
  boost::asio::awaitable<Result<HttpResponse>> fetch(HttpRequest request);

  /// Asks for an answer without end: returns as soon as its header is there, whatever the status.
  /// Fails as fetch() does. Follows no redirect, asks for no compression; `max_body_bytes` and
  /// `timeout` of the request mean nothing here. Streams have connections of their own (at most 64,
  /// 16 per host) and take none from fetch(). At most one read under way; may outlive the client.
  boost::asio::awaitable<Result<std::unique_ptr<HttpStream>>> open(HttpRequest request,
                                                                   HttpStreamLimits limits);

  const HttpOptions& options() const { return options_; }

 private:
  friend class HttpStream;
  class Multi;
  HttpOptions options_;
  std::shared_ptr<Multi> multi_, streams_;
};

/// An answer that is read while it comes. Whoever does not read holds the source up: beyond
/// kMaxHeldBytes nothing more is taken from the connection. Ends the connection when it goes.
class HttpStream {
 public:
  static constexpr std::size_t kMaxHeldBytes = 256 << 10;

  ~HttpStream();
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;

  /// Status and headers; no body.
  const HttpResponse& response() const;
  /// What has come since the last read, at least a byte; empty: the answer ended as it should.
  /// kUnavailable: it broke off, or was silent for longer than the limit. Throws operation_aborted
  /// when cancelled.
  boost::asio::awaitable<Result<std::string>> read();

 private:
  friend class HttpClient;
  struct State;
  explicit HttpStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace vigie
