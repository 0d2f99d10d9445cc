#include "engine/trend/work_due.h"

#include "engine/trend/business_hours.h"
#include "engine/trend/trend_reader.h"

namespace vigie {

Time due_at(const Tenant& tenant, Urgency urgency, Time from) {
  return due_at(calendar_of(tenant), tenant.business_hours,
                tenant.deadlines.at(static_cast<std::size_t>(urgency)), from);
}

WorkDue due_of(const Tenant& tenant, const Record& leader, const Work& work, Time now) {
  return leader.official ? WorkDue()
                         : due_of(tenant, urgency_in_force(leader), leader.received_at, work, now);
}

WorkDue due_of(const Tenant& tenant, Urgency urgency, Time received_at, const Work& work,
               Time now) {
  if (!is_urgent(urgency) && work.state == WorkState::kNew) {
    return {};
  }
  WorkDue due;
  due.at = due_at(tenant, urgency, is_urgent(urgency) ? received_at : work.at);
  due.is_overdue = is_open(work.state) && *due.at < now;
  return due;
}

Time alert_due_at(const Tenant& tenant, Urgency level, Time raised_at, const Record* leader) {
  const bool is_storys =
      leader != nullptr && !leader->official && urgency_in_force(*leader) >= level;
  return is_storys ? due_at(tenant, urgency_in_force(*leader), leader->received_at)
                   : due_at(tenant, level, raised_at);
}

Result<std::optional<StoredMention>> leader_of(const Store& store, const MentionRef& founder) {
  auto first = store.mention(founder);
  if (!first || (*first && (*first)->record.leads && !(*first)->record.repeats)) {
    return first;
  }
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

}  // namespace vigie
