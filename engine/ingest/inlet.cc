#include "engine/ingest/inlet.h"

#include <algorithm>
#include <utility>

namespace vigie {

bool WorkerInbox::put(Envelope& envelope) {
  Share& share = shares_.at(envelope.origin->connector);
  const std::size_t bytes = envelope.size_bytes();
  const std::size_t waiting = share.envelopes.load(std::memory_order_relaxed);
  const auto left = [](std::size_t most, std::size_t taken) {
    return most - std::min(most, taken);
  };
  if (waiting > left(ring_.capacity(), ring_.size()) ||
      (waiting != 0 &&
       share.bytes.load(std::memory_order_relaxed) > left(ring_.max_bytes(), ring_.bytes()))) {
    return false;
  }
  share.envelopes.fetch_add(1, std::memory_order_relaxed);
  share.bytes.fetch_add(bytes, std::memory_order_relaxed);
  if (!ring_.put(envelope)) {
    share.envelopes.fetch_sub(1, std::memory_order_relaxed);
    share.bytes.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  return true;
}

bool WorkerInbox::take(Envelope& envelope) {
  if (!ring_.take(envelope)) {
    return false;
  }
  Share& share = shares_.at(envelope.origin->connector);
  share.envelopes.fetch_sub(1, std::memory_order_relaxed);
  share.bytes.fetch_sub(envelope.size_bytes(), std::memory_order_relaxed);
  return true;
}

Inlet::Inlet(std::vector<WorkerInbox*> workers, std::size_t connectors)
    : workers_(std::move(workers)), sequences_(connectors) {
  check(!workers_.empty(), "an inlet feeds at least one worker");
}

std::uint64_t Inlet::offer(Envelope& envelope) {
  std::uint64_t& last = sequences_.at(envelope.origin->connector);
  const std::uint64_t sequence = last + 1;
  envelope.sequence = sequence;
  if (is_held() || !workers_[next_worker_]->put(envelope)) {
    return 0;
  }
  next_worker_ = (next_worker_ + 1) % workers_.size();
  last = sequence;
  return sequence;
}

std::size_t Inlet::depth() const {
  std::size_t depth = 0;
  for (const WorkerInbox* inbox : workers_) {
    depth += inbox->size();
  }
  return depth;
}

std::size_t Inlet::capacity() const { return workers_.size() * workers_.front()->capacity(); }

}  // namespace vigie
