#include "engine/ingest/inlet.h"

#include <utility>

namespace vigie {

bool WorkerInbox::put(Envelope& envelope) {
  const std::size_t bytes = envelope.bytes.size(), waiting = bytes_.load(std::memory_order_relaxed);
  if (waiting != 0 && waiting + bytes > kMaxBytes) {
    return false;
  }
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (!ring_.push(envelope)) {
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  bell_.ring();
  return true;
}

bool WorkerInbox::take(Envelope& envelope) {
  if (ring_.pop({&envelope, 1}) == 0) {
    return false;
  }
  bytes_.fetch_sub(envelope.bytes.size(), std::memory_order_relaxed);
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
  if (!workers_[next_worker_]->put(envelope)) {
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
