#include <algorithm>
#include <cstdio>
#include <string>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/app/data_folder.h"
#include "engine/core/json_writer.h"
#include "engine/core/training_text.h"
#include "engine/store/mention_json.h"

namespace vigie {
namespace {

/// What the options ask for, read once.
struct Wanted {
  TenantId tenant = 0;
  std::string tenant_id;
  std::optional<Tone> tone;
  Urgency at_least = Urgency::kLow;
  std::optional<Time> since, until;
};

void print(const std::string& line) { std::fwrite(line.data(), 1, line.size(), stdout); }

template <class Value>
std::optional<Value> option(const char* name, const std::string& text, const char* example,
                            std::optional<Value> (*parse)(std::string_view),
                            std::vector<Problem>& problems) {
  if (text.empty()) {
    return std::nullopt;
  }
  std::optional<Value> value = parse(text);
  if (!value) {
    problems.push_back({name, 0, 0, "'" + text + "' is not one; for example " + example});
  }
  return value;
}

Wanted read_wanted(const QueryOptions& options, const Config& config,
                   std::vector<Problem>& problems) {
  Wanted wanted;
  wanted.tone = option("--tone", options.tone, "negative", &parse_tone, problems);
  wanted.at_least = option("--urgency", options.urgency, "high", &parse_urgency, problems)
                        .value_or(Urgency::kLow);
  wanted.since = option("--since", options.since, "2026-10-14T06:00:00Z", &parse_time, problems);
  wanted.until = option("--until", options.until, "2026-10-14T06:00:00Z", &parse_time, problems);
  if (options.tenant.empty() && config.tenants.size() > 1 && options.corrections.empty()) {
    problems.push_back({"--tenant", 0, 0, "is needed: there are several"});
  }
  for (TenantId tenant = 0; tenant < config.tenants.size(); ++tenant) {
    if (options.tenant.empty() || config.tenants[tenant].id == options.tenant) {
      wanted.tenant = tenant;
      wanted.tenant_id = config.tenants[tenant].id;
      return wanted;
    }
  }
  problems.push_back({"--tenant", 0, 0, "there is no tenant '" + options.tenant + "'"});
  return wanted;
}

bool fits(const StoredMention& stored, const QueryOptions& options, const Wanted& wanted) {
  const Record& record = stored.record;
  const auto has_topic = [&](std::uint32_t topic) {
    return stored.catalogue->names[topic] == options.topic;
  };
  return (!wanted.tone || tone_in_force(record) == *wanted.tone) &&
         urgency_in_force(record) >= wanted.at_least &&
         (options.source.empty() || record.mention.source == options.source) &&
         (!wanted.since || record.mention.created_at >= *wanted.since) &&
         (!wanted.until || record.mention.created_at < *wanted.until) &&
         (options.topic.empty() || std::ranges::any_of(record.topics, has_topic));
}

void print_mention(const StoredMention& stored, std::string_view tenant) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  write_stored_members(stored, tenant, json);
  json.key("topics").begin_array();
  for (const std::uint32_t topic : stored.record.topics) {
    json.value(stored.catalogue->names[topic]);
  }
  json.end_array();
  json.end_object().line();
  print(line);
}

Result<void> print_mentions(const Store& store, const QueryOptions& options, const Wanted& wanted) {
  std::uint64_t left = options.limit == 0 ? ~std::uint64_t{0} : options.limit;
  return store.scan(wanted.tenant, std::nullopt, 0, [&](const StoredMention& stored) {
    if (fits(stored, options, wanted)) {
      print_mention(stored, wanted.tenant_id);
      --left;
    }
    return left != 0;
  });
}

Result<void> print_dead_letters(const Store& store, std::uint64_t limit) {
  Result<std::vector<DeadLetter>> letters =
      store.dead_letters(limit == 0 ? ~std::size_t{0} : limit);
  if (!letters) {
    return tl::make_unexpected(letters.error());
  }
  for (const DeadLetter& letter : *letters) {
    std::string line;
    JsonWriter json(line);
    json.begin_object();
    json.key("number").value(letter.number);
    json.key("received_at").value(format_time(letter.received_at));
    json.key("connector").value(letter.connector);
    json.key("reason").value(letter.reason);
    json.key("detail").value(letter.detail);
    json.key("bytes").value(letter.bytes);
    json.end_object().line();
    print(line);
  }
  return {};
}

Result<void> print_alerts(const Store& store, TenantId tenant, std::uint64_t limit) {
  Result<std::vector<Store::StoredAlert>> alerts =
      store.alerts(tenant, 0, limit == 0 ? ~std::size_t{0} : limit);
  if (!alerts) {
    return tl::make_unexpected(alerts.error());
  }
  for (const Store::StoredAlert& alert : *alerts) {
    print(alert.body + "\n");
  }
  return {};
}

void print_delivery(const Delivery& delivery) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.key("alert").value(delivery.alert);
  json.key("receiver").value(delivery.receiver);
  json.key("state").value(delivery.dead ? "dead" : "owed");
  json.key("attempts").value(delivery.attempts);
  json.key("last_error").value(delivery.last_error);
  json.end_object().line();
  print(line);
}

/// Those given up first, each part newest alert first.
Result<void> print_deliveries(const Store& store, TenantId tenant, std::uint64_t limit) {
  std::uint64_t left = limit == 0 ? ~std::uint64_t{0} : limit;
  for (const bool dead : {true, false}) {
    const Result<std::vector<Delivery>> deliveries =
        store.deliveries(dead, Time::max(), ~std::size_t{0});
    if (!deliveries) {
      return tl::make_unexpected(deliveries.error());
    }
    for (auto delivery = deliveries->rbegin(); delivery != deliveries->rend() && left != 0;
         ++delivery) {
      const Result<std::optional<Store::StoredAlert>> alert = store.alert(delivery->alert);
      if (!alert) {
        return tl::make_unexpected(alert.error());
      }
      if (*alert && (*alert)->tenant == tenant) {
        print_delivery(*delivery);
        --left;
      }
    }
  }
  return {};
}

/// What a person said of `axis`, as a label; nothing if nobody said anything.
std::optional<std::string_view> corrected_label(const Record& record, std::string_view axis) {
  if (record.corrections.empty()) {
    return std::nullopt;
  }
  const Correction& correction = record.corrections.back();
  if (axis == "tone") {
    return correction.tone ? std::optional(to_string(*correction.tone)) : std::nullopt;
  }
  if (!correction.urgent) {
    return std::nullopt;
  }
  return *correction.urgent ? "urgent" : "non_urgent";
}

Result<void> print_corrections(const Store& store, TenantId tenant, const std::string& axis) {
  return store.scan(tenant, std::nullopt, 0, [&](const StoredMention& stored) {
    const Mention& mention = stored.record.mention;
    if (const std::optional<std::string_view> label = corrected_label(stored.record, axis)) {
      print(std::string(*label) + "\t" + training_text(mention.title, mention.text) + "\n");
    }
    return true;
  });
}

Result<void> print_all_corrections(const Store& store, const QueryOptions& options,
                                   const Config& config) {
  for (TenantId tenant = 0; tenant < config.tenants.size(); ++tenant) {
    if (!options.tenant.empty() && options.tenant != config.tenants[tenant].id) {
      continue;
    }
    if (Result<void> done = print_corrections(store, tenant, options.corrections); !done) {
      return done;
    }
  }
  return {};
}

Result<void> print_wanted(const Store& store, const QueryOptions& options, const Wanted& wanted) {
  if (options.dead_letters) {
    return print_dead_letters(store, options.limit);
  }
  if (options.alerts) {
    return print_alerts(store, wanted.tenant, options.limit);
  }
  if (options.deliveries) {
    return print_deliveries(store, wanted.tenant, options.limit);
  }
  return print_mentions(store, options, wanted);
}

}  // namespace

int query(const QueryOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  Wanted wanted;
  if (config) {
    wanted = read_wanted(options, *config, problems);
  }
  if (!problems.empty()) {
    return usage(problems);
  }
  const Result<std::unique_ptr<Store>> store = open_store(*config, StoreAccess::kReadOnly);
  if (!store) {
    return failed(store.error());
  }
  const Result<void> done = options.corrections.empty()
                                ? print_wanted(**store, options, wanted)
                                : print_all_corrections(**store, options, *config);
  if (!done) {
    return failed(done.error());
  }
  return kOk;
}

}  // namespace vigie
