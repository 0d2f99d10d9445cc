#pragma once

#include "engine/core/json_writer.h"
#include "engine/store/store.h"

namespace vigie {

/// Into the object under way: a stored mention without its author: "ref", the members of a
/// canonical mention, "received_at", the verdict, and what people said of it (correction_json.h).
/// `tenant`: the id of the one whose copy it is.
void write_stored_members(const StoredMention& stored, std::string_view tenant, JsonWriter& json);

}  // namespace vigie
