#include "engine/alert/alert.h"

#include <simdjson.h>

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

using simdjson::dom::element;

std::string text(const element& object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

template <class Number>
Number number(const element& object, std::string_view key) {
  std::int64_t value = 0;
  return object[key].get(value) == simdjson::SUCCESS ? static_cast<Number>(value) : Number{};
}

Time time(const element& object, std::string_view key) {
  return parse_time(text(object, key)).value_or(Time{});
}

/// History that is filled in raises no alert.
std::string_view name_of(Mode mode) { return mode == Mode::kReplay ? "replay" : "live"; }

}  // namespace

std::string to_json(const Alert& alert) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("incident").value(alert.incident);
  json.key("tenant").value(alert.tenant);
  json.key("tenant_name").value(alert.tenant_name);
  json.key("language").value(alert.language);
  json.key("time_zone").value(alert.time_zone);
  json.key("level").value(to_string(alert.level));
  json.key("first").value(alert.news == News::kOpened);
  json.key("news").value(to_string(alert.news));
  json.key("mode").value(name_of(alert.mode));
  json.key("subject").value(alert.subject);
  json.key("headline").value(alert.headline);
  json.key("topic").value(alert.topic);
  json.key("mention").value(alert.mention);
  json.key("source").value(alert.source);
  json.key("url").value(alert.url);
  json.key("place").value(alert.place);
  json.key("title").value(alert.title);
  json.key("quote").value(alert.quote);
  json.key("marks").begin_array();
  for (const Alert::Mark& mark : alert.marks) {
    json.begin_object().key("start").value(mark.start).key("end").value(mark.end).end_object();
  }
  json.end_array();
  json.key("reasons").begin_array();
  for (const Alert::Reason& reason : alert.reasons) {
    json.begin_object();
    json.key("rule").value(reason.rule);
    json.key("title").value(reason.title);
    json.key("text").value(reason.text);
    json.key("weight").value(reason.weight);
    json.end_object();
  }
  json.end_array();
  json.key("ruleset").value(alert.ruleset);
  json.key("mentions").value(alert.mentions);
  json.key("stories").value(alert.stories);
  json.key("authors").value(alert.authors);
  json.key("opened_at").value(format_time(alert.opened_at));
  json.key("last_at").value(format_time(alert.last_at));
  json.key("created_at").value(format_time(alert.created_at));
  json.key("received_at").value(format_time(alert.received_at));
  json.key("raised_at").value(format_time(alert.raised_at));
  if (alert.deadline_at != Time{}) {
    json.key("deadline_at").value(format_time(alert.deadline_at));
  }
  json.end_object();
  return out;
}

void withdraw_words(Alert& alert) {
  alert.title.clear();
  alert.url.clear();
  alert.quote = alert.language == "en" ? "[taken back by its author]" : "[retiré par son auteur]";
  alert.marks.clear();
  for (Alert::Reason& reason : alert.reasons) {
    reason.text.clear();
  }
}

Result<Alert> parse_alert(std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return fail(ErrorCode::kCorrupt, "an alert's body is not a JSON object");
  }
  Alert alert;
  alert.incident = text(root, "incident");
  alert.tenant = text(root, "tenant");
  alert.tenant_name = text(root, "tenant_name");
  alert.language = text(root, "language");
  alert.time_zone = text(root, "time_zone");
  alert.level = parse_urgency(text(root, "level")).value_or(Urgency::kHigh);
  alert.news = parse_news(text(root, "news")).value_or(News::kOpened);
  alert.mode = text(root, "mode") == name_of(Mode::kReplay) ? Mode::kReplay : Mode::kLive;
  alert.subject = text(root, "subject");
  alert.headline = text(root, "headline");
  alert.topic = text(root, "topic");
  alert.mention = text(root, "mention");
  alert.source = text(root, "source");
  alert.url = text(root, "url");
  alert.place = text(root, "place");
  alert.title = text(root, "title");
  alert.quote = text(root, "quote");
  simdjson::dom::array list;
  if (root["marks"].get(list) == simdjson::SUCCESS) {
    for (const element mark : list) {
      alert.marks.push_back(
          {number<std::uint32_t>(mark, "start"), number<std::uint32_t>(mark, "end")});
    }
  }
  if (root["reasons"].get(list) == simdjson::SUCCESS) {
    for (const element reason : list) {
      alert.reasons.push_back({text(reason, "rule"), text(reason, "title"), text(reason, "text"),
                               number<std::int32_t>(reason, "weight")});
    }
  }
  alert.ruleset = text(root, "ruleset");
  alert.mentions = number<std::uint32_t>(root, "mentions");
  alert.stories = number<std::uint32_t>(root, "stories");
  alert.authors = number<std::uint32_t>(root, "authors");
  alert.opened_at = time(root, "opened_at");
  alert.last_at = time(root, "last_at");
  alert.created_at = time(root, "created_at");
  alert.received_at = time(root, "received_at");
  alert.raised_at = time(root, "raised_at");
  alert.deadline_at = time(root, "deadline_at");
  return alert;
}

}  // namespace vigie
