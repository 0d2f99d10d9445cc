#include "engine/access/throttle.h"

#include <algorithm>

namespace vigie {

std::chrono::seconds Throttle::penalty(const Failures& failures) const {
  if (failures.count < limits_.free_failures) {
    return std::chrono::seconds{0};
  }
  constexpr std::uint32_t kMostDoublings = 30;
  const std::uint32_t doublings = std::min(failures.count - limits_.free_failures, kMostDoublings);
  return std::min(limits_.first_wait * (std::int64_t{1} << doublings), limits_.longest_wait);
}

std::chrono::seconds Throttle::wait(std::string_view key) const {
  const auto found = failures_.find(key);
  if (found == failures_.end()) {
    return std::chrono::seconds{0};
  }
  const auto left = found->second.last + penalty(found->second) - clock_.now();
  return std::max(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds{0});
}

void Throttle::failed(std::string_view key) {
  if (!failures_.contains(key) && failures_.size() >= limits_.max_keys) {
    failures_.erase(std::ranges::min_element(failures_, {},
                                             [](const auto& entry) { return entry.second.last; }));
  }
  Failures& failures = failures_[std::string(key)];
  if (clock_.now() - failures.last >= penalty(failures) + limits_.forget_after) {
    failures.count = 0;
  }
  ++failures.count;
  failures.last = clock_.now();
}

void Throttle::succeeded(std::string_view key) {
  if (const auto found = failures_.find(key); found != failures_.end()) {
    failures_.erase(found);
  }
}

}  // namespace vigie
