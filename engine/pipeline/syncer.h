#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>

#include "engine/core/pulse.h"
#include "engine/ingest/doorbell.h"
#include "engine/store/store.h"

namespace vigie {

/// Waits for the disk in the writer's place, which meanwhile applies what comes next: one sync at a
/// time, begun by the writer, made by the thread of run(), or by the writer where it has to wait.
class Syncer {
 public:
  /// `done`: after each sync, on the thread that made it.
  Syncer(Store& store, std::function<void()> done) : store_(store), done_(std::move(done)) {}

  // ---- The writer -------------------------------------------------------------------------------
  /// Makes all of `committed` safe. None is under way.
  void begin(const Store::Committed& committed);
  bool is_under_way() const { return state_.load(std::memory_order_relaxed) != State::kNone; }
  /// True once for each that was begun, when it is done.
  bool take_done();
  /// Until the one that is under way is done.
  void wait();
  /// How long the last one took.
  std::chrono::steady_clock::duration duration() const { return duration_; }

  // ---- Its thread -------------------------------------------------------------------------------
  /// Makes the one that was begun; false if there is none, or another thread makes it.
  bool step();
  /// Steps until `stop` is asked for. Stop the writer first.
  void run(std::stop_token stop);
  void wake() { bell_.ring(); }
  const Pulse& pulse() const { return pulse_; }

 private:
  enum class State { kNone, kBegun, kSyncing, kDone };

  Store& store_;
  std::function<void()> done_;
  std::atomic<State> state_{State::kNone};
  Store::Committed committed_;  ///< handed over with `state_`, as is:
  std::chrono::steady_clock::duration duration_{};
  Doorbell bell_;
  Pulse pulse_;
};

}  // namespace vigie
