#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "engine/alert/describe.h"

namespace vigie {

inline Time at(std::string_view text) { return parse_time(text).value(); }

/// A mention with its verdict as the store holds it. Reasons are given by the words they lie at.
class Judged {
 public:
  explicit Judged(std::string text, std::string title = {})
      : text_(std::move(text)), title_(std::move(title)) {
    catalogue_.ruleset = "00c0ffee00c0ffee";
    record.mention.id = "195553";
    record.mention.source = "mastodon";
    record.mention.url = "https://example.org/195553";
    record.mention.text = text_;
    record.mention.title = title_;
    record.mention.created_at = at("2026-10-14T06:13:50Z");
    record.received_at = at("2026-10-14T06:14:02Z");
    record.verdict.urgency = Urgency::kHigh;
  }
  Judged(const Judged&) = delete;

  Judged& because(Axis axis, std::string_view rule, std::string_view words,
                  std::int32_t weight = 500) {
    const bool in_title = text_.find(words) == std::string::npos;
    const auto start =
        static_cast<std::uint32_t>(in_title ? title_.find(words) : text_.find(words));
    const auto end = start + static_cast<std::uint32_t>(words.size());
    record.verdict.evidence.push_back(
        {axis, name(rule), {in_title ? Field::kTitle : Field::kText, start, end}, weight});
    return *this;
  }
  /// The topic `topic`, found by the rule `rule` at `words`.
  Judged& about(std::string_view topic, std::string_view rule, std::string_view words) {
    because(Axis::kTopic, rule, words, 0).rule_of(rule, topic);
    record.topics.push_back(name(topic));
    return *this;
  }
  Judged& rule_of(std::string_view rule, std::string_view topic) {
    RuleInfo info;
    info.name = name(rule);
    info.topic = name(topic);
    catalogue_.rules.push_back(info);
    return *this;
  }

  Judged& titled(std::string_view rule, std::string title) {
    RuleInfo info;
    info.name = name(rule);
    info.title = std::move(title);
    catalogue_.rules.push_back(std::move(info));
    return *this;
  }

  Sighting sighting() const { return sight({0, 20740, 1}, record, catalogue_); }
  Alert alert(const Raise& raise = {"eau@2026-10-14T06:14:02Z", Urgency::kHigh}) const {
    Tenant town;
    town.id = "techniville";
    town.name = "Techniville";
    Alert made =
        describe(town, {0, 20740, 12}, record, catalogue_, raise, at("2026-10-14T06:14:03Z"));
    made.deadline_at = made.raised_at + std::chrono::hours(2);  // whoever raises it says so
    return made;
  }

  Record record;

 private:
  std::uint32_t name(std::string_view wanted) {
    const auto found = std::ranges::find(catalogue_.names, wanted);
    if (found == catalogue_.names.end()) {
      catalogue_.names.emplace_back(wanted);
      return static_cast<std::uint32_t>(catalogue_.names.size() - 1);
    }
    return static_cast<std::uint32_t>(found - catalogue_.names.begin());
  }

  std::string text_, title_;
  Catalogue catalogue_;
};

}  // namespace vigie
