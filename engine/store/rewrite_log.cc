#include "engine/store/rewrite_log.h"

#include <algorithm>

namespace vigie {

RewriteLog::News RewriteLog::since(std::uint64_t upto) const {
  const std::scoped_lock lock(mutex_);
  News news{told_, told_ - upto <= latest_.size(), {}};
  if (news.complete) {
    news.rewrites.assign(latest_.end() - static_cast<std::ptrdiff_t>(told_ - upto), latest_.end());
  }
  return news;
}

void RewriteLog::add(const std::vector<Rewrite>& rewrites) {
  const std::scoped_lock lock(mutex_);
  latest_.insert(latest_.end(), rewrites.begin(), rewrites.end());
  latest_.erase(latest_.begin(),
                latest_.end() - static_cast<std::ptrdiff_t>(std::min(latest_.size(), kRemembered)));
  told_ += rewrites.size();
}

}  // namespace vigie
