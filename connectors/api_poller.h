#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connectors/api_description.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// Polls any source that an ApiDescription describes.
///
/// 1. Each page becomes one envelope, as the source sent it, and is committed before the next is
///    asked for. Its cursor (connectors/api_cursor.h) holds the place in the walk and the day's
///    spent quota; a request that brings nothing stores its cost in an envelope without bytes.
/// 2. A walk ends where there is no next page, or, with `newest_first`, at a page that holds
///    nothing younger than `look_back_h` before the newest known. Until then edits and deletions
///    are seen again and again; the store knows what it has.
/// 3. Deletions that the source does not tell (`vanished_is_deleted`) are what two complete walks
///    in a row did not show any more of the mentions that lie within them. At most 5,000 ids are
///    remembered, the latest.
/// 4. First pages are asked for with If-None-Match and If-Modified-Since.
/// 5. An answer that is not JSON as a whole counts as a failure, not as a dead letter: it is asked
///    for again. Items that cannot be read are dead letters, one by one.
/// 6. Secrets, addresses and bodies stand in no message. A next page lies where the first one did,
///    or is not asked for.
///
/// The mapping is run over each page on the ingest thread, too, to learn ids and times: pages are
/// small and few.
Result<std::unique_ptr<Connector>> make_api_connector(const ConnectorContext& context,
                                                      const Settings* built_in);

/// Type `http_json`: a source that only the configuration describes.
Result<std::unique_ptr<Connector>> make_http_json_connector(const ConnectorContext& context);

}  // namespace vigie
