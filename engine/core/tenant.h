#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/live_text.h"

namespace vigie {

/// An account that speaks for the tenant: marked, out of tone and volume, counted for first
/// response.
struct OfficialAccount {
  std::string source, author_id;
};

/// When a town hall answers, by its clocks; never on public holidays.
struct BusinessHours {
  std::uint8_t weekdays = 0x1f;  ///< bit 0: Monday
  std::chrono::minutes opens{9 * 60}, closes{18 * 60};
};

/// Within what somebody should have answered.
struct AnswerDeadline {
  std::chrono::minutes within{0};
  bool around_the_clock = false;  ///< else in business hours
};

/// One commune (or union of communes) and what it decided about its watch.
struct Tenant {
  std::string id;  ///< [a-z0-9-]{1,40}: in URLs and metrics
  LiveText name;   ///< as people write it
  std::string language = "fr";
  std::string time_zone = "Europe/Paris";
  std::string purpose, legal_basis;  ///< RGPD: no watch without them
  std::uint32_t retention_days = 0;  ///< counted from received_at
  bool public_page = false;          ///< shows whole weeks to everybody (web/public_routes.h)
  bool keep_all = false;             ///< keep every mention, watch rule or not
  std::vector<std::string> packs;    ///< rule packs in force here, by name
  std::map<std::string, std::vector<std::string>> variables;  ///< {commune} → its names, …
  std::vector<OfficialAccount> official_accounts;
  std::vector<std::string> receivers;  ///< who is told of alerts, by name
  /// Whether unusual volume is an incident. Not said: once there is a baseline to tell it by; yes:
  /// before that by fixed thresholds, too.
  std::optional<bool> volume_alerts;
  char school_zone = 0;  ///< 'A', 'B', 'C': whose holidays change what is usual; 0: nobody's
  BusinessHours business_hours;
  /// By Urgency: a day, half a day, two hours; what is critical does not wait for the morning.
  std::array<AnswerDeadline, 4> deadlines{{{std::chrono::minutes(540)},
                                           {std::chrono::minutes(270)},
                                           {std::chrono::minutes(120)},
                                           {std::chrono::minutes(30), true}}};
};

}  // namespace vigie
