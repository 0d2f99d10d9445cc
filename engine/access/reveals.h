#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/finding.h"
#include "engine/core/result.h"
#include "engine/core/time.h"
#include "engine/store/store.h"

namespace vigie {

/// Somebody wants to know who a pseudonym is. It takes a reason and a second person, who has a day
/// to say yes; then whoever asked reads the identity once, within the hour.
struct Reveal {
  static constexpr std::size_t kLeastReasonLetters = 10, kMaxReasonBytes = 500;
  static constexpr std::chrono::hours kToApprove{24}, kToRead{1};

  enum class State : std::uint8_t { kWaiting, kApproved, kRefused, kRead, kExpired };

  std::string id;
  Pseudonym author{};
  std::string mention;  ///< its ref, if one was named; may be empty
  std::string reason, asked_by, decided_by;
  Time asked_at{};
  std::optional<Time> decided_at, read_at;
  bool is_refused = false;

  State state_at(Time now) const;
};
std::string_view to_string(Reveal::State state);

// Pure decisions: what the request becomes, or why not.

/// kInvalidInput: the reason is none. `id`: free.
Result<Reveal> ask_reveal(std::string id, const Pseudonym& author, std::string mention,
                          std::string_view reason, std::string_view by, Time now);
/// kRefused: `by` asked for it; kNotFound: it does not wait (any more).
Result<Reveal> decide_reveal(Reveal reveal, bool is_approved, std::string_view by, Time now);
/// kRefused: `by` did not ask for it; kNotFound: it is not approved, was read, or the hour is over.
Result<Reveal> read_reveal(Reveal reveal, std::string_view by, Time now);

// Kept in the store's notes, "reveal/" tenant "/" id, for a year. Any thread.

inline constexpr std::chrono::days kRevealsKept{365};
inline constexpr std::size_t kMaxReveals = 1'000;  ///< of a tenant's that are kept
/// Oldest first.
Result<std::vector<Reveal>> read_reveals(const Store& store, const std::string& tenant);
Result<std::optional<Reveal>> find_reveal(const Store& store, const std::string& tenant,
                                          std::string_view id);
/// Takes the place of the one with its id; durable when it returns. Those older than kRevealsKept
/// go. kFull: there are kMaxReveals.
Result<void> keep_reveal(Store& store, const std::string& tenant, const Reveal& reveal, Time now);
/// Whoever is erased is nobody's question any more.
Result<void> forget_reveals(Store& store, const std::string& tenant, const Pseudonym& author);

}  // namespace vigie
