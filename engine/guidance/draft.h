#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/core/result.h"
#include "engine/guidance/card.h"

namespace vigie {

/// How long a text may be where a reply goes, and how that place counts.
struct Network {
  enum class Count : std::uint8_t {
    kCharacters,       ///< Unicode code points, never fewer than what people see as characters
    kShortLinks,       ///< an address counts 23, whatever its length (Mastodon)
    kWeightedLetters,  ///< the same, and what is not a letter of Europe or its marks counts 2 (X)
  };
  std::string_view name;
  std::size_t limit = 0;
  Count count = Count::kCharacters;
};

/// What is known of where a mention came from; the sources that are no network with a limit of
/// their own: "default", whose limit is ours.
const Network& network_of(std::string_view source);
/// As that network counts it.
std::size_t length_on(const Network& network, std::string_view text);

/// A reply that somebody may send.
struct ReplyDraft {
  std::string text;
  std::size_t length = 0;          ///< as the network counts
  std::size_t facts_left_out = 0;  ///< for which there was no room
};

/// Greeting, opening, facts, the first link and the signature, as far as there is room for them:
/// the opening before all, then greeting, link, signature, and the facts in their order. Never cut
/// within a sentence. `french`: the words of ours. kRefused: the card says not to answer in public;
/// kInvalidInput: not even its opening fits.
Result<ReplyDraft> draft_reply(const TownCards& town, const Card& card, const Network& network,
                               bool french);

}  // namespace vigie
