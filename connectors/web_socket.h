#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/http_client.h"
#include "engine/core/result.h"

namespace vigie {

struct WebSocketRequest {
  std::string url;  ///< ws:// or wss://
  std::vector<std::pair<std::string, std::string>> headers;
  bool allow_private = false;               ///< may lead to this machine or its network
  std::size_t max_message_bytes = 4 << 20;  ///< a longer one ends the connection
  std::chrono::milliseconds open_timeout{15'000};
  /// Silence after which the other side is pinged; silence for as long again ends the connection.
  std::chrono::milliseconds idle_timeout{60'000};
};

/// A WebSocket (RFC 6455) of ours to a server. Pings are answered, messages put together from their
/// fragments. Whoever does not read holds the source up. Ends the connection when it goes.
class WebSocket {
 public:
  struct Message {
    std::string bytes;
    bool is_binary = false;
  };

  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  /// The next message. kUnavailable: the connection is over; the text says how. kRefused: the
  /// message is larger than allowed. Throws operation_aborted when cancelled. One at a time.
  boost::asio::awaitable<Result<Message>> read();
  /// Sends a text message. One at a time, beside a read.
  boost::asio::awaitable<Result<void>> write(std::string text);

  struct State;
  explicit WebSocket(std::unique_ptr<State> state);

 private:
  std::unique_ptr<State> state_;
};

/// What opening came to: a socket (status 101), or what the server answered instead (headers, the
/// first 64 KiB of the body).
struct WebSocketAnswer {
  std::unique_ptr<WebSocket> socket;
  HttpResponse response;
};

/// Connects over TCP, or TLS verified as `options` say, to a public address unless the request
/// allows others; every address that the name resolves to is checked, and the one that is checked
/// is the one that is connected to. Follows no redirect. kUnavailable: no answer. kRefused: not a
/// ws(s) URL, or an address that is not public. Throws operation_aborted when cancelled.
boost::asio::awaitable<Result<WebSocketAnswer>> open_web_socket(
    boost::asio::any_io_executor executor, HttpOptions options, WebSocketRequest request);

}  // namespace vigie
