#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/websub.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// Type `feed`: an RSS, Atom or JSON feed, polled.
///
///   - url: https://…
///   - interval_s: 60..86400 (300): between polls; longer if max-age or Retry-After says so
///   - timeout_s: 1..120 (30)
///   - max_body_bytes: 1024..67108864 (8388608): inflated
///   - allow_private: true | false (false): the feed may be on this machine or in its network
///   - websub: true | false (false): let the feed's hub push what is new (websub.h); needs
///     http.public_url, which the hub must reach
///   - robots_txt: obey | ignore (obey): `ignore` is for the town's own sites
///
/// Asks only for what changed (ETag as it was given, Last-Modified). A feed that moved for good
/// (301, 308) is asked at its new address from then on; one that is gone (410) is retired, also
/// after a restart, until `url` names another. What the site's robots.txt forbids, the feed's
/// address or where it leads, is not fetched: `disallowed`, and robots.txt is read again a day
/// later; so with a feed whose publisher reserves text and data mining (robots.h). Failures back
/// off, with jitter, up to an hour. The next poll waits until the last one's mentions are stored,
/// so a feed never has more than one polled envelope in flight. While a hub pushes, it is polled
/// hourly at most, as nobody promises that hubs forget nothing; else it is polled as if there were
/// none. Without `websub`, with another `url` or once the feed is gone, a subscription that there
/// was is given up.
Result<std::unique_ptr<Connector>> make_feed_connector(const ConnectorContext& context);

/// What is remembered of a feed between polls and over restarts; JSON.
struct FeedCursor {
  std::string feed;           ///< the configured URL this is about: another one starts afresh
  std::string url;            ///< where it is now
  std::string etag;           ///< verbatim
  std::string last_modified;  ///< verbatim
  std::string digest;         ///< of the last body, for servers without either
  std::string gone_at;        ///< RFC 3339: when it said that it is no more; empty: it has not
  HubSubscription subscription;
  std::vector<HubSubscription> leaving = {};  ///< subscriptions that are being given up
  bool operator==(const FeedCursor&) const = default;
};
std::string to_string(const FeedCursor& cursor);
std::optional<FeedCursor> parse_feed_cursor(const std::string& json);

}  // namespace vigie
