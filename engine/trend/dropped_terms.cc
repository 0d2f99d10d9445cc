#include "engine/trend/dropped_terms.h"

#include <utility>

namespace vigie {

void DroppedTerms::hear(Day day, std::span<const Term> terms, std::uint64_t author) {
  const std::scoped_lock lock(mutex_);
  days_[day].hear(terms, author);
  if (days_.size() > kMaxDays) {
    days_.erase(days_.begin());
  }
}

std::map<Day, TermSketch> DroppedTerms::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(days_, {});
}

void DroppedListener::hear(const Mention& mention, const FoldedText& folded, Time time,
                           std::uint64_t author) {
  if (!is_repeated(mention)) {
    terms_->hear(day_of(time), cutter_.cut(mention, folded), author);
  }
}

}  // namespace vigie
