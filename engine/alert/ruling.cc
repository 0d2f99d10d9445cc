#include "engine/alert/ruling.h"

#include <optional>

namespace vigie {
namespace {

Ruling hold(Time until) { return {Ruling::Kind::kHold, until, {}}; }
Ruling drop() { return {Ruling::Kind::kDrop, {}, {}}; }

}  // namespace

Ruling Rulings::on(const Owed& owed, Time now, Standings& standings) const {
  if (silences_ != nullptr) {
    if (const std::optional<Silence> silence = silences_->silencing(owed.alert, now)) {
      return hold(silence->ends_at);
    }
  }
  Ruling ruling;
  if (owed.delivery.purpose == Delivery::Purpose::kHeld) {
    const bool is_late = now - owed.alert.raised_at > kMaxHeld;
    if (is_late || standings.of(owed.tenant, owed.alert.incident).in_hand) {
      return drop();
    }
    ruling.occasion.was_held = true;
  }
  return ruling;
}

}  // namespace vigie
