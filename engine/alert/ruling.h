#pragma once

#include <string>

#include "engine/alert/alert.h"
#include "engine/alert/occasion.h"
#include "engine/alert/silence.h"
#include "engine/alert/standings.h"
#include "engine/core/time.h"
#include "engine/store/store.h"

namespace vigie {

/// A delivery that is due, with what it is about.
struct Owed {
  Delivery delivery;
  TenantId tenant = 0;
  Alert alert;
  AlertWork work;
};

/// What is to be done about it now.
struct Ruling {
  enum class Kind : std::uint8_t {
    kTell,
    kHold,  ///< not now: somebody looks again, at `until` at the latest
    kDrop,  ///< nobody needs it any more
  };
  Kind kind = Kind::kTell;
  Time until{};
  Occasion occasion = {};
};

/// Decides by what is in force now. Remembers nothing: asked again, it takes everything into
/// account anew (a silence that was lifted, somebody who took charge).
class Rulings {
 public:
  /// A held alert that is older when it is released is not told any more: it is in the list.
  static constexpr std::chrono::hours kMaxHeld{96};

  /// `silences` may be null; outlives this.
  explicit Rulings(const Silences* silences) : silences_(silences) {}

  /// `standings`: as of now.
  Ruling on(const Owed& owed, Time now, Standings& standings) const;

  /// Another number when something changed that an earlier ruling may have hung on.
  std::uint64_t version() const { return silences_ == nullptr ? 0 : silences_->version(); }

 private:
  const Silences* silences_;
};

}  // namespace vigie
