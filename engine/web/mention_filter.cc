#include "engine/web/mention_filter.h"

#include <algorithm>

namespace vigie {

bool MentionFilter::takes(const StoredMention& stored) const {
  const Record& record = stored.record;
  const auto is_wanted = [&](std::uint32_t name) {
    return stored.catalogue->names.at(name) == *topic;
  };
  return urgency_in_force(record) >= least_urgency && (!tone || tone_in_force(record) == *tone) &&
         (!source || record.mention.source == *source) &&
         (!language || record.verdict.language_view() == *language) &&
         (!topic || std::ranges::any_of(record.topics, is_wanted));
}

std::optional<MentionFilter> read_mention_filter(const Request& request, std::string& why) {
  MentionFilter filter;
  filter.topic = request.query_field("topic");
  filter.source = request.query_field("source");
  filter.language = request.query_field("lang");
  if (const auto tone = request.query_field("tone")) {
    filter.tone = parse_tone(*tone);
    if (!filter.tone) {
      why = "tone is negative, neutral or positive";
    }
  }
  if (const auto urgency = request.query_field("urgency")) {
    const std::optional<Urgency> level = parse_urgency(*urgency);
    filter.least_urgency = level.value_or(Urgency::kLow);
    if (!level) {
      why = "urgency is low, medium, high or critical";
    }
  }
  return why.empty() ? std::optional(std::move(filter)) : std::nullopt;
}

std::vector<RouteDescription::Field> mention_filter_fields() {
  const std::string text = R"({"type":"string"})";
  return {
      {"topic", text, "Only mentions with this topic"},
      {"tone", R"({"enum":["negative","neutral","positive"]})", "Only this tone"},
      {"urgency", R"({"enum":["low","medium","high","critical"]})", "This level or a higher one"},
      {"source", text, "Only this network or feed"},
      {"lang", text, "Only this language, as the engine heard it: fr"},
  };
}

}  // namespace vigie
