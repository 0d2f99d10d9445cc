#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/core/time.h"
#include "tests/connectors/api_peer.h"

namespace vigie {

/// What somebody wrote, as the peers of these tests know it.
struct Post {
  int number = 0;
  std::string text;
  Time created_at{};
  Time edited_at{};      ///< epoch: never
  bool deleted = false;  ///< marked so, where the source marks it
};

/// How one source speaks, written from its own page: what the peer of its tests does.
struct ApiPage {
  enum class Removal : std::uint8_t { kNone, kMarked, kVanishes };

  std::string type = {};
  std::string yaml = {};    ///< settings beside api, secret_file and allow_private
  std::string secret = {};  ///< empty: it needs none
  bool has_pages = true, has_edits = true;
  Removal removal = Removal::kVanishes;
  std::string network = {};
  /// A listing of `posts`; `next`: the place of the page behind it, empty: there is none.
  std::function<std::string(const std::vector<Post>& posts, const std::string& next)> listing = {};
  /// Which page is asked for ("" the first); nothing: this is not the listing.
  std::function<std::optional<std::string>(const ApiPeer::Request&)> place = {};
  /// What the place of the page `index` is called, from 1.
  std::function<std::string(std::size_t index)> place_name = {};
  /// Whether it proves itself as the page says.
  std::function<bool(const ApiPeer::Request&)> is_authorised = {};
  /// What else it answers: tokens, look-ups.
  std::function<std::optional<ApiPeer::Answer>(const ApiPeer::Request&)> other = {};
  /// When too much was asked; it says "in 1000 seconds" unless `limit_is_vague`.
  ApiPeer::Answer limit = {};
  bool limit_is_vague = false;
  ApiPeer::Answer refusal{401, {}, R"({"message":"no"})"};
  std::function<std::string(int)> mention_id = {};
};

inline std::ostream& operator<<(std::ostream& out, const ApiPage& page) { return out << page.type; }

/// A row for every built-in source, and one for a source that only the configuration describes.
const std::vector<ApiPage>& api_pages();

}  // namespace vigie
