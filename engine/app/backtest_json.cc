#include "engine/app/backtest_json.h"

#include <algorithm>
#include <vector>

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

constexpr std::size_t kShownBytes = 120;

void write_alerts(const char* key, const std::vector<Alert>& alerts, JsonWriter& json) {
  json.key(key).begin_array();
  for (const Alert& alert : alerts) {
    json.begin_object().key("mention").value(alert.mention);
    json.key("received_at").value(format_time(alert.received_at));
    json.key("level").value(to_string(alert.level)).key("subject").value(alert.subject);
    json.key("headline").value(alert.headline).key("text").value(words_of(alert));
    json.key("rules").begin_array();
    for (const Alert::Reason& reason : alert.reasons) {
      json.value(reason.rule);
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write_changes(const char* key, const std::vector<BacktestReport::Change>& changes,
                   JsonWriter& json) {
  json.key(key).begin_array();
  for (const BacktestReport::Change& change : changes) {
    json.begin_object().key("mention").value(to_string(change.ref));
    json.key("before").value(change.before).key("after").value(change.after);
    json.key("text").value(shortened(change.text)).end_object();
  }
  json.end_array();
}

void write_agreement(const char* key, const BacktestReport::Agreement& agreement,
                     JsonWriter& json) {
  json.key(key).begin_object().key("corrections").value(agreement.corrections);
  json.key("before").value(agreement.before).key("after").value(agreement.after).end_object();
}

}  // namespace

std::string shortened(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c >= '\t' && c <= '\r'; }, ' ');
  if (text.size() <= kShownBytes) {
    return text;
  }
  std::size_t end = kShownBytes;
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end) + "…";
}

std::string words_of(const Alert& alert) {
  return shortened(alert.title.empty() ? alert.quote : alert.title + " " + alert.quote);
}

double extra_reading_minutes(const BacktestReport& report, unsigned seconds_per_alert) {
  return (static_cast<double>(report.alerts_after) - static_cast<double>(report.alerts_before)) *
         seconds_per_alert / 60.0;
}

std::string backtest_json(const std::string& tenant, const BacktestReport& report,
                          unsigned seconds_per_alert) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().key("tenant").value(tenant);
  json.key("kept_mentions").value(report.mentions).key("backfilled").value(report.backfilled);
  json.key("alerts_before").value(report.alerts_before);
  json.key("alerts_after").value(report.alerts_after);
  json.key("gained").value(report.gained).key("lost").value(report.lost);
  json.key("seconds_per_alert").value(seconds_per_alert);
  json.key("extra_reading_minutes").value(extra_reading_minutes(report, seconds_per_alert));
  json.key("tone_changed").value(report.tone_changed);
  json.key("urgency_changed").value(report.urgency_changed);
  json.key("newly_urgent").value(report.newly_urgent);
  json.key("no_longer_urgent").value(report.no_longer_urgent);
  json.key("topics_changed").value(report.topics_changed);
  json.key("topic_gained").value(report.topic_gained);
  json.key("topic_lost").value(report.topic_lost);
  json.key("is_cut").value(report.is_cut);
  json.key("agreement").begin_object();
  write_agreement("tone", report.tone, json);
  write_agreement("urgency", report.urgency, json);
  json.end_object();
  write_alerts("gained_alerts", report.gained_alerts, json);
  write_alerts("lost_alerts", report.lost_alerts, json);
  write_changes("tone_changes", report.tone_changes, json);
  write_changes("urgency_changes", report.urgency_changes, json);
  write_changes("topics_gained", report.topics_gained, json);
  write_changes("topics_lost", report.topics_lost, json);
  json.end_object();
  return line;
}

}  // namespace vigie
