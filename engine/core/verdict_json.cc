#include "engine/core/verdict_json.h"

#include <algorithm>
#include <vector>

#include "engine/core/time.h"

namespace vigie {
namespace {

void write_text(std::string_view name, std::string_view text, JsonWriter& json) {
  if (!text.empty()) {
    json.key(name).value(text);
  }
}

void write_time(std::string_view name, Time time, JsonWriter& json) {
  if (time != Time{}) {
    json.key(name).value(format_time(time));
  }
}

void write_author(const Author& author, const AuthorMark& mark, JsonWriter& json) {
  if (author.id.empty() && author.name.empty() && mark.pseudonym.empty()) {
    return;
  }
  json.key("author").begin_object();
  write_text("id", author.id, json);
  write_text("name", author.name, json);
  write_text("url", author.url, json);
  json.key("followers").value(author.followers);
  if (!mark.pseudonym.empty()) {
    json.key("pseudonym").value(mark.pseudonym).key("official").value(mark.official);
  }
  json.end_object();
}

void write_place(const Place& place, JsonWriter& json) {
  const bool is_located = place.latitude && place.longitude;
  if (place.name.empty() && !is_located) {
    return;
  }
  json.key("place").begin_object();
  write_text("name", place.name, json);
  if (is_located) {
    json.key("lat").value(*place.latitude).key("lon").value(*place.longitude);
  }
  json.end_object();
}

void write_engagement(const Engagement& engagement, JsonWriter& json) {
  if (engagement.likes == 0 && engagement.reposts == 0 && engagement.replies == 0) {
    return;
  }
  json.key("engagement").begin_object();
  json.key("likes").value(engagement.likes);
  json.key("reposts").value(engagement.reposts);
  json.key("replies").value(engagement.replies);
  json.end_object();
}

void write_aspects(const Verdict& verdict, const Catalogue& catalogue,
                   std::span<const std::uint32_t> topics, JsonWriter& json) {
  json.key("aspects").begin_array();
  for (const std::uint32_t topic : topics) {
    const auto found = std::ranges::find(verdict.aspects, topic, &Aspect::topic);
    const Aspect aspect =
        found == verdict.aspects.end() ? Aspect{topic, verdict.tone, verdict.tone_score} : *found;
    json.begin_object();
    json.key("topic").value(catalogue.names.at(topic));
    json.key("label").value(to_string(aspect.tone));
    json.key("score").thousandths(aspect.score);
    json.end_object();
  }
  json.end_array();
}

void write_labels(const Verdict& verdict, const Catalogue& catalogue,
                  std::span<const std::uint32_t> topics, JsonWriter& json) {
  json.key("sentiment").begin_object();
  json.key("label").value(to_string(verdict.tone));
  json.key("score").thousandths(verdict.tone_score);
  json.key("confidence").thousandths(verdict.tone_confidence);
  json.key("uncertain").value(verdict.uncertain);
  json.end_object();
  write_aspects(verdict, catalogue, topics, json);
  json.key("urgency").begin_object();
  json.key("level").value(to_string(verdict.urgency));
  json.key("score").thousandths(verdict.urgency_score);
  json.end_object();
  json.key("abuse").begin_object().key("score").thousandths(verdict.abuse_score).end_object();
}

void write_evidence(const Mention& mention, const Evidence& evidence, const Catalogue& catalogue,
                    JsonWriter& json) {
  const Span& span = evidence.span;
  const bool in_title = span.field == Field::kTitle;
  const std::string_view field = in_title ? mention.title : mention.text;
  const std::size_t start = std::min<std::size_t>(span.start, field.size());
  json.begin_object();
  json.key("axis").value(to_string(evidence.axis));
  json.key("rule").value(spell(catalogue, evidence.name));
  if (in_title) {
    json.key("field").value("title");
  }
  json.key("start").value(span.start);
  json.key("end").value(span.end);
  json.key("text").value(field.substr(start, span.end - span.start));
  json.key("weight").value(evidence.weight);
  json.end_object();
}

void write_reasons(const Mention& mention, const Verdict& verdict, const Catalogue& catalogue,
                   JsonWriter& json) {
  json.key("evidence").begin_array();
  for (const Evidence& evidence : verdict.evidence) {
    write_evidence(mention, evidence, catalogue, json);
  }
  json.end_array();
  json.key("ruleset").value(catalogue.ruleset);
  json.key("model").value(catalogue.model);
}

void write_opinion(const TenantOpinion& opinion, const Catalogue& catalogue, JsonWriter& json) {
  json.begin_object().key("tenant").value(opinion.tenant);
  json.key("topics").begin_array();
  for (const std::uint32_t topic : opinion.topics) {
    json.value(catalogue.names.at(topic));
  }
  json.end_array();
  json.key("alert").value(opinion.alert);
  json.end_object();
}

/// The topics of all opinions, each once, in the order of their first mention.
std::vector<std::uint32_t> all_topics(std::span<const TenantOpinion> opinions) {
  std::vector<std::uint32_t> topics;
  for (const TenantOpinion& opinion : opinions) {
    for (const std::uint32_t topic : opinion.topics) {
      if (std::ranges::find(topics, topic) == topics.end()) {
        topics.push_back(topic);
      }
    }
  }
  return topics;
}

}  // namespace

void write_mention_members(const Mention& mention, const AuthorMark& author, JsonWriter& json) {
  json.key("id").value(mention.id);
  json.key("source").value(mention.source);
  if (mention.deleted) {
    json.key("deleted").value(true);
    return;
  }
  json.key("kind").value(to_string(mention.kind));
  write_author(mention.author, author, json);
  write_text("title", mention.title, json);
  json.key("text").value(mention.text);
  write_text("lang", mention.language, json);
  write_time("created_at", mention.created_at, json);
  if (const Time edited_at{microseconds(mention.version.edited_at_us)};
      edited_at > mention.created_at) {
    write_time("edited_at", edited_at, json);
  }
  write_text("url", mention.url, json);
  write_text("in_reply_to", mention.in_reply_to, json);
  write_text("repost_of", mention.repost_of, json);
  write_text("thread", mention.thread, json);
  write_place(mention.place, json);
  if (mention.rating) {
    json.key("rating").value(*mention.rating);
  }
  write_engagement(mention.engagement, json);
}

std::string mention_line(const Mention& mention) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  write_mention_members(mention, {}, json);
  json.end_object().line();
  return out;
}

void write_verdict_members(const Mention& mention, const Verdict& verdict,
                           const Catalogue& catalogue, std::span<const std::uint32_t> topics,
                           JsonWriter& json) {
  write_labels(verdict, catalogue, topics, json);
  write_reasons(mention, verdict, catalogue, json);
}

void write_verdict_line(const Mention& mention, const Verdict& verdict, const Catalogue& catalogue,
                        std::span<const TenantOpinion> opinions, JsonWriter& json) {
  json.begin_object();
  json.key("id").value(mention.id);
  json.key("lang").value(verdict.language_view());
  write_labels(verdict, catalogue, all_topics(opinions), json);
  json.key("tenants").begin_array();
  for (const TenantOpinion& opinion : opinions) {
    write_opinion(opinion, catalogue, json);
  }
  json.end_array();
  write_reasons(mention, verdict, catalogue, json);
  json.end_object();
}

}  // namespace vigie
