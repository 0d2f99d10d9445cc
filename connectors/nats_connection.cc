#include "connectors/nats_connection.h"

#include <openssl/ssl.h>
#include <simdjson.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <tuple>

#include "connectors/tcp_connect.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using Kind = NatsOperation::Kind;
using Tls = beast::ssl_stream<beast::tcp_stream>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 64 << 10;

bool says(const std::string& json, std::string_view what) {
  simdjson::dom::parser parser;
  bool is = false;
  return parser.parse(json)[what].get(is) == simdjson::SUCCESS && is;
}

std::string text_in(const std::string& json, std::string_view what) {
  simdjson::dom::parser parser;
  std::string_view text;
  return parser.parse(json)[what].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

}  // namespace

/// The TLS context outlives the stream that uses it.
struct NatsConnection::State {
  std::chrono::milliseconds idle_timeout{0};
  std::shared_ptr<TrafficMeter> meter;
  std::string host;
  std::unique_ptr<asio::ssl::context> context;
  std::unique_ptr<beast::tcp_stream> plain;  ///< null once there is TLS
  std::unique_ptr<Tls> tls;
  NatsReader reader;
  std::string nonce;                   ///< what the greeting asks to be signed; empty: nothing
  std::optional<NatsOperation> ahead;  ///< read, but not asked for yet
  std::array<char, kReadBytes> room;

  beast::tcp_stream& tcp() { return tls ? beast::get_lowest_layer(*tls) : *plain; }
};

namespace {

asio::awaitable<Result<void>> begin_tls(NatsConnection::State& state, const HttpOptions& options,
                                        const std::string& host) {
  auto context = make_tls_context(options);
  if (!context) {
    co_return tl::make_unexpected(context.error());
  }
  state.context = std::move(*context);
  state.tls = std::make_unique<Tls>(std::move(*state.plain), *state.context);
  state.plain.reset();
  state.tls->set_verify_callback(asio::ssl::host_name_verification(host));
  SSL_set_tlsext_host_name(state.tls->native_handle(), host.c_str());
  auto [error] = co_await state.tls->async_handshake(asio::ssl::stream_base::client, kTuple);
  if (error) {
    co_return co_await connection_failure(error, "TLS");
  }
  co_return Result<void>();
}

/// What has come, at least a byte.
asio::awaitable<Result<std::size_t>> receive(NatsConnection::State& state) {
  const asio::mutable_buffer room = asio::buffer(state.room);
  boost::system::error_code error;
  std::size_t size = 0;
  if (state.tls) {
    std::tie(error, size) = co_await state.tls->async_read_some(room, kTuple);
  } else {
    std::tie(error, size) = co_await state.plain->async_read_some(room, kTuple);
  }
  if (error == beast::error::timeout) {
    co_return fail(ErrorCode::kUnavailable, "the server has fallen silent");
  }
  if (error) {
    co_return co_await connection_failure(error, "reading");
  }
  state.meter->count(state.host, {0, size, 0});
  co_return size;
}

Error refusal(const std::string& words) {
  const bool is_forbidden = words.find("Permissions") != std::string::npos;
  return {is_forbidden ? ErrorCode::kRefused : ErrorCode::kUnavailable, "the server says " + words};
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<NatsConnection>>> open_nats_connection(
    asio::any_io_executor executor, HttpOptions options, NatsAddress address) {
  options.meter->count(address.host, {1, 0, 0});
  auto socket = co_await connect_tcp(executor, address.host, address.port, address.allow_private,
                                     address.open_timeout);
  if (!socket) {
    co_return tl::make_unexpected(socket.error());
  }
  auto state = std::make_unique<NatsConnection::State>();
  NatsConnection::State& opening = *state;
  opening.idle_timeout = address.idle_timeout;
  opening.meter = options.meter;
  opening.host = address.host;
  opening.plain = std::make_unique<beast::tcp_stream>(std::move(*socket));
  opening.plain->expires_after(address.open_timeout);
  Result<std::optional<NatsOperation>> greeting = std::nullopt;
  while (greeting && !*greeting) {
    const Result<std::size_t> size = co_await receive(opening);
    if (!size) {
      co_return tl::make_unexpected(size.error());
    }
    opening.reader.feed({opening.room.data(), *size});
    greeting = opening.reader.next();
  }
  if (!greeting || (*greeting)->kind != Kind::kInfo) {
    co_return fail(ErrorCode::kUnavailable, "the server does not speak NATS");
  }
  const std::string& info = (*greeting)->payload;
  if (!says(info, "headers") || !says(info, "jetstream")) {
    co_return fail(ErrorCode::kUnavailable, "the server has no JetStream");
  }
  opening.nonce = text_in(info, "nonce");
  if (address.uses_tls || says(info, "tls_required")) {
    const Result<void> secured = co_await begin_tls(opening, options, address.host);
    if (!secured) {
      co_return tl::make_unexpected(secured.error());
    }
  }
  co_return std::make_unique<NatsConnection>(std::move(state));
}

NatsConnection::NatsConnection(std::unique_ptr<State> state) : state_(std::move(state)) {}
NatsConnection::~NatsConnection() = default;

asio::awaitable<Result<std::string>> NatsConnection::log_in(const NatsCredentials& credentials) {
  std::string hello = "CONNECT ";
  JsonWriter json(hello);
  json.begin_object().key("verbose").value(false).key("pedantic").value(false);
  json.key("lang").value("c++").key("version").value("1").key("protocol").value(1);
  json.key("name").value("vigie").key("headers").value(true).key("no_responders").value(true);
  write_nats_proof(credentials, state_->nonce, json);
  json.end_object();
  hello += "\r\nPING\r\n";
  const Result<void> written = co_await write(std::move(hello));
  if (!written) {
    co_return tl::make_unexpected(written.error());
  }
  for (;;) {
    Result<NatsOperation> said = co_await read_operation();
    if (!said) {
      co_return tl::make_unexpected(said.error());
    }
    if (said->kind == Kind::kError) {
      co_return std::move(said->payload);
    }
    if (said->kind == Kind::kPong) {
      co_return std::string();
    }
  }
}

asio::awaitable<Result<NatsOperation>> NatsConnection::read_operation() {
  for (;;) {
    if (state_->ahead) {
      NatsOperation ahead = std::move(*state_->ahead);
      state_->ahead.reset();
      co_return ahead;
    }
    Result<std::optional<NatsOperation>> operation = state_->reader.next();
    if (!operation) {
      co_return fail(ErrorCode::kUnavailable, operation.error().text);
    }
    if (*operation) {
      co_return std::move(**operation);
    }
    state_->tcp().expires_after(state_->idle_timeout);
    const Result<std::size_t> size = co_await receive(*state_);
    if (!size) {
      co_return tl::make_unexpected(size.error());
    }
    state_->reader.feed({state_->room.data(), *size});
  }
}

bool NatsConnection::has_more() {
  if (!state_->ahead) {
    Result<std::optional<NatsOperation>> operation = state_->reader.next();
    state_->ahead = operation ? std::move(*operation) : std::nullopt;  // an error is said again
  }
  return state_->ahead.has_value();
}

asio::awaitable<Result<NatsOperation>> NatsConnection::read() {
  for (;;) {
    Result<NatsOperation> operation = co_await read_operation();
    if (!operation || operation->kind == Kind::kMessage) {
      co_return operation;
    }
    if (operation->kind == Kind::kError) {
      co_return tl::make_unexpected(refusal(operation->payload));
    }
    if (operation->kind == Kind::kPing) {
      std::string pong = "PONG\r\n";
      const Result<void> written = co_await write(std::move(pong));
      if (!written) {
        co_return tl::make_unexpected(written.error());
      }
    }
  }
}

asio::awaitable<Result<void>> NatsConnection::write(std::string bytes) {
  state_->meter->count(state_->host, {0, 0, bytes.size()});
  state_->tcp().expires_after(state_->idle_timeout);
  const asio::const_buffer all = asio::buffer(bytes);
  boost::system::error_code error;
  std::size_t size = 0;
  if (state_->tls) {
    std::tie(error, size) = co_await asio::async_write(*state_->tls, all, kTuple);
  } else {
    std::tie(error, size) = co_await asio::async_write(*state_->plain, all, kTuple);
  }
  if (error) {
    co_return co_await connection_failure(error, "writing");
  }
  co_return Result<void>();
}

}  // namespace vigie
