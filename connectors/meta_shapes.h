#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/json_document.h"

namespace vigie {

/// Something that a push names by its id only, and where its words are.
struct MetaLookup {
  std::string key;      ///< what it is known by
  std::string address;  ///< below api/version/
};

/// What one of Meta's networks pushes, as data (connectors/json_shape.h; `errors` as
/// connectors/api_description.h has them). Where words were asked for, their answer is the member
/// `looked_up` of an object.
struct MetaSource {
  std::string_view type;  ///< of the connector, and its format
  std::string_view description;
  bool needs_token = false;
  /// Of a push, which is any JSON.
  std::vector<MetaLookup> (*lookups)(JsonDocument& push) = nullptr;
};

const std::vector<MetaSource>& meta_sources();

}  // namespace vigie
