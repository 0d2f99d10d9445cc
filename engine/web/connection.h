#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/web/server.h"

namespace vigie {

/// One client of a server: reads a request, answers it, and again. Owns itself until it has ended.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual bool is_answering() const = 0;
  virtual bool is_ending() const = 0;
  /// It waits for a next request. Empty: from anywhere.
  virtual bool is_idle_from(std::string_view address) const = 0;
  virtual std::chrono::steady_clock::time_point idle_since() const = 0;
  /// At once, whatever it does.
  virtual void end() = 0;
};

/// What the connections of one server share, on its thread.
struct ConnectionContext {
  boost::asio::any_io_executor executor;
  const Router& router;
  const Server::Gate gate;
  const ServerLimits limits;
  Metrics& metrics;
  std::vector<std::pair<std::string, std::string>> own_headers = {};  ///< of every answer
  TrustedProxies proxies = {};
  std::size_t waiting_body_bytes = 0;  ///< of all requests being read
  bool stopping = false;
  std::set<Connection*> connections = {};  ///< those that live
  boost::asio::steady_timer all_gone;      ///< cancelled when the last one has ended
};

/// Serves whoever is at the other end of `socket`.
void start_connection(boost::asio::ip::tcp::socket socket,
                      std::shared_ptr<ConnectionContext> context);

}  // namespace vigie
