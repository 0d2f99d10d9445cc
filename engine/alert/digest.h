#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/alert/notifier.h"
#include "engine/alert/policy.h"
#include "engine/alert/standings.h"
#include "engine/core/time.h"
#include "engine/store/store.h"

namespace vigie {

/// A morning brief that a receiver is to be sent now.
struct DueDigest {
  const Digest* digest = nullptr;
  TenantId tenant = 0;
  std::string tenant_id;
  std::string day;  ///< on the town's calendar: "2026-10-14"
  Time since{};     ///< what it tells of began after this

  /// The same at every attempt.
  std::string key(const std::string& receiver) const;
};

/// The briefs of a policy: when they are due, and what they say. That one was sent is the note
/// "digest/" id "/" tenant "/" receiver "/", the day.
class Digests {
 public:
  /// One that could not be sent for so long is not sent any more.
  static constexpr std::chrono::hours kMaxLate{12};
  static constexpr std::chrono::minutes kMaxLateAtFirst{5};
  static constexpr std::size_t kMaxLines = 30;

  /// Both outlive this; `policy` may be null: there are none.
  Digests(const Store& store, const AlertPolicy* policy) : store_(store), policy_(policy) {}

  /// Those due to the receiver now. A receiver that never had one and comes too late for today's
  /// waits for the next; the note of that goes into `change`.
  std::vector<DueDigest> due(const std::string& receiver, Time now,
                             Store::AlertingChange& change) const;
  static std::pair<std::string, std::optional<std::string>> sent(const DueDigest& digest,
                                                                 const AlertPolicy& policy,
                                                                 const std::string& receiver);
  /// When what goes over the receiver's budget is told: at its next brief for the tenant, else at
  /// eight in the town's next morning.
  Time next(const std::string& receiver, TenantId tenant, const std::string& zone, Time now) const;

  /// Nothing is due to the receiver before, if nothing is now.
  Time look_again(const std::string& receiver, Time now) const;

  /// What was raised and what became of it, what waits, and the mentions of the time, in the
  /// tenant's language. `over_budget`: alerts that are told only here.
  Message render(const DueDigest& digest, const std::string& receiver,
                 const std::string& public_url, std::size_t over_budget, Time now,
                 Standings& standings) const;

 private:
  const Store& store_;
  const AlertPolicy* policy_;
};

}  // namespace vigie
