#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/finding.h"

namespace vigie {

/// 32 hexadecimal digits, small letters: what JSON calls an author.
std::string to_text(const Pseudonym& author);
std::optional<Pseudonym> parse_pseudonym(std::string_view text);

}  // namespace vigie
