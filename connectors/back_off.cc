#include "connectors/back_off.h"

#include <algorithm>

namespace vigie {

using std::chrono::milliseconds;

milliseconds wait_after(const BackOff& back_off, std::uint32_t failures) {
  if (failures == 0) {
    return milliseconds(0);
  }
  milliseconds wait = back_off.first;
  for (std::uint32_t i = 1; i < failures && wait < back_off.longest; ++i) {
    wait += back_off.doubles ? wait : back_off.first;
  }
  return std::min(wait, back_off.longest);
}

milliseconds spread(milliseconds wait, double jitter) {
  constexpr double kSpread = 0.1;
  return wait + milliseconds(static_cast<milliseconds::rep>(static_cast<double>(wait.count()) *
                                                            kSpread * jitter));
}

}  // namespace vigie
