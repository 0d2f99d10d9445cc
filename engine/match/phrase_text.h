#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// A phrase as it is written, cut at its {names}: literals[0] names[0] literals[1] … literals[n].
struct PhraseText {
  std::vector<std::string> literals, names;
  bool well_formed = true;  ///< every '{' has its '}' and a name between
};
PhraseText split_phrase(std::string_view text);

/// The values of {name}; null: there are none.
using NameValues = std::function<const std::vector<std::string>*(std::string_view name)>;

/// Every way to put values into a phrase, in the order of the values. Gives up at `most` and says
/// false; `out` then holds `most`.
bool expand_phrase(const PhraseText& phrase, const NameValues& values, std::size_t most,
                   std::vector<std::string>& out);

/// Why a '*' in `text` is not where a star may be (right behind a word), or empty.
std::string misplaced_star(std::string_view text);

}  // namespace vigie
