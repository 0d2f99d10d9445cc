#include "engine/alert/ruling.h"

#include <optional>

#include "engine/alert/renderer.h"

namespace vigie {
namespace {

using Purpose = Delivery::Purpose;
using Duty = AlertPolicy::Duty;

/// What inhibits an alert may be closed at any moment.
constexpr std::chrono::minutes kUntilInhibitionIsLookedAt{1};

Ruling hold(Time until) { return {Ruling::Kind::kHold, until}; }
Ruling wait(Time until) { return {Ruling::Kind::kWait, until}; }
Ruling drop() { return {Ruling::Kind::kDrop}; }

/// Never attempted: not a retry of something that may have arrived.
bool is_fresh(const Delivery& delivery) {
  return delivery.purpose == Purpose::kAlert && delivery.attempts == 0;
}

}  // namespace

Ruling Rulings::on(const Owed& owed, Time now, Standings& standings) const {
  const Delivery& delivery = owed.delivery;
  const Alert& alert = owed.alert;
  const bool is_end = alert.news == News::kClosed;
  Duty duty{Duty::Kind::kFirst};
  if (policy_ != nullptr) {
    duty = policy_->duty_of(delivery.receiver, alert);
    if (duty.kind == Duty::Kind::kNone && is_fresh(delivery)) {
      return drop();
    }
  }
  if (silences_ != nullptr) {
    if (const std::optional<Silence> silence = silences_->silencing(alert, now)) {
      return is_end ? drop() : hold(silence->ends_at);
    }
  }
  if (policy_ != nullptr && policy_->is_inhibited(alert, owed.tenant, now, standings)) {
    return is_end ? drop() : hold(now + kUntilInhibitionIsLookedAt);
  }
  Ruling ruling;
  const bool was_held = delivery.purpose == Purpose::kHeld || delivery.purpose == Purpose::kDigest;
  if (was_held || delivery.purpose == Purpose::kRepeat) {
    const Standing standing = standings.of(owed.tenant, alert.incident);
    const bool is_late = was_held && now - alert.raised_at > kMaxHeld;
    const bool is_outdated = !was_held && (standing.is_over || standing.newest > delivery.alert);
    if (standing.in_hand || is_late || is_outdated) {
      return drop();
    }
  }
  if (duty.kind == Duty::Kind::kEscalation && delivery.attempts == 0) {
    ruling = on_escalation(owed, duty, now, standings.of(owed.tenant, alert.incident));
    if (ruling.kind != Ruling::Kind::kTell) {
      return ruling;
    }
  }
  if (policy_ != nullptr) {
    if (const Time end = policy_->quiet_until(duty.route, alert, now); end > now) {
      return hold(end);
    }
  }
  ruling.occasion.was_held = was_held;
  ruling.occasion.repeat = delivery.purpose == Purpose::kRepeat ? delivery.round : 0;
  ruling.counts = duty.kind == Duty::Kind::kFirst && delivery.purpose != Purpose::kDigest &&
                  policy_ != nullptr && policy_->budget_of(delivery.receiver) != 0;
  const bool may_repeat = !is_end && duty.kind == Duty::Kind::kFirst && duty.route != nullptr &&
                          ruling.occasion.repeat < kMaxRepeats;
  ruling.repeat = may_repeat ? duty.route->repeat : std::chrono::minutes(0);
  ruling.route = duty.route;
  const bool is_first = is_fresh(delivery) && alert.news == News::kOpened &&
                        duty.kind == Duty::Kind::kFirst && duty.route != nullptr;
  if (is_first && gathered_until(owed, *duty.route) > alert.raised_at) {
    ruling.kind = Ruling::Kind::kGather;
    ruling.until = gathered_until(owed, *duty.route);
  }
  return ruling;
}

Time Rulings::gathered_until(const Owed& owed, const AlertRoute& route) {
  const bool is_critical = owed.alert.level == Urgency::kCritical;
  return owed.alert.raised_at + (is_critical ? route.group_wait_critical : route.group_wait);
}

bool Rulings::is_over(const Owed& owed, Time now, Standings& standings) {
  const Standing standing = standings.of(owed.tenant, owed.alert.incident);
  return standing.is_over || standing.newest > owed.delivery.alert ||
         now - owed.alert.raised_at > kMaxOpen;
}

bool Rulings::may_quote(const std::string& receiver, const Alert& alert) const {
  return policy_ == nullptr || policy_->may_quote(receiver, alert.tenant);
}

Alert Rulings::shown_to(const std::string& receiver, const Alert& alert) const {
  return may_quote(receiver, alert) ? alert : discreet(alert);
}

/// Counted from when the first was told: after its group wait, and quiet hours if they held it. An
/// alert from a time that has not come was raised by a clock that ran ahead, and is not waited for.
Ruling Rulings::on_escalation(const Owed& owed, const Duty& duty, Time now,
                              const Standing& standing) const {
  if (standing.in_hand || standing.is_over || standing.newest > owed.delivery.alert) {
    return drop();
  }
  const Time told_at =
      policy_->quiet_until(duty.route, owed.alert, gathered_until(owed, *duty.route));
  const Time due_at = told_at + duty.after;
  if (now < due_at && owed.alert.raised_at <= now) {
    return wait(due_at);
  }
  Ruling ruling;
  ruling.occasion.untaken_for = duty.after;
  return ruling;
}

}  // namespace vigie
