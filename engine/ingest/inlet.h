#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/core/envelope.h"
#include "engine/ingest/bounded_ring.h"
#include "engine/ingest/doorbell.h"

namespace vigie {

/// The one thing that flows back from the writer to the connectors: per connector, the highest
/// sequence such that it and all before are durably stored. Receipts are readable from then on.
class CommitLedger {
 public:
  explicit CommitLedger(std::size_t connectors) : committed_(connectors) {}

  /// Any thread.
  std::uint64_t committed(std::size_t connector) const {
    return committed_[connector].load(std::memory_order_acquire);
  }
  /// Writer thread, after the sync that covers it.
  void publish(std::size_t connector, std::uint64_t sequence) {
    committed_[connector].store(sequence, std::memory_order_release);
  }

 private:
  std::vector<std::atomic<std::uint64_t>> committed_;
};

/// One worker's end of the first ring, written by the ingest thread, and the bell that wakes the
/// worker. Each connector has a fair share of it.
class WorkerInbox {
 public:
  static constexpr std::size_t kMaxBytes = 16U << 20;

  WorkerInbox(std::size_t capacity_envelopes, std::size_t connectors)
      : ring_(capacity_envelopes, kMaxBytes, bell_), shares_(connectors) {}

  /// Ingest thread: false and `envelope` untouched if there is no room, or if more of its connector
  /// waits here already than there is room left for all, in envelopes or in bytes. One that floods
  /// fills half, two a third each, n leave one part of n + 1 to those that do not (dynamic
  /// thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998, alpha = 1).
  bool put(Envelope& envelope);
  /// Worker thread: false if there is nothing.
  bool take(Envelope& envelope);

  Doorbell& bell() { return bell_; }
  /// Envelopes. Any thread, approximate.
  std::size_t size() const { return ring_.size(); }
  std::size_t capacity() const { return ring_.capacity(); }

 private:
  struct Share {
    std::atomic<std::size_t> envelopes{0}, bytes{0};  ///< of one connector, waiting here
  };

  Doorbell bell_;
  BoundedRing<Envelope> ring_;
  std::vector<Share> shares_;
};

/// Where connectors put what they received: gives each envelope its sequence and hands it to the
/// workers strictly in turn, as the writer takes their results: what is applied first does not
/// depend on which worker is faster. Only the ingest thread may call it: that thread is the one
/// writer of every worker's ring.
class Inlet {
 public:
  Inlet(std::vector<WorkerInbox*> workers, std::size_t connectors);

  /// Takes `envelope` and gives its sequence; or gives 0 and leaves it untouched when the worker
  /// whose turn it is has no room for this connector: a pull connector then waits, a push connector
  /// answers 429. The same while hold() is in force.
  std::uint64_t offer(Envelope& envelope);

  /// From now on nothing is taken, or again. Any thread.
  void hold(bool held) { held_.store(held, std::memory_order_relaxed); }
  bool is_held() const { return held_.load(std::memory_order_relaxed); }

  /// Envelopes waiting, over all rings: any thread, approximate.
  std::size_t depth() const;
  std::size_t capacity() const;

 private:
  std::vector<WorkerInbox*> workers_;
  std::vector<std::uint64_t> sequences_;  ///< last given, per connector
  std::size_t next_worker_ = 0;
  std::atomic<bool> held_{false};
};

}  // namespace vigie
