#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// Where a feed says that it lives, the hub that pushes it (WebSub, 4), and what it is called, as
/// plain words; empty if it does not say.
struct FeedLinks {
  std::string self, hub;
  std::string title = {};
};

/// Looks into the first 64 KiB of an XML feed (of its links the first of each kind counts), into
/// the whole of a JSON Feed. `base_url`: what relative addresses are relative to.
FeedLinks find_feed_links(std::string_view bytes, const std::string& base_url);

}  // namespace vigie
