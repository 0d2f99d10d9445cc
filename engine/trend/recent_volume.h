#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/core/time_span.h"
#include "engine/trend/town_calendar.h"

namespace vigie {

/// What was said in the last twelve hours, by steps of publication, and by how many different
/// authors in the last hour. Bounded: 144 counts, and at most kMaxAuthors per step.
class RecentVolume {
 public:
  static constexpr std::uint32_t kSteps = 144, kAuthorSteps = 12;
  static constexpr std::size_t kMaxAuthors = 256;  ///< told apart per step; those beyond are not

  /// Steps up to that of `now` are looked at from now on. Never goes back.
  void advance(Time now);
  Time now() const { return now_; }

  /// One mention, published at `at`: what lies ahead of now counts as now, what has left the twelve
  /// hours is passed over.
  void add(Time at, std::uint64_t author);
  /// Out of the rollups, after a start.
  void add(Step step, std::uint32_t count);
  void add_author(Time at, std::uint64_t author);

  /// Of the step `back` steps before that of now.
  std::uint32_t count(std::uint32_t back) const { return counts_[place(back)]; }
  std::uint32_t sum(std::uint32_t steps) const;
  std::uint32_t authors(std::uint32_t steps) const;

  /// Steps of an incident: nobody learns from them what is usual.
  void set_aside(std::uint32_t back, bool aside) { aside_[place(back)] = aside; }
  void set_aside(const TimeSpan& incident);
  bool is_aside(std::uint32_t back) const { return aside_[place(back)]; }

 private:
  std::size_t place(std::uint32_t back) const { return (step_ - back) % kSteps; }
  void forget_authors();

  Time now_{};
  Step step_ = kSteps;  ///< of now; the first ever is later
  std::array<std::uint32_t, kSteps> counts_{};
  std::array<bool, kSteps> aside_{};
  std::array<std::vector<std::uint64_t>, kAuthorSteps> authors_;  ///< by step
  std::unordered_map<std::uint64_t, Step> last_said_;  ///< by author of these, their newest step
  std::array<std::uint32_t, kAuthorSteps> last_in_{};  ///< by step, of how many it is the newest
};

}  // namespace vigie
