#include "engine/core/trusted_day.h"

namespace vigie {

bool TrustedDay::is_doubtful(Day today, std::optional<Day> last) {
  return last.has_value() && today > *last + kUsualGapDays;
}

std::optional<Day> TrustedDay::look(Day today, Moment now) {
  if (is_doubtful(today, last_)) {
    const bool jumped_once_more = is_doubtful(today, doubted_);
    if (!doubted_ || jumped_once_more) {
      doubted_ = today;
      since_ = now;
    }
    if (now - since_ < kDoubtLasts) {
      return std::nullopt;
    }
  }
  doubted_.reset();
  last_ = today;
  return today;
}

}  // namespace vigie
