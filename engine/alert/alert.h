#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/alert/incidents.h"
#include "engine/core/result.h"
#include "engine/core/time.h"
#include "engine/core/verdict.h"

namespace vigie {

/// What is known when somebody has to be told. Holds no author: neither name nor pseudonym, and
/// @handles in the quote are masked.
struct Alert {
  struct Reason {
    std::string rule, title;  ///< its id, and what people call it: may be empty
    std::string text;         ///< its passages, " … " between them
    std::int32_t weight = 0;
  };
  struct Mark {
    std::uint32_t start = 0, end = 0;  ///< bytes of `quote`
  };

  std::string incident, tenant, tenant_name, language, time_zone;
  Urgency level = Urgency::kHigh;
  News news = News::kOpened;
  Mode mode = Mode::kLive;
  std::string subject;   ///< what the incident is known by: the topic, or a rule's name
  std::string headline;  ///< what people call it: the heaviest rule's title, or the subject
  std::string topic;     ///< may be empty
  std::string mention;   ///< its ref: "20741-1289"; empty if figures raised it
  std::string source, url, place;
  std::string title, quote;  ///< at most kMaxQuoteBytes
  std::vector<Mark> marks;   ///< by position, apart
  std::vector<Reason> reasons;
  std::string ruleset;
  /// Urgent mentions of the incident so far, the stories they tell, who tells them.
  std::uint32_t mentions = 1, stories = 1, authors = 1;
  Time opened_at{}, last_at{};  ///< of the incident: its first and its last mention
  Time created_at{}, received_at{}, raised_at{};
  Time deadline_at{};  ///< by when somebody should have answered; of an end: none

  static constexpr std::size_t kMaxQuoteBytes = 600;
};

/// The body that the store keeps: one JSON object, without the alert's number, which the store
/// gives.
std::string to_json(const Alert& alert);
/// Removes what the mention's author said and where, and says so; what was decided, and why, stays.
void withdraw_words(Alert& alert);
Result<Alert> parse_alert(std::string_view json);

}  // namespace vigie
