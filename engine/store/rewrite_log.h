#pragma once

#include <cstdint>

#include "engine/core/catalogue.h"
#include "engine/core/time.h"
#include "engine/store/change_log.h"

namespace vigie {

/// A stored mention that is not what it was, edited, corrected, judged anew or gone; or any of some
/// days.
struct Rewrite {
  TenantId tenant = 0;
  Day from = 0, to = 0;        ///< of receipt, [from, to)
  std::uint64_t sequence = 0;  ///< that one of day `from`; 0: any of those days
  bool operator==(const Rewrite&) const = default;
};

using RewriteLog = ChangeLog<Rewrite, 10'000>;

}  // namespace vigie
