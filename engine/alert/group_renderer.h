#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/alert/alert.h"
#include "engine/alert/notifier.h"

namespace vigie {

struct NumberedAlert {
  std::uint64_t number = 0;
  Alert alert;
};

/// Several alerts of one tenant, held or gathered until now, as one message: a line each, the worst
/// first, the oldest first among equals; at most kMaxGroupLines, and how many more there are.
/// `group`: its number, the same at every attempt. As safe as render() for what is foreign.
Message render_group(std::span<const NumberedAlert> alerts, std::uint64_t group,
                     const std::string& receiver, const std::string& public_url);
inline constexpr std::size_t kMaxGroupLines = 30;

}  // namespace vigie
