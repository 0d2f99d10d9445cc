// /api/v1/tenants and their mentions: the list with its filters, and one with its evidence.
#include <optional>
#include <set>
#include <string>

#include "engine/core/handle_mask.h"
#include "engine/core/own_rules.h"
#include "engine/core/pseudonym.h"
#include "engine/core/verdict_json.h"
#include "engine/core/web_link.h"
#include "engine/store/correction_json.h"
#include "engine/web/api_routes.h"
#include "engine/web/card_json.h"
#include "engine/web/mention_filter.h"
#include "engine/web/word_search.h"
#include "engine/web/work_json.h"

namespace vigie {
namespace {

using Field = RouteDescription::Field;

constexpr std::uint64_t kMaxLimit = 200, kDefaultLimit = 50;
/// What one request may look at; the cursor it answers leads on from there.
constexpr std::size_t kMaxScannedMentions = 5000;
constexpr std::size_t kMaxQueryBytes = 500;

struct Filter {
  MentionFilter mentions;
  bool per_story = false;  ///< only the mentions that lead one
  WordSearch search{""};
  std::optional<Time> since, until;  ///< of received_at, the list's order

  bool takes(const StoredMention& stored) const {
    const Record& record = stored.record;
    return (!per_story || record.leads) && (!since || record.received_at >= *since) &&
           (!until || record.received_at < *until) && mentions.takes(stored) &&
           search.finds(record.mention.title, record.mention.text);
  }
};

/// Nothing if a field is not what it should be; `why` says which.
std::optional<Filter> read_filter(const Request& request, std::string& why) {
  Filter filter;
  filter.mentions = read_mention_filter(request, why).value_or(MentionFilter());
  const std::string words = request.query_field("q").value_or("");
  if (words.size() > kMaxQueryBytes) {
    why = "q is too long";
  }
  filter.search = WordSearch(words);
  const std::string per_story = request.query_field("per_story").value_or("false");
  filter.per_story = per_story == "true";
  if (!filter.per_story && per_story != "false") {
    why = "per_story is true or false";
  }
  bool times_are_valid = true;
  filter.since = time_field(request, "since", times_are_valid);
  filter.until = time_field(request, "until", times_are_valid);
  if (!times_are_valid) {
    why = "since and until are RFC 3339 times";
  }
  return why.empty() ? std::optional(std::move(filter)) : std::nullopt;
}

/// Where the list begins: behind the cursor, or at the end of the day of `until`.
std::optional<MentionRef> first_place(TenantId tenant, const std::optional<MentionRef>& cursor,
                                      const Filter& filter) {
  if (cursor || !filter.until) {
    return cursor;
  }
  return MentionRef{tenant, day_of(*filter.until) + 1, 0};
}

Response list_mentions(const ApiParts& parts, TenantId tenant, const Request& request) {
  std::string why;
  const std::optional<Filter> filter = read_filter(request, why);
  if (!filter) {
    return problem(400, why);
  }
  const std::optional<std::uint64_t> limit =
      number_field(request, "limit", 1, kMaxLimit, kDefaultLimit);
  if (!limit) {
    return problem(400, "limit is a number from 1 to 200");
  }
  std::optional<MentionRef> cursor;
  if (const auto before = request.query_field("before")) {
    cursor = parse_mention_ref(tenant, *before);
    if (!cursor) {
      return problem(400, "before is the `next` of an earlier answer");
    }
  }

  std::string body;
  JsonWriter json(body);
  json.begin_object().key("mentions").begin_array();
  std::uint64_t found = 0;
  std::size_t scanned = 0;
  std::optional<MentionRef> next;
  const auto visit = [&](const StoredMention& stored) {
    if (filter->takes(stored)) {
      write_stored_mention(parts, stored, json);
      ++found;
    }
    if (found == *limit || ++scanned == kMaxScannedMentions) {
      next = stored.ref;
      return false;
    }
    return true;
  };
  const std::optional<MentionRef> place = first_place(tenant, cursor, *filter);
  const Day since = filter->since ? day_of(*filter->since) : 0;
  const bool only_urgent = is_urgent(filter->mentions.least_urgency);
  const Result<void> read = only_urgent ? parts.store.scan_urgent(tenant, place, since, visit)
                                        : parts.store.scan(tenant, place, since, visit);
  if (!read) {
    return store_failed(read.error());
  }
  json.end_array().key("next");
  next ? json.value(to_string(*next)) : json.null();
  json.end_object();
  return json_response(std::move(body));
}

/// Those in which the caller is somebody.
void write_rights(std::string_view name, JsonWriter& json, const std::function<bool(Right)>& may) {
  json.key(name).begin_array();
  for (std::size_t i = 0; i < kRightCount; ++i) {
    if (const auto right = static_cast<Right>(i); may(right)) {
      json.value(to_string(right));
    }
  }
  json.end_array();
}

Response list_tenants(const ApiParts& parts, const Request& request) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("tenants").begin_array();
  for (TenantId number = 0; number < parts.tenants.size(); ++number) {
    const Tenant& tenant = parts.tenants[number];
    if (!request.caller->grants.is_member(tenant.id)) {
      continue;
    }
    json.begin_object().key("id").value(tenant.id).key("name").value(tenant.name.text());
    json.key("language").value(tenant.language).key("time_zone").value(tenant.time_zone);
    json.key("retention_days").value(tenant.retention_days);
    json.key("purpose").value(tenant.purpose).key("legal_basis").value(tenant.legal_basis);
    json.key("public_page").value(tenant.public_page);
    json.key("counter").value(parts.counter.is_open(number));
    write_rights("rights", json,
                 [&](Right right) { return request.caller->grants.may(right, tenant.id); });
    json.end_object();
  }
  json.end_array();
  write_rights("engine_rights", json,
               [&](Right right) { return request.caller->grants.may_engine_wide(right); });
  json.end_object();
  return json_response(std::move(body));
}

/// {"crise.viral":"…",…}: of the evidence's rules that have a title.
void write_rule_titles(const Verdict& verdict, const Catalogue& catalogue, JsonWriter& json) {
  std::set<std::uint32_t> written;
  json.key("rule_titles").begin_object();
  for (const Evidence& evidence : verdict.evidence) {
    const std::string_view title = title_of(catalogue, evidence.name);
    if (!title.empty() && written.insert(evidence.name).second) {
      json.key(spell(catalogue, evidence.name)).value(title);
    }
  }
  json.end_object();
}

void write_story_of(const Store& store, const StoredMention& stored, JsonWriter& json) {
  const MentionRef founder = founder_of(stored);
  json.key("story").begin_object();
  const Result<std::optional<Story>> story = store.story(founder);
  if (story && *story) {
    write_story_members(**story, json);
  } else {  // taken back meanwhile
    json.key("ref").value(to_string(founder)).key("mentions").value(0).key("authors").value(0);
  }
  json.key("leads").value(stored.record.leads).end_object();
}

std::vector<Field> list_fields() {
  const std::string text = R"({"type":"string"})";
  const std::string time = R"({"type":"string","format":"date-time"})";
  std::vector<Field> fields = mention_filter_fields();
  const std::vector<Field> others = {
      {"per_story", R"({"type":"boolean","default":false})",
       "Of near-duplicates only the first that is not official"},
      {"q", text, "Words that must all occur, whatever their case and accents"},
      {"since", time, "Received at this time or later"},
      {"until", time, "Received before this time"},
      {"before", text, "The `next` of an earlier answer"},
      {"limit", R"({"type":"integer","minimum":1,"maximum":200,"default":50})", "At most so many"},
  };
  fields.insert(fields.end(), others.begin(), others.end());
  return fields;
}

}  // namespace

Response show_mention(const ApiParts& parts, const MentionRef& ref) {
  const Result<std::optional<StoredMention>> stored = parts.store.mention(ref);
  if (!stored) {
    return store_failed(stored.error());
  }
  if (!*stored) {
    return not_found();
  }
  std::string body;
  JsonWriter json(body);
  write_stored_mention(parts, **stored, json);
  return json_response(std::move(body));
}

void write_stored_mention(const ApiParts& parts, const StoredMention& stored, JsonWriter& json) {
  const Record& record = stored.record;
  const std::string text = mask_handles(record.mention.text);
  const std::string title = mask_handles(record.mention.title);
  Mention shown = record.mention;
  shown.text = text;
  shown.title = title;
  shown.language = {};
  shown.url = is_web_link(shown.url) ? shown.url : std::string_view();
  const std::string pseudonym = record.has_author ? to_text(record.author) : std::string();

  json.begin_object().key("ref").value(to_string(stored.ref));
  write_story_of(parts.store, stored, json);
  json.key("work");
  write_work_of(parts, stored, json);
  json.key("cards");
  write_fitting_cards(parts, stored, json);
  write_mention_members(shown, {pseudonym, record.official}, json);
  json.key("received_at").value(format_time(record.received_at));
  json.key("lang").value(record.verdict.language_view());
  json.key("topics").begin_array();
  for (const std::uint32_t topic : record.topics) {
    json.value(stored.catalogue->names.at(topic));
  }
  json.end_array();
  const Verdict told =
      as_told_to(parts.tenants[stored.ref.tenant].id, record.verdict, *stored.catalogue);
  write_verdict_members(shown, told, *stored.catalogue, record.topics, json);
  write_correction_members(record, json);
  write_rule_titles(told, *stored.catalogue, json);
  json.end_object();
}

std::vector<Route> mention_routes(const SharedParts& parts) {
  return {
      api_get(Right::kSignedIn, "/api/v1/tenants", "listTenants",
              "The communes this engine watches for, those in which the caller has a role",
              "TenantList", {},
              [parts](const Request& request) { return list_tenants(*parts, request); }),
      api_get(Right::kReadMentions, "/api/v1/tenants/{tenant}/mentions", "listMentions",
              "Mentions, newest received first. An answer may hold fewer than `limit`, even none, "
              "and still have a `next`: it says how far the search has come",
              "MentionPage", list_fields(),
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           return list_mentions(*parts, tenant, request);
                         })),
      api_get(Right::kReadMentions, "/api/v1/tenants/{tenant}/mentions/{ref}", "getMention",
              "One mention with its evidence", "Mention", {},
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           const auto ref = parse_mention_ref(tenant, request.parameter("ref"));
                           return ref ? show_mention(*parts, *ref) : not_found();
                         })),
  };
}

}  // namespace vigie
