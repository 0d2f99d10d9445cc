#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/alert/notifier.h"
#include "engine/core/clock.h"
#include "engine/metrics/metrics.h"
#include "engine/store/store.h"

namespace vigie {

/// Delivers what the outbox owes: renders an alert, hands it to its receiver, writes down how it
/// ended. At least once: after a crash between a delivery and the note of it, the receiver gets the
/// same message again under the same idempotency key. What fails is tried again later and later,
/// and given up (listed as dead) after kMaxAttempts or when the receiver refuses it. One thread.
class Alerter {
 public:
  static constexpr std::uint32_t kMaxAttempts = 20;
  static constexpr std::chrono::seconds kFirstRetry{5};
  static constexpr std::chrono::minutes kLongestRetry{15};

  struct Receiver {
    std::string id;
    std::unique_ptr<Notifier> notifier;
  };

  /// `seed` spreads the retries.
  Alerter(Store& store, std::vector<Receiver> receivers, std::string public_url, const Clock& clock,
          Metrics& metrics, std::uint64_t seed);

  /// Tries up to kMaxPerStep deliveries that are due. False when none was.
  bool step();

 private:
  static constexpr std::size_t kMaxPerStep = 16;

  void try_delivery(Delivery delivery);
  void note_failure(Delivery delivery, const Attempt& attempt);
  microseconds back_off(std::uint32_t attempts);

  Store& store_;
  std::vector<Receiver> receivers_;
  std::string public_url_;
  const Clock& clock_;
  Metrics& metrics_;
  std::mt19937_64 random_;
};

}  // namespace vigie
