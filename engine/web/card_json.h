#pragma once

#include "engine/core/json_writer.h"
#include "engine/web/api.h"

namespace vigie {

/// The ids of the argument cards that fit a mention, the best first, as an array.
void write_fitting_cards(const ApiParts& parts, const StoredMention& stored, JsonWriter& json);

/// The same for an alert, by its reasons and topic; none if it says that an incident is over.
void write_fitting_cards(const ApiParts& parts, const Store::StoredAlert& alert, JsonWriter& json);

}  // namespace vigie
