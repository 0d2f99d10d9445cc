#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>

#include "engine/core/time.h"

namespace vigie {

/// What people see of a connector. Written on the ingest thread, read anywhere.
class ConnectorStatus {
 public:
  /// `active`: works. `waiting`: backs off after a fault. `finished`: a file read to its end.
  /// `limited`: the source gives only a part. `retired`: the source is no more, or told us to stop
  /// (410). `starting`: has not heard from its source yet. `quota_spent`: waits until the source's
  /// budget or limit is given back. `unauthorised`: the source does not accept what we prove
  /// ourselves with: a person must act. `disallowed`: the site's robots.txt asks us not to.
  enum class State : std::uint8_t {
    kActive,
    kWaiting,
    kFinished,
    kLimited,
    kRetired,
    kStarting,
    kQuotaSpent,
    kUnauthorised,
    kDisallowed
  };
  struct Snapshot {
    State state = State::kActive;
    std::string detail;  ///< a sentence: the last error, why it is limited
    Time last_success_at{}, last_error_at{}, next_attempt_at{};
    std::uint64_t requests = 0, errors = 0;
    /// Progress of a file: what is stored, or nothing is to be made of. 0 total: has no end.
    std::uint64_t done_bytes = 0, total_bytes = 0;
    Time newest_at{};  ///< creation of the latest mention taken, the source's word; epoch: unknown
    std::uint64_t budget_spent = 0, budget_units = 0;  ///< of this day or month; 0 units: has none
  };

  static constexpr std::array<State, 9> kStates = {
      State::kActive,     State::kWaiting,      State::kFinished,
      State::kLimited,    State::kRetired,      State::kStarting,
      State::kQuotaSpent, State::kUnauthorised, State::kDisallowed};

  Snapshot snapshot() const {
    const std::scoped_lock lock(mutex_);
    return now_;
  }
  /// `change` gets the snapshot to change: status.update([&](auto& s) { s.state = …; });
  template <class Change>
  void update(Change&& change) {
    const std::scoped_lock lock(mutex_);
    change(now_);
  }

 private:
  mutable std::mutex mutex_;
  Snapshot now_;
};

std::string_view to_string(ConnectorStatus::State state);

}  // namespace vigie
