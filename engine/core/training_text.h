#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// A mention's words as one line of a file that a model learns from: title before text, every link
/// as "https://lien", every @handle as "@compte", tabs and line breaks as spaces.
std::string training_text(std::string_view title, std::string_view text);

}  // namespace vigie
