#include "connectors/registry.h"

#include "connectors/api_poller.h"
#include "connectors/api_sources.h"
#include "connectors/feed.h"
#include "connectors/file.h"
#include "connectors/json_shape.h"
#include "connectors/webhook.h"
#include "engine/parse/canonical.h"
#include "engine/parse/feed.h"

namespace vigie {

const ConnectorTypes& connector_types() {
  static const ConnectorTypes types = [] {
    ConnectorTypes all = {
        {"feed", {make_feed_connector, "feed"}},
        {"file", {make_file_connector, "canonical"}},
        {"http_json", {make_http_json_connector, "http_json"}},
        {"webhook", {make_webhook_connector, "canonical"}},
    };
    add_api_sources(all);
    return all;
  }();
  return types;
}

MappingFactories mappings() {
  MappingFactories all = {
      {"canonical", [] { return make_canonical_mapping(Requirement::kIngest); }},
      {"feed", make_feed_mapping},
      {"http_json", make_configured_json_mapping},
  };
  add_api_sources(all);
  return all;
}

}  // namespace vigie
