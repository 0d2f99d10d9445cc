#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "connectors/http_client.h"
#include "connectors/nats_credentials.h"
#include "connectors/nats_protocol.h"
#include "engine/core/result.h"

namespace vigie {

struct NatsAddress {
  std::string host, port;
  bool uses_tls = false;       ///< else only if the server wants it
  bool allow_private = false;  ///< may lead to this machine or its network
  std::chrono::milliseconds open_timeout{15'000};
  std::chrono::milliseconds idle_timeout{15'000};  ///< longer than the silence that was agreed on
};

/// A connection of ours to a NATS server. Whoever does not read holds the server up. Ends when it
/// goes.
class NatsConnection {
 public:
  ~NatsConnection();
  NatsConnection(const NatsConnection&) = delete;
  NatsConnection& operator=(const NatsConnection&) = delete;

  /// Proves who we are, as far as `credentials` say. What the server says against it; empty:
  /// nothing.
  boost::asio::awaitable<Result<std::string>> log_in(const NatsCredentials& credentials);
  /// The next message. PING is answered. kUnavailable: the connection is over, or was silent for
  /// longer than the limit. kRefused: we may not do what we asked for. Throws operation_aborted
  /// when cancelled. One at a time.
  boost::asio::awaitable<Result<NatsOperation>> read();
  /// Whether the server has said more than was read, without waiting for the network.
  bool has_more();
  boost::asio::awaitable<Result<void>> write(std::string bytes);

  struct State;
  explicit NatsConnection(std::unique_ptr<State> state);

 private:
  boost::asio::awaitable<Result<NatsOperation>> read_operation();

  std::unique_ptr<State> state_;
};

/// Connects and hears the server's greeting; TLS is verified as `options` say. kUnavailable: no
/// answer, or not of a NATS server that has JetStream and headers. kRefused: an address that is not
/// public. Throws operation_aborted when cancelled.
boost::asio::awaitable<Result<std::unique_ptr<NatsConnection>>> open_nats_connection(
    boost::asio::any_io_executor executor, HttpOptions options, NatsAddress address);

}  // namespace vigie
