#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/core/time.h"

namespace vigie {

enum class Kind : std::uint8_t { kPost, kReply, kRepost, kComment, kReview, kRequest, kMessage };

struct Author {
  std::string_view id, name, url;
  std::uint64_t followers = 0;
};

struct Place {
  std::string_view name;
  std::optional<double> latitude, longitude;  ///< degrees, WGS 84
};

struct Engagement {
  std::uint64_t likes = 0, reposts = 0, replies = 0;
};

/// The later version of a mention wins; equal versions are the same mention told twice.
struct Version {
  std::int64_t edited_at_us = 0;  ///< 0: never edited
  std::uint32_t revision = 0;     ///< for sources that count edits instead of dating them
  auto operator<=>(const Version&) const = default;
};

/// One public utterance, whatever network it came from. A view: every string lies in memory that
/// whoever made the mention owns (an envelope, a parser's buffer, a stored record) and is valid
/// UTF-8 without NUL.
struct Mention {
  std::string_view id;  ///< the network's own id, unique within `source`
  /// The network ("mastodon", "facebook", a feed's URL), never the connector.
  std::string_view source;
  Kind kind = Kind::kPost;
  Author author;
  std::string_view title;
  std::string_view text;
  std::string_view language;  ///< ISO 639-1 as the source says it, empty if it does not
  Time created_at{};          ///< the source's word; epoch if it gave none
  Version version;
  std::string_view url, in_reply_to, repost_of, thread;
  Place place;
  std::optional<int> rating;  ///< stars, 1..5
  Engagement engagement;
  bool deleted = false;  ///< the source took it back: only id, source and version mean something
};

/// Calls visit(std::string_view&) for every string of a mention.
template <class Visit>
void visit_strings(Mention& mention, Visit&& visit) {
  for (std::string_view* const string :
       {&mention.id, &mention.source, &mention.author.id, &mention.author.name, &mention.author.url,
        &mention.title, &mention.text, &mention.language, &mention.url, &mention.in_reply_to,
        &mention.repost_of, &mention.thread, &mention.place.name}) {
    visit(*string);
  }
}

std::string_view to_string(Kind kind);
std::optional<Kind> parse_kind(std::string_view text);

}  // namespace vigie
