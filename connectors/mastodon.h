#pragma once

#include <memory>

#include "engine/core/mapping.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// Type `mastodon`: public and hashtag timelines of a Mastodon server (or one that speaks its API),
/// streamed.
///
///   - instance: https://HOST
///   - streams: a list of public, public:local, public:remote, #TAG, #TAG:local; at most 50
///   - secret_file or credential: an access token with read:statuses (streams need one since
///   Mastodon 4.2)
///   - transport: websocket | sse (websocket): SSE carries one stream
///   - rewind_s: 0..86400 (300): after a break, what is not older than this is read again, because
///     servers take in posts late; it brings edits with it
///   - allow_private: true | false (false)
///
/// The stream is opened first, then what was missed is read page by page from the timelines (from
/// the last id that is stored, oldest first), then the stream is read: nothing falls between, and
/// what comes twice is stored once. At the very first start one page of each timeline comes as
/// history that tells nobody.
///
/// A post's id is its ActivityPub URI, the same on every server. A deletion names only the server's
/// own number, so the last kMaxRemembered numbers seen are remembered: the deletion of a post older
/// than that, or seen before a restart and outside of what is read again, cannot be carried out.
/// Edits and deletions that happen while nobody listens are not told afterwards by any Mastodon
/// API.
Result<std::unique_ptr<Connector>> make_mastodon_connector(const ConnectorContext& context);

/// Format `mastodon`: statuses (one, an array, lines), stream messages as WebSockets carry them
/// (`payload` a string or an object), and raw server-sent events. Posts that are not public are
/// passed over, and so are those without a word.
std::unique_ptr<Mapping> make_mastodon_mapping();

}  // namespace vigie
