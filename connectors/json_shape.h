#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/json_document.h"
#include "engine/core/mapping.h"
#include "engine/core/settings.h"

namespace vigie {

/// Where a source's JSON holds its mentions, as data. In a configuration or a built-in description:
///
///   network: data.gouv.fr        # the mentions' source; absent: the connector's network
///   time_format: iso             # iso | unix_ms | a strptime pattern; numbers are Unix seconds
///   time_zone: Europe/Paris      # of times that name none (UTC)
///   mentions:                    # one entry per kind of thing that is a mention
///     - items: /data/*/discussion/*     # or a list of paths: connectors/json_document.h
///       only_if: {1/kind: t1}           # each path must hold the value, or one of the values
///       deleted_if: {/author: "[deleted]"}     # any of them: the source took it back
///       kind: comment                   # absent: reply if it has a parent, else post
///       skip_empty: true                # a picture alone is no mention, and no dead letter
///       html: true                      # the text is HTML
///       id: /id
///       text: [/content, /summary]      # the first that is there
///       url: "https://town.example/{2/slug}#{/id}"   # text around {paths}
///       rating_words: {FIVE: 5}
///
/// and title, author_id, author_name, author_url, created_at, edited_at, lang, parent, thread,
/// repost_of, place, lat, lon, rating, likes, reposts, replies, each a path, a text with {paths},
/// or a list of them. A rating or a count that is not one is left out.
struct JsonField {
  struct Piece {
    std::string text;              ///< in front of the path
    std::optional<JsonPath> path;  ///< nothing: only the text
  };
  using Alternative = std::vector<Piece>;
  std::vector<Alternative> alternatives;
};

struct MentionShape {
  enum Part : std::size_t {
    kId,
    kText,
    kTitle,
    kAuthorId,
    kAuthorName,
    kAuthorUrl,
    kCreatedAt,
    kEditedAt,
    kLang,
    kUrl,
    kParent,
    kThread,
    kRepostOf,
    kPlace,
    kLatitude,
    kLongitude,
    kRating,
    kLikes,
    kReposts,
    kReplies,
    kPartCount
  };
  using Conditions = std::vector<std::pair<JsonPath, std::vector<std::string>>>;

  std::vector<JsonPath> items;
  Conditions only_if, deleted_if;
  std::optional<Kind> kind;
  bool is_html = false, skips_empty = false;
  std::array<JsonField, kPartCount> parts;
  std::map<std::string, int, std::less<>> rating_words;
};

struct JsonShape {
  std::string network;
  std::string time_format = "iso";
  std::string time_zone;
  std::vector<MentionShape> mentions;
};

/// The fields of `settings` that describe a shape, for who checks a map's fields.
inline constexpr std::array<std::string_view, 4> kShapeSettings = {"network", "time_format",
                                                                   "time_zone", "mentions"};

/// Reads `mentions`, `network` and the times' format from a map. `network` is a setting of every
/// connector already, so only a built-in description's own counts: `is_built_in`.
JsonShape read_json_shape(const Settings& settings, bool is_built_in,
                          std::vector<Problem>& problems);

/// Reads documents of that shape. An envelope without bytes holds nothing; one that is
/// `{"vigie:deleted":["id",…]}` (connectors/api_poller.h writes it) deletes those mentions.
std::unique_ptr<Mapping> make_json_mapping(JsonShape shape);

/// Reads documents of the shape that the connector's own configuration describes: format
/// `http_json`.
std::unique_ptr<Mapping> make_configured_json_mapping();

/// The note by which a poller says that mentions are no more.
std::string deletion_note(const std::vector<std::string>& ids);

}  // namespace vigie
