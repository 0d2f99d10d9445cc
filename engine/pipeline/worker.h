#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/ingest/inlet.h"
#include "engine/metrics/metrics.h"
#include "engine/pipeline/judge.h"
#include "engine/pipeline/knowledge.h"

namespace vigie {

/// One worker's end of the second ring, which the writer reads. Bounded in findings and in bytes.
class WorkerOutbox {
 public:
  static constexpr std::size_t kMaxBytes = 64U << 20;

  WorkerOutbox(std::size_t capacity_findings, Doorbell& writer_bell)
      : ring_(capacity_findings), writer_(writer_bell) {}

  /// The worker: false and `findings` untouched if there is no room. Anything fits when it is
  /// empty.
  bool put(Findings& findings) {
    const std::size_t bytes = findings.size_bytes(),
                      waiting = bytes_.load(std::memory_order_relaxed);
    if (waiting != 0 && waiting + bytes > kMaxBytes) {
      return false;
    }
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if (!ring_.push(findings)) {
      bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return false;
    }
    writer_.ring();
    return true;
  }
  /// The writer: false if there is nothing.
  bool take(Findings& findings) {
    if (ring_.pop({&findings, 1}) == 0) {
      return false;
    }
    bytes_.fetch_sub(findings.size_bytes(), std::memory_order_relaxed);
    return true;
  }
  /// Any thread, approximate.
  std::size_t size() const { return ring_.size(); }

 private:
  Ring<Findings> ring_;
  Doorbell& writer_;
  std::atomic<std::size_t> bytes_{0};
};

/// Takes envelopes from its inbox, judges them, hands the findings to the writer: one batch per
/// envelope, even if empty, because the writer counts sequences. Runs on one thread by step().
class Worker {
 public:
  Worker(WorkerInbox& inbox, WorkerOutbox& outbox, const KnowledgeShelf& shelf, Judge judge,
         Metrics& metrics);

  /// A bounded piece of work: at most one envelope. False when there was nothing to do, or no room
  /// for the result.
  bool step();
  /// There is a result the writer has no room for yet.
  bool has_result() const { return ready_.has_value(); }

 private:
  bool hand_over();

  WorkerInbox& inbox_;
  WorkerOutbox& outbox_;
  const KnowledgeShelf& shelf_;
  Judge judge_;
  Metrics& metrics_;
  std::uint64_t edition_ = 0;
  std::optional<Findings> ready_;  ///< judged, waiting for room in the second ring
};

}  // namespace vigie
