#pragma once

#include <chrono>
#include <stop_token>

namespace vigie {

/// What every blocking transfer to a receiver has in common: it ends within `limit`, and within
/// about a second once `stop` asks, and no proxy of the environment is used. `curl`: a CURL easy
/// handle; `stop` outlives it.
void bound_transfer(void* curl, std::chrono::seconds limit, const std::stop_token& stop);

}  // namespace vigie
