#pragma once

#include "engine/core/json_writer.h"
#include "engine/store/record.h"

namespace vigie {

/// Into the object under way: "in_force", what lists and statistics count the mention as, and, if
/// anybody ever corrected it, "correction": the last word, with those before it as "history",
/// oldest first.
void write_correction_members(const Record& record, JsonWriter& json);

}  // namespace vigie
