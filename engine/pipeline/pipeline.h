#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/core/clock.h"
#include "engine/core/mapping.h"
#include "engine/core/pulse.h"
#include "engine/ingest/inlet.h"
#include "engine/metrics/metrics.h"
#include "engine/pipeline/judge.h"
#include "engine/pipeline/knowledge.h"
#include "engine/pipeline/pseudonymiser.h"
#include "engine/pipeline/syncer.h"
#include "engine/pipeline/worker.h"
#include "engine/pipeline/writer.h"
#include "engine/store/store.h"
#include "engine/trend/dropped_terms.h"

namespace vigie {

/// The two rings and what stands at their ends:
///
///   ingest thread → Inlet → [ring]×workers → Worker → [ring]×workers → Writer → Store
///                                                                      Syncer ────┘
///
/// Every ring has one writing and one reading thread: the ingest thread writes all inboxes, worker
/// i reads inbox i and writes outbox i, the writer reads all outboxes. Owns no threads:
/// PipelineThreads gives each part one, a test drives everything with step().
class Pipeline {
 public:
  struct Parts {
    Store& store;
    const MappingFactories& mappings;
    const TenantPolicy& policy;
    const Pseudonymiser& pseudonyms;
    const KnowledgeShelf& shelf;
    const Clock& clock;
    Metrics& metrics;
    AlertRaiser& alerts;
    StoryTeller& stories;
    /// For the terms of what nobody keeps, which are cut in the first tenant's language.
    std::shared_ptr<const WordShares> word_shares = std::make_shared<WordShares>();
    std::size_t connectors = 0;
    std::size_t workers = 1;
    std::size_t inbox_capacity_envelopes = kInboxEnvelopes,
                outbox_capacity_envelopes = kOutboxEnvelopes;
    /// See Writer::Parts.
    std::function<void()> committed = [] {};
    std::function<void(std::span<const MentionRef>, std::span<const RaisedAlert>)> shown =
        [](auto, auto) {};
    std::function<void(Day)> clock_doubted = [](Day) {};
  };
  explicit Pipeline(Parts parts);

  Inlet& inlet() { return inlet_; }
  const CommitLedger& ledger() const { return ledger_; }
  std::size_t workers() const { return workers_.size(); }

  /// Hands what a person wants changed to the writer. Any thread. False: too many wait.
  bool change(ChangeDesk::Change change);

  /// Work until `stop` is asked for and nothing is left to do. Stop the workers before the writer,
  /// and that before the syncer.
  void run_worker(std::size_t index, std::stop_token stop);
  void run_writer(std::stop_token stop);
  void run_syncer(std::stop_token stop) { syncer_.run(stop); }
  /// Beat at least every Doorbell::kIdleWait, unless one step takes longer.
  const Pulse& worker_pulse(std::size_t index) const { return worker_pulses_[index]; }
  const Pulse& writer_pulse() const { return writer_pulse_; }
  const Pulse& syncer_pulse() const { return syncer_.pulse(); }
  /// Wakes everybody, so that a stop is seen at once.
  void wake();

  /// On the writer's thread, or where there are no threads: writes what only memory holds.
  void rest() { writer_.rest(); }

  /// On the calling thread alone: a bounded piece of everybody's work; false when there was nothing
  /// to do.
  bool step();

  /// Findings waiting for the writer, over all rings: any thread, approximate.
  std::size_t outbox_depth() const;

 private:
  std::vector<std::unique_ptr<WorkerInbox>> inboxes_;
  Doorbell writer_bell_, sync_bell_;
  std::vector<std::unique_ptr<WorkerOutbox>> outboxes_;
  Inlet inlet_;
  CommitLedger ledger_;
  ChangeDesk changes_;
  DroppedTerms dropped_terms_;
  std::vector<Worker> workers_;
  std::vector<Pulse> worker_pulses_;
  Syncer syncer_;
  Writer writer_;
  Pulse writer_pulse_;
};

}  // namespace vigie
