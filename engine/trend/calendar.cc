#include "engine/trend/calendar.h"

#include <algorithm>
#include <array>

namespace vigie {
namespace {

using namespace std::chrono;

struct FixedHoliday {
  month_day date;
  std::string_view name;
};
constexpr FixedHoliday kFixed[] = {{January / 1, "Jour de l'an"}, {May / 1, "Fête du travail"},
                                   {May / 8, "Victoire 1945"},    {July / 14, "Fête nationale"},
                                   {August / 15, "Assomption"},   {November / 1, "Toussaint"},
                                   {November / 11, "Armistice"},  {December / 25, "Noël"}};

struct MovingHoliday {
  days after_easter;
  std::string_view name;
};
constexpr MovingHoliday kMoving[] = {
    {days(1), "Lundi de Pâques"}, {days(39), "Ascension"}, {days(50), "Lundi de Pentecôte"}};

/// Days on which no school is open: from the Saturday to the day before lessons begin again.
struct Vacation {
  year_month_day from, until;  ///< [from, until)
  bool a = true, b = true, c = true;

  bool concerns(SchoolZone zone) const {
    return (zone == SchoolZone::kA && a) || (zone == SchoolZone::kB && b) ||
           (zone == SchoolZone::kC && c);
  }
};
constexpr year_month_day date(int y, unsigned m, unsigned d) { return year(y) / m / d; }

constexpr year_month_day kKnownFrom = date(2025, 9, 1), kKnownUntil = date(2027, 9, 1);
constexpr Vacation kVacations[] = {
    {date(2025, 10, 18), date(2025, 11, 3)},
    {date(2025, 12, 20), date(2026, 1, 5)},
    {date(2026, 2, 7), date(2026, 2, 23), true, false, false},
    {date(2026, 2, 14), date(2026, 3, 2), false, true, false},
    {date(2026, 2, 21), date(2026, 3, 9), false, false, true},
    {date(2026, 4, 4), date(2026, 4, 20), true, false, false},
    {date(2026, 4, 11), date(2026, 4, 27), false, true, false},
    {date(2026, 4, 18), date(2026, 5, 4), false, false, true},
    {date(2026, 7, 4), date(2026, 9, 1)},
    {date(2026, 10, 17), date(2026, 11, 2)},
    {date(2026, 12, 19), date(2027, 1, 4)},
    {date(2027, 2, 13), date(2027, 3, 1), true, false, false},
    {date(2027, 2, 20), date(2027, 3, 8), false, true, false},
    {date(2027, 2, 6), date(2027, 2, 22), false, false, true},
    {date(2027, 4, 10), date(2027, 4, 26), true, false, false},
    {date(2027, 4, 17), date(2027, 5, 3), false, true, false},
    {date(2027, 4, 3), date(2027, 4, 19), false, false, true},
    {date(2027, 7, 3), date(2027, 9, 1)},
};

}  // namespace

sys_days easter_sunday(year of) {
  const int y = static_cast<int>(of);
  const int a = y % 19, b = y / 100, c = y % 100;
  const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const int n = h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114;
  return of / (n / 31) / (n % 31 + 1);
}

std::string_view public_holiday(sys_days day) {
  const year_month_day when(day);
  const auto* fixed =
      std::ranges::find(kFixed, month_day(when.month(), when.day()), &FixedHoliday::date);
  if (fixed != std::end(kFixed)) {
    return fixed->name;
  }
  const days after = day - easter_sunday(when.year());
  const auto* moving = std::ranges::find(kMoving, after, &MovingHoliday::after_easter);
  return moving == std::end(kMoving) ? std::string_view() : moving->name;
}

School school_of(sys_days day, SchoolZone zone) {
  const year_month_day when(day);
  if (zone == SchoolZone::kNone || when < kKnownFrom || when >= kKnownUntil) {
    return School::kUnknown;
  }
  const bool free = std::ranges::any_of(kVacations, [&](const Vacation& vacation) {
    return vacation.concerns(zone) && when >= vacation.from && when < vacation.until;
  });
  return free ? School::kHoliday : School::kTerm;
}

}  // namespace vigie
