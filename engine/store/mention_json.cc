#include "engine/store/mention_json.h"

#include "engine/core/own_rules.h"
#include "engine/core/verdict_json.h"
#include "engine/store/correction_json.h"

namespace vigie {

void write_stored_members(const StoredMention& stored, std::string_view tenant, JsonWriter& json) {
  const Record& record = stored.record;
  json.key("ref").value(to_string(stored.ref));
  write_mention_members(record.mention, {}, json);
  json.key("received_at").value(format_time(record.received_at));
  write_verdict_members(record.mention, as_told_to(tenant, record.verdict, *stored.catalogue),
                        *stored.catalogue, record.topics, json);
  write_correction_members(record, json);
}

}  // namespace vigie
