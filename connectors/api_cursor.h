#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "connectors/quota.h"
#include "engine/core/time.h"

namespace vigie {

/// Where a poller stands: all it must know again after a restart.
///
/// A *walk* goes from a source's first page back to what is known. `next` is the page the walk
/// under way has come to; `since` moves only when a walk is complete, so a walk that was cut off
/// anywhere is gone on with, or begun anew, and nothing falls between two walks.
struct ApiCursor {
  std::string source;  ///< what was asked: another URL begins anew
  std::string next;    ///< empty: the next request begins a walk
  Time from{};         ///< the walk under way goes back to here
  Time newest{};       ///< the latest creation that the walk under way has seen
  Time since{};        ///< the latest creation that complete walks have seen; epoch: none yet
  std::string etag, last_modified, digest;  ///< of the first page, as stored
  QuotaLedger quota;
  /// Mentions that the source showed last, with their creation (Unix seconds): those that vanish
  /// are deleted. Kept only for sources that say of deletions nothing else.
  std::map<std::string, std::int64_t> known;
  std::set<std::string> missing;  ///< of these, what the last complete walk did not show

  bool operator==(const ApiCursor&) const = default;
};

std::string to_string(const ApiCursor& cursor);
/// Nothing if it is not one.
std::optional<ApiCursor> parse_api_cursor(const std::string& json);

}  // namespace vigie
