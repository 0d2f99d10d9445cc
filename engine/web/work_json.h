#pragma once

#include "engine/core/json_writer.h"
#include "engine/trend/work_due.h"
#include "engine/web/api.h"

namespace vigie {

/// How things stand with the story of a mention, as an object. Without a due time if the mention
/// that leads it cannot be read.
void write_work_of(const ApiParts& parts, const StoredMention& stored, JsonWriter& json);
/// The members of an open object.
void write_work_members(const WorkSubject& subject, const Work& work, const WorkDue& due,
                        JsonWriter& json);
/// One event as an object. `undone`: a later one took it back.
void write_work_event(const WorkEvent& event, bool undone, JsonWriter& json);

}  // namespace vigie
