#include "engine/web/work_json.h"

#include "engine/trend/business_hours.h"
#include "engine/trend/trend_reader.h"

namespace vigie {

WorkDue due_of(const Tenant& tenant, const StoredMention& leader, const Work& work, Time now) {
  const Urgency urgency = urgency_in_force(leader.record);
  const bool is_theirs = work.state != WorkState::kNew;
  if (leader.record.official || (!is_urgent(urgency) && !is_theirs)) {
    return {};
  }
  const Time from = is_urgent(urgency) ? leader.record.received_at : work.at;
  const AnswerDeadline& deadline = tenant.deadlines.at(static_cast<std::size_t>(urgency));
  WorkDue due;
  due.at = due_at(calendar_of(tenant), tenant.business_hours, deadline, from);
  due.is_overdue = is_open(work.state) && *due.at < now;
  return due;
}

Result<std::optional<StoredMention>> leader_of(const Store& store, const MentionRef& founder) {
  std::optional<MentionRef> leader;
  const Result<void> read = store.scan_story(founder, [&](const StoredMention& stored) {
    leader = !leader || stored.record.leads ? stored.ref : *leader;
    return !stored.record.leads;
  });
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  return leader ? store.mention(*leader) : Result<std::optional<StoredMention>>(std::nullopt);
}

void write_work_of(const ApiParts& parts, const StoredMention& stored, JsonWriter& json) {
  const MentionRef founder = founder_of(stored);
  const Work work = parts.store.work_now(work_on(founder));
  const Tenant& tenant = parts.tenants.at(founder.tenant);
  WorkDue due;
  if (stored.record.leads) {
    due = due_of(tenant, stored, work, parts.clock.now());
  } else if (const auto leader = leader_of(parts.store, founder); leader && *leader) {
    due = due_of(tenant, **leader, work, parts.clock.now());
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
  } else if (done.act == WorkAct::kNote) {
    json.key("text").value(done.text);
  }
  if (done.act == WorkAct::kUndo) {
    json.key("undoes").value(done.undoes);
  }
  json.key("undone").value(undone).end_object();
}

}  // namespace vigie
