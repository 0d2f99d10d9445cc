#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace vigie {

/// components/schemas of sessions, accounts and tokens, by name.
std::span<const std::pair<std::string_view, std::string_view>> access_schemas();

}  // namespace vigie
