#include "connectors/registry.h"

#include "connectors/feed.h"
#include "connectors/file.h"
#include "connectors/jetstream.h"
#include "connectors/mastodon.h"
#include "connectors/webhook.h"
#include "connectors/x.h"
#include "engine/parse/canonical.h"
#include "engine/parse/feed.h"

namespace vigie {

const ConnectorTypes& connector_types() {
  static const ConnectorTypes types = {
      {"feed", {make_feed_connector, "feed"}},
      {"file", {make_file_connector, "canonical"}},
      {"jetstream", {make_jetstream_connector, "jetstream"}},
      {"mastodon", {make_mastodon_connector, "mastodon"}},
      {"webhook", {make_webhook_connector, "canonical"}},
      {"x", {make_x_connector, "x"}},
  };
  return types;
}

MappingFactories mappings() {
  return {
      {"canonical", [] { return make_canonical_mapping(Requirement::kIngest); }},
      {"feed", make_feed_mapping},
      {"jetstream", make_jetstream_mapping},
      {"mastodon", make_mastodon_mapping},
      {"x", make_x_mapping},
  };
}

}  // namespace vigie
