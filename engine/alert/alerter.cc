#include "engine/alert/alerter.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "engine/alert/group_renderer.h"
#include "engine/alert/town_time.h"
#include "engine/core/check.h"

namespace vigie {

using Purpose = Delivery::Purpose;

namespace {

/// The same alert, to be told again.
Delivery repeat_of(const Delivery& told, Time at) {
  Delivery again;
  again.alert = told.alert;
  again.receiver = told.receiver;
  again.purpose = Purpose::kRepeat;
  again.round = (told.purpose == Purpose::kRepeat ? told.round : 0) + 1;
  again.next_at = at;
  return again;
}

/// Neither held nor tried before nor told to others first.
bool is_told_at_once(const std::vector<Owed>& owed) {
  return owed.size() == 1 && owed.front().delivery.purpose == Purpose::kAlert &&
         owed.front().delivery.attempts == 0;
}

/// Not told in its time, and not tried since.
bool is_released(const Delivery& delivery) {
  return delivery.attempts == 0 &&
         (delivery.purpose == Purpose::kHeld || delivery.purpose == Purpose::kDigest);
}

}  // namespace

Alerter::Alerter(Store& store, std::vector<Receiver> receivers, Rules rules, const Clock& clock,
                 Metrics& metrics, std::uint64_t seed)
    : store_(store),
      rules_(std::move(rules)),
      budgets_(store),
      digests_(store, rules_.rulings.policy()),
      clock_(clock),
      metrics_(metrics) {
  for (Receiver& receiver : receivers) {
    Lane lane;
    lane.receiver = std::move(receiver);
    lane.index = lanes_.size();
    lane.random.seed(seed++);
    lanes_.push_back(std::move(lane));
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
  const Time now = clock_.now();
  notice_clock(lane, now);
  if (now < lane.held_until) {
    return false;
  }
  bool did_something = false;
  for (Parcel& parcel : parcels(lane, now, did_something)) {
    if (stop.stop_requested() || !tell(lane, std::move(parcel), stop)) {
      return false;
    }
    did_something = true;
  }
  return did_something;
}

/// What was put off by a clock that was ahead is not waited for.
void Alerter::notice_clock(Lane& lane, Time now) {
  const bool was_set_back = now + kClockTolerance < lane.looked_at;
  const microseconds by = lane.looked_at - now;
  lane.looked_at = now;
  if (!was_set_back) {
    return;
  }
  lane.held_until = lane.digests_at = {};
  lane.waiting.clear();
  Result<std::vector<Delivery>> owed = store_.deliveries(
      false, Time::max(), std::numeric_limits<std::size_t>::max(), lane.receiver.id);
  check(owed.has_value(), "the outbox can be read");
  Store::AlertingChange change;
  for (Delivery& delivery : *owed) {
    if (delivery.next_at > now) {
      delivery.next_at = now;
      change.owed.push_back(std::move(delivery));
    }
  }
  store_.change_alerting(change);
  on_clock_set_back(by);
}

/// Those tried least first. What waits for a moment that nobody can have put it off to is due: the
/// clock was set back while the service did not run.
std::vector<Delivery> Alerter::due(Lane& lane, Time now) const {
  Result<std::vector<Delivery>> owed = store_.deliveries(
      false, Time::max(), std::numeric_limits<std::size_t>::max(), lane.receiver.id);
  check(owed.has_value(), "the outbox can be read");
  if (lane.rulings_version != rules_.rulings.version()) {
    lane.rulings_version = rules_.rulings.version();
    lane.waiting.clear();
  }
  std::map<std::uint64_t, Time> waiting;
  std::erase_if(*owed, [&](const Delivery& delivery) {
    const bool may_be_long =
        delivery.purpose == Purpose::kRepeat || delivery.purpose == Purpose::kDigest;
    const microseconds longest = may_be_long ? microseconds(kLongestRepeat + kClockTolerance)
                                             : microseconds(kMaxPatience + kClockTolerance);
    if (delivery.next_at > now && delivery.next_at - now <= longest) {
      return true;
    }
    const auto held = lane.waiting.find(delivery.alert);
    const bool waits = held != lane.waiting.end() && held->second > now;
    if (waits) {
      waiting.insert(*held);
    }
    return waits;
  });
  lane.waiting = std::move(waiting);
  std::ranges::sort(*owed, {},
                    [](const Delivery& one) { return std::tuple(one.attempts, one.alert); });
  return std::move(*owed);
}

std::vector<Alerter::Parcel> Alerter::parcels(Lane& lane, Time now, bool& did_something) {
  Standings standings(store_);
  std::vector<Parcel> ready;
  std::map<std::uint64_t, Parcel> groups;  // by their number
  Parcel open;
  open.is_repost = true;
  std::vector<Parcel> briefs = due_digests(lane, now);
  std::map<TenantId, Parcel> released;  // held until now
  Gatherings gatherings;
  std::uint32_t counted = 0;  // against the budget, of what is ready
  for (Delivery& delivery : due(lane, now)) {
    const bool is_fresh = delivery.purpose == Purpose::kAlert;
    if (is_fresh && ready.size() >= kMaxPerStep) {
      continue;
    }
    std::optional<Owed> owed = read(lane, std::move(delivery));
    if (!owed) {
      did_something = true;
      continue;
    }
    if (owed->delivery.purpose == Purpose::kGroup) {
      Parcel& group = groups[owed->delivery.round];
      group.group = owed->delivery.round;
      group.owed.push_back(std::move(*owed));
      continue;
    }
    if (owed->delivery.purpose == Purpose::kOpen) {
      owed->is_over = Rulings::is_over(*owed, now, standings);
      open.owed.push_back(std::move(*owed));
      continue;
    }
    const auto brief = std::ranges::find_if(
        briefs, [&](const Parcel& parcel) { return parcel.digest->tenant == owed->tenant; });
    if (owed->delivery.purpose == Purpose::kDigest && brief != briefs.end()) {
      brief->owed.push_back(std::move(*owed));
      continue;
    }
    owed->is_over = keeps_open(lane) && Rulings::is_over(*owed, now, standings);
    Ruling ruling = rules_.rulings.on(*owed, now, standings);
    if (ruling.kind == Ruling::Kind::kGather && keeps_open(lane)) {
      ruling.kind = Ruling::Kind::kTell;  // it groups by itself
    }
    if (ruling.kind == Ruling::Kind::kHold) {
      hold(lane, std::move(*owed), ruling.until, now);
    } else if (ruling.kind == Ruling::Kind::kWait) {
      wait(lane, *owed, ruling.until, now);
    } else if (ruling.kind == Ruling::Kind::kDrop) {
      drop(lane, *owed);
      did_something = true;
    } else if (is_released(owed->delivery) && !keeps_open(lane)) {
      Parcel& parcel = released[owed->tenant];
      parcel.ruling = ruling;
      if (parcel.owed.size() < kMaxPerGroup) {
        parcel.owed.push_back(std::move(*owed));
      }
    } else if (ruling.kind == Ruling::Kind::kGather) {
      gather(gatherings, std::move(*owed), ruling);
    } else if (!joins(lane, gatherings, *owed, ruling) &&
               is_within_budget(lane, *owed, ruling, counted, now)) {
      counted += ruling.counts;
      ready.push_back({{std::move(*owed)}, ruling});
    }
  }
  release(lane, std::move(gatherings), counted, now, ready);
  for (auto& [tenant, parcel] : released) {
    form_group(parcel);
    ready.push_back(std::move(parcel));
  }
  for (auto& [number, parcel] : groups) {
    ready.push_back(std::move(parcel));
  }
  if (!open.owed.empty()) {
    ready.push_back(std::move(open));
  }
  for (Parcel& parcel : briefs) {
    ready.push_back(std::move(parcel));
  }
  std::ranges::stable_sort(ready, {}, [](const Parcel& parcel) {
    return parcel.owed.empty() ? 0 : parcel.owed.front().delivery.attempts;
  });
  return ready;
}

void Alerter::gather(Gatherings& gatherings, Owed owed, const Ruling& ruling) {
  Gathering& gathering = gatherings[{owed.tenant, ruling.route}];
  gathering.until = std::min(gathering.until, ruling.until);
  if (gathering.parcel.owed.size() < kMaxPerGroup) {
    gathering.parcel.ruling = ruling;
    gathering.parcel.owed.push_back(std::move(owed));
  }
}

bool Alerter::joins(Lane& lane, Gatherings& gatherings, Owed& owed, const Ruling& ruling) {
  const auto gathering = gatherings.find({owed.tenant, ruling.route});
  if (gathering == gatherings.end() || owed.delivery.purpose != Purpose::kAlert ||
      owed.delivery.attempts != 0) {
    return false;
  }
  std::vector<Owed>& waiting = gathering->second.parcel.owed;
  const auto first = std::ranges::find_if(
      waiting, [&](const Owed& one) { return one.alert.incident == owed.alert.incident; });
  if (first == waiting.end()) {
    return false;
  }
  if (owed.alert.level != Urgency::kCritical) {  // its end
    waiting.push_back(std::move(owed));
    return true;
  }
  drop(lane, *first);
  waiting.erase(first);
  return false;
}

/// A clock that was set back prolongs no wait: what is raised in the future is due.
void Alerter::release(Lane& lane, Gatherings gatherings, std::uint32_t& counted, Time now,
                      std::vector<Parcel>& ready) {
  for (auto& [key, gathering] : gatherings) {
    Parcel& parcel = gathering.parcel;
    const bool is_due =
        gathering.until <= now || std::ranges::any_of(parcel.owed, [&](const Owed& owed) {
          return owed.alert.raised_at > now;
        });
    if (!is_due) {
      continue;
    }
    std::erase_if(parcel.owed, [&](Owed& owed) {
      return !is_within_budget(lane, owed, parcel.ruling, counted, now);
    });
    if (parcel.owed.empty()) {
      continue;
    }
    counted += parcel.ruling.counts;
    form_group(parcel);
    ready.push_back(std::move(parcel));
  }
}

std::vector<Alerter::Parcel> Alerter::due_digests(Lane& lane, Time now) const {
  std::vector<Parcel> parcels;
  if (now < lane.digests_at || keeps_open(lane)) {
    return parcels;
  }
  Store::AlertingChange change;
  for (DueDigest& digest : digests_.due(lane.receiver.id, now, change)) {
    Parcel parcel;
    parcel.digest = std::move(digest);
    parcels.push_back(std::move(parcel));
  }
  store_.change_alerting(change);
  lane.digests_at = parcels.empty() ? digests_.look_again(lane.receiver.id, now) : now;
  return parcels;
}

bool Alerter::is_within_budget(Lane& lane, Owed& owed, Ruling& ruling, std::uint32_t counted,
                               Time now) {
  if (!ruling.counts || owed.delivery.attempts != 0) {
    return true;
  }
  const std::uint32_t budget = rules_.rulings.policy()->budget_of(lane.receiver.id);
  const std::string& zone = owed.alert.time_zone;
  const std::uint32_t told =
      budgets_.told_on(date_of(town_time(zone, now).day), lane.receiver.id) + counted;
  const Time rest_at = digests_.next(lane.receiver.id, owed.tenant, zone, now);
  if (told < budget || owed.alert.level == Urgency::kCritical) {
    ruling.occasion.budget_reached = told + 1 >= budget ? budget : 0;
    ruling.occasion.rest_at = clock_of(zone, rest_at);
    return true;
  }
  owed.delivery.purpose = Purpose::kDigest;
  owed.delivery.next_at = rest_at;
  store_.update_delivery(owed.delivery);
  metrics_.delivery(lane.index, "held");
  return false;
}

std::optional<Owed> Alerter::read(Lane& lane, Delivery delivery) {
  Result<std::optional<Store::StoredAlert>> stored = store_.alert(delivery.alert);
  check(stored.has_value(), "an alert can be read");
  Result<Alert> alert =
      *stored ? parse_alert((*stored)->body) : fail(ErrorCode::kNotFound, "the alert is gone");
  if (!alert) {
    metrics_.delivery(lane.index, "dead");
    give_up(std::move(delivery), alert.error().text);
    return std::nullopt;
  }
  return Owed{std::move(delivery), (*stored)->tenant, std::move(*alert)};
}

void Alerter::wait(Lane& lane, const Owed& owed, Time until, Time now) {
  lane.waiting[owed.delivery.alert] =
      std::clamp<Time>(until, now + std::chrono::seconds(1), now + kLookAgain);
}

/// That it was held is written down: what is released together is told together, after a restart
/// too. What was tried before may have arrived, and stays by itself.
void Alerter::hold(Lane& lane, Owed owed, Time until, Time now) {
  wait(lane, owed, until, now);
  if (owed.delivery.purpose == Purpose::kAlert && owed.delivery.attempts == 0) {
    owed.delivery.purpose = Purpose::kHeld;
    store_.update_delivery(owed.delivery);
    metrics_.delivery(lane.index, "held");
  }
}

void Alerter::drop(Lane& lane, const Owed& owed) {
  store_.delivery_done(owed.delivery.alert, owed.delivery.receiver);
  metrics_.delivery(lane.index, "dropped");
}

void Alerter::form_group(Parcel& parcel) {
  if (parcel.owed.size() == 1) {
    return;
  }
  parcel.group = parcel.owed.front().delivery.alert;
  Store::AlertingChange change;
  for (Owed& owed : parcel.owed) {
    owed.delivery.purpose = Purpose::kGroup;
    owed.delivery.round = parcel.group;
    change.owed.push_back(owed.delivery);
  }
  store_.change_alerting(change);
}

void Alerter::give_up_orphans() {
  Result<std::vector<Delivery>> owed =
      store_.deliveries(false, Time::max(), std::numeric_limits<std::size_t>::max());
  check(owed.has_value(), "the outbox can be read");
  for (Delivery& delivery : *owed) {
    const bool is_known = std::ranges::any_of(
        lanes_, [&](const Lane& lane) { return lane.receiver.id == delivery.receiver; });
    const bool was_told =
        delivery.purpose == Purpose::kRepeat || delivery.purpose == Purpose::kOpen;
    if (!is_known && was_told) {
      store_.delivery_done(delivery.alert, delivery.receiver);
    } else if (!is_known) {
      metrics_.orphaned_delivery();
      give_up(std::move(delivery), "the configuration has no such receiver any more");
    }
  }
}

Message Alerter::single(const Lane& lane, const Owed& owed, const Occasion& occasion) const {
  const std::string& receiver = lane.receiver.id;
  std::vector<BlindSource> blind = blind_now();
  std::erase_if(blind,
                [&](const BlindSource& one) { return !concerns(one.source, owed.alert.tenant); });
  Message message =
      render(rules_.rulings.shown_to(receiver, owed.alert), owed.delivery.alert, receiver,
             rules_.public_url, remarks_on(occasion, owed.alert),
             rules_.actions(owed.alert, owed.delivery.alert, receiver), blind,
             rules_.rulings.may_quote(receiver, owed.alert) ? rules_.cards(owed.alert)
                                                            : std::vector<CardLink>());
  if (owed.delivery.purpose == Purpose::kRepeat) {
    message.idempotency_key += "-r" + std::to_string(owed.delivery.round);
  }
  message.is_over = owed.is_over;
  return message;
}

Attempt Alerter::hand_over(Lane& lane, const Parcel& parcel) const {
  Notifier& notifier = *lane.receiver.notifier;
  if (!parcel.is_repost) {
    return notifier.deliver(message_of(lane, parcel));
  }
  std::vector<Message> messages;
  for (const Owed& owed : parcel.owed) {
    messages.push_back(single(lane, owed, {}));
  }
  return notifier.repost(messages);
}

Message Alerter::message_of(const Lane& lane, const Parcel& parcel) const {
  if (parcel.digest) {
    Standings standings(store_);
    return digests_.render(*parcel.digest, lane.receiver.id, rules_.public_url, parcel.owed.size(),
                           clock_.now(), standings);
  }
  if (parcel.group == 0) {
    return single(lane, parcel.owed.front(), parcel.ruling.occasion);
  }
  std::vector<NumberedAlert> alerts;
  for (const Owed& owed : parcel.owed) {
    alerts.push_back({owed.delivery.alert, rules_.rulings.shown_to(lane.receiver.id, owed.alert)});
  }
  return render_group(alerts, parcel.group, lane.receiver.id, rules_.public_url);
}

/// False when the receiver is better left alone for now.
bool Alerter::tell(Lane& lane, Parcel parcel, const std::stop_token& stop) {
  Attempt attempt = hand_over(lane, parcel);
  const bool has_failed = attempt.outcome == Attempt::Outcome::kRetry;
  if (has_failed && stop.stop_requested()) {
    return false;
  }
  lane.failures_in_a_row = has_failed ? lane.failures_in_a_row + 1 : 0;
  if (attempt.outcome == Attempt::Outcome::kDelivered) {
    delivered(lane, parcel, std::move(attempt.error));
    return true;
  }
  if (has_failed || parcel.is_repost) {
    wait_for_receiver(lane, attempt.retry_after);
  }
  if (parcel.digest) {
    return brief_failed(lane, parcel, has_failed, attempt);
  }
  if (parcel.is_repost) {  // nothing is owed that it has not had: told again when it is there again
    metrics_.delivery(lane.index, "failed");
    return false;
  }
  for (Owed& owed : parcel.owed) {
    const bool is_old = clock_.now() - owed.alert.raised_at >= kMaxAge &&
                        owed.delivery.attempts + 1 >= kMinAttempts;
    const bool gives_up = !has_failed || is_old;
    metrics_.delivery(lane.index, gives_up ? "dead" : "failed");
    if (gives_up) {
      give_up(std::move(owed.delivery), attempt.error);
    } else {
      put_off(lane, std::move(owed.delivery), attempt);
    }
  }
  return !has_failed;
}

/// A brief is tried again until it is too late for it; what is owed with it waits.
bool Alerter::brief_failed(Lane& lane, const Parcel& parcel, bool has_failed,
                           const Attempt& attempt) {
  metrics_.delivery(lane.index, has_failed ? "failed" : "dead");
  if (has_failed) {
    return false;
  }
  Store::AlertingChange change;
  change.notes.push_back(Digests::sent(*parcel.digest, *rules_.rulings.policy(), lane.receiver.id));
  store_.change_alerting(change);
  Delivery refused;
  refused.receiver = lane.receiver.id;
  refused.dead = true;
  refused.last_error = "the brief was refused: " + attempt.error;
  on_mishap(refused);
  return true;
}

void Alerter::delivered(Lane& lane, Parcel& parcel, std::string but) {
  Store::AlertingChange change;
  const Time now = clock_.now();
  if (is_told_at_once(parcel.owed) && parcel.ruling.kind == Ruling::Kind::kTell &&
      parcel.ruling.occasion.untaken_for.count() == 0) {
    metrics_.alert_handed_over(now - parcel.owed.front().alert.received_at);
  }
  if (parcel.digest) {
    change.notes.push_back(
        Digests::sent(*parcel.digest, *rules_.rulings.policy(), lane.receiver.id));
  } else if (parcel.ruling.counts) {
    const std::string& zone = parcel.owed.front().alert.time_zone;
    change.notes.push_back(budgets_.one_more(date_of(town_time(zone, now).day), lane.receiver.id));
  }
  for (Owed& owed : parcel.owed) {
    Delivery& delivery = owed.delivery;
    if (keeps_open(lane) && !owed.is_over) {
      wait(lane, owed, now + lane.receiver.notifier->repost_every(), now);
      if (!parcel.is_repost) {
        delivery.purpose = Purpose::kOpen;
        delivery.attempts = 0;
        change.owed.push_back(delivery);
      }
    } else if ((parcel.group == 0 || parcel.ruling.kind == Ruling::Kind::kGather) &&
               parcel.ruling.repeat.count() > 0) {
      change.owed.push_back(repeat_of(delivery, now + parcel.ruling.repeat));
    } else {
      change.done.emplace_back(delivery.alert, delivery.receiver);
    }
  }
  store_.change_alerting(change);
  if (!parcel.is_repost) {
    metrics_.delivery(lane.index, "sent");
  }
  if (!but.empty()) {
    Delivery delivery;
    delivery.receiver = lane.receiver.id;
    delivery.alert = parcel.owed.empty() ? 0 : parcel.owed.front().delivery.alert;
    delivery.last_error = std::move(but);
    on_mishap(delivery);
  }
}

void Alerter::wait_for_receiver(Lane& lane, std::chrono::seconds asked) {
  const microseconds wait = back_off(std::max(lane.failures_in_a_row, 1U), lane.random);
  const microseconds longest = keeps_open(lane)
                                   ? microseconds(lane.receiver.notifier->repost_every())
                                   : microseconds(kMaxPatience);
  lane.held_until =
      clock_.now() + std::min<microseconds>(std::max<microseconds>(wait, asked), longest);
}

void Alerter::put_off(Lane& lane, Delivery delivery, const Attempt& attempt) {
  ++delivery.attempts;
  delivery.last_error = attempt.error;
  const Time later = clock_.now() + back_off(delivery.attempts, lane.random);
  delivery.next_at = keeps_open(lane) ? lane.held_until : std::max(lane.held_until, later);
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
