#pragma once

#include <memory>

#include "engine/core/mapping.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// Type `x`: posts on X that match rules, from the filtered stream, caught up by recent search.
///
///   - secret_file or credential: the app's bearer token
///   - rules: a list of queries in X's own language; 1 to 1000, each of at most 1024 characters
///   - monthly_reads: 1..1000000000: X takes money for each post it gives
///   - monthly_euros: 0..1000000 (0): the same bound in money; needs cents_per_1000_reads, the
///   price
///   - rewind_s: 0..3600 (30): X gives posts out of order; after a break, what is not older than
///   this
///     is asked for again (and paid again)
///   - url: https://HOST (https://api.x.com)
///   - allow_private: true | false (false)
///
/// The rules on X that carry this connector's tag are made to be the configured ones before each
/// connection; others are left alone. Once a month's budget is spent nothing is asked until the
/// next month (UTC). Rules of more than 512 characters cannot be searched, and search reaches seven
/// days back: what is missed thereby is said. At the very first start nothing is caught up.
///
/// An edit is a new post that names its predecessors: it goes under the first one's id. The
/// filtered stream tells of no deletions; X's compliance jobs do, and the format reads their lines.
Result<std::unique_ptr<Connector>> make_x_connector(const ConnectorContext& context);

/// Format `x`: objects with `data` (one post or a page) and `includes`, lines; posts alone; lines
/// of a compliance job on posts.
std::unique_ptr<Mapping> make_x_mapping();

}  // namespace vigie
