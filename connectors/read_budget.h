#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/core/time.h"

namespace vigie {

/// What may be read from a source that takes money for each read, in a calendar month (UTC). Pure:
/// a value.
struct ReadBudget {
  std::uint64_t monthly_reads = 0;
  std::uint64_t monthly_cents = 0;
  std::uint64_t cents_per_1000_reads = 0;  ///< 0: the reads alone bound it

  /// The smaller of both.
  std::uint64_t reads() const;
};

/// What was read so far; lives in the connector's cursor, so a restart forgets nothing that was
/// stored.
struct ReadLedger {
  std::string month;  ///< "2026-11"
  std::uint64_t reads = 0;

  /// A new month begins at nothing.
  void turn_to(Time now);
  void count(std::uint64_t more, Time now);
  std::uint64_t left(const ReadBudget& budget) const;
};

/// Until the first moment of the next month.
std::chrono::milliseconds until_next_month(Time now);

/// "10000 of 10000 reads of 2026-11, 12.50 €"
std::string to_string(const ReadLedger& ledger, const ReadBudget& budget);

}  // namespace vigie
