#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/core/finding.h"
#include "engine/ingest/bounded_ring.h"
#include "engine/ingest/inlet.h"
#include "engine/metrics/metrics.h"
#include "engine/pipeline/judge.h"
#include "engine/pipeline/knowledge.h"

namespace vigie {

/// One worker's end of the second ring, which the writer reads.
using WorkerOutbox = BoundedRing<Findings>;
inline constexpr std::size_t kMaxOutboxBytes = 64U << 20;

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
