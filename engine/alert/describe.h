#pragma once

#include <span>

#include "engine/alert/alert.h"
#include "engine/alert/crowds.h"
#include "engine/alert/incidents.h"
#include "engine/core/catalogue.h"
#include "engine/core/tenant.h"
#include "engine/store/record.h"
#include "engine/store/store.h"

namespace vigie {

/// What incidents need to know of a stored urgent mention. `catalogue` is the one its numbers
/// belong to.
Sighting sight(const MentionRef& ref, const Record& record, const Catalogue& catalogue);
/// The same of a mention that makes a crowd with others, under `voice`'s rule. `crowd` outlives it.
Sighting sight(const Voice& voice, std::span<const Spoken> crowd);

/// The alert that a raise asks for: quote around the passages that made the mention urgent,
/// @handles masked, and reasons. By when somebody should have answered is for the caller to say.
Alert describe(const Tenant& tenant, const MentionRef& ref, const Record& record,
               const Catalogue& catalogue, const Raise& raise, Time now);

/// The same where a crowd asks for it: `record` is the mention that made it one, quoted around the
/// passages that put it under the rule; the reason says how many people within how long.
Alert describe_crowd(const Tenant& tenant, const MentionRef& ref, const Record& record,
                     const Catalogue& catalogue, const Raise& raise, const Voice& voice,
                     std::span<const Spoken> crowd, Time now);

/// That an incident is over: `last` is what was said of it last. Quotes nobody.
Alert describe_end(const Alert& last, const Raise& closed, Time now);

}  // namespace vigie
