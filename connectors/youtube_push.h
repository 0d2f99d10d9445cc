#pragma once

#include <memory>

#include "engine/core/mapping.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// Type `youtube_push`: the videos of a channel, new ones and those whose title or description
/// changed, as YouTube's hub pushes them (WebSub: websub.h). Comments below them are the source
/// `youtube`'s.
///
///   - channel: the channel's id (UC…)
///   - hub: its hub (https://pubsubhubbub.appspot.com/subscribe)
///   - allow_private: true | false (false): the hub may be on this machine or in its network
///
/// Needs http.public_url, which the hub must reach. The feed itself is never polled: YouTube's
/// robots.txt asks not to. What happens while the hub cannot reach us for longer than it repeats
/// its pushes is missed. A channel that is no longer the configured one is unsubscribed from.
Result<std::unique_ptr<Connector>> make_youtube_push_connector(const ConnectorContext& context);

/// Reads the Atom that the hub pushes: the mention's id is the video's, as comments name it, its
/// author's the channel's. A tombstone (at:deleted-entry) is a deletion.
std::unique_ptr<Mapping> make_youtube_push_mapping();

}  // namespace vigie
