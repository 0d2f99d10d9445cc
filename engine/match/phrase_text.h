#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

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

/// Cuts a phrase into words as texts are cut and folded, a '*' kept behind its word
/// (TextFolder::fold_phrase).
using PhraseFolder = std::function<std::vector<std::string>(std::string_view)>;

/// The words of a phrase, folded: whole ones, stems ("inond*") and words with wildcards inside
/// ("inc*die", "r?seau"; a '?' at a word's end is punctuation). Refused, with a sentence: no word
/// at all; more than 16; a '*' before a word; a wildcard with fewer than three letters beside it.
Result<std::vector<std::string>> words_of_phrase(std::string_view phrase, const PhraseFolder& fold);

/// At most 60 bytes of a text, for messages: "'coupure d'eau'".
std::string in_quotes(std::string_view text);

}  // namespace vigie
