#include "engine/app/config.h"

#include <arpa/inet.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "connectors/disclosure.h"
#include "connectors/notifier_registry.h"
#include "connectors/registry.h"
#include "engine/alert/policy_reader.h"
#include "engine/app/directory_config.h"
#include "engine/app/public_url.h"
#include "engine/app/town_files.h"
#include "engine/app/town_mail.h"
#include "engine/core/ascii.h"
#include "engine/core/time_of_week.h"
#include "engine/core/verdict.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTenants = 10'000;
constexpr std::size_t kMaxConnectors = 10'000;
constexpr std::size_t kMaxReceivers = 200;  // each has a thread

bool is_identifier(const std::string& text) {
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// As the system's tz database knows it. Where there is none, nothing can be said against a name.
bool is_time_zone(const std::string& name) {
  const fs::path database = "/usr/share/zoneinfo";
  std::error_code error;
  return !fs::is_directory(database, error) ||
         (!name.starts_with('/') && name.find("..") == std::string::npos &&
          fs::is_regular_file(database / name, error));
}

/// What can stand in a User-Agent field between parentheses.
bool is_contact(const std::string& text) {
  const bool is_page = text.starts_with("http://") || text.starts_with("https://");
  const std::size_t at = text.find('@');
  const bool is_mail = at != std::string::npos && at > 0 && at + 1 < text.size();
  return (is_page || is_mail) && text.size() <= 200 && std::ranges::all_of(text, [](char c) {
           return c > ' ' && c < 0x7f &&
                  std::string_view("()\\\"<>").find(c) == std::string_view::npos;
         });
}

bool is_address(const std::string& text) {
  in6_addr parsed;
  return inet_pton(AF_INET, text.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

/// Reads one file; knows the names that were given so far.
class Reader {
 public:
  explicit Reader(std::vector<Problem>& problems) : problems_(problems) {}

  Config read(const Settings& root) {
    root.allow_only({"data_directory", "rules_directory", "http", "contact", "pipeline", "tenants",
                     "connectors", "receivers", "alerting", "backup_days", "town_settings"},
                    problems_);
    Config config;
    config.data_directory = root.resolve(root.text("data_directory", problems_));
    config.rules_directory = root.resolve(root.text("rules_directory", problems_));
    const Settings* const http = root.find("http");
    if (http) {
      read_http(*http, config);
    }
    config.contact = root.text("contact", problems_, "");
    if (!config.contact.empty() && !is_contact(config.contact)) {
      root.find("contact")->complain(
          "'contact' is an e-mail address or a page (http:// or https://), at most 200 characters",
          problems_);
    }
    config.backup_days = static_cast<std::uint32_t>(
        root.integer("backup_days", 1, 366, problems_, config.backup_days));
    if (const Settings* pipeline = root.find("pipeline")) {
      read_pipeline(*pipeline, config);
    }
    for_each(root, "receivers", kMaxReceivers,
             [&](const Settings& item) { config.receivers.push_back(read_receiver(item)); });
    for_each(root, "tenants", kMaxTenants,
             [&](const Settings& item) { config.tenants.push_back(read_tenant(item)); });
    if (const Settings* oidc = http ? http->find("oidc") : nullptr) {
      config.directory = read_directory(*oidc, config, problems_);
    }
    config.alerting =
        read_alert_policy(root.find("alerting"), config.tenants, receiver_ids_, problems_);
    if (const Settings* towns = root.find("town_settings")) {
      read_town_terms(*towns, config.towns);
    }
    for (const Tenant& tenant : config.tenants) {
      if (config.receivers.size() + config.alerting.town_receivers.size() < kMaxReceivers) {
        config.alerting.town_receivers.emplace(town_receiver(tenant.id), tenant.id);
      }
    }
    for (Tenant& tenant : config.tenants) {
      tenant.receivers = config.alerting.receivers_of(tenant.id);
    }
    config.alerting.quotes_to = std::move(quotes_to_);
    for (const ReceiverConfig& receiver : config.receivers) {
      const std::int64_t budget =
          receiver.settings.integer("budget_per_day", 1, 10'000, problems_, 0);
      config.alerting.terms[receiver.id] = {is_outside(receiver.settings, problems_),
                                            static_cast<std::uint32_t>(budget)};
    }
    for_each(root, "connectors", kMaxConnectors,
             [&](const Settings& item) { config.connectors.push_back(read_connector(item)); });
    if (config.tenants.empty()) {
      root.complain("'tenants' is missing: at least one commune must be watched for", problems_);
    }
    return config;
  }

 private:
  template <class Visit>
  void for_each(const Settings& root, std::string_view key, std::size_t most, Visit&& visit) {
    const Settings* list = root.find(key);
    if (list == nullptr || list->type() == Settings::Type::kNull) {
      return;
    }
    if (list->type() != Settings::Type::kList || list->items().size() > most) {
      list->complain("'" + std::string(key) + "' must be a list of at most " + std::to_string(most),
                     problems_);
      return;
    }
    for (const Settings& item : list->items()) {
      if (item.type() != Settings::Type::kMap) {
        item.complain("must be a map of fields", problems_);
        continue;
      }
      visit(item);
    }
  }

  std::string read_id(const Settings& item, std::set<std::string>& taken) {
    std::string id = item.text("id", problems_);
    const Settings& place = item.find("id") != nullptr ? *item.find("id") : item;
    if (!id.empty() && !is_identifier(id)) {
      place.complain("'id' is made of small letters, digits and '-', at most 40", problems_);
    }
    if (!id.empty() && !taken.insert(id).second) {
      place.complain("'" + id + "' is already taken", problems_);
    }
    return id;
  }

  /// `types`: by name.
  template <class Types>
  std::string read_type(const Settings& item, const Types& types) {
    std::string type = item.text("type", problems_);
    if (!type.empty()) {
      complain_of_unknown("type", type, types, item);
    }
    return type;
  }

  /// `known`: by name.
  template <class Known>
  void complain_of_unknown(const std::string& field, const std::string& name, const Known& known,
                           const Settings& item) {
    if (known.contains(name)) {
      return;
    }
    std::string text = "there is no " + field + " '" + name + "'; there are:";
    for (const auto& [one, value] : known) {
      text += ' ' + one;
    }
    item.find(field)->complain(std::move(text), problems_);
  }

  void read_http(const Settings& http, Config& config) {
    http.allow_only(
        {"host", "port", "operations", "public_url", "require_totp", "trusted_proxies", "oidc"},
        problems_);
    config.listen_host = http.text("host", problems_, config.listen_host);
    config.listen_port =
        static_cast<std::uint16_t>(http.integer("port", 0, 65535, problems_, config.listen_port));
    if (const Settings* operations = http.find("operations")) {
      operations->allow_only({"host", "port"}, problems_);
      config.operations = Config::Operations();
      config.operations->host = operations->text("host", problems_, config.operations->host);
      config.operations->port =
          static_cast<std::uint16_t>(operations->integer("port", 0, 65535, problems_));
    }
    config.require_totp = http.boolean("require_totp", problems_, false);
    config.trusted_proxies = http.texts("trusted_proxies", problems_);
    for (const std::string& address : config.trusted_proxies) {
      if (!is_address(address)) {
        http.find("trusted_proxies")->complain("'" + address + "' is not an IP address", problems_);
      }
    }
    config.public_url = http.text("public_url", problems_, "");
    if (config.public_url.empty()) {
      return;
    }
    const std::optional<std::string> normal = normalise_public_url(config.public_url);
    if (!normal) {
      http.find("public_url")
          ->complain("'public_url' is http:// or https://, a host, perhaps a port and a path",
                     problems_);
      return;
    }
    config.public_url = *normal;
  }

  void read_pipeline(const Settings& pipeline, Config& config) {
    pipeline.allow_only({"workers", "inbox_capacity_envelopes", "outbox_capacity_envelopes"},
                        problems_);
    const auto read = [&](std::string_view key, std::int64_t most, std::uint32_t& value) {
      value = static_cast<std::uint32_t>(pipeline.integer(key, 1, most, problems_, value));
    };
    read("workers", 256, config.workers);
    read("inbox_capacity_envelopes", 1 << 16, config.inbox_capacity_envelopes);
    read("outbox_capacity_envelopes", 1 << 16, config.outbox_capacity_envelopes);
  }

  /// By whose mail server a town's mail goes is whoever operates the engine's word.
  void read_town_terms(const Settings& item, TownTerms& towns) {
    item.allow_only({"allow_private", "mail"}, problems_);
    towns.allow_private = item.boolean("allow_private", problems_, false);
    if (const Settings* mail = item.find("mail")) {
      towns.mail = *mail;
      if (mail->type() != Settings::Type::kMap) {
        mail->complain("must be a map of fields", problems_);
      }
    }
  }

  ReceiverConfig read_receiver(const Settings& item) {
    ReceiverConfig receiver;
    receiver.id = read_id(item, receiver_ids_);
    receiver.type = read_type(item, notifier_types());
    receiver.settings = item;
    return receiver;
  }

  BusinessHours read_business_hours(const Settings& item) {
    item.allow_only({"weekdays", "opens", "closes"}, problems_);
    BusinessHours hours;
    if (const Settings* days = item.find("weekdays")) {
      hours.weekdays = 0;
      for (const std::string& text : item.texts("weekdays", problems_)) {
        const std::uint8_t some = parse_weekdays(text);
        if (some == 0) {
          days->complain("'" + text + "' is not a weekday: mon to sun, or two with '-' between",
                         problems_);
        }
        hours.weekdays |= some;
      }
    }
    for (const auto& [key, time] : {std::pair("opens", &hours.opens), {"closes", &hours.closes}}) {
      if (const Settings* field = item.find(key)) {
        const std::optional<int> minute = parse_minute_of_day(field->scalar());
        if (!minute) {
          field->complain("'" + std::string(key) + "' is a time of day from 00:00 to 24:00",
                          problems_);
        }
        *time = std::chrono::minutes(minute.value_or(0));
      }
    }
    if (hours.weekdays == 0 || hours.opens >= hours.closes) {
      item.complain("business hours need a weekday, and 'opens' before 'closes'", problems_);
    }
    return hours;
  }

  /// A number is business minutes; `around_the_clock` lists the levels whose minutes run always.
  void read_deadlines(const Settings& item, Tenant& tenant) {
    constexpr std::int64_t kLongestMinutes = 90 * 24 * 60;
    item.allow_only({"low_min", "medium_min", "high_min", "critical_min", "around_the_clock"},
                    problems_);
    const bool says_when = item.find("around_the_clock") != nullptr;
    const std::vector<std::string> always =
        says_when ? item.texts("around_the_clock", problems_) : std::vector<std::string>();
    for (const std::string& level : always) {
      if (!parse_urgency(level)) {
        item.find("around_the_clock")
            ->complain("'" + level + "' is no urgency: low, medium, high, critical", problems_);
      }
    }
    for (std::size_t i = 0; i < tenant.deadlines.size(); ++i) {
      AnswerDeadline& deadline = tenant.deadlines[i];
      const std::string level(to_string(static_cast<Urgency>(i)));
      deadline.within = std::chrono::minutes(
          item.integer(level + "_min", 1, kLongestMinutes, problems_, deadline.within.count()));
      deadline.around_the_clock =
          says_when ? std::ranges::count(always, level) != 0 : deadline.around_the_clock;
    }
  }

  /// Not only there, but saying something.
  std::string read_words(const Settings& item, std::string_view field) {
    std::string words = item.text(field, problems_);
    if (const Settings* said = item.find(field); said != nullptr && trimmed(words).empty()) {
      said->complain("'" + std::string(field) + "' is empty: no watch without it", problems_);
    }
    return words;
  }

  Tenant read_tenant(const Settings& item) {
    item.allow_only(
        {"id", "name", "language", "time_zone", "purpose", "legal_basis", "retention_days", "keep",
         "packs", "variables", "official_accounts", "receivers", "quotes_to", "volume_alerts",
         "school_zone", "business_hours", "deadlines", "public_page"},
        problems_);
    Tenant tenant;
    tenant.id = read_id(item, tenant_ids_);
    tenant.name = item.text("name", problems_, tenant.id);
    tenant.language = item.text("language", problems_, tenant.language);
    if (tenant.language != "fr" && tenant.language != "en") {
      item.find("language")->complain("'language' is fr or en", problems_);
    }
    tenant.time_zone = item.text("time_zone", problems_, tenant.time_zone);
    if (!is_time_zone(tenant.time_zone)) {
      item.find("time_zone")
          ->complain("there is no time zone '" + tenant.time_zone + "'; for example Europe/Paris",
                     problems_);
    }
    tenant.purpose = read_words(item, "purpose");
    tenant.legal_basis = read_words(item, "legal_basis");
    tenant.retention_days =
        static_cast<std::uint32_t>(item.integer("retention_days", 1, 36'500, problems_));
    const std::string keep = item.text("keep", problems_, "watched");
    if (keep != "watched" && keep != "all") {
      item.find("keep")->complain("'keep' is 'watched' (what a watch rule finds) or 'all'",
                                  problems_);
    }
    tenant.keep_all = keep == "all";
    tenant.packs = item.texts("packs", problems_);
    tenant.receivers = read_receiver_names(item, "receivers");
    quotes_to_[tenant.id] = read_receiver_names(item, "quotes_to");
    if (item.find("volume_alerts") != nullptr) {
      tenant.volume_alerts = item.boolean("volume_alerts", problems_);
    }
    tenant.public_page =
        item.find("public_page") != nullptr && item.boolean("public_page", problems_);
    if (const std::string zone = item.text("school_zone", problems_, ""); !zone.empty()) {
      if (zone != "A" && zone != "B" && zone != "C") {
        item.find("school_zone")->complain("'school_zone' is A, B or C", problems_);
      }
      tenant.school_zone = zone.front();
    }
    if (const Settings* hours = item.find("business_hours")) {
      tenant.business_hours = read_business_hours(*hours);
    }
    if (const Settings* deadlines = item.find("deadlines")) {
      read_deadlines(*deadlines, tenant);
    }
    if (const Settings* variables = item.find("variables")) {
      for (const auto& [name, value] : variables->fields()) {
        tenant.variables[name] = variables->texts(name, problems_);
      }
    }
    for_each(item, "official_accounts", 1'000, [&](const Settings& account) {
      account.allow_only({"source", "author_id"}, problems_);
      tenant.official_accounts.push_back(
          {account.text("source", problems_), account.text("author_id", problems_)});
    });
    return tenant;
  }

  void read_disclosure(const Settings& item, ConnectorConfig& connector) {
    connector.country = item.text("country", problems_, "");
    const bool is_country =
        connector.country.size() == 2 &&
        std::ranges::all_of(connector.country, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!connector.country.empty() && !is_country) {
      item.find("country")->complain("'country' is a code of ISO 3166: FR, US, …", problems_);
    }
    connector.legal_note = item.text("legal_note", problems_, "");
    connector.cents_per_1000_reads = static_cast<std::uint64_t>(
        item.integer("cents_per_1000_reads", 0, 1'000'000, problems_, 0));
  }

  std::vector<std::string> read_receiver_names(const Settings& item, std::string_view field) {
    std::vector<std::string> names = item.texts(field, problems_);
    for (const std::string& receiver : names) {
      if (!receiver_ids_.contains(receiver)) {
        item.find(field)->complain("there is no receiver '" + receiver + "'", problems_);
      }
    }
    return names;
  }

  ConnectorConfig read_connector(const Settings& item) {
    ConnectorConfig connector;
    connector.id = read_id(item, connector_ids_);
    connector.type = read_type(item, connector_types());
    connector.format = item.text("format", problems_, "");
    if (!connector.format.empty()) {
      complain_of_unknown("format", connector.format, mappings(), item);
    }
    connector.network = item.text("network", problems_, connector.id);
    connector.base_url = item.text("base_url", problems_, "");
    connector.owned_by = item.texts("owned_by", problems_);
    for (const std::string& tenant : connector.owned_by) {
      if (!tenant_ids_.contains(tenant)) {
        item.find("owned_by")->complain("there is no tenant '" + tenant + "'", problems_);
      }
    }
    read_disclosure(item, connector);
    connector.settings = item;
    return connector;
  }

  std::vector<Problem>& problems_;
  std::set<std::string> tenant_ids_, connector_ids_, receiver_ids_;
  std::map<std::string, std::vector<std::string>, std::less<>> quotes_to_;  // by tenant
};

}  // namespace

std::string hook_url_of(const Config& config, const std::string& connector) {
  return config.public_url.empty() ? std::string() : config.public_url + "/hooks/" + connector;
}

SourceDisclosure disclosure_of(const ConnectorConfig& connector) {
  SourceDisclosure disclosure = disclose(connector.type, connector.settings);
  disclosure.country = connector.country;
  disclosure.legal_note = connector.legal_note;
  return disclosure;
}

std::optional<Config> read_config(const std::string& path, std::vector<Problem>& problems) {
  const std::optional<Settings> root = Settings::read_file(path, problems);
  if (!root) {
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  Config config = Reader(problems).read(*root);
  config.file = path;
  if (problems.size() != before) {
    return std::nullopt;
  }
  config.town_settings =
      read_town_files(config.data_directory, config.tenants, config.town_problems);
  for (Tenant& tenant : config.tenants) {
    if (const auto set = config.town_settings.find(tenant.id); set != config.town_settings.end()) {
      take_over(set->second, tenant);
    }
  }
  return config;
}

}  // namespace vigie
