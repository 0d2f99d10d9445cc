#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace vigie {

/// What `work` gives, or throws: `io` runs on this thread until then, and no longer.
template <class T>
T awaited(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& failed, T value) {
    if (failed) {
      std::rethrow_exception(failed);
    }
    result = std::move(value);
  });
  while (!result) {
    io.restart();
    io.run_one();
  }
  return std::move(*result);
}

}  // namespace vigie
