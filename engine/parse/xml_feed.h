#pragma once

#include <string_view>

#include "engine/parse/feed_item.h"

namespace vigie {

/// RSS, RDF and Atom. Bounds and safety: feed.h. Any thread; a reader per call.
void read_xml_feed(std::string_view bytes, FeedItemSink& sink);

}  // namespace vigie
