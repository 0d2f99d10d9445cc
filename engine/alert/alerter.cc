#include "engine/alert/alerter.h"

#include <algorithm>

#include "engine/alert/alert.h"
#include "engine/alert/renderer.h"
#include "engine/core/check.h"

namespace vigie {

Alerter::Alerter(Store& store, std::vector<Receiver> receivers, std::string public_url,
                 const Clock& clock, Metrics& metrics, std::uint64_t seed)
    : store_(store),
      receivers_(std::move(receivers)),
      public_url_(std::move(public_url)),
      clock_(clock),
      metrics_(metrics),
      random_(seed) {}

bool Alerter::step() {
  Result<std::vector<Delivery>> due = store_.deliveries(false, clock_.now(), kMaxPerStep);
  check(due.has_value(), "the outbox can be read");
  for (Delivery& delivery : *due) {
    try_delivery(std::move(delivery));
  }
  return !due->empty();
}

void Alerter::try_delivery(Delivery delivery) {
  const auto receiver = std::ranges::find(receivers_, delivery.receiver, &Receiver::id);
  if (receiver == receivers_.end()) {
    note_failure(std::move(delivery),
                 Attempt::refused("the configuration has no such receiver any more"));
    return;
  }
  const auto index = static_cast<std::size_t>(receiver - receivers_.begin());
  const Result<std::optional<Store::StoredAlert>> stored = store_.alert(delivery.alert);
  check(stored.has_value(), "an alert can be read");
  const Result<Alert> alert =
      *stored ? parse_alert((*stored)->body) : fail(ErrorCode::kNotFound, "the alert is gone");
  if (!alert) {
    note_failure(std::move(delivery), Attempt::refused(alert.error().text));
    return;
  }
  const Attempt attempt =
      receiver->notifier->deliver(render(*alert, delivery.alert, delivery.receiver, public_url_));
  if (attempt.outcome == Attempt::Outcome::kDelivered) {
    store_.delivery_done(delivery.alert, delivery.receiver);
    metrics_.delivery(index, "sent");
    return;
  }
  const bool gives_up =
      attempt.outcome == Attempt::Outcome::kRefused || delivery.attempts + 1 >= kMaxAttempts;
  metrics_.delivery(index, gives_up ? "dead" : "failed");
  note_failure(std::move(delivery), attempt);
}

void Alerter::note_failure(Delivery delivery, const Attempt& attempt) {
  ++delivery.attempts;
  delivery.last_error = attempt.error;
  delivery.dead =
      attempt.outcome == Attempt::Outcome::kRefused || delivery.attempts >= kMaxAttempts;
  const microseconds wait =
      std::max<microseconds>(back_off(delivery.attempts), attempt.retry_after);
  delivery.next_at = clock_.now() + std::min<microseconds>(wait, std::chrono::hours(1));
  store_.update_delivery(delivery);
}

/// 5 s, 10 s, 20 s, … 15 min, each spread by ±20 % so that many do not come back at once.
microseconds Alerter::back_off(std::uint32_t attempts) {
  const std::uint32_t doublings = std::min(attempts - 1, 10U);
  const microseconds wait =
      std::min<microseconds>(microseconds(kFirstRetry) * (1 << doublings), kLongestRetry);
  const auto percent = std::uniform_int_distribution<std::int64_t>(80, 120)(random_);
  return wait * percent / 100;
}

}  // namespace vigie
