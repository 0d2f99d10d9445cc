#include "engine/alert/alerter.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "engine/alert/alert.h"
#include "engine/alert/renderer.h"
#include "engine/core/check.h"

namespace vigie {

Alerter::Alerter(Store& store, std::vector<Receiver> receivers, std::string public_url,
                 const Clock& clock, Metrics& metrics, std::uint64_t seed)
    : store_(store), public_url_(std::move(public_url)), clock_(clock), metrics_(metrics) {
  for (Receiver& receiver : receivers) {
    lanes_.push_back({std::move(receiver), std::mt19937_64(seed++)});
  }
}

bool Alerter::step() {
  give_up_orphans();
  bool did_something = false;
  for (std::size_t receiver = 0; receiver < lanes_.size(); ++receiver) {
    did_something |= step(receiver, {});
  }
  return did_something;
}

bool Alerter::step(std::size_t receiver, const std::stop_token& stop) {
  Lane& lane = lanes_.at(receiver);
  if (clock_.now() < lane.held_until) {
    return false;
  }
  bool did_something = false;
  for (Delivery& delivery : due(lane.receiver.id)) {
    if (stop.stop_requested() || !try_delivery(receiver, std::move(delivery), stop)) {
      return false;
    }
    did_something = true;
  }
  return did_something;
}

std::vector<Delivery> Alerter::due(std::string_view receiver) const {
  Result<std::vector<Delivery>> due =
      store_.deliveries(false, clock_.now(), std::numeric_limits<std::size_t>::max(), receiver);
  check(due.has_value(), "the outbox can be read");
  std::ranges::sort(*due, {},
                    [](const Delivery& owed) { return std::tuple(owed.attempts, owed.alert); });
  due->resize(std::min(due->size(), kMaxPerStep));
  return std::move(*due);
}

void Alerter::give_up_orphans() {
  Result<std::vector<Delivery>> owed =
      store_.deliveries(false, Time::max(), std::numeric_limits<std::size_t>::max());
  check(owed.has_value(), "the outbox can be read");
  for (Delivery& delivery : *owed) {
    const bool is_known = std::ranges::any_of(
        lanes_, [&](const Lane& lane) { return lane.receiver.id == delivery.receiver; });
    if (!is_known) {
      metrics_.orphaned_delivery();
      give_up(std::move(delivery), "the configuration has no such receiver any more");
    }
  }
}

/// False when the receiver is better left alone for now.
bool Alerter::try_delivery(std::size_t receiver, Delivery delivery, const std::stop_token& stop) {
  const Result<std::optional<Store::StoredAlert>> stored = store_.alert(delivery.alert);
  check(stored.has_value(), "an alert can be read");
  const Result<Alert> alert =
      *stored ? parse_alert((*stored)->body) : fail(ErrorCode::kNotFound, "the alert is gone");
  if (!alert) {
    metrics_.delivery(receiver, "dead");
    give_up(std::move(delivery), alert.error().text);
    return true;
  }
  Lane& lane = lanes_[receiver];
  Attempt attempt = lane.receiver.notifier->deliver(
      render(*alert, delivery.alert, delivery.receiver, public_url_, blind_now()));
  const bool has_failed = attempt.outcome == Attempt::Outcome::kRetry;
  if (has_failed && stop.stop_requested()) {
    return false;
  }
  lane.failures_in_a_row = has_failed ? lane.failures_in_a_row + 1 : 0;
  if (attempt.outcome == Attempt::Outcome::kDelivered) {
    store_.delivery_done(delivery.alert, delivery.receiver);
    metrics_.delivery(receiver, "sent");
    if (!attempt.error.empty()) {
      delivery.last_error = std::move(attempt.error);
      on_mishap(delivery);
    }
    return true;
  }
  if (has_failed) {
    hold(lane, attempt.retry_after);
  }
  const bool gives_up = !has_failed || clock_.now() - alert->raised_at >= kMaxAge;
  metrics_.delivery(receiver, gives_up ? "dead" : "failed");
  if (gives_up) {
    give_up(std::move(delivery), std::move(attempt.error));
  } else {
    put_off(lane, std::move(delivery), std::move(attempt));
  }
  return !has_failed;
}

void Alerter::hold(Lane& lane, std::chrono::seconds asked) {
  const microseconds wait = back_off(lane.failures_in_a_row, lane.random);
  lane.held_until =
      clock_.now() + std::min<microseconds>(std::max<microseconds>(wait, asked), kMaxPatience);
}

void Alerter::put_off(Lane& lane, Delivery delivery, Attempt attempt) {
  ++delivery.attempts;
  delivery.last_error = std::move(attempt.error);
  delivery.next_at =
      std::max(lane.held_until, clock_.now() + back_off(delivery.attempts, lane.random));
  store_.update_delivery(delivery);
}

void Alerter::give_up(Delivery delivery, std::string why) {
  ++delivery.attempts;
  delivery.dead = true;
  delivery.last_error = std::move(why);
  store_.update_delivery(delivery);
  on_mishap(delivery);
}

/// 5 s, 10 s, 20 s, … 15 min, each spread by ±20 % so that many do not come back at once.
microseconds Alerter::back_off(std::uint32_t attempts, std::mt19937_64& random) {
  const std::uint32_t doublings = std::min(attempts - 1, 10U);
  const microseconds wait =
      std::min<microseconds>(microseconds(kFirstRetry) * (1 << doublings), kLongestRetry);
  const auto percent = std::uniform_int_distribution<std::int64_t>(80, 120)(random);
  return wait * percent / 100;
}

}  // namespace vigie
