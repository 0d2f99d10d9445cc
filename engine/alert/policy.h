#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/alert/standings.h"
#include "engine/core/tenant.h"
#include "engine/core/time.h"

namespace vigie {

/// Some days' hours, on a town's clocks.
struct WeekSpan {
  static constexpr int kMinutesPerDay = 24 * 60;
  std::uint8_t weekdays = 0x7f;  ///< bit 0: Monday; the day on which it begins
  /// Of the day, [from, to); `to` not after `from`: until that minute of the next day.
  int from_minute = 0, to_minute = kMinutesPerDay;
};

/// A named part of the week: "nights and Sundays".
struct WeekTimes {
  std::string id;
  std::vector<WeekSpan> spans;

  bool contain(const std::string& zone, Time time) const;
  /// When the part ends that `time` lies in (`time` itself if it lies in none); at most a week on.
  Time end(const std::string& zone, Time time) const;
};

/// Which alerts are meant; what is empty means any.
struct AlertFilter {
  std::vector<std::string> tenants, topics;
  Urgency at_least = Urgency::kLow;

  bool match(const Alert& alert) const;
};

/// Whom a matching alert is sent to, and how.
struct AlertRoute {
  std::string id;
  AlertFilter filter;
  std::optional<std::size_t> times;  ///< only then (AlertPolicy::times), by when it was raised
  std::vector<std::string> receivers;
  std::optional<std::size_t> next;   ///< the route that it takes, too, if it matches that
  std::optional<std::size_t> quiet;  ///< times when only critical ones are told at once
  /// A first notification waits so long, and takes with it what else comes for the same people of
  /// the same tenant. Critical ones wait as long as their own says.
  std::chrono::seconds group_wait{0}, group_wait_critical{0};
  std::chrono::minutes repeat{0};       ///< until somebody takes charge; 0: told once
  std::vector<std::string> escalation;  ///< told if nobody takes charge within:
  std::chrono::minutes escalate_high{0}, escalate_critical{0};  ///< after it was told; 0: never
};

/// While an alert that `source` matches is not closed, those that `target` matches are held: of the
/// same tenant, of another incident, not more urgent. For at most kMaxInhibition.
struct Inhibition {
  AlertFilter source, target;
};

/// A morning brief (not for an Alertmanager): what was raised since the last one, what waits, how
/// much was said.
struct Digest {
  std::string id;
  std::vector<std::string> tenants;  ///< one brief for each; empty: for all
  std::vector<std::string> receivers;
  std::uint8_t weekdays = 0x7f;  ///< bit 0: Monday
  int minute = 0;                ///< of the day, on the tenant's clocks
};

/// What holds for all that one receiver is told.
struct ReceiverTerms {
  bool is_outside = false;  ///< what it is told leaves the town's control
  /// So many messages a day of the town's calendar, and of more the critical ones alone; the rest
  /// is told in the next morning brief. 0: any number.
  std::uint32_t budget_per_day = 0;
};

/// Who is told of what, when: the configuration's `alerting`. A plain value; any thread.
struct AlertPolicy {
  static constexpr std::chrono::hours kMaxInhibition{6};

  std::vector<WeekTimes> times;
  std::vector<AlertRoute> routes;  ///< an alert takes the first that matches it, and its `next`
  std::vector<Inhibition> inhibitions;
  std::vector<Digest> digests;
  std::vector<Tenant> tenants;  ///< by TenantId, as configured
  /// Whom each tenant itself names: told of what no route matches.
  std::map<std::string, std::vector<std::string>, std::less<>> tenant_receivers;

  /// A receiver each town may set for itself in the screens: told of every alert of that town at
  /// once, whatever the routes, while it is on. By receiver: the town.
  std::map<std::string, std::string, std::less<>> town_receivers;
  std::function<bool(const std::string& receiver)> is_on = [](auto&&) { return true; };

  std::map<std::string, ReceiverTerms, std::less<>> terms;  ///< by receiver
  /// Receivers outside that a tenant allows to be told what was said.
  std::map<std::string, std::vector<std::string>, std::less<>> quotes_to;

  /// 0: any number.
  std::uint32_t budget_of(const std::string& receiver) const;
  /// Whether the receiver may be told what was said, and where.
  bool may_quote(const std::string& receiver, const std::string& tenant) const;

  /// What a receiver has to do with an alert.
  struct Duty {
    enum class Kind : std::uint8_t {
      kNone,
      kFirst,       ///< is told at once
      kEscalation,  ///< is told if nobody took charge `after` it was told to the first
    };
    Kind kind = Kind::kNone;
    const AlertRoute* route = nullptr;  ///< by which; null: by the tenant's own receivers
    std::chrono::minutes after{0};
  };
  Duty duty_of(const std::string& receiver, const Alert& alert) const;

  /// Everybody who may have a duty for the tenant's alerts: those an alert is owed to.
  std::vector<std::string> receivers_of(const std::string& tenant) const;

  /// Until when it is quiet for the alert at `time`; `time` if it is not.
  Time quiet_until(const AlertRoute* route, const Alert& alert, Time time) const;

  bool is_inhibited(const Alert& alert, TenantId tenant, Time now, Standings& standings) const;

 private:
  std::vector<const AlertRoute*> routes_of(const Alert& alert) const;
};

}  // namespace vigie
