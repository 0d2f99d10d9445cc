#pragma once

#include <optional>

#include "engine/core/json_writer.h"
#include "engine/web/api.h"

namespace vigie {

/// When a story has to be answered.
struct WorkDue {
  std::optional<Time> at;  ///< nothing: nobody has to answer it
  bool is_overdue = false;
};

/// `leader` leads the story that `work` is about. What is urgent is due its deadline after it was
/// received; what is not, its deadline after somebody took charge; what is official, never. Only
/// what is new or taken can be overdue.
WorkDue due_of(const Tenant& tenant, const StoredMention& leader, const Work& work, Time now);

/// The mention that leads the story; if none does, its oldest. Nothing: none is left.
Result<std::optional<StoredMention>> leader_of(const Store& store, const MentionRef& founder);

/// How things stand with the story of a mention, as an object. Without a due time if the mention
/// that leads it cannot be read.
void write_work_of(const ApiParts& parts, const StoredMention& stored, JsonWriter& json);
/// The members of an open object.
void write_work_members(const WorkSubject& subject, const Work& work, const WorkDue& due,
                        JsonWriter& json);
/// One event as an object. `undone`: a later one took it back.
void write_work_event(const WorkEvent& event, bool undone, JsonWriter& json);

}  // namespace vigie
