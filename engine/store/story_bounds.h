#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/time_span.h"
#include "engine/store/change_log.h"
#include "engine/store/key_value.h"

namespace vigie {

/// Since 1970, at most what fits.
std::uint32_t minute_of(Time time);

/// A story got a mention; its founder, by the number of its tenant.
struct StoryJoin {
  std::uint32_t tenant_number = 0;
  Day day = 0;
  std::uint64_t sequence = 0;
  TimeSpan spoken;  ///< with that mention
};
using StoryLog = ChangeLog<StoryJoin, 100'000>;

/// How wide stories may be at most, and until when they may have been spoken of: of the days of
/// foundation that were asked for last, so that a list of the widest reads few rows anew. A story
/// that got a mention may have one author more; one that lost some is thought to be as before. Some
/// 70 MB between two questions. Any thread, one at a time; the writer never waits.
class StoryBounds {
 public:
  /// No story has more authors, nor with as many more mentions.
  struct Bound {
    std::uint64_t sequence = 0;  ///< of the founder
    std::uint32_t authors = 0, mentions = 0;
    std::uint32_t first = 0, last = 0;  ///< minutes since 1970: none was published before, after
  };

  /// Visits stories of two mentions and more founded in days [from, to) that may have been spoken
  /// of in `spoken`, those that may be the widest first, then the oldest; stops when `visit` says
  /// false. `visit` must not ask for others.
  using Visit = std::function<Result<bool>(Day, const Bound&)>;
  Result<void> visit_widest(const KeyValue& key_value, const StoryLog& log, std::uint32_t number,
                            Day from, Day to, const TimeSpan& spoken, const Visit& visit);

  static constexpr std::size_t kMaxKept = 3'000'000;

 private:
  struct DayBounds {
    std::vector<Bound> widest_first;
    std::uint64_t asked_at = 0;  ///< a count of questions
  };
  using Place = std::pair<std::uint32_t, Day>;  ///< tenant number, day of foundation

  void follow(const StoryLog& log);
  void forget_oldest();

  std::mutex mutex_;  // guards all below
  std::map<Place, DayBounds> days_;
  std::size_t kept_ = 0;
  std::uint64_t questions_ = 0, joins_seen_ = 0;
};

}  // namespace vigie
