#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/mention.h"
#include "engine/core/result.h"
#include "engine/match/phrase_text.h"

namespace vigie {

/// What a rule asks of a mention beside its words: `source:mastodon`, `followers:>1000`.
struct Filter {
  enum class Of : std::uint8_t {
    kSource,     ///< the network or feed; case does not matter
    kLanguage,   ///< as the source says it; one that it does not say is no language
    kAuthor,     ///< id, or name
    kPlace,      ///< its name holds these words in a row
    kKind,       ///< post, reply, …
    kReply,      ///< answers another mention
    kRepost,     ///< repeats another mention
    kFollowers,  ///< of the author
    kRating,     ///< stars; a mention without any never fulfils it
  };
  enum class Compare : std::uint8_t { kEqual, kLess, kAtMost, kGreater, kAtLeast };

  Of of = Of::kSource;
  Compare compare = Compare::kEqual;  ///< kFollowers, kRating
  Kind kind = Kind::kPost;            ///< kKind
  std::uint64_t number = 0;           ///< kFollowers, kRating
  std::string text;                   ///< the others' value, as written
  std::vector<std::string> words;     ///< `text` folded; filled in when the rule is compiled

  bool operator==(const Filter&) const = default;
};

/// Whether `name` is one, and all there are, for messages.
bool is_filter_name(std::string_view name);
std::string_view filter_names();

/// The filter `name:value`. Refused, with a sentence, if there is none such.
Result<Filter> parse_filter(std::string_view name, std::string_view value);

/// `fold` made the filter's words; it is used for authors and places only.
bool holds(const Filter& filter, const Mention& mention, const PhraseFolder& fold);

}  // namespace vigie
