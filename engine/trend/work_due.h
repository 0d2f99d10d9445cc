#pragma once

#include <optional>

#include "engine/core/tenant.h"
#include "engine/core/verdict.h"
#include "engine/store/record.h"
#include "engine/store/store.h"
#include "engine/work/work.h"

namespace vigie {

/// When a story or an incident has to be answered: the one place that says so, by the tenant's
/// deadlines and business hours as they are now.
struct WorkDue {
  std::optional<Time> at;  ///< nothing: nobody has to answer it
  bool is_overdue = false;
};

/// By when what is so urgent and came at `from` should have been answered.
Time due_at(const Tenant& tenant, Urgency urgency, Time from);

/// `leader` leads the story that `work` is about. What is urgent is due its deadline after it was
/// received; what is not, its deadline after somebody took charge; what is official, never. Only
/// what is new or taken can be overdue.
WorkDue due_of(const Tenant& tenant, const Record& leader, const Work& work, Time now);
/// Likewise of one that is not official: how urgent it is in force, when it was received.
WorkDue due_of(const Tenant& tenant, Urgency urgency, Time received_at, const Work& work, Time now);

/// By when an alert of that level, raised then, should have been answered: when the story it is
/// about is due, if the mention that leads it (null: it is about none, or none is left) is at least
/// as urgent; else its own level's deadline after it was raised.
Time alert_due_at(const Tenant& tenant, Urgency level, Time raised_at, const Record* leader);

/// The mention that leads the story; if none does, its oldest. Nothing: none is left.
Result<std::optional<StoredMention>> leader_of(const Store& store, const MentionRef& founder);

}  // namespace vigie
