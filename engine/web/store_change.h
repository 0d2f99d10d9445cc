#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "engine/store/store.h"

namespace vigie {

/// Hands a change to the writer's thread. Resumes once it is durable; false: too many wait, and
/// nothing was done.
using ChangeStore = std::function<boost::asio::awaitable<bool>(std::function<void(Store&)>)>;

/// The same, with what `act` gives; nothing: too many wait. `act` must not hold on to the caller's
/// frame: it may outlive a request that is given up.
template <class Answer>
boost::asio::awaitable<std::optional<Answer>> change_store(ChangeStore change,
                                                           std::function<Answer(Store&)> act) {
  const auto answer = std::make_shared<std::optional<Answer>>();
  std::function<void(Store&)> apply = [answer, act = std::move(act)](Store& store) {
    answer->emplace(act(store));
  };
  const bool is_done = co_await change(apply);
  if (!is_done) {
    co_return std::nullopt;
  }
  co_return std::move(*answer);
}

}  // namespace vigie
