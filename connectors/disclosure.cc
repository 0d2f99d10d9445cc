#include "connectors/disclosure.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "connectors/api_sources.h"
#include "connectors/url.h"
#include "engine/core/check.h"

namespace vigie {
namespace {

/// Whose description stands in the configuration.
constexpr std::string_view kDescribed = "http_json";

/// What types send that are written in C++; all others are descriptions of an API.
struct TypeWords {
  std::string_view type;
  std::vector<std::string> sends;
  std::string_view usual_address;  ///< where the settings name none
  bool is_pushed = false;
  /// It asks only where the settings name this (then `NAME_file` or `NAME_credential`).
  std::string_view asks_with = {};
};
const std::vector<TypeWords>& types() {
  static const std::vector<std::string> graph = {"user_agent", "address", "credential"};
  static const std::vector<TypeWords> all = {
      {"accueil", {}, "", true},
      {"facebook_webhook", graph, "https://graph.facebook.com", true, "token"},
      {"feed", {"user_agent", "address"}, ""},
      {"file", {}, ""},
      {"instagram_webhook", graph, "https://graph.facebook.com", true, "token"},
      {"jetstream", {"user_agent"}, ""},
      {"mastodon", {"user_agent", "query"}, ""},
      {"nats", {"acknowledgement"}, ""},
      {"webhook", {}, "", true},
      {"x", {"user_agent", "query"}, "https://api.x.com"},
      {"youtube_push",
       {"user_agent", "accounts", "callback"},
       "https://pubsubhubbub.appspot.com",
       true},
  };
  return all;
}

/// Adds the host of a text that is an address, not one that is still to be filled in.
void add_host(const std::string& text, std::set<std::string>& hosts) {
  const std::size_t scheme = text.find("://");
  const std::string head = text.substr(0, text.find_first_of("/?#", scheme + 3));
  if (scheme == std::string::npos || head.find('{') != std::string::npos) {
    return;
  }
  if (const Result<UrlParts> parts = split_url(head)) {
    hosts.insert(parts->host);
  }
}

void add_field(const Settings& map, std::string_view name, std::set<std::string>& hosts) {
  if (const Settings* field = map.find(name)) {
    add_host(field->scalar(), hosts);
  }
}

/// Where a description asks: its requests' addresses, and those that they are filled in with, which
/// the connector's own settings may replace.
void add_described(const Settings& from, const Settings& own, std::set<std::string>& hosts) {
  const auto add_value = [&](const Settings& usual, std::string_view name) {
    add_field(own.find(name) != nullptr ? own : usual, name, hosts);
  };
  add_value(from, "api");
  if (const Settings* values = from.find("settings")) {
    for (const auto& [name, usual] : values->fields()) {
      add_value(*values, name);
    }
  }
  if (const Settings* request = from.find("request")) {
    add_field(*request, "url", hosts);
  }
  if (const Settings* before = from.find("before")) {
    for (const Settings& prelude : before->items()) {
      add_field(prelude, "url", hosts);
    }
  }
}

std::optional<Settings> built_in(std::string_view type) {
  const auto source = std::ranges::find(api_sources(), type, &ApiSource::type);
  if (source == api_sources().end()) {
    return std::nullopt;
  }
  std::vector<Problem> problems;
  auto settings = Settings::parse(source->description, std::string(type), problems);
  check(settings.has_value(), to_string(problems));
  return settings;
}

}  // namespace

SourceDisclosure disclose(std::string_view type, const Settings& settings) {
  SourceDisclosure disclosure;
  std::set<std::string> hosts;
  const auto has = [&](std::string_view name) { return settings.find(name) != nullptr; };
  const auto known = std::ranges::find(types(), type, &TypeWords::type);
  if (known != types().end()) {
    disclosure.is_pushed = known->is_pushed;
    const std::string asks_with(known->asks_with);
    if (asks_with.empty() || has(asks_with + "_file") || has(asks_with + "_credential")) {
      disclosure.sends = known->sends;
      for (const std::string_view name : {"url", "instance", "api", "hub"}) {
        add_field(settings, name, hosts);
      }
      if (hosts.empty()) {
        add_host(std::string(known->usual_address), hosts);
      }
    }
  } else {
    disclosure.sends = {"user_agent", "query"};
    const std::optional<Settings> description = built_in(type);
    check(description || type == kDescribed, "every type that asks says what it sends");
    add_described(description ? *description : settings, settings, hosts);
  }
  disclosure.hosts.assign(hosts.begin(), hosts.end());
  if (!disclosure.is_pushed && (has("secret_file") || has("credential"))) {
    disclosure.sends.emplace_back("credential");
  }
  if (type == "jetstream" && has("dids")) {
    disclosure.sends.emplace_back("accounts");
  }
  std::vector<Problem> unread;
  if (type == "feed" && settings.boolean("websub", unread, false)) {
    disclosure.sends.emplace_back("callback");
    disclosure.is_pushed = true;
  }
  return disclosure;
}

}  // namespace vigie
