#include "engine/report/author_file.h"

#include <algorithm>
#include <set>

#include "engine/alert/alert.h"
#include "engine/core/json_writer.h"
#include "engine/core/pseudonym.h"
#include "engine/store/mention_json.h"

namespace vigie {
namespace {

void write_mention(const StoredMention& stored, const Tenant& tenant, JsonWriter& json) {
  json.begin_object();
  write_stored_members(stored, tenant.id, json);
  json.end_object();
}

/// What colleagues wrote about this mention.
Result<void> write_notes(const Store& store, const StoredMention& stored, JsonWriter& json) {
  const Result<std::vector<WorkEvent>> events = store.work_events(work_on(founder_of(stored)));
  if (!events) {
    return tl::make_unexpected(events.error());
  }
  for (const WorkEvent& event : *events) {
    const bool is_about =
        event.done.about_day == stored.ref.day && event.done.about == stored.ref.sequence;
    if (speaks_of_one_mention(event.done.act) && is_about && !event.withdrawn) {
      json.begin_object();
      json.key("kind").value(to_string(event.done.act));
      json.key("mention").value(to_string(stored.ref));
      json.key("at").value(format_time(event.done.at));
      json.key("text").value(event.done.text);
      json.end_object();
    }
  }
  return {};
}

Result<void> write_alerts(const Store& store, TenantId id, const std::set<std::string>& mentions,
                          JsonWriter& json) {
  const auto alerts = store.alerts(id, 0, ~std::size_t{0});
  if (!alerts) {
    return tl::make_unexpected(alerts.error());
  }
  for (const Store::StoredAlert& stored : *alerts) {
    const Result<Alert> alert = parse_alert(stored.body);
    if (!alert) {
      return tl::make_unexpected(alert.error());
    }
    if (mentions.contains(alert->mention)) {
      json.begin_object();
      json.key("number").value(stored.number);
      json.key("mention").value(alert->mention);
      json.key("raised_at").value(format_time(alert->raised_at));
      json.key("quote").value(alert->quote);
      json.end_object();
    }
  }
  return {};
}

}  // namespace

Result<std::string> author_file(const Store& store, TenantId id, const Tenant& tenant,
                                const Pseudonym& author, const std::vector<std::string>& identities,
                                Time now) {
  std::string body, notes;
  JsonWriter json(body), notes_json(notes);
  json.begin_object();
  json.key("document").value("vigie-access");
  json.key("tenant").value(tenant.id).key("tenant_name").value(tenant.name.text());
  json.key("made_at").value(format_time(now));
  json.key("purpose").value(tenant.purpose).key("legal_basis").value(tenant.legal_basis);
  json.key("retention_days").value(tenant.retention_days);
  json.key("pseudonym").value(to_text(author));
  json.key("new_mentions_are_dropped").value(store.is_suppressed(id, author));
  json.key("identities").begin_array();
  for (const std::string& identity : identities) {
    json.raw(identity);
  }
  json.end_array();
  std::set<std::string> mentions, sources;
  Result<void> noted;
  notes_json.begin_array();
  json.key("mentions").begin_array();
  const Result<void> read = store.scan(id, {}, 0, [&](const StoredMention& stored) {
    const Record& record = stored.record;
    if (record.has_author && record.author == author) {
      mentions.insert(to_string(stored.ref));
      sources.emplace(record.mention.source);
      write_mention(stored, tenant, json);
      noted = write_notes(store, stored, notes_json);
    }
    return noted.has_value();
  });
  json.end_array();
  notes_json.end_array();
  json.key("notes").raw(notes);
  json.key("alerts").begin_array();
  const Result<void> alerts = write_alerts(store, id, mentions, json);
  json.end_array();
  json.key("sources").begin_array();
  for (const std::string& source : sources) {
    json.value(source);
  }
  json.end_array().end_object();
  for (const Result<void>& result : {read, noted, alerts}) {
    if (!result) {
      return tl::make_unexpected(result.error());
    }
  }
  return body;
}

}  // namespace vigie
