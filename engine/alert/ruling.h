#pragma once

#include <chrono>
#include <string>

#include "engine/alert/alert.h"
#include "engine/alert/occasion.h"
#include "engine/alert/policy.h"
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
  bool is_over = false;  ///< of what is kept open at its receiver
};

/// What is to be done about it now.
struct Ruling {
  enum class Kind : std::uint8_t {
    kTell,
    kHold,    ///< not now: looked at again, at `until` at the latest; told with all that was held
    kWait,    ///< its time has not come: looked at again, at `until` at the latest
    kGather,  ///< is told from `until` on, with all that is gathered by the same route until then
    kDrop,    ///< nobody needs it any more
  };
  Kind kind = Kind::kTell;
  Time until{};
  Occasion occasion = {};
  bool counts = false;             ///< of what is told: against the receiver's budget
  std::chrono::minutes repeat{0};  ///< of what is told: how long until it is told again; 0: never
  const AlertRoute* route = nullptr;  ///< by which
};

/// Decides by what is in force now. Remembers nothing: asked again, it takes everything into
/// account anew (a silence that was lifted, somebody who took charge).
class Rulings {
 public:
  /// A held alert that is older when it is released is not told any more: it is in the list.
  static constexpr std::chrono::hours kMaxHeld{96};
  static constexpr std::uint64_t kMaxRepeats = 20;

  /// Without a policy everybody an alert is owed to is told at once. Both may be null and outlive
  /// this.
  explicit Rulings(const Silences* silences = nullptr, const AlertPolicy* policy = nullptr)
      : silences_(silences), policy_(policy) {}

  /// `standings`: as of now.
  Ruling on(const Owed& owed, Time now, Standings& standings) const;

  /// Whether nothing is going on any more that the alert stands for: it is closed, another took its
  /// place, or it is kMaxOpen old.
  static bool is_over(const Owed& owed, Time now, Standings& standings);
  static constexpr std::chrono::hours kMaxOpen{7 * 24};

  const AlertPolicy* policy() const { return policy_; }

  /// Whether the receiver may be told what was said, and what the town thinks of it.
  bool may_quote(const std::string& receiver, const Alert& alert) const;
  /// The alert as the receiver may be told of it.
  Alert shown_to(const std::string& receiver, const Alert& alert) const;

  /// Another number when something changed that an earlier ruling may have hung on.
  std::uint64_t version() const { return silences_ == nullptr ? 0 : silences_->version(); }

 private:
  static Time gathered_until(const Owed& owed, const AlertRoute& route);
  Ruling on_escalation(const Owed& owed, const AlertPolicy::Duty& duty, Time now,
                       const Standing& standing) const;

  const Silences* silences_;
  const AlertPolicy* policy_;
};

}  // namespace vigie
