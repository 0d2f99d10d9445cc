#pragma once

#include <string_view>

#include "engine/ingest/connector.h"

namespace vigie {

inline constexpr std::string_view kCounterType = "accueil";

/// Type `accueil`: what citizens say at the town's counter, on the phone, on paper or in a public
/// digital space, as the town's people write it down (the screen *Saisie*, POST
/// /api/v1/tenants/{tenant}/accueil). It has no settings, but `owned_by` names the one tenant whose
/// counter it is, and nobody else keeps what is said there. From outside, at /hooks/<id>, nothing
/// is taken.
Result<std::unique_ptr<Connector>> make_counter_connector(const ConnectorContext& context);

}  // namespace vigie
