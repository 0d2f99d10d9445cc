#pragma once

#include <string_view>

#include "engine/core/verdict.h"

namespace vigie {

/// The language of a text: the source's hint if it is one of ISO 639-1 ("fr", "fr-FR" → "fr"), else
/// what CLD2 reliably finds, else "" (unknown). Writes into Verdict::language.
void detect_language(std::string_view hint, std::string_view text, char (&language)[3]);

}  // namespace vigie
