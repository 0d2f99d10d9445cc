#pragma once

#include <string_view>
#include <vector>

#include "connectors/registry.h"

namespace vigie {

/// A source that is nothing but a description of its API and of its JSON
/// (connectors/api_description.h, connectors/json_shape.h), in YAML.
struct ApiSource {
  std::string_view type;  ///< of the connector, and its format
  std::string_view description;
};

/// All of them; adding a source is adding a row.
const std::vector<ApiSource>& api_sources();

/// Adds a type and a format for each of them.
void add_api_sources(ConnectorTypes& types);
void add_api_sources(MappingFactories& formats);

}  // namespace vigie
