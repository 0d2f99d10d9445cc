#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/alert/notifier.h"
#include "engine/core/clock.h"
#include "engine/core/coverage.h"
#include "engine/metrics/metrics.h"
#include "engine/store/store.h"

namespace vigie {

/// Delivers what the outbox owes: renders an alert, hands it to its receiver, writes down how it
/// ended. At least once: after a crash between a delivery and the note of it, the receiver gets the
/// same message again under the same idempotency key.
///
/// A receiver that cannot be reached is left alone, later and later: one delivery probes, the
/// others wait, those tried least go first (so one bad message holds up no other). Given up (listed
/// as dead) is what the receiver refuses, and what fails once its alert is kMaxAge old.
///
/// Receivers know nothing of each other: step() for different receivers may run on as many threads.
class Alerter {
 public:
  static constexpr std::chrono::hours kMaxAge{48};
  static constexpr std::chrono::seconds kFirstRetry{5};
  static constexpr std::chrono::minutes kLongestRetry{15};

  struct Receiver {
    std::string id;
    std::unique_ptr<Notifier> notifier;
  };

  /// `seed` spreads the retries.
  Alerter(Store& store, std::vector<Receiver> receivers, std::string public_url, const Clock& clock,
          Metrics& metrics, std::uint64_t seed);

  /// Hears of what a person should look after: a delivery given up (`dead`), or one that only a
  /// part of its receiver's addresses got. Set before the first step; any stepping thread.
  std::function<void(const Delivery&)> on_mishap = [](const Delivery&) {};

  /// What cannot be seen while an alert is delivered, and is said in it. Set before the first step;
  /// any stepping thread.
  std::function<std::vector<BlindSource>()> blind_now = [] { return std::vector<BlindSource>(); };

  std::size_t receivers() const { return lanes_.size(); }

  /// Tries up to kMaxPerStep deliveries that are due to one receiver, until one fails or `stop`
  /// asks. A delivery broken off by `stop` counts as not tried. False when there is nothing to do
  /// now.
  bool step(std::size_t receiver, const std::stop_token& stop);
  /// Gives up what is owed to receivers that the configuration does not know. They are those of
  /// earlier runs: once at the start is enough.
  void give_up_orphans();
  /// All of that in turn, on one thread.
  bool step();

 private:
  static constexpr std::size_t kMaxPerStep = 16;
  static constexpr std::chrono::hours kMaxPatience{1};  ///< whatever Retry-After says

  /// One receiver and what was learnt about it.
  struct Lane {
    Receiver receiver;
    std::mt19937_64 random;
    std::uint32_t failures_in_a_row = 0;
    Time held_until{};
  };

  std::vector<Delivery> due(std::string_view receiver) const;
  bool try_delivery(std::size_t receiver, Delivery delivery, const std::stop_token& stop);
  void hold(Lane& lane, std::chrono::seconds asked);
  void put_off(Lane& lane, Delivery delivery, Attempt attempt);
  void give_up(Delivery delivery, std::string why);
  static microseconds back_off(std::uint32_t attempts, std::mt19937_64& random);

  Store& store_;
  std::vector<Lane> lanes_;
  std::string public_url_;
  const Clock& clock_;
  Metrics& metrics_;
};

}  // namespace vigie
