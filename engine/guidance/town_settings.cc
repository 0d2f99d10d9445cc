#include "engine/guidance/town_settings.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/core/json_writer.h"
#include "engine/core/mail_address.h"
#include "engine/core/settings.h"

namespace vigie {
namespace {

std::vector<std::string> tidied(std::vector<std::string> texts) {
  std::vector<std::string> tidy;
  std::set<std::string> known;
  for (const std::string& text : texts) {
    std::string one(trimmed(text));
    if (!one.empty() && known.insert(one).second) {
      tidy.push_back(std::move(one));
    }
  }
  return tidy;
}

bool is_line(std::string_view text) {
  return text.size() <= TownSettings::kMaxTextBytes &&
         std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_variable(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// http or https with a host, nothing but visible ASCII, nobody's password.
bool is_feed_address(std::string_view url) {
  const std::size_t scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  const std::string_view host = url.substr(scheme, url.find_first_of("/?#", scheme) - scheme);
  return scheme != 0 && !host.empty() && host.find('@') == std::string_view::npos &&
         url.size() <= TownSettings::kMaxUrlBytes &&
         std::ranges::all_of(url, [](unsigned char c) { return c > 0x20 && c < 0x7f; }) &&
         url.find_first_of("\"<>\\") == std::string_view::npos;
}

class Objections {
 public:
  void add_if(bool is_wrong, std::string field, std::string message) {
    if (is_wrong) {
      all.push_back({std::move(field), std::move(message)});
    }
  }
  void at_most(std::size_t has, std::size_t most, const std::string& field) {
    add_if(has > most, field, "there are more than " + std::to_string(most));
  }
  /// Each of a list, by its position.
  template <class Items, class IsRight>
  void each(const Items& items, const std::string& field, const std::string& message,
            IsRight&& is_right) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      add_if(!is_right(items[i]), field + "." + std::to_string(i), message);
    }
  }

  std::vector<SettingsProblem> all;
};

constexpr const char* kNoLine = "is longer than 200 bytes, or not one line";

void write_texts(const std::vector<std::string>& texts, JsonWriter& json) {
  json.begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

template <class Visit>
void for_each(const Settings& of, std::string_view key, Visit&& visit) {
  if (const Settings* list = of.find(key)) {
    for (const Settings& item : list->items()) {
      visit(item);
    }
  }
}

}  // namespace

TownSettings in_order(TownSettings settings) {
  settings.name = trimmed(settings.name);
  for (auto& [name, values] : settings.variables) {
    values = tidied(std::move(values));
  }
  std::vector<TownSettings::Feed> feeds;
  for (TownSettings::Feed& feed : settings.feeds) {
    feed.url = trimmed(feed.url);
    feed.title = trimmed(feed.title);
    const bool is_known =
        std::ranges::find(feeds, feed.url, &TownSettings::Feed::url) != feeds.end();
    if (!feed.url.empty() && !is_known) {
      feeds.push_back(std::move(feed));
    }
  }
  settings.feeds = std::move(feeds);
  settings.mail_to = tidied(std::move(settings.mail_to));
  for (TownDate& date : settings.calendar) {
    date.label = trimmed(date.label);
  }
  std::ranges::stable_sort(settings.calendar, {}, &TownDate::day);
  return settings;
}

std::vector<SettingsProblem> objections_to(const TownSettings& settings) {
  Objections objections;
  objections.add_if(!is_line(settings.name), "name", kNoLine);
  objections.at_most(settings.variables.size(), TownSettings::kMaxVariables, "variables");
  for (const auto& [name, values] : settings.variables) {
    const std::string field = "variables." + name;
    objections.add_if(!is_variable(name), field, "a name is made of small letters, digits and '_'");
    objections.at_most(values.size(), TownSettings::kMaxValues, field);
    objections.each(values, field, kNoLine, is_line);
  }
  objections.at_most(settings.feeds.size(), TownSettings::kMaxFeeds, "feeds");
  objections.each(settings.feeds, "feeds", "is no address of a feed: http:// or https://, a host",
                  [](const TownSettings::Feed& feed) { return is_feed_address(feed.url); });
  objections.each(settings.feeds, "feeds", "its title " + std::string(kNoLine),
                  [](const TownSettings::Feed& feed) { return is_line(feed.title); });
  objections.at_most(settings.mail_to.size(), TownSettings::kMaxAddresses, "mail_to");
  objections.each(settings.mail_to, "mail_to", "is not a mail address", is_mail_address);
  objections.at_most(settings.calendar.size(), TownSettings::kMaxDates, "calendar");
  objections.each(settings.calendar, "calendar",
                  "a date has a label of at most 200 bytes, one line",
                  [](const TownDate& date) { return !date.label.empty() && is_line(date.label); });
  return std::move(objections.all);
}

std::string to_string(const TownSettings& settings) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("name").value(settings.name).key("variables").begin_object();
  for (const auto& [name, values] : settings.variables) {
    json.key(name);
    write_texts(values, json);
  }
  json.end_object().key("feeds").begin_array();
  for (const TownSettings::Feed& feed : settings.feeds) {
    json.begin_object().key("url").value(feed.url).key("title").value(feed.title).end_object();
  }
  json.end_array().key("mail_to");
  write_texts(settings.mail_to, json);
  json.key("calendar").begin_array();
  for (const TownDate& date : settings.calendar) {
    json.begin_object().key("date").value(date_text(date.day));
    json.key("label").value(date.label).end_object();
  }
  json.end_array().end_object();
  return out;
}

/// A JSON document is a YAML document.
std::optional<TownSettings> parse_town_settings(std::string_view json) {
  std::vector<Problem> problems;
  const std::optional<Settings> root = Settings::parse(json, "", problems);
  if (!root || root->type() != Settings::Type::kMap) {
    return std::nullopt;
  }
  root->allow_only({"name", "variables", "feeds", "mail_to", "calendar"}, problems);
  TownSettings settings;
  settings.name = root->text("name", problems, "");
  if (const Settings* variables = root->find("variables")) {
    for (const auto& [name, value] : variables->fields()) {
      settings.variables[name] = variables->texts(name, problems);
    }
  }
  for_each(*root, "feeds", [&](const Settings& feed) {
    settings.feeds.push_back({feed.text("url", problems), feed.text("title", problems, "")});
  });
  settings.mail_to = root->texts("mail_to", problems);
  for_each(*root, "calendar", [&](const Settings& date) {
    const std::optional<Day> day = parse_date(date.text("date", problems));
    if (!day) {
      date.complain("'date' is a date", problems);
    }
    settings.calendar.push_back({day.value_or(0), date.text("label", problems)});
  });
  if (!problems.empty() || !objections_to(settings).empty()) {
    return std::nullopt;
  }
  return settings;
}

std::string date_text(Day day) { return format_time(Time(std::chrono::days(day))).substr(0, 10); }

std::optional<Day> parse_date(std::string_view text) {
  const std::optional<Time> midnight =
      text.size() == 10 ? parse_time(std::string(text) + "T00:00:00Z") : std::nullopt;
  return midnight ? std::optional(day_of(*midnight)) : std::nullopt;
}

}  // namespace vigie
