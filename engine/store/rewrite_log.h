#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/time.h"

namespace vigie {

/// A stored mention that is not what it was, edited, corrected, judged anew or gone; or any of some
/// days.
struct Rewrite {
  TenantId tenant = 0;
  Day from = 0, to = 0;        ///< of receipt, [from, to)
  std::uint64_t sequence = 0;  ///< that one of day `from`; 0: any of those days
  bool operator==(const Rewrite&) const = default;
};

/// The latest rewrites since the start, for whoever remembers what was read. Any thread.
class RewriteLog {
 public:
  static constexpr std::size_t kRemembered = 10'000;

  struct News {
    std::uint64_t upto = 0;  ///< what to ask with the next time
    bool complete = true;    ///< else some are forgotten: anything may have been rewritten
    std::vector<Rewrite> rewrites;
  };
  /// What was told after the news that ended with `upto`; 0: from the start.
  News since(std::uint64_t upto) const;
  void add(const std::vector<Rewrite>& rewrites);

 private:
  mutable std::mutex mutex_;  // guards both
  std::deque<Rewrite> latest_;
  std::uint64_t told_ = 0;
};

}  // namespace vigie
