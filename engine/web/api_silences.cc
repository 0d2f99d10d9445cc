// /api/v1/tenants/{tenant}/silences: which alerts nobody is told of for a time, and why.
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "engine/alert/silence.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

using simdjson::dom::element;

constexpr std::size_t kMaxSilenceBytes = 64 << 10;
constexpr const char* kPath = "/api/v1/tenants/{tenant}/silences";

void write_silence(const Silence& silence, Time now, JsonWriter& json) {
  json.begin_object();
  json.key("state").value(to_string(silence.state_at(now)));
  write_members(silence, json);
  json.end_object();
}

Response show(const Silence& silence, Time now, unsigned status = 200) {
  std::string body;
  JsonWriter json(body);
  write_silence(silence, now, json);
  Response response = json_response(std::move(body));
  response.status = status;
  return response;
}

/// False if it is not a list of texts.
bool read_texts(const element& value, std::vector<std::string>& texts) {
  simdjson::dom::array items;
  if (value.get(items) != simdjson::SUCCESS) {
    return false;
  }
  for (const element item : items) {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS) {
      return false;
    }
    texts.emplace_back(text);
  }
  return true;
}

bool read_matchers(const element& value, AlertMatchers& matchers) {
  simdjson::dom::object members;
  if (value.get(members) != simdjson::SUCCESS) {
    return false;
  }
  for (const auto& [name, list] : members) {
    std::vector<std::string> levels;
    std::vector<std::string>* const into = name == "topics"      ? &matchers.topics
                                           : name == "rules"     ? &matchers.rules
                                           : name == "sources"   ? &matchers.sources
                                           : name == "incidents" ? &matchers.incidents
                                           : name == "levels"    ? &levels
                                                                 : nullptr;
    if (into == nullptr || !read_texts(list, *into)) {
      return false;
    }
    for (const std::string& level : levels) {
      const std::optional<Urgency> known = parse_urgency(level);
      if (!known) {
        return false;
      }
      matchers.levels.push_back(*known);
    }
  }
  return true;
}

bool read_time(const element& value, Time& time) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    return false;
  }
  const std::optional<Time> read = parse_time(text);
  time = read.value_or(Time{});
  return read.has_value();
}

bool read_text(const element& value, std::string& text) {
  std::string_view read;
  if (value.get(read) != simdjson::SUCCESS) {
    return false;
  }
  text = read;
  return true;
}

/// Nothing, and `why`, if the body is not what its description says.
std::optional<Silence> read_silence(const std::string& body, Time now, std::string& why) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    why = "the body is not a JSON object";
    return std::nullopt;
  }
  Silence silence;
  silence.starts_at = now;
  bool has_end = false;
  for (const auto& [name, value] : members) {
    const bool is_read = name == "matchers"    ? read_matchers(value, silence.matchers)
                         : name == "reason"    ? read_text(value, silence.reason)
                         : name == "starts_at" ? read_time(value, silence.starts_at)
                         : name == "ends_at"   ? read_time(value, silence.ends_at)
                                               : false;
    has_end |= name == "ends_at";
    if (!is_read) {
      why = "'" + std::string(name) +
            "' is not understood; a silence has matchers (an object of topics, rules, sources, "
            "incidents, levels: lists), reason, starts_at and ends_at (RFC 3339)";
      return std::nullopt;
    }
  }
  if (!has_end) {
    why = "'ends_at' is missing";
    return std::nullopt;
  }
  return silence;
}

Response list_silences(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::optional<std::string> state = request.query_field("state");
  if (state && *state != "pending" && *state != "active" && *state != "ended") {
    return problem(400, "state: pending, active or ended");
  }
  const Time now = parts.clock.now();
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("silences").begin_array();
  for (const Silence& silence : parts.silences->of(parts.tenants[tenant].id)) {
    if (!state || to_string(silence.state_at(now)) == *state) {
      write_silence(silence, now, json);
    }
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response make_silence(const ApiParts& parts, TenantId tenant, const Request& request) {
  const Time now = parts.clock.now();
  std::string why;
  std::optional<Silence> wanted = read_silence(request.body, now, why);
  if (!wanted) {
    return problem(400, why);
  }
  wanted->tenant = parts.tenants[tenant].id;
  wanted->author = request.caller->account;
  const Result<Silence> made = parts.silences->add(std::move(*wanted), now);
  if (!made) {
    return problem(made.error().code == ErrorCode::kFull ? 409 : 422, made.error().text);
  }
  Response response = show(*made, now, 201);
  response.made = std::to_string(made->number);
  return response;
}

Response expire_silence(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::string_view text = request.parameter("number");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return not_found();
  }
  const Time now = parts.clock.now();
  const Result<Silence> ended = parts.silences->expire(parts.tenants[tenant].id, number, now);
  if (!ended) {
    return ended.error().code == ErrorCode::kNotFound ? not_found()
                                                      : problem(409, ended.error().text);
  }
  return show(*ended, now);
}

}  // namespace

std::vector<Route> silence_routes(const SharedParts& parts) {
  return {
      api_get(Right::kReadMentions, kPath, "listSilences",
              "Silences, newest first; ended ones for 90 days", "SilenceList",
              {{"state", R"({"enum":["pending","active","ended"]})", "Only those in this state"}},
              for_tenant(parts, &list_silences)),
      api_post(
          Right::kSilence, kPath, kMaxSilenceBytes, at_once(for_tenant(parts, &make_silence)),
          {"makeSilence",
           "For a time, nobody is told of the alerts that match. They are still raised and "
           "listed; those that nobody has taken by its end are told then, in one message",
           {},
           "SilenceRequest",
           {{201, "The silence", "Silence"},
            {400, "The body is not of this form", "Problem"},
            {409, "There are too many silences", "Problem"},
            {422, "It ends before it starts, has no reason, or matches everything", "Problem"}}}),
      api_post(Right::kSilence, std::string(kPath) + "/{number}/expire", kMaxSilenceBytes,
               at_once(for_tenant(parts, &expire_silence)),
               {"expireSilence",
                "End a silence now",
                {},
                "",
                {{200, "The silence as it is now", "Silence"},
                 {409, "It has ended already", "Problem"}}}),
  };
}

}  // namespace vigie
