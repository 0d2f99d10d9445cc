#include "engine/guidance/draft.h"

#include <algorithm>
#include <array>
#include <vector>

namespace vigie {
namespace {

constexpr std::size_t kLinkLength = 23;
/// From so many characters on a text may have paragraphs.
constexpr std::size_t kRoomy = 1'000;

// Limits as the networks document them: X counts weighted, 280 (developer.x.com, "Counting
// characters"); Mastodon 500 with addresses as 23; Bluesky 300 graphemes. The default is what
// people read.
constexpr std::array<Network, 5> kNetworks = {{
    {"x", 280, Network::Count::kWeightedLetters},
    {"bluesky", 300, Network::Count::kCharacters},
    {"mastodon", 500, Network::Count::kShortLinks},
    {"instagram", 2'200, Network::Count::kCharacters},
    {"default", 2'000, Network::Count::kCharacters},
}};

/// The next code point of valid UTF-8.
char32_t next_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(at);
  const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t point = size == 1 ? first : first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    point = (point << 6) | (byte(at + i) & 0x3f);
  }
  at += size;
  return point;
}

/// X's own table of what counts one.
bool counts_one(char32_t point) {
  return point <= 4351 || (point >= 8192 && point <= 8205) || (point >= 8208 && point <= 8223) ||
         (point >= 8242 && point <= 8247);
}

/// Where the address that begins at `at` ends; `at` if none does.
std::size_t end_of_link(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (!rest.starts_with("https://") && !rest.starts_with("http://")) {
    return at;
  }
  const std::size_t end = rest.find_first_of(" \t\n");
  return end == std::string_view::npos ? text.size() : at + end;
}

/// The pieces that stand, in their order.
struct Pieces {
  std::string greeting, opening;
  std::vector<std::string> facts;
  std::string link, signature;

  std::string text(bool is_roomy) const {
    const std::string_view gap = is_roomy ? "\n\n" : " ";
    std::string out;
    const auto add = [&](std::string_view piece, std::string_view before) {
      if (!piece.empty()) {
        out.append(out.empty() ? "" : before).append(piece);
      }
    };
    add(greeting, gap);
    add(opening, gap);
    for (const std::string& fact : facts) {
      add(fact, " ");
    }
    add(link, gap);
    add(signature, gap);
    return out;
  }
};

}  // namespace

const Network& network_of(std::string_view source) {
  const auto found = std::ranges::find(kNetworks, source, &Network::name);
  return found == kNetworks.end() ? kNetworks.back() : *found;
}

std::size_t length_on(const Network& network, std::string_view text) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t link_end =
        network.count == Network::Count::kCharacters ? at : end_of_link(text, at);
    if (link_end != at) {
      length += kLinkLength;
      at = link_end;
      continue;
    }
    const char32_t point = next_point(text, at);
    length += network.count == Network::Count::kWeightedLetters && !counts_one(point) ? 2 : 1;
  }
  return length;
}

Result<ReplyDraft> draft_reply(const TownCards& town, const Card& card, const Network& network,
                               bool french) {
  if (card.reply.empty()) {
    return fail(ErrorCode::kRefused,
                "the card '" + card.id + "' is not answered in public: it says what to do");
  }
  const bool is_roomy = network.limit >= kRoomy;
  const auto fits = [&](const Pieces& pieces) {
    return length_on(network, pieces.text(is_roomy)) <= network.limit;
  };
  Pieces pieces;
  pieces.opening = card.reply;
  if (!fits(pieces)) {
    return fail(ErrorCode::kInvalidInput, "the opening of the card '" + card.id +
                                              "' is longer than " + std::string(network.name) +
                                              " takes: " + std::to_string(network.limit));
  }
  const auto take = [&](std::string& piece, std::string text) {
    piece = std::move(text);
    if (!fits(pieces)) {
      piece.clear();
    }
  };
  auto greeting = town.greetings.find(network.name);
  greeting = greeting == town.greetings.end() ? town.greetings.find("default") : greeting;
  take(pieces.greeting, greeting == town.greetings.end() ? "" : greeting->second);
  if (!card.links.empty()) {
    take(pieces.link, (french ? "Plus d’informations : " : "More: ") + card.links.front().url);
  }
  take(pieces.signature, town.signature);
  ReplyDraft draft;
  for (const std::string& fact : card.facts) {
    pieces.facts.push_back(fact);
    if (!fits(pieces)) {
      pieces.facts.pop_back();
      ++draft.facts_left_out;
    }
  }
  draft.text = pieces.text(is_roomy);
  draft.length = length_on(network, draft.text);
  return draft;
}

}  // namespace vigie
