#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/core/result.h"
#include "engine/metrics/metrics.h"
#include "engine/web/forwarded.h"
#include "engine/web/http.h"
#include "engine/web/router.h"

namespace vigie {

/// Bounds of what one client, and all together, may take.
struct ServerLimits {
  /// Beyond: the one that was idle longest is closed; if none is idle, the new one: 503.
  std::size_t max_connections = 512;
  std::size_t max_idle_per_address = 128;            ///< beyond: its longest idle one is closed
  std::size_t max_header_bytes = 16 << 10;           ///< beyond: 431
  std::size_t max_waiting_body_bytes = 256 << 20;    ///< of all requests being read; beyond: 503
  std::chrono::milliseconds header_timeout{10'000};  ///< from a request's first byte; then 408
  std::chrono::milliseconds body_timeout{60'000};    ///< then 408
  std::chrono::milliseconds idle_timeout{75'000};    ///< between requests; then closed
  /// Per answer or piece of a stream; then closed.
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds drain_timeout{10'000};  ///< for requests under way when stopping
};

/// The HTTP/1.1 server. Everything happens on one executor whose io_context one thread runs; no
/// method may be called from elsewhere. Unclear message framing (two lengths, a length and chunks,
/// unknown codings) is refused and the connection closed.
class Server {
 public:
  /// Asked before the body is read: an answer turns the request away; otherwise it may fill in
  /// `request.caller`.
  using Gate = std::function<std::optional<Response>(const Route&, Request&)>;

  /// `router`, `gate` and `metrics` outlive the executor's work.
  Server(boost::asio::any_io_executor executor, const Router& router, Gate gate,
         ServerLimits limits, Metrics& metrics);
  ~Server();

  /// Every answer carries it too. Before listen().
  void add_header(std::string name, std::string value);

  /// Requests that come through these carry their client's address. Before listen().
  void trust(TrustedProxies proxies);

  /// Starts answering; gives the port (a free one if `port` is 0). `host`: an address or a name.
  Result<std::uint16_t> listen(const std::string& host, std::uint16_t port);

  /// Accepts nothing more, ends idle connections and streams, lets requests under way end within
  /// the drain timeout, then closes what is left.
  boost::asio::awaitable<void> stop();

  std::size_t connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace vigie
