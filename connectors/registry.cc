#include "connectors/registry.h"

#include "connectors/api_poller.h"
#include "connectors/api_sources.h"
#include "connectors/counter.h"
#include "connectors/feed.h"
#include "connectors/file.h"
#include "connectors/jetstream.h"
#include "connectors/json_shape.h"
#include "connectors/mastodon.h"
#include "connectors/meta_webhook.h"
#include "connectors/nats.h"
#include "connectors/table_mapping.h"
#include "connectors/webhook.h"
#include "connectors/x.h"
#include "connectors/youtube_push.h"
#include "engine/parse/canonical.h"
#include "engine/parse/feed.h"

namespace vigie {

const ConnectorTypes& connector_types() {
  static const ConnectorTypes types = [] {
    ConnectorTypes all = {
        {std::string(kCounterType), {make_counter_connector, "canonical"}},
        {"feed", {make_feed_connector, "feed"}},
        {"file", {make_file_connector, "canonical"}},
        {"http_json", {make_http_json_connector, "http_json"}},
        {"jetstream", {make_jetstream_connector, "jetstream"}},
        {"mastodon", {make_mastodon_connector, "mastodon"}},
        {"nats", {make_nats_connector, "canonical"}},
        {"webhook", {make_webhook_connector, "canonical"}},
        {"x", {make_x_connector, "x"}},
        {"youtube_push", {make_youtube_push_connector, "youtube_push"}},
    };
    add_api_sources(all);
    add_meta_webhooks(all);
    return all;
  }();
  return types;
}

MappingFactories mappings() {
  MappingFactories all = {
      {"canonical", [] { return make_canonical_mapping(Requirement::kIngest); }},
      {"feed", make_feed_mapping},
      {"http_json", make_configured_json_mapping},
      {"jetstream", make_jetstream_mapping},
      {"mastodon", make_mastodon_mapping},
      {"x", make_x_mapping},
      {"youtube_push", make_youtube_push_mapping},
  };
  add_api_sources(all);
  add_meta_webhooks(all);
  add_archive_formats(all);
  return all;
}

}  // namespace vigie
