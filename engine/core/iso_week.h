#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/time.h"

namespace vigie {

/// A week of ISO 8601: Monday to Sunday, named by the year that holds its Thursday.
struct IsoWeek {
  int year = 1970, week = 1;
  bool operator==(const IsoWeek&) const = default;

  /// "2026-W42".
  static std::optional<IsoWeek> parse(std::string_view text);
  /// The one that holds `day`.
  static IsoWeek of(Day day);

  std::string text() const;
  Day monday() const;
  IsoWeek previous() const { return of(monday() - 1); }
};

/// When `day` begins in `zone`; by UTC if there is no such zone.
Time start_of_day(Day day, const std::string& zone);

/// "12 octobre 2026", or in any other language than French "12 October 2026".
std::string date_text(Day day, std::string_view language);

}  // namespace vigie
