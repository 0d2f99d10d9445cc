#include "engine/app/settings_desk.h"

#include <algorithm>
#include <map>
#include <optional>

#include "connectors/counter.h"
#include "engine/core/json_writer.h"
#include "engine/match/rule_reader.h"

namespace vigie {
namespace {

void write_texts(const std::vector<std::string>& texts, JsonWriter& json) {
  json.begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

void write_time(std::string_view name, Time time, JsonWriter& json) {
  json.key(name);
  time == Time() ? json.null() : json.value(format_time(time));
}

/// What the packs in force for the town ask for: name, and whether they find nothing without it.
std::map<std::string, bool> asked_by(const Tenant& town, const Knowledge& in_force) {
  std::map<std::string, bool> asked;
  std::vector<Problem> problems;
  for (const std::string& name : town.packs) {
    const auto text = in_force.pack_texts.find(name);
    const std::optional<RulePack> pack =
        text == in_force.pack_texts.end() ? std::nullopt : parse_pack(text->second, name, problems);
    for (const std::string& variable : pack ? pack->optional : std::vector<std::string>()) {
      asked.emplace(variable, false);
    }
    for (const std::string& variable : pack ? pack->needs : std::vector<std::string>()) {
      asked[variable] = true;
    }
  }
  for (const auto& [variable, values] : town.variables) {
    asked.emplace(variable, false);
  }
  return asked;
}

void write_variables(const Tenant& town, const Knowledge& in_force, JsonWriter& json) {
  json.key("variables").begin_array();
  for (const auto& [name, is_needed] : asked_by(town, in_force)) {
    const auto values = town.variables.find(name);
    json.begin_object().key("name").value(name).key("needed").value(is_needed).key("values");
    write_texts(values == town.variables.end() ? std::vector<std::string>() : values->second, json);
    json.end_object();
  }
  json.end_array();
}

void write_feeds(const TownSettings& set, TenantId tenant,
                 const std::vector<Sources::TownFeed>& all, JsonWriter& json) {
  json.key("feeds").begin_array();
  for (const TownSettings::Feed& feed : set.feeds) {
    const auto read = std::ranges::find_if(
        all, [&](const auto& one) { return one.tenant == tenant && one.url == feed.url; });
    const ConnectorStatus::Snapshot now =
        read == all.end() ? ConnectorStatus::Snapshot() : read->status;
    json.begin_object().key("url").value(feed.url).key("title").value(feed.title);
    json.key("state").value(read == all.end() ? "" : to_string(now.state));
    json.key("detail").value(now.detail);
    write_time("last_success_at", now.last_success_at, json);
    json.end_object();
  }
  json.end_array();
}

void write_calendar(const TownSettings& set, JsonWriter& json) {
  json.key("calendar").begin_array();
  for (const TownDate& date : set.calendar) {
    json.begin_object().key("date").value(date_text(date.day));
    json.key("label").value(date.label).end_object();
  }
  json.end_array();
}

/// Of the configuration, those that may bring the town something by themselves.
std::size_t shared_sources(const Config& config) {
  return static_cast<std::size_t>(std::ranges::count_if(
      config.connectors, [](const ConnectorConfig& one) { return one.type != kCounterType; }));
}

}  // namespace

Result<TownAnswer> SettingsDesk::show(TenantId tenant) const {
  const std::shared_ptr<const Config> config = engine_.config_now();
  const Tenant& town = config->tenants[tenant];
  const TownSettings set = engine_.town_settings(tenant);
  bool has_mentions = false;
  const Result<void> read =
      engine_.store().scan(tenant, std::nullopt, 0, [&has_mentions](const StoredMention&) {
        has_mentions = true;
        return false;
      });
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  const std::size_t shared = shared_sources(*config);
  TownAnswer answer;
  JsonWriter json(answer.body);
  json.begin_object().key("hash").value(hash_of(set));
  json.key("is_new").value(shared == 0 && set.feeds.empty() && !has_mentions);
  json.key("name").value(town.name.text());
  write_variables(town, *engine_.knowledge(), json);
  write_feeds(set, tenant, engine_.sources().town_feeds(), json);
  json.key("shared_sources").value(shared).key("mail_to");
  write_texts(set.mail_to, json);
  const std::string own = town_receiver(town.id);
  json.key("mail");
  if (config->alerting.town_receivers.contains(own)) {
    const MailRelay relay = relay_of(config->towns.mail);
    json.begin_object().key("server").value(relay.url).key("from").value(relay.from).end_object();
  } else {
    json.null();
  }
  json.key("receivers").begin_array();
  for (const std::string& receiver : config->alerting.receivers_of(town.id)) {
    if (receiver != own) {
      json.value(receiver);
    }
  }
  json.end_array();
  write_calendar(set, json);
  json.end_object();
  return answer;
}

Result<TownAnswer> SettingsDesk::change(TenantId tenant, const TownSettings& settings,
                                        const std::string& base) const {
  const Result<Engine::TownChanged> changed = engine_.change_town({tenant, settings, base});
  if (!changed) {
    return tl::make_unexpected(changed.error());
  }
  if (!changed->problems.empty()) {
    TownAnswer answer{true, ""};
    JsonWriter json(answer.body);
    json.begin_object().key("problems").begin_array();
    for (const SettingsProblem& problem : changed->problems) {
      json.begin_object().key("field").value(problem.field);
      json.key("message").value(problem.message).end_object();
    }
    json.end_array().end_object();
    return answer;
  }
  Result<TownAnswer> answer = show(tenant);
  if (answer) {
    for (const std::string& field : changed->fields) {
      answer->made += (answer->made.empty() ? "" : ", ") + field;
    }
  }
  return answer;
}

Result<TownAnswer> SettingsDesk::try_mail(TenantId tenant,
                                          const std::vector<std::string>& to) const {
  const Config& config = engine_.config();
  const Tenant& town = config.tenants[tenant];
  if (!config.alerting.town_receivers.contains(town_receiver(town.id))) {
    return fail(ErrorCode::kRefused, "a town's own mail is not possible here");
  }
  const Result<std::unique_ptr<Notifier>> mail = make_town_mail(config.towns.mail, to, {});
  if (!mail) {
    return tl::make_unexpected(mail.error());
  }
  const auto now = engine_.clock().now().time_since_epoch().count();
  const Attempt attempt = (*mail)->deliver(
      trial_message(town.name.text(), town.language == "en", "trial-" + std::to_string(now)));
  TownAnswer answer;
  JsonWriter(answer.body)
      .begin_object()
      .key("delivered")
      .value(attempt.outcome == Attempt::Outcome::kDelivered)
      .key("detail")
      .value(attempt.error)
      .end_object();
  answer.made = std::to_string(to.size()) + (to.size() == 1 ? " address" : " addresses");
  return answer;
}

TownAnswer SettingsDesk::tell(const FeedLook& look) {
  TownAnswer answer;
  JsonWriter json(answer.body);
  json.begin_object().key("fault").value(to_string(look.fault)).key("detail").value(look.detail);
  json.key("url").value(look.url).key("title").value(look.title);
  json.key("entries").value(look.entries);
  write_time("newest_at", look.newest_at, json);
  json.key("first");
  write_texts(look.first, json);
  json.end_object();
  return answer;
}

}  // namespace vigie
