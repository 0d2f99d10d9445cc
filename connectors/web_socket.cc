#include "connectors/web_socket.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <variant>

#include "connectors/tcp_connect.h"
#include "connectors/url.h"

namespace vigie {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

using Plain = websocket::stream<beast::tcp_stream>;
using Tls = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxRefusalBytes = 64 << 10;
constexpr std::size_t kReadAheadBytes = 16 << 10;

}  // namespace

/// The TLS context outlives the stream that uses it.
struct WebSocket::State {
  std::shared_ptr<TrafficMeter> meter;
  std::string host;
  std::unique_ptr<asio::ssl::context> context;
  std::variant<std::monostate, std::unique_ptr<Plain>, std::unique_ptr<Tls>> stream;
};

namespace {

std::unique_ptr<WebSocket::State> make_state(const HttpOptions& options, const UrlParts& target) {
  auto state = std::make_unique<WebSocket::State>();
  state->meter = options.meter;
  state->host = target.host;
  return state;
}

/// Runs `body` on the stream, whichever sort it is.
template <class Body>
auto on_stream(WebSocket::State& state, Body body) {
  if (auto* plain = std::get_if<std::unique_ptr<Plain>>(&state.stream)) {
    return body(**plain);
  }
  return body(*std::get<std::unique_ptr<Tls>>(state.stream));
}

template <class Stream>
asio::awaitable<Result<WebSocketAnswer>> shake_hands(Stream& stream, const UrlParts& target,
                                                     const HttpOptions& options,
                                                     const WebSocketRequest& request) {
  beast::get_lowest_layer(stream).expires_never();
  websocket::stream_base::timeout timeout{};
  timeout.handshake_timeout = request.open_timeout;
  timeout.idle_timeout = request.idle_timeout;
  timeout.keep_alive_pings = true;
  stream.set_option(timeout);
  stream.read_message_max(request.max_message_bytes);
  stream.set_option(websocket::stream_base::decorator([&](websocket::request_type& asked) {
    asked.set(beast::http::field::user_agent, options.user_agent);
    for (const auto& [name, value] : request.headers) {
      asked.set(name, value);
    }
  }));
  websocket::response_type answer;
  auto [error] = co_await stream.async_handshake(answer, target.authority, target.target, kTuple);
  WebSocketAnswer outcome;
  outcome.response.status = static_cast<unsigned>(answer.result_int());
  outcome.response.url = outcome.response.permanent_url = request.url;
  for (const auto& field : answer) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    std::string& value = outcome.response.headers[name];
    value += (value.empty() ? "" : ", ") + std::string(field.value());
  }
  outcome.response.body = answer.body().substr(0, kMaxRefusalBytes);
  if (error == websocket::error::upgrade_declined) {
    co_return outcome;
  }
  if (error) {
    co_return co_await connection_failure(error, "opening the WebSocket");
  }
  co_return outcome;
}

asio::awaitable<Result<WebSocketAnswer>> open_plain(beast::tcp_stream tcp, const UrlParts& target,
                                                    const HttpOptions& options,
                                                    const WebSocketRequest& request) {
  auto state = make_state(options, target);
  auto stream = std::make_unique<Plain>(std::move(tcp));
  auto answer = co_await shake_hands(*stream, target, options, request);
  if (answer && answer->response.status == 101) {
    state->stream = std::move(stream);
    answer->socket = std::make_unique<WebSocket>(std::move(state));
  }
  co_return answer;
}

asio::awaitable<Result<WebSocketAnswer>> open_tls(beast::tcp_stream tcp, const UrlParts& target,
                                                  const HttpOptions& options,
                                                  const WebSocketRequest& request) {
  auto state = make_state(options, target);
  auto context = make_tls_context(options);
  if (!context) {
    co_return tl::make_unexpected(context.error());
  }
  state->context = std::move(*context);
  auto stream = std::make_unique<Tls>(std::move(tcp), *state->context);
  stream->next_layer().set_verify_callback(asio::ssl::host_name_verification(target.host));
  SSL_set_tlsext_host_name(stream->next_layer().native_handle(), target.host.c_str());
  auto [error] =
      co_await stream->next_layer().async_handshake(asio::ssl::stream_base::client, kTuple);
  if (error) {
    co_return co_await connection_failure(error, "TLS");
  }
  auto answer = co_await shake_hands(*stream, target, options, request);
  if (answer && answer->response.status == 101) {
    state->stream = std::move(stream);
    answer->socket = std::make_unique<WebSocket>(std::move(state));
  }
  co_return answer;
}

template <class Stream>
asio::awaitable<Result<WebSocket::Message>> read_from(Stream& stream) {
  beast::flat_buffer buffer;
  buffer.reserve(kReadAheadBytes);
  auto [error, bytes] = co_await stream.async_read(buffer, kTuple);
  if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
    co_return fail(ErrorCode::kRefused, "a message is larger than allowed");
  }
  if (error == websocket::error::closed) {
    co_return fail(ErrorCode::kUnavailable, std::string("the source closed the connection: ") +
                                                stream.reason().reason.c_str());
  }
  if (error) {
    co_return co_await connection_failure(error, "reading");
  }
  co_return WebSocket::Message{beast::buffers_to_string(buffer.data()), stream.got_binary()};
}

template <class Stream>
asio::awaitable<Result<void>> write_to(Stream& stream, std::string text) {
  stream.text(true);
  auto [error, bytes] = co_await stream.async_write(asio::buffer(text), kTuple);
  if (error) {
    co_return co_await connection_failure(error, "writing");
  }
  co_return Result<void>();
}

}  // namespace

asio::awaitable<Result<WebSocketAnswer>> open_web_socket(asio::any_io_executor executor,
                                                         HttpOptions options,
                                                         WebSocketRequest request) {
  Result<UrlParts> target = split_url(request.url);
  if (!target || (target->scheme != "ws" && target->scheme != "wss")) {
    co_return fail(ErrorCode::kRefused, "not a URL of ws or wss");
  }
  options.meter->count(target->host, {1, 0, 0});
  const bool uses_tls = target->scheme == "wss";
  const std::string port = !target->port.empty() ? target->port : uses_tls ? "443" : "80";
  auto socket = co_await connect_tcp(executor, target->host, port, request.allow_private,
                                     request.open_timeout);
  if (!socket) {
    co_return tl::make_unexpected(socket.error());
  }
  beast::tcp_stream tcp(std::move(*socket));
  tcp.expires_after(request.open_timeout);  // of TLS; the handshake has its own
  if (uses_tls) {  // no ?: around co_await: GCC 12 destroys its temporaries twice
    co_return co_await open_tls(std::move(tcp), *target, options, request);
  }
  co_return co_await open_plain(std::move(tcp), *target, options, request);
}

WebSocket::WebSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}
WebSocket::~WebSocket() = default;

asio::awaitable<Result<WebSocket::Message>> WebSocket::read() {
  asio::awaitable<Result<Message>> reading =
      on_stream(*state_, [](auto& stream) { return read_from(stream); });
  Result<Message> message = co_await std::move(reading);
  if (message) {
    state_->meter->count(state_->host, {0, message->bytes.size(), 0});
  }
  co_return message;
}

asio::awaitable<Result<void>> WebSocket::write(std::string text) {
  state_->meter->count(state_->host, {0, 0, text.size()});
  return on_stream(*state_, [&](auto& stream) { return write_to(stream, std::move(text)); });
}

}  // namespace vigie
