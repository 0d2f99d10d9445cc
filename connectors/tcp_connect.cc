#include "connectors/tcp_connect.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <vector>

#include "connectors/public_address.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

asio::awaitable<tl::unexpected<Error>> connection_failure(error_code error,
                                                          std::string_view doing) {
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  co_return fail(ErrorCode::kUnavailable, std::string(doing) + ": " + error.message());
}

asio::awaitable<Result<Tcp::socket>> connect_tcp(asio::any_io_executor executor, std::string host,
                                                 std::string port, bool allow_private,
                                                 std::chrono::milliseconds timeout) {
  Tcp::resolver resolver(executor);
  auto [lookup_error, found] = co_await resolver.async_resolve(host, port, kTuple);
  if (lookup_error) {
    co_return co_await connection_failure(lookup_error, "looking up the name");
  }
  std::vector<Tcp::endpoint> endpoints;
  for (const auto& entry : found) {
    const Tcp::endpoint endpoint = entry.endpoint();
    if (!allow_private && !is_public_address(endpoint.data())) {
      co_return fail(ErrorCode::kRefused, "leads to an address that is not public");
    }
    endpoints.push_back(endpoint);
  }
  boost::beast::tcp_stream stream(executor);
  stream.expires_after(timeout);
  auto [error, where] = co_await stream.async_connect(endpoints, kTuple);
  if (error) {
    co_return co_await connection_failure(error, "connecting");
  }
  Tcp::socket socket = stream.release_socket();
  socket.set_option(Tcp::no_delay(true));
  co_return socket;
}

Result<std::unique_ptr<asio::ssl::context>> make_tls_context(const HttpOptions& options) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  error_code error;
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1);
  context->set_verify_mode(asio::ssl::verify_peer);
  if (options.ca_file.empty()) {
    context->set_default_verify_paths(error);
  } else {
    context->load_verify_file(options.ca_file, error);
  }
  if (error) {
    return fail(ErrorCode::kUnavailable,
                "the trusted certificates cannot be read: " + error.message());
  }
  return context;
}

}  // namespace vigie
