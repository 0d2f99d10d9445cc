#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/core/mapping.h"
#include "engine/ingest/connector.h"

namespace vigie {

struct ConnectorType {
  ConnectorFactory make;
  std::string format;  ///< which Mapping reads its bytes, where the configuration names none
};
using ConnectorTypes = std::map<std::string, ConnectorType, std::less<>>;

/// All sources that Vigie knows, by the `type` of the configuration.
const ConnectorTypes& connector_types();

/// All shapes that Vigie can read, by format.
MappingFactories mappings();

}  // namespace vigie
