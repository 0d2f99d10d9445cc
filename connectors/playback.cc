#include "connectors/playback.h"

#include <algorithm>

namespace vigie {

// Microseconds hold the distance of any two dates; the clock's nanoseconds do not.
Playback::Moment Playback::due_at(Time published, Moment now) {
  if (!from_) {
    from_ = {published, now};
  }
  const microseconds played_after = (published - from_->first) / speed_factor_;
  const microseconds wait =
      played_after - std::chrono::duration_cast<microseconds>(now - from_->second);
  if (wait > kMaxWait) {
    from_ = {published, now + kMaxWait};
    return now + kMaxWait;
  }
  return now + std::max(wait, microseconds(0));
}

}  // namespace vigie
