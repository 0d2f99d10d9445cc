#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/core/clock.h"
#include "engine/core/finding.h"
#include "engine/ingest/inlet.h"
#include "engine/metrics/metrics.h"
#include "engine/pipeline/alert_raiser.h"
#include "engine/pipeline/change_desk.h"
#include "engine/pipeline/expiry.h"
#include "engine/pipeline/judge.h"
#include "engine/pipeline/story_teller.h"
#include "engine/pipeline/syncer.h"
#include "engine/pipeline/worker.h"
#include "engine/store/store.h"
#include "engine/trend/dropped_terms.h"

namespace vigie {

/// The one thread that changes the store's mentions. Takes findings from the workers in turn, as
/// the inlet gave them their envelopes, so everything is applied in the order it came in however
/// many workers there are; a worker that is slow is waited for. Takes them in batches and makes of
/// each batch ONE atomic write: mentions, indexes, rollups, the connectors' cursors, dead letters,
/// alerts and the deliveries they owe. A batch is synced beside the writer, which goes on
/// meanwhile: at once when nothing waits, neither here nor for a worker; else kGroupCommitDelay
/// after it was written, with what came since, but never two at a time. Only then are sequences
/// published as committed and mentions shown. It waits for the disk itself at each change a person
/// made, each alert that time raised, and where a disk is slower than kMostUnsynced.
///
/// Order of events for one envelope, never another:
///   applied → batch written → synced → receipt readable, sequence published, mention visible to
///   the live feed.
class Writer {
 public:
  struct Parts {
    Store& store;
    Syncer& syncer;
    std::vector<WorkerOutbox*> workers;
    std::function<std::size_t()> inbox_depth;  ///< envelopes that wait for a worker
    ChangeDesk& changes;
    CommitLedger& ledger;
    const TenantPolicy& policy;
    const Clock& clock;
    Metrics& metrics;
    AlertRaiser& alerts;
    StoryTeller& stories;
    DroppedTerms& dropped_terms;
    /// After new sequences were published, on the writer's thread: must be cheap (a post to the
    /// ingest thread).
    std::function<void()> committed;
    /// Mentions that became visible (stored or edited, live or replayed), in order, at most
    /// kMaxShown per sync, and all alerts raised.
    std::function<void(std::span<const MentionRef>, std::span<const RaisedAlert>)> shown;
    std::function<void(Day)> clock_doubted;  ///< see Expiry
  };
  static constexpr std::size_t kMaxShown = 1'000;
  static constexpr std::chrono::milliseconds kGroupCommitDelay{5}, kMostUnsynced{50};

  explicit Writer(Parts parts);

  /// A bounded piece of work: at most the changes that wait, or one batch, or what was synced, or
  /// one piece of the store's own housekeeping. False when there was nothing to do, or too little.
  bool step();
  /// After a step that gave false: a batch is not yet given to the syncer, which has another, or
  /// because the workers have more (group commit). Each write and each sync costs: better look
  /// again in a moment than at each envelope.
  bool delays_sync() const { return unsynced_; }
  /// Before the end: writes and syncs what otherwise waits for the next housekeeping.
  void rest();

 private:
  /// How far one connector's sequences have come: all up to these.
  struct Progress {
    std::uint64_t applied = 0, syncing = 0, published = 0;
  };
  struct Lag {
    Time received_at, created_at;
  };
  /// What is told once it is durable.
  struct Notices {
    std::vector<MentionRef> shown;  ///< at most kMaxShown
    std::vector<RaisedAlert> raised;
    std::vector<Lag> lags;  ///< of live mentions, at most kMaxShown
  };
  static constexpr std::uint32_t kNoTopic = 0xffffffff;
  /// What counts as stored for the metrics, added up until the next sync.
  struct StoredKey {
    TenantId tenant;
    std::uint32_t topic;
    Tone tone;
    Urgency urgency;
    bool operator==(const StoredKey&) const = default;
  };
  struct StoredHash {
    std::size_t operator()(const StoredKey& key) const {
      return (std::size_t{key.tenant} << 40) ^ (std::size_t{key.topic} << 8) ^
             (static_cast<std::size_t>(key.tone) << 4) ^ static_cast<std::size_t>(key.urgency);
    }
  };

  bool change();
  bool may_delay_sync(bool has_more) const;
  std::size_t take();
  void apply(Findings& findings);
  Store::Outcome apply(const Findings& findings, const Finding& finding);
  void expect(const Findings& findings, const Finding& finding);
  void forget(const Store::Applied& deleted);
  Store::Outcome purge_author(const Finding& finding);
  void advance(const Findings& findings);
  void count_stored(const Findings& findings, const Finding& finding);
  void flush_counts();
  void begin_sync();
  void finish_sync();
  bool publish_synced();
  void sync();
  bool keep_house();
  void keep_terms();

  Parts parts_;
  std::vector<Findings> batch_;
  std::vector<Progress> progress_;  ///< by connector
  std::size_t next_worker_ = 0;     ///< whose result is applied next
  boost::unordered_flat_map<StoredKey, std::uint64_t, StoredHash> stored_;  ///< since the last sync
  std::shared_ptr<const Catalogue> counted_by_;  ///< whose numbers these are
  Notices gathered_, syncing_;
  std::chrono::steady_clock::time_point last_house_ = std::chrono::steady_clock::now();
  bool unsynced_ = false;
  std::chrono::steady_clock::time_point unsynced_since_{};
  Expiry expiry_;
};

}  // namespace vigie
