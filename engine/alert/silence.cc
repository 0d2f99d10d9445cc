#include "engine/alert/silence.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

using simdjson::dom::element;

constexpr std::string_view kNotes = "silence/";

std::string note_key(std::uint64_t number) { return std::string(kNotes) + std::to_string(number); }

bool holds(const std::vector<std::string>& values, std::string_view value) {
  return values.empty() || std::ranges::find(values, value) != values.end();
}

void write_texts(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json) {
  if (texts.empty()) {
    return;
  }
  json.key(name).begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

std::string text(const element& object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

std::vector<std::string> texts(const element& object, std::string_view key) {
  std::vector<std::string> found;
  simdjson::dom::array values;
  if (object[key].get(values) == simdjson::SUCCESS) {
    for (const element value : values) {
      std::string_view one;
      if (value.get(one) == simdjson::SUCCESS) {
        found.emplace_back(one);
      }
    }
  }
  return found;
}

/// What write_members() wrote.
Result<Silence> parse_silence(std::string_view json) {
  simdjson::dom::parser parser;
  element root, matchers;
  Silence silence;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      root["number"].get(silence.number) != simdjson::SUCCESS ||
      root["matchers"].get(matchers) != simdjson::SUCCESS) {
    return fail(ErrorCode::kCorrupt, "a stored silence cannot be read");
  }
  silence.tenant = text(root, "tenant");
  silence.matchers.topics = texts(matchers, "topics");
  silence.matchers.rules = texts(matchers, "rules");
  silence.matchers.sources = texts(matchers, "sources");
  silence.matchers.incidents = texts(matchers, "incidents");
  for (const std::string& level : texts(matchers, "levels")) {
    if (const std::optional<Urgency> known = parse_urgency(level)) {
      silence.matchers.levels.push_back(*known);
    }
  }
  silence.reason = text(root, "reason");
  silence.author = text(root, "author");
  const auto made_at = parse_time(text(root, "made_at"));
  const auto starts_at = parse_time(text(root, "starts_at"));
  const auto ends_at = parse_time(text(root, "ends_at"));
  if (!made_at || !starts_at || !ends_at) {
    return fail(ErrorCode::kCorrupt, "a stored silence has no time");
  }
  silence.made_at = *made_at;
  silence.starts_at = *starts_at;
  silence.ends_at = *ends_at;
  return silence;
}

/// Why it is refused; empty if it is not.
std::string objection(const Silence& silence, Time now) {
  const AlertMatchers& matchers = silence.matchers;
  const std::size_t values = matchers.topics.size() + matchers.rules.size() +
                             matchers.sources.size() + matchers.incidents.size() +
                             matchers.levels.size();
  if (silence.ends_at <= silence.starts_at) {
    return "the silence ends before it starts";
  }
  if (silence.ends_at <= now) {
    return "the silence would have ended already";
  }
  if (silence.ends_at - silence.starts_at > Silences::kLongest) {
    return "a silence lasts at most " + std::to_string(Silences::kLongest.count()) + " days";
  }
  if (matchers.empty()) {
    return "a silence names at least one topic, rule, source, incident or level";
  }
  if (values > Silences::kMaxMatcherValues) {
    return "a silence names at most " + std::to_string(Silences::kMaxMatcherValues) + " values";
  }
  if (trimmed(silence.reason).empty() || silence.reason.size() > Silences::kMaxReasonBytes) {
    return "a silence says its reason, in at most " + std::to_string(Silences::kMaxReasonBytes) +
           " bytes";
  }
  return {};
}

}  // namespace

bool AlertMatchers::match(const Alert& alert) const {
  const auto speaks = [this](const Alert::Reason& reason) {
    return std::ranges::find(rules, reason.rule) != rules.end();
  };
  return holds(topics, alert.topic) && holds(sources, alert.source) &&
         holds(incidents, alert.incident) &&
         (rules.empty() || std::ranges::any_of(alert.reasons, speaks)) &&
         (levels.empty() || std::ranges::find(levels, alert.level) != levels.end());
}

std::string_view to_string(Silence::State state) {
  constexpr std::string_view kNames[] = {"pending", "active", "ended"};
  return kNames[static_cast<std::size_t>(state)];
}

void write_members(const Silence& silence, JsonWriter& json) {
  json.key("number").value(silence.number).key("tenant").value(silence.tenant);
  json.key("matchers").begin_object();
  write_texts("topics", silence.matchers.topics, json);
  write_texts("rules", silence.matchers.rules, json);
  write_texts("sources", silence.matchers.sources, json);
  write_texts("incidents", silence.matchers.incidents, json);
  std::vector<std::string> levels;
  for (const Urgency level : silence.matchers.levels) {
    levels.emplace_back(to_string(level));
  }
  write_texts("levels", levels, json);
  json.end_object();
  json.key("reason").value(silence.reason).key("author").value(silence.author);
  json.key("made_at").value(format_time(silence.made_at));
  json.key("starts_at").value(format_time(silence.starts_at));
  json.key("ends_at").value(format_time(silence.ends_at));
}

Result<std::unique_ptr<Silences>> Silences::recall(Store& store, Time now) {
  std::unique_ptr<Silences> book(new Silences(store));
  const auto notes = store.alerting_notes(kNotes);
  if (!notes) {
    return tl::make_unexpected(notes.error());
  }
  Store::AlertingChange forgotten;
  for (const auto& [key, value] : *notes) {
    Result<Silence> silence = parse_silence(value);
    if (!silence) {
      return tl::make_unexpected(silence.error());
    }
    book->next_number_ = std::max(book->next_number_, silence->number + 1);
    if (silence->ends_at + kRemembered < now) {
      forgotten.notes.emplace_back(key, std::nullopt);
    } else {
      book->silences_.push_back(std::move(*silence));
    }
  }
  store.change_alerting(forgotten);
  std::ranges::sort(book->silences_, {}, &Silence::number);
  return book;
}

void Silences::keep(const Silence& silence) {
  std::string value;
  JsonWriter json(value);
  json.begin_object();
  write_members(silence, json);
  json.end_object();
  Store::AlertingChange change;
  change.notes.emplace_back(note_key(silence.number), std::move(value));
  store_.change_alerting(change);
  version_.fetch_add(1, std::memory_order_acq_rel);
}

Result<Silence> Silences::add(Silence wanted, Time now) {
  if (std::string why = objection(wanted, now); !why.empty()) {
    return fail(ErrorCode::kInvalidInput, std::move(why));
  }
  wanted.made_at = now;
  wanted.starts_at = std::max(wanted.starts_at, now);
  const std::scoped_lock lock(mutex_);
  const auto is_open = [&](const Silence& silence) {
    return silence.tenant == wanted.tenant && silence.state_at(now) != Silence::State::kEnded;
  };
  if (std::ranges::count_if(silences_, is_open) >= static_cast<std::ptrdiff_t>(kMaxPerTenant)) {
    return fail(ErrorCode::kFull, "there are too many silences; expire some");
  }
  wanted.number = next_number_++;
  silences_.push_back(wanted);
  keep(wanted);
  return wanted;
}

Result<Silence> Silences::expire(std::string_view tenant, std::uint64_t number, Time now) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find_if(silences_, [&](const Silence& silence) {
    return silence.number == number && silence.tenant == tenant;
  });
  if (found == silences_.end()) {
    return fail(ErrorCode::kNotFound, "there is no such silence");
  }
  if (found->state_at(now) == Silence::State::kEnded) {
    return fail(ErrorCode::kRefused, "this silence has ended already");
  }
  found->ends_at = now;
  found->starts_at = std::min(found->starts_at, now);
  keep(*found);
  return *found;
}

std::vector<Silence> Silences::of(std::string_view tenant) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Silence> found;
  std::copy_if(silences_.rbegin(), silences_.rend(), std::back_inserter(found),
               [&](const Silence& silence) { return silence.tenant == tenant; });
  return found;
}

std::optional<Silence> Silences::silencing(const Alert& alert, Time now) const {
  const std::scoped_lock lock(mutex_);
  const Silence* last = nullptr;
  for (const Silence& silence : silences_) {
    if (silence.tenant == alert.tenant && silence.state_at(now) == Silence::State::kActive &&
        silence.matchers.match(alert) && (last == nullptr || silence.ends_at > last->ends_at)) {
      last = &silence;
    }
  }
  return last == nullptr ? std::nullopt : std::optional(*last);
}

}  // namespace vigie
