#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// Everything a weekly report says, in one language.
struct ReportWords {
  std::string_view language;
  std::string_view title, week, from, to, skip;
  std::string_view state, states[4], state_means[4];  ///< calm, watch, tension, crisis
  std::string_view figures, measure, value, previous, change, error;
  std::string_view mentions, urgent, net_sentiment, alerts, taken_after, top_topic;
  std::string_view by_chance, more, less, nothing_before, too_few, nobody_took, no_topic_yet;
  std::string_view tone_by_topic, tone_chart, topic, negative, neutral, positive, all, other_topics;
  std::string_view by_day, day_chart, day, days[7], dates;
  std::string_view alert_list, at, level, subject, levels[4], handled, states_of_work[5];
  std::string_view no_alert, no_mention, more_alerts;
  std::string_view stories, story_mentions, story_authors;
  std::string_view coverage, no_coverage, seen, least_seen, method, method_text;
  std::string_view check, not_checked, judged_of, judged_blind, right_tone, right_urgency;
  std::string_view judged_sentiment;
  std::string_view aims, aim, wanted, reached, until, owner, at_least, at_most, more_aims;
  std::string_view progress[5];       ///< by Progress
  std::string_view part_names[5][2];  ///< likewise
  std::string_view kpi_names[13][2];  ///< name in the API, what people call it
  std::string_view decimal, colon;    ///< "," or "."; " : " or ": "
};

/// French unless `language` is "en".
const ReportWords& report_words(std::string_view language);

}  // namespace vigie
