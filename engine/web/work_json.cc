#include "engine/web/work_json.h"

namespace vigie {

void write_work_of(const ApiParts& parts, const StoredMention& stored, JsonWriter& json) {
  const MentionRef founder = founder_of(stored);
  const Work work = parts.store.work_now(work_on(founder));
  const Tenant& tenant = parts.tenants.at(founder.tenant);
  WorkDue due;
  if (stored.record.leads) {
    due = due_of(tenant, stored.record, work, parts.clock.now());
  } else if (const auto leader = leader_of(parts.store, founder); leader && *leader) {
    due = due_of(tenant, (*leader)->record, work, parts.clock.now());
  }
  json.begin_object();
  write_work_members(work_on(founder), work, due, json);
  json.end_object();
}

void write_work_members(const WorkSubject& subject, const Work& work, const WorkDue& due,
                        JsonWriter& json) {
  json.key("ref").value(to_string(subject)).key("state").value(to_string(work.state));
  if (!work.by.empty()) {
    json.key("by").value(work.by).key("at").value(format_time(work.at));
  }
  json.key("assignee");
  work.assignee.empty() ? json.null() : json.value(work.assignee);
  json.key("tags").begin_array();
  for (const std::string& tag : work.tags) {
    json.value(tag);
  }
  json.end_array().key("notes").value(std::uint64_t{work.notes});
  json.key("last_step");
  work.last == 0 ? json.null() : json.value(work.last);
  if (work.answered_with != 0) {
    json.key("answered_with").value(work.answered_with);
  }
  json.key("due_at");
  due.at ? json.value(format_time(*due.at)) : json.null();
  json.key("overdue").value(due.is_overdue);
}

void write_work_event(const WorkEvent& event, bool undone, JsonWriter& json) {
  const WorkRequest& done = event.done;
  json.begin_object().key("number").value(event.number);
  json.key("ref").value(to_string(event.subject)).key("at").value(format_time(done.at));
  json.key("by").value(done.by).key("step").value(to_string(done.act));
  json.key("from").value(to_string(event.from)).key("to").value(to_string(event.to));
  if (event.withdrawn) {
    json.key("withdrawn").value(true);
  } else if (done.act == WorkAct::kAssign) {
    json.key("assignee");
    done.text.empty() ? json.null() : json.value(done.text);
  } else if (done.act == WorkAct::kTag || done.act == WorkAct::kUntag) {
    json.key("tag").value(done.text);
  } else if (done.act == WorkAct::kNote || done.act == WorkAct::kDraft) {
    json.key("text").value(done.text);
  }
  if (done.act == WorkAct::kDraft) {
    json.key("card").value(done.card).key("network").value(done.network);
  }
  if (done.draft != 0) {
    json.key("draft").value(done.draft);
  }
  if (done.act == WorkAct::kUndo) {
    json.key("undoes").value(done.undoes);
  }
  json.key("undone").value(undone).end_object();
}

}  // namespace vigie
