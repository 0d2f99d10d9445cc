#pragma once

#include <cstddef>
#include <memory>

#include "engine/core/mapping.h"

namespace vigie {

/// Bounds of a feed; beyond them it (or the item) is a dead letter.
inline constexpr std::size_t kMaxFeedBytes = 16 << 20;
inline constexpr std::size_t kMaxFeedDepth = 200;  ///< of JSON; of XML: XmlReader::kMaxDepth
inline constexpr std::size_t kMaxFeedItems = 20'000;

/// Reads RSS 0.9x to 2.0, RDF (RSS 1.0), Atom 0.3 and 1.0, and JSON Feed, ill-formed ones too: the
/// bytes of one feed → one mention per item.
///
/// id: guid, atom:id, id; else the link; else a hash of title, text and date. source: the origin's
/// network, else its base_url (the feed's address). text: the fullest there is of content:encoded,
/// content, content_html, summary and description, as plain text. An update date is an edit; an RFC
/// 6721 tombstone is a deletion. An item without words is handed on with the fields it has
/// (is_wordless). Links are resolved (xml:base, the origin's base_url, else the page the feed is
/// of) and only http and https ones kept. In whatever encoding (document_encoding.h). Nothing is
/// fetched, no entity expanded: a document that declares some is rejected as unsafe. A feed without
/// items gives nothing at all.
std::unique_ptr<Mapping> make_feed_mapping();

}  // namespace vigie
