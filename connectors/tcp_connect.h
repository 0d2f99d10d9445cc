#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/http_client.h"
#include "engine/core/result.h"

namespace boost::asio::ssl {
class context;
}  // namespace boost::asio::ssl

namespace vigie {

/// Looks `host` up and connects to it, to a public address unless `allow_private`: every address
/// that the name resolves to is checked, and the one that is checked is the one that is connected
/// to. kUnavailable: no connection within `timeout`. kRefused: an address that is not public.
/// Throws operation_aborted when cancelled.
boost::asio::awaitable<Result<boost::asio::ip::tcp::socket>> connect_tcp(
    boost::asio::any_io_executor executor, std::string host, std::string port, bool allow_private,
    std::chrono::milliseconds timeout);

/// What a client of TLS 1.2 and later verifies its server with. kUnavailable: the trusted
/// certificates cannot be read.
Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const HttpOptions& options);

/// kUnavailable, in the words of `error`. Throws operation_aborted where the coroutine was
/// cancelled.
boost::asio::awaitable<tl::unexpected<Error>> connection_failure(boost::system::error_code error,
                                                                 std::string_view doing);

}  // namespace vigie
