#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "connectors/back_off.h"
#include "engine/core/time.h"

namespace vigie {

/// When a source lets a stream be opened again.
struct ReconnectPolicy {
  BackOff network{std::chrono::milliseconds(1'000), std::chrono::milliseconds(60'000), true};
  BackOff http{std::chrono::milliseconds(5'000), std::chrono::milliseconds(320'000), true};
  BackOff limited{std::chrono::milliseconds(60'000), std::chrono::milliseconds(960'000), true};
  /// Refused: asking again will hardly help before a person has done something.
  std::chrono::milliseconds refused{600'000};
  bool at_once = true;                        ///< the first time after a stream that worked
  std::chrono::milliseconds healthy{60'000};  ///< a stream that lasted so long worked
  /// At most so many connections within so long; 0: as many as one likes.
  std::uint32_t max_connects = 0;
  std::chrono::seconds connects_window{900};
  std::chrono::milliseconds longest{3'600'000};  ///< whatever the source asks for
};

/// How the last attempt ended.
struct StreamEnd {
  enum class Kind : std::uint8_t {
    kCut,      ///< it gave something, then it ended
    kNetwork,  ///< no connection, no answer, or it ended before anything came
    kHttp,     ///< an answer that says try again (5xx and the like)
    kLimited,  ///< 429
    kRefused,  ///< 401, 403, 404 …
  };
  Kind kind = Kind::kCut;
  std::chrono::milliseconds lasted{0};
  std::optional<std::chrono::milliseconds> retry_after;  ///< the source's own word
};

struct ReconnectState {
  StreamEnd::Kind last = StreamEnd::Kind::kCut;
  std::uint32_t failures = 0;  ///< of that kind in a row
  std::vector<Time> connects;  ///< the last ones, at most max_connects
};

struct ReconnectDecision {
  ReconnectState state;
  std::chrono::milliseconds wait{0};
};

/// When to open the stream again; counts that as a connection. Pure: `jitter` in [0, 1) is chance
/// handed in. Waits are never shorter than the policy and the source's own word say, and up to a
/// tenth longer, so that a thousand clients of a source that comes back do not come at once.
ReconnectDecision decide_reconnect(const ReconnectPolicy& policy, const ReconnectState& state,
                                   const StreamEnd& end, Time now, double jitter);

}  // namespace vigie
