#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace vigie {

/// The latest changes of something since the start, at most kMost, for whoever remembers what was
/// read. Any thread.
template <class Change, std::size_t kMost>
class ChangeLog {
 public:
  static constexpr std::size_t kRemembered = kMost;

  struct News {
    std::uint64_t upto = 0;  ///< what to ask with the next time
    bool complete = true;    ///< else some are forgotten: anything may have changed
    std::vector<Change> changes;
  };
  /// What was told after the news that ended with `upto`; 0: from the start.
  News since(std::uint64_t upto) const {
    const std::scoped_lock lock(mutex_);
    News news{told_, told_ - upto <= latest_.size(), {}};
    if (news.complete) {
      news.changes.assign(latest_.end() - static_cast<std::ptrdiff_t>(told_ - upto), latest_.end());
    }
    return news;
  }

  void add(const std::vector<Change>& changes) {
    const std::scoped_lock lock(mutex_);
    latest_.insert(latest_.end(), changes.begin(), changes.end());
    latest_.erase(latest_.begin(), latest_.end() - static_cast<std::ptrdiff_t>(
                                                       std::min(latest_.size(), kRemembered)));
    told_ += changes.size();
  }

 private:
  mutable std::mutex mutex_;  // guards both
  std::deque<Change> latest_;
  std::uint64_t told_ = 0;
};

}  // namespace vigie
