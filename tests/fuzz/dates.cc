// Dates and durations as strangers write them: what is read, written again, reads as the same.
#include <string>

#include "connectors/http_fields.h"
#include "engine/core/check.h"
#include "engine/core/iso_week.h"
#include "engine/core/time_of_week.h"
#include "engine/parse/feed_date.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

using std::chrono::milliseconds;

VIGIE_FUZZ(dates) {
  const auto reads_back = [](std::optional<Time> time) {
    if (!time) {
      return true;
    }
    // Milliseconds are written; years beyond 9999 are not read.
    const std::optional<Time> again = parse_time(format_time(*time));
    return *time < Time{} || !again || *again == std::chrono::floor<milliseconds>(*time);
  };
  const std::optional<Time> strict = parse_time(bytes);
  check(reads_back(strict) && (!strict || parse_time(format_time(*strict))), "RFC 3339");
  check(reads_back(parse_feed_date(bytes)), "a feed's date");
  check(reads_back(parse_http_date(bytes)), "HTTP's date");
  const auto retry = parse_retry_after(bytes, Time(std::chrono::hours(500'000)));
  check(!retry || retry->count() >= 0, "one waits forward");
  const auto age = parse_max_age(bytes);
  check(!age || age->count() >= 0, "an age is none below 0");
  const auto week = IsoWeek::parse(bytes);
  check(!week || (week->text() == bytes && IsoWeek::of(week->monday()) == *week), "a week");
  const auto minute = parse_minute_of_day(bytes);
  check(!minute || (*minute >= 0 && *minute <= 24 * 60), "a minute of a day");
  check(parse_weekdays(bytes) < 128, "seven days");
}

}  // namespace
}  // namespace vigie::fuzz
