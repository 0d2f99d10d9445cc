#include "engine/trend/recent_volume.h"

#include <algorithm>

namespace vigie {

void RecentVolume::advance(Time now) {
  if (now <= now_) {
    return;
  }
  now_ = now;
  const Step to = std::max(step_of(now), step_);
  step_ = std::max(step_, to - std::min(to, kSteps));  // after a long silence all are cleared once
  while (step_ < to) {
    ++step_;
    counts_[place(0)] = 0;
    aside_[place(0)] = false;
    forget_authors();
  }
}

/// Those of the step whose place the new one takes.
void RecentVolume::forget_authors() {
  std::vector<std::uint64_t>& gone = authors_[step_ % kAuthorSteps];
  for (const std::uint64_t author : gone) {
    const auto found = last_said_.find(author);
    if (found != last_said_.end() && found->second + kAuthorSteps <= step_) {
      last_said_.erase(found);
    }
  }
  gone.clear();
  last_in_[step_ % kAuthorSteps] = 0;
}

void RecentVolume::add(Time at, std::uint64_t author) {
  add(step_of(at), 1);
  add_author(at, author);
}

void RecentVolume::add(Step step, std::uint32_t count) {
  step = std::min(step, step_);
  if (step_ - step < kSteps) {
    counts_[step % kSteps] += count;
  }
}

void RecentVolume::add_author(Time at, std::uint64_t author) {
  const Step step = std::min(step_of(at), step_);
  if (step_ - step >= kAuthorSteps) {
    return;
  }
  std::vector<std::uint64_t>& known = authors_[step % kAuthorSteps];
  if (known.size() == kMaxAuthors || std::ranges::find(known, author) != known.end()) {
    return;
  }
  known.push_back(author);
  const auto [last, is_new] = last_said_.try_emplace(author, step);
  if (!is_new && last->second >= step) {
    return;
  }
  if (!is_new) {
    --last_in_[last->second % kAuthorSteps];
    last->second = step;
  }
  ++last_in_[step % kAuthorSteps];
}

void RecentVolume::set_aside(const TimeSpan& incident) {
  for (std::uint32_t back = 0; back < kSteps; ++back) {
    const Time from = start_of(step_ - back);
    if (from < incident.to && from + kStep > incident.from) {
      set_aside(back, true);
    }
  }
}

std::uint32_t RecentVolume::sum(std::uint32_t steps) const {
  std::uint32_t sum = 0;
  for (std::uint32_t back = 0; back < steps; ++back) {
    sum += count(back);
  }
  return sum;
}

std::uint32_t RecentVolume::authors(std::uint32_t steps) const {
  std::uint32_t sum = 0;
  for (std::uint32_t back = 0; back < std::min(steps, kAuthorSteps); ++back) {
    sum += last_in_[(step_ - back) % kAuthorSteps];
  }
  return sum;
}

}  // namespace vigie
