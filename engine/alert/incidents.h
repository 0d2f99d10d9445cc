#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/core/catalogue.h"
#include "engine/core/envelope.h"
#include "engine/core/time.h"
#include "engine/core/verdict.h"

namespace vigie {

/// An urgent mention that was just stored, as far as incidents care.
struct Sighting {
  TenantId tenant = 0;
  std::string subject;  ///< the topic, or the urgency rule's name when there is none
  Urgency level = Urgency::kHigh;
  Time at{};  ///< received_at
  Mode mode = Mode::kLive;
  bool repost = false;
  bool official = false;
  bool seen_before = false;  ///< an edit of a mention that was urgent already: not one more
};

/// What a sighting made known: somebody has to be told.
struct Raise {
  /// "eau@2026-10-14T06:13:50Z": subject and opening, unique within a tenant.
  std::string incident;
  Urgency level = Urgency::kHigh;
  std::uint32_t mentions = 1;  ///< urgent mentions of the incident so far, this one included
  bool is_first = true;        ///< else the level rose
};

/// What is going on now: an incident is tenant × subject. It is opened by a mention of level high
/// or critical, holds all that follow, and closes after `quiet` without one. It raises when it
/// opens and when its level rises, never otherwise; reposts and official accounts never raise or
/// open, history that is filled in (backfill) is not looked at.
///
/// The state is a function of the stored urgent mentions in the order they were stored: after a
/// restart the same sightings, seen again without telling anybody, give the same state. One thread.
class Incidents {
 public:
  static constexpr std::size_t kMaxOpen = 10'000;  ///< beyond, the one longest quiet is closed

  explicit Incidents(microseconds quiet = std::chrono::hours(6)) : quiet_(quiet) {}

  std::optional<Raise> see(const Sighting& sighting);
  /// After a restart, once what is stored was seen: `announced` is an incident that somebody was
  /// told of, at `at`. It is under way even if its mentions are gone.
  void remember(TenantId tenant, const Raise& announced, Time at);
  std::size_t open() const { return incidents_.size(); }

 private:
  struct Incident {
    Time opened_at{}, last_at{};
    Urgency level = Urgency::kHigh;
    std::uint32_t mentions = 0;
  };
  using Key = std::pair<TenantId, std::string>;

  void make_room();

  microseconds quiet_;
  std::map<Key, Incident> incidents_;
};

}  // namespace vigie
