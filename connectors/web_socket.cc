#include "connectors/web_socket.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <variant>

#include "connectors/public_address.h"

namespace vigie {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Plain = websocket::stream<beast::tcp_stream>;
using Tls = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxRefusalBytes = 64 << 10;
constexpr std::size_t kReadAheadBytes = 16 << 10;

struct Target {
  bool tls = false;
  std::string host, port, path;
  /// What the Host header says: an address of IPv6 in its brackets.
  std::string authority;
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  std::string value;
  if (curl_url_get(url, part, &text, 0) == CURLUE_OK) {
    value = text;
    curl_free(text);
  }
  return value;
}

Result<Target> target_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), &curl_url_cleanup);
  const bool is_url =
      curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  const std::string scheme = is_url ? part_of(parts.get(), CURLUPART_SCHEME) : std::string();
  Target target;
  target.authority = part_of(parts.get(), CURLUPART_HOST);
  if ((scheme != "ws" && scheme != "wss") || target.authority.empty()) {
    return fail(ErrorCode::kRefused, "not a URL of ws or wss");
  }
  target.tls = scheme == "wss";
  target.host = target.authority;
  if (target.host.starts_with('[')) {
    target.host = target.host.substr(1, target.host.size() - 2);
  }
  target.port = part_of(parts.get(), CURLUPART_PORT);
  target.authority += target.port.empty() ? "" : ":" + target.port;
  target.port = target.port.empty() ? target.tls ? "443" : "80" : target.port;
  target.path = part_of(parts.get(), CURLUPART_PATH);
  const std::string query = part_of(parts.get(), CURLUPART_QUERY);
  target.path += query.empty() ? "" : "?" + query;
  return target;
}

/// Cancellation flies; everything else is the world.
asio::awaitable<tl::unexpected<Error>> failure(error_code error, std::string_view doing) {
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  co_return fail(ErrorCode::kUnavailable, std::string(doing) + ": " + error.message());
}

Result<void> prepare(asio::ssl::context& context, const HttpOptions& options) {
  error_code error;
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1);
  context.set_verify_mode(asio::ssl::verify_peer);
  if (options.ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(options.ca_file, error);
  }
  return error ? Result<void>(fail(ErrorCode::kUnavailable,
                                   "the trusted certificates cannot be read: " + error.message()))
               : Result<void>();
}

}  // namespace

/// The TLS context outlives the stream that uses it.
struct WebSocket::State {
  std::unique_ptr<asio::ssl::context> context;
  std::variant<std::monostate, std::unique_ptr<Plain>, std::unique_ptr<Tls>> stream;
};

namespace {

/// Runs `body` on the stream, whichever sort it is.
template <class Body>
auto on_stream(WebSocket::State& state, Body body) {
  if (auto* plain = std::get_if<std::unique_ptr<Plain>>(&state.stream)) {
    return body(**plain);
  }
  return body(*std::get<std::unique_ptr<Tls>>(state.stream));
}

asio::awaitable<Result<std::vector<Tcp::endpoint>>> resolve(const asio::any_io_executor& executor,
                                                            const Target& target,
                                                            bool allow_private) {
  Tcp::resolver resolver(executor);
  auto [error, found] = co_await resolver.async_resolve(target.host, target.port, kTuple);
  if (error) {
    co_return co_await failure(error, "looking up the name");
  }
  std::vector<Tcp::endpoint> endpoints;
  for (const auto& entry : found) {
    const Tcp::endpoint endpoint = entry.endpoint();
    if (!allow_private && !is_public_address(endpoint.data())) {
      co_return fail(ErrorCode::kRefused, "leads to an address that is not public");
    }
    endpoints.push_back(endpoint);
  }
  co_return endpoints;
}

template <class Stream>
asio::awaitable<Result<WebSocketAnswer>> shake_hands(Stream& stream, const Target& target,
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
  auto [error] = co_await stream.async_handshake(answer, target.authority, target.path, kTuple);
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
    co_return co_await failure(error, "opening the WebSocket");
  }
  co_return outcome;
}

asio::awaitable<Result<WebSocketAnswer>> open_plain(beast::tcp_stream tcp, const Target& target,
                                                    const HttpOptions& options,
                                                    const WebSocketRequest& request) {
  auto state = std::make_unique<WebSocket::State>();
  auto stream = std::make_unique<Plain>(std::move(tcp));
  auto answer = co_await shake_hands(*stream, target, options, request);
  if (answer && answer->response.status == 101) {
    state->stream = std::move(stream);
    answer->socket = std::make_unique<WebSocket>(std::move(state));
  }
  co_return answer;
}

asio::awaitable<Result<WebSocketAnswer>> open_tls(beast::tcp_stream tcp, const Target& target,
                                                  const HttpOptions& options,
                                                  const WebSocketRequest& request) {
  auto state = std::make_unique<WebSocket::State>();
  state->context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  if (const Result<void> prepared = prepare(*state->context, options); !prepared) {
    co_return tl::make_unexpected(prepared.error());
  }
  auto stream = std::make_unique<Tls>(std::move(tcp), *state->context);
  stream->next_layer().set_verify_callback(asio::ssl::host_name_verification(target.host));
  SSL_set_tlsext_host_name(stream->next_layer().native_handle(), target.host.c_str());
  auto [error] =
      co_await stream->next_layer().async_handshake(asio::ssl::stream_base::client, kTuple);
  if (error) {
    co_return co_await failure(error, "TLS");
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
    co_return co_await failure(error, "reading");
  }
  co_return WebSocket::Message{beast::buffers_to_string(buffer.data()), stream.got_binary()};
}

template <class Stream>
asio::awaitable<Result<void>> write_to(Stream& stream, std::string text) {
  stream.text(true);
  auto [error, bytes] = co_await stream.async_write(asio::buffer(text), kTuple);
  if (error) {
    co_return co_await failure(error, "writing");
  }
  co_return Result<void>();
}

}  // namespace

asio::awaitable<Result<WebSocketAnswer>> open_web_socket(asio::any_io_executor executor,
                                                         HttpOptions options,
                                                         WebSocketRequest request) {
  const Result<Target> target = target_of(request.url);
  if (!target) {
    co_return tl::make_unexpected(target.error());
  }
  const auto endpoints = co_await resolve(executor, *target, request.allow_private);
  if (!endpoints) {
    co_return tl::make_unexpected(endpoints.error());
  }
  beast::tcp_stream tcp(executor);
  tcp.expires_after(request.open_timeout);  // TLS included; the handshake has its own
  auto [error, where] = co_await tcp.async_connect(*endpoints, kTuple);
  if (error) {
    co_return co_await failure(error, "connecting");
  }
  tcp.socket().set_option(Tcp::no_delay(true));
  if (target->tls) {  // no ?: around co_await: GCC 12 destroys its temporaries twice
    co_return co_await open_tls(std::move(tcp), *target, options, request);
  }
  co_return co_await open_plain(std::move(tcp), *target, options, request);
}

WebSocket::WebSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}
WebSocket::~WebSocket() = default;

asio::awaitable<Result<WebSocket::Message>> WebSocket::read() {
  return on_stream(*state_, [](auto& stream) { return read_from(stream); });
}

asio::awaitable<Result<void>> WebSocket::write(std::string text) {
  return on_stream(*state_, [&](auto& stream) { return write_to(stream, std::move(text)); });
}

}  // namespace vigie
