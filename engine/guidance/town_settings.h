#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/time.h"

namespace vigie {

/// A day that the town wants to see on its charts: a council, a vote, a feast.
struct TownDate {
  Day day = 0;
  std::string label;
  bool operator==(const TownDate&) const = default;
};

/// What a town sets for itself in the screens. Name and variables stand in the place of those of
/// the configuration file; feeds and mail come beside its connectors and receivers.
struct TownSettings {
  struct Feed {
    std::string url, title;  ///< the title as the feed had it when it was looked at; may be empty
    bool operator==(const Feed&) const = default;
  };

  static constexpr std::size_t kMaxVariables = 20, kMaxValues = 500, kMaxFeeds = 30,
                               kMaxAddresses = 20, kMaxDates = 500;
  static constexpr std::size_t kMaxTextBytes = 200, kMaxUrlBytes = 2000;

  std::string name;  ///< empty: the configuration's
  std::map<std::string, std::vector<std::string>> variables;
  std::vector<Feed> feeds;
  std::vector<std::string> mail_to;  ///< who is told of every alert
  std::vector<TownDate> calendar;
  bool operator==(const TownSettings&) const = default;
};

/// What is wrong with settings, and where: "name", "variables.elus", "feeds.2", "mail_to.0",
/// "calendar.3".
struct SettingsProblem {
  std::string field, message;
};

/// Texts without spaces around them and without empty ones, each once; dates in order.
TownSettings in_order(TownSettings settings);
/// Everything that is wrong with settings in order.
std::vector<SettingsProblem> objections_to(const TownSettings& settings);

/// As JSON, and back: nothing if it is something else.
std::string to_string(const TownSettings& settings);
std::optional<TownSettings> parse_town_settings(std::string_view json);

/// "2026-12-31", and back.
std::string date_text(Day day);
std::optional<Day> parse_date(std::string_view text);

}  // namespace vigie
