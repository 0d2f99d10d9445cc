#include "engine/pipeline/syncer.h"

#include <pthread.h>

namespace vigie {

void Syncer::begin(const Store::Committed& committed) {
  committed_ = committed;
  state_.store(State::kBegun, std::memory_order_release);
  bell_.ring();
}

bool Syncer::take_done() {
  if (state_.load(std::memory_order_acquire) != State::kDone) {
    return false;
  }
  state_.store(State::kNone, std::memory_order_relaxed);
  return true;
}

void Syncer::wait() {
  if (!step()) {
    state_.wait(State::kSyncing, std::memory_order_acquire);
  }
}

bool Syncer::step() {
  State begun = State::kBegun;
  if (!state_.compare_exchange_strong(begun, State::kSyncing, std::memory_order_acquire)) {
    return false;
  }
  const auto start = std::chrono::steady_clock::now();
  store_.sync(committed_);
  duration_ = std::chrono::steady_clock::now() - start;
  state_.store(State::kDone, std::memory_order_release);
  state_.notify_all();
  done_();
  return true;
}

void Syncer::run(std::stop_token stop) {
  pthread_setname_np(pthread_self(), "syncer");
  while (!stop.stop_requested()) {
    pulse_.beat();
    const std::uint32_t heard = bell_.heard();
    if (!step()) {
      bell_.wait(heard, Doorbell::kIdleWait);
    }
  }
}

}  // namespace vigie
