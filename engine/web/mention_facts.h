#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "engine/core/result.h"
#include "engine/store/store.h"

namespace vigie {

/// What key figures and the list of what is to be handled are made of, of one mention.
struct MentionFact {
  std::uint64_t sequence = 0;
  Time created_at{};
  /// Its source and id, by the store's hasher; of an official one: what it answers, 0: nothing.
  std::uint64_t name = 0;
  std::uint64_t author = 0;  ///< 64 bits of the pseudonym; 0: unknown
  std::uint64_t followers = 0;
  MentionRef founder;  ///< of its story
  Time received_at{};
  Day day = 0;                      ///< of its reference
  Urgency urgency = Urgency::kLow;  ///< in force
  bool official = false, leads = false, has_topic = false;
};

/// The facts of the days that were asked for last, kept in memory: reading them out of packs takes
/// a hundred times as long. Follows what is rewritten. Some 40 MB at most, each. One thread.
class MentionFacts {
 public:
  /// What is urgent is found through its index.
  enum class Of : std::uint8_t { kAll, kUrgent };
  explicit MentionFacts(const Store& store, Of of = Of::kAll) : store_(store), of_(of) {}

  /// Visits a tenant's mentions received on days [since, last], newest first; stops when `visit`
  /// says false.
  using Visit = std::function<bool(const MentionFact&)>;
  Result<void> scan(TenantId tenant, Day last, Day since, const Visit& visit);

  static constexpr std::size_t kMaxKept = 500'000, kMaxDays = 10'000;

 private:
  /// The newest facts of a tenant's day, back to some mention or to its first.
  struct DayFacts {
    std::deque<MentionFact> newest_first;
    bool is_whole = false;
    std::uint64_t asked_at = 0;  ///< a count of scans
  };
  using Place = std::pair<TenantId, Day>;

  MentionFact fact_of(const StoredMention& stored) const;
  /// The next day to look at, not later than `day`.
  Result<std::optional<Day>> day_with_some(TenantId tenant, Day day) const;
  Result<void> read(TenantId tenant, const MentionRef& before, Day since,
                    const std::function<bool(const StoredMention&)>& visit) const;
  Result<void> follow_rewrites();
  Result<void> follow(const Rewrite& rewrite);
  Result<void> add_newer(const Place& place, DayFacts& facts);
  /// What is not remembered yet; `goes_on`: what `visit` said last.
  Result<void> add_older(const Place& place, DayFacts& facts, const Visit& visit, bool& goes_on);
  void forget_oldest();

  const Store& store_;
  Of of_;
  std::map<Place, DayFacts> days_;
  std::size_t kept_ = 0;
  std::uint64_t scans_ = 0, rewrites_seen_ = 0;
};

}  // namespace vigie
