#pragma once

#include <vector>

#include "engine/core/clock.h"
#include "engine/core/finding.h"
#include "engine/core/result.h"
#include "engine/metrics/metrics.h"
#include "engine/pipeline/judge.h"
#include "engine/store/store.h"
#include "engine/trend/volume_watch.h"

namespace vigie {

/// An alert that the store has taken: what the screens are told.
struct RaisedAlert {
  TenantId tenant = 0;
  std::uint64_t number = 0;
};

/// Says whether so much is being said that somebody has to be told, and later that it is over: puts
/// both alerts into the batch under way. What is usual is learnt anew every day, from what was
/// applied by then. The writer's thread.
class SurpriseRaiser {
 public:
  /// Knows the last hours, and what incident is under way, from the store. All parts outlive it.
  static Result<SurpriseRaiser> recall(Store& store, const TenantPolicy& policy, const Clock& clock,
                                       Metrics& metrics);

  /// `finding` was just stored, live or replayed.
  void see(const Findings& findings, const Finding& finding);
  /// Time goes by: ends what is over, learns what is due. Cheap when it was just called.
  void look();
  /// What was raised since the last call.
  std::vector<RaisedAlert> take_raised() { return std::exchange(raised_, {}); }

 private:
  static constexpr std::chrono::seconds kLookInterval{10};
  static constexpr std::chrono::hours kClockSlack{1};

  struct Watched {
    VolumeWatch watch;
    Day learnt = 0;        ///< the day that the baseline is for
    bool is_live = false;  ///< the last mention was; a replay's clock is its mentions
  };

  SurpriseRaiser(Store& store, const TenantPolicy& policy, const Clock& clock, Metrics& metrics)
      : store_(store), policy_(policy), clock_(clock), metrics_(metrics) {}
  Result<void> recall(TenantId tenant);
  Result<void> learn(TenantId tenant, Time now);
  void begin_again_if_clock_was_wrong(TenantId tenant, Time now);
  void tell(TenantId tenant, const VolumeEvent& event);
  bool is_wanted(TenantId tenant, const VolumeEvent& event) const;

  Store& store_;
  const TenantPolicy& policy_;
  const Clock& clock_;
  Metrics& metrics_;
  std::vector<Watched> watched_;  ///< by TenantId
  std::vector<RaisedAlert> raised_;
  Time looked_at_{};
};

}  // namespace vigie
