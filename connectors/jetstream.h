#pragma once

#include <memory>

#include "engine/core/mapping.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// Type `jetstream`: Bluesky's posts as Jetstream streams them, without an account.
///
///   - url: wss://HOST
///   - version: 1 | 2 (2): /subscribe, or /xrpc/network.bsky.jetstream.subscribeEvents
///   - dids: a list of accounts to hear only of, at most 100; empty: everybody
///   - compress: true | false (false): zstd with a dictionary
///   - dictionary_file: the dictionary. Version 2 asks the server for it where none is named;
///     version 1 has no way to, and needs it
///   - rewind_s: 0..3600 (5): version 1, whose times are not in order, goes back so far on
///   reconnecting
///   - allow_private: true | false (false)
///
/// Resumes where it was: version 2 by sequence, exactly; version 1 (and another server than the one
/// the cursor is of) by time, rewound, and what comes twice is stored once. What a server no longer
/// has is lost: it is asked for the oldest it has, and the connector says so.
///
/// A deleted account takes all its posts with it, wherever they are kept.
Result<std::unique_ptr<Connector>> make_jetstream_connector(const ConnectorContext& context);

/// Format `jetstream`: events of version 1 and 2, lines. Only posts, of which likes, follows and
/// all else are passed over, and so are posts without a word.
std::unique_ptr<Mapping> make_jetstream_mapping();

}  // namespace vigie
