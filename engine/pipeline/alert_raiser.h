#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/alert/crowds.h"
#include "engine/alert/incidents.h"
#include "engine/core/clock.h"
#include "engine/core/finding.h"
#include "engine/core/result.h"
#include "engine/metrics/metrics.h"
#include "engine/pipeline/judge.h"
#include "engine/pipeline/surprise_raiser.h"
#include "engine/store/store.h"

namespace vigie {

/// Says whether somebody has to be told of an urgent mention, or of a crowd that says the same, or
/// that it is over, and puts the alert into the batch that stores the mention: both are there or
/// neither. The writer's thread.
class AlertRaiser {
 public:
  static constexpr std::chrono::seconds kLookInterval{1};
  /// Knows the incidents under way from the urgent mentions and the crowds of the store's last two
  /// days, and from the alerts raised for some that are no longer there. All parts outlive it.
  static Result<std::unique_ptr<AlertRaiser>> recall(Store& store, const TenantPolicy& policy,
                                                     const Clock& clock, Metrics& metrics);

  /// `finding` was just stored in `story`, or took an older version's place; it is not history.
  void see(const Findings& findings, const Finding& finding, const Store::Applied& applied,
           const MentionRef& story);
  /// A mention was taken back: it makes no crowd any more, its words go from the alerts that quote
  /// it.
  void forget(const Store::Applied& deleted);
  /// `finding` was just stored, urgent or not, live or replayed: so much may be said that it
  /// counts.
  void count(const Findings& findings, const Finding& finding);
  /// Time goes by: what is over is said to be over. True: there is something to sync.
  bool look();
  /// What was raised since the last call, once the batch is durable.
  std::vector<RaisedAlert> take_raised();

 private:
  AlertRaiser(Store& store, const TenantPolicy& policy, const Clock& clock, Metrics& metrics,
              SurpriseRaiser surprises)
      : store_(store),
        policy_(policy),
        clock_(clock),
        metrics_(metrics),
        surprises_(std::move(surprises)) {}
  bool take_surprises();
  /// A mention that incidents heard of, or that was in a crowd.
  struct Told {
    MentionRef ref, story;
    std::optional<Sighting> urgent;
    std::vector<Voice> voices;
  };
  Result<void> recall(TenantId tenant);
  Result<void> collect_urgent(TenantId tenant, std::vector<Told>& told) const;
  Result<void> collect_voices(TenantId tenant, std::vector<Told>& told);
  void replay(std::vector<Told> told, const std::vector<Alert>& alerts);
  void recall_alert(TenantId tenant, Alert alert);
  Result<void> recall_times(TenantId tenant);
  Sighting dated(Sighting sighting) const;
  const CrowdRules& rules_of(const std::shared_ptr<const Catalogue>& catalogue);
  std::vector<Voice> voices_of(const MentionRef& ref, const MentionRef& story,
                               const Record& record);
  void see_urgent(const Findings& findings, const Finding& finding, const Store::Applied& applied,
                  const MentionRef& story);
  void see_crowd(const Findings& findings, const Finding& finding, const Store::Applied& applied,
                 const MentionRef& story);
  void announce(const MentionRef& ref, const MentionRef& story, const Record& record, Alert alert);
  void quote(const MentionRef& ref);
  void mark_known(const MentionRef& ref, const MentionRef& story, Sighting& sighting);
  bool was_told_before(const MentionRef& ref, const MentionRef& story);
  void tell(TenantId tenant, Day day, const Alert& alert, const std::vector<std::string>& receivers,
            const std::optional<MentionRef>& story = {});
  void tell_end(const Incidents::Closed& closed);

  Store& store_;
  const TenantPolicy& policy_;
  const Clock& clock_;
  Metrics& metrics_;
  Incidents incidents_;
  Crowds crowds_;
  CrowdRules crowd_rules_;  ///< of the catalogue seen last
  /// Mentions that alerts quote though none of them may be urgent: crowds'. At most 1000 a tenant.
  std::set<MentionRef> quoted_;
  /// What was said last of each incident under way.
  std::map<std::pair<TenantId, std::string>, Alert> told_;
  SurpriseRaiser surprises_;
  Time looked_at_{};
  std::vector<RaisedAlert> raised_;
  // What the batch under way may hold, and reading the store does not show yet. To write it in the
  // middle of a mention would part that from its alert, or a deletion from what it takes along.
  std::map<MentionRef, MentionRef> told_in_batch_;     ///< urgent mentions → their stories
  std::map<std::uint64_t, std::string> batch_alerts_;  ///< bodies by number
};

}  // namespace vigie
