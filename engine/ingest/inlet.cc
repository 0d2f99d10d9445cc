#include "engine/ingest/inlet.h"

#include <utility>

namespace vigie {

Inlet::Inlet(std::vector<WorkerInbox*> workers, std::size_t connectors)
    : workers_(std::move(workers)), sequences_(connectors) {
  check(!workers_.empty(), "an inlet feeds at least one worker");
}

std::uint64_t Inlet::offer(Envelope& envelope) {
  std::uint64_t& last = sequences_.at(envelope.origin->connector);
  const std::uint64_t sequence = last + 1;
  envelope.sequence = sequence;
  if (is_held() || !workers_[next_worker_]->envelopes.put(envelope)) {
    return 0;
  }
  next_worker_ = (next_worker_ + 1) % workers_.size();
  last = sequence;
  return sequence;
}

std::size_t Inlet::depth() const {
  std::size_t depth = 0;
  for (const WorkerInbox* inbox : workers_) {
    depth += inbox->envelopes.size();
  }
  return depth;
}

std::size_t Inlet::capacity() const {
  return workers_.size() * workers_.front()->envelopes.capacity();
}

}  // namespace vigie
