#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "engine/alert/crowds.h"
#include "engine/core/catalogue.h"
#include "engine/core/envelope.h"
#include "engine/core/time.h"
#include "engine/core/verdict.h"

namespace vigie {

/// An urgent mention that was just stored, or one that makes a crowd (crowds.h) with others, as far
/// as incidents care.
struct Sighting {
  TenantId tenant = 0;
  std::string subject;  ///< the topic, or the urgency rule's name when there is none
  std::string rule;     ///< the urgency rule that weighs most; may be empty
  Urgency level = Urgency::kHigh;
  Time at{};  ///< received_at
  Mode mode = Mode::kLive;
  bool repost = false;
  bool official = false;
  std::uint64_t mention = 0;  ///< its sequence: an incident counts it once, edited or not
  bool seen_before = false;   ///< an edit of a mention that was urgent already
  bool certain = true;        ///< a rule says that it is urgent; else learned words alone do
  std::uint64_t story = 0;    ///< the sequence of the mention that founded it
  std::uint64_t author = 0;   ///< of the pseudonym; 0: unknown
  Time seen_at{};             ///< by the engine's clock: in a replay much later than `at`
  /// Of a crowd: all in it. They count as mentions of the incident.
  std::span<const Spoken> crowd;
};

enum class News : std::uint8_t { kOpened, kRisen, kClosed };
std::string_view to_string(News news);
std::optional<News> parse_news(std::string_view text);

/// What an incident is known by: "eau@2026-10-14T06:13:50Z", unique within a tenant.
std::string incident_name(std::string_view subject, Time opened_at);

/// What a sighting made known, or the end of sightings: somebody has to be told.
struct Raise {
  std::string incident;  ///< incident_name()
  Urgency level = Urgency::kHigh;
  News news = News::kOpened;
  /// Urgent mentions (or those of a crowd) of the incident so far, this one included; the stories
  /// they tell and the people who tell them, exact up to Incidents::kMaxCounted.
  std::uint32_t mentions = 1, stories = 1, authors = 1;
  Mode mode = Mode::kLive;
  Time opened_at{}, last_at{};

  /// An incident of one story ends as nobody expects otherwise: it is noted, nobody is told.
  bool is_worth_telling() const { return news != News::kClosed || stories > 1; }
  std::string subject() const { return incident.substr(0, incident.rfind('@')); }
};

/// What is going on now: an incident is tenant × subject. It is opened by a mention of level high
/// or critical, or by a crowd, holds all that follow, and closes after `quiet` without one. A
/// mention without a topic belongs to the incident under way that its rule has spoken in. It raises
/// when it opens, when its level rises and when it closes, never otherwise; reposts and official
/// accounts never raise or open, history that is filled in (backfill) is not looked at.
///
/// Where only learned words speak of urgency, one mention is not enough: the incident is held back
/// until a second story by a second author says so too, and while another one that is as urgent is
/// under way.
///
/// The state is a function of the stored urgent mentions in the order they were stored: after a
/// restart the same sightings, seen again without telling anybody, give the same state. A replay
/// has its own incidents and its own time. One thread.
class Incidents {
 public:
  static constexpr std::size_t kMaxOpen = 10'000;  ///< beyond, the one longest quiet is dropped
  static constexpr std::size_t kMaxCounted = 1'000;

  explicit Incidents(microseconds quiet = std::chrono::hours(6)) : quiet_(quiet) {}

  /// Whether `sighting` belongs to no incident under way.
  bool would_open(const Sighting& sighting) const;
  std::optional<Raise> see(const Sighting& sighting);

  struct Closed {
    TenantId tenant = 0;
    Raise raise;
  };
  /// A mention of the tenant's was received at `at`: closes what was quiet until then. Gives what
  /// had been told of, in the order of names.
  std::vector<Closed> pass(TenantId tenant, Mode mode, Time at);
  /// The same of all tenants by the engine's clock: nothing may come any more.
  std::vector<Closed> tick(Time now);

  /// After a restart, once what is stored was seen: somebody was told of this at `at`, which counts
  /// as `seen_at` by the engine's clock. What was opened is under way even if its mentions are
  /// gone, until it was closed.
  void remember(TenantId tenant, const Raise& announced, Time at, Time seen_at);
  std::size_t open() const { return incidents_.size(); }

 private:
  /// Different numbers, up to kMaxCounted.
  class Distinct {
   public:
    bool contains(std::uint64_t number) const {
      return std::ranges::binary_search(numbers_, number);
    }
    void add(std::uint64_t number) {
      const auto place = std::ranges::lower_bound(numbers_, number);
      if ((place == numbers_.end() || *place != number) && numbers_.size() < kMaxCounted) {
        numbers_.insert(place, number);
      }
    }
    std::uint32_t size() const { return static_cast<std::uint32_t>(numbers_.size()); }

   private:
    std::vector<std::uint64_t> numbers_;  ///< ascending
  };
  struct Incident {
    Time opened_at{}, last_at{};
    Time seen_at{};  ///< by the engine's clock
    Urgency level = Urgency::kHigh;
    std::uint32_t mentions = 0;
    std::uint32_t told_stories = 0, told_authors = 0;  ///< what was said before a restart
    bool told = false;
    Distinct counted, stories, authors;  ///< counted: mentions
    std::set<std::string> rules;         ///< that spoke in it
  };
  using Key = std::tuple<TenantId, Mode, std::string>;
  using Place = std::map<Key, Incident>::iterator;

  Key key_of(const Sighting& sighting) const;
  Place open(const Key& key, const Incident& incident);
  static Raise raise(const Key& key, const Incident& incident, News news);
  void is_quiet_since(const Key& key, Time time);
  bool is_outdone(const Key& key, Urgency level) const;
  void close_before(Place begin, Place end, const auto& is_over, std::vector<Closed>& closed);

  microseconds quiet_;
  std::map<Key, Incident> incidents_;
  struct Stream {
    Time newest{};                   ///< mention
    Time quiet_since = Time::max();  ///< none of its incidents is quiet for longer
  };
  std::map<std::pair<TenantId, Mode>, Stream> streams_;
};

}  // namespace vigie
