#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/alert/budget.h"
#include "engine/alert/digest.h"
#include "engine/alert/notifier.h"
#include "engine/alert/renderer.h"
#include "engine/alert/ruling.h"
#include "engine/core/clock.h"
#include "engine/core/coverage.h"
#include "engine/metrics/metrics.h"
#include "engine/store/store.h"

namespace vigie {

/// Delivers what the outbox owes: asks what the rulings say of it now, renders it, hands it to its
/// receiver, writes down how it ended. At least once: after a crash between a delivery and the note
/// of it, the receiver gets the same message again under the same idempotency key.
///
/// What is held (a silence, quiet hours, an inhibition) stays owed. Once nothing holds it any more,
/// all that was held for a receiver is told in one message: a group, written down before it is
/// sent, so that it is the same group after a crash.
///
/// Where a route has a group wait, a first notification waits that long after its alert was raised
/// and takes with it whatever waits by the same route: one message, a group as above. It stays owed
/// as it was raised, so a restart neither prolongs nor cuts the wait. What becomes critical
/// meanwhile is told at once and takes the first one's place.
///
/// What is to be repeated stays owed, too, until somebody takes charge.
///
/// A receiver has a budget of messages a day: beyond it the critical ones alone are told, the rest
/// waits for its next morning brief (digest.h), which is sent by its lane, too.
///
/// A receiver that forgets (Notifier::repost_every) is owed an alert until that is over.
///
/// A receiver that cannot be reached is left alone, later and later: one delivery probes, the
/// others wait, those tried least go first (so one bad message holds up no other). Given up (listed
/// as dead) is what the receiver refuses, and what fails once its alert is kMaxAge old and it was
/// tried kMinAttempts times (a clock that jumps ahead gives nothing up).
///
/// A clock that is set back delays nothing: what was put off until a time that is now further away
/// than it can have been is due at once.
///
/// Receivers know nothing of each other: step() for different receivers may run on as many threads.
class Alerter {
 public:
  static constexpr std::chrono::hours kMaxAge{48};
  static constexpr std::uint32_t kMinAttempts = 20;
  static constexpr std::chrono::seconds kFirstRetry{5};
  static constexpr std::chrono::minutes kLongestRetry{15};
  static constexpr std::chrono::seconds kLookAgain{60};  ///< at what is held
  static constexpr std::size_t kMaxPerGroup = 200;

  struct Receiver {
    std::string id;
    std::unique_ptr<Notifier> notifier;
  };
  /// How messages are made and when they go.
  struct Rules {
    std::string public_url;  ///< how people reach the screens; may be empty
    Rulings rulings = Rulings();
    /// What a receiver may do about an alert by a link.
    std::function<ActionUrls(const Alert&, std::uint64_t number, const std::string& receiver)>
        actions = [](auto&&...) { return ActionUrls{}; };
    /// The argument cards for it, the best first. Only for who may be told what was said.
    std::function<std::vector<CardLink>(const Alert&)> cards = [](const Alert&) {
      return std::vector<CardLink>();
    };
  };

  /// `seed` spreads the retries.
  Alerter(Store& store, std::vector<Receiver> receivers, Rules rules, const Clock& clock,
          Metrics& metrics, std::uint64_t seed);

  /// Hears of what a person should look after: a delivery given up (`dead`), or one that only a
  /// part of its receiver's addresses got. Set before the first step; any stepping thread.
  std::function<void(const Delivery&)> on_mishap = [](const Delivery&) {};
  /// Hears that the clock was set back while the service ran, and by how much. As above.
  std::function<void(microseconds)> on_clock_set_back = [](microseconds) {};

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
  static constexpr std::chrono::hours kLongestRepeat{7 * 24};
  static constexpr std::chrono::hours kMaxPatience{1};  ///< whatever Retry-After says
  static constexpr std::chrono::minutes kClockTolerance{1};

  /// One receiver and what was learnt about it.
  struct Lane {
    Receiver receiver;
    std::size_t index = 0;
    std::mt19937_64 random;
    std::uint32_t failures_in_a_row = 0;
    Time held_until{}, looked_at{};
    Time digests_at{};                           ///< no brief is due before
    std::map<std::uint64_t, Time> waiting = {};  ///< held alerts → when to look again
    std::uint64_t rulings_version = 0;
  };
  /// What goes out as one message: an alert, or a group of them.
  struct Parcel {
    std::vector<Owed> owed;
    Ruling ruling = {};
    std::uint64_t group = 0;               ///< of a group its number; else 0
    bool is_repost = false;                ///< all that is open at a receiver that forgets
    std::optional<DueDigest> digest = {};  ///< a brief; `owed`: what it tells beyond the budget
  };

  void notice_clock(Lane& lane, Time now);
  std::vector<Delivery> due(Lane& lane, Time now) const;
  /// What can be told now; the rest is held, dropped or given up.
  std::vector<Parcel> parcels(Lane& lane, Time now, bool& did_something);
  std::optional<Owed> read(Lane& lane, Delivery delivery);
  /// What waits by one route for what joins it.
  struct Gathering {
    Parcel parcel;
    Time until = Time::max();  ///< the earliest is due
  };
  using Gatherings = std::map<std::pair<TenantId, const AlertRoute*>, Gathering>;
  static void gather(Gatherings& gatherings, Owed owed, const Ruling& ruling);
  /// What is told now takes along, or makes needless, what waits of the same incident. True: it was
  /// taken along.
  bool joins(Lane& lane, Gatherings& gatherings, Owed& owed, const Ruling& ruling);
  void release(Lane& lane, Gatherings gatherings, std::uint32_t& counted, Time now,
               std::vector<Parcel>& ready);
  void wait(Lane& lane, const Owed& owed, Time until, Time now);
  void hold(Lane& lane, Owed owed, Time until, Time now);
  void drop(Lane& lane, const Owed& owed);
  void form_group(Parcel& parcel);
  /// A parcel for each brief that is due, without what it is to tell.
  std::vector<Parcel> due_digests(Lane& lane, Time now) const;
  /// False: the day's budget is spent, it waits for the next brief.
  /// `counted`: so many are to be told before it.
  bool is_within_budget(Lane& lane, Owed& owed, Ruling& ruling, std::uint32_t counted, Time now);
  bool tell(Lane& lane, Parcel parcel, const std::stop_token& stop);
  static bool keeps_open(const Lane& lane) {
    return lane.receiver.notifier->repost_every().count() > 0;
  }
  Attempt hand_over(Lane& lane, const Parcel& parcel) const;
  Message single(const Lane& lane, const Owed& owed, const Occasion& occasion) const;
  Message message_of(const Lane& lane, const Parcel& parcel) const;
  bool brief_failed(Lane& lane, const Parcel& parcel, bool has_failed, const Attempt& attempt);
  void delivered(Lane& lane, Parcel& parcel, std::string but);
  void wait_for_receiver(Lane& lane, std::chrono::seconds asked);
  void put_off(Lane& lane, Delivery delivery, const Attempt& attempt);
  void give_up(Delivery delivery, std::string why);
  static microseconds back_off(std::uint32_t attempts, std::mt19937_64& random);

  Store& store_;
  std::vector<Lane> lanes_;
  Rules rules_;
  Budgets budgets_;
  Digests digests_;
  const Clock& clock_;
  Metrics& metrics_;
};

}  // namespace vigie
