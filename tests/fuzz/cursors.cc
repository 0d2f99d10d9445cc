// Where connectors resume, as the store keeps it: what is read, written again, reads as the same.
#include <string>

#include "connectors/api_cursor.h"
#include "connectors/feed.h"
#include "connectors/file_cursor.h"
#include "connectors/websub.h"
#include "engine/core/check.h"
#include "engine/core/json_writer.h"
#include "engine/store/store.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(cursors) {
  const std::string text(bytes);
  if (const auto api = parse_api_cursor(text)) {
    check(parse_api_cursor(to_string(*api)) == api, "a poller's");
  }
  if (const auto feed = parse_feed_cursor(text)) {
    check(parse_feed_cursor(to_string(*feed)) == feed, "a feed's");
  }
  if (auto file = parse_file_cursor(text)) {
    check(parse_file_cursor(to_string(*file)) == file, "a file's");
    check(file->files.size() <= FileCursor::kMaxFiles + 1, "within its bound");
  }
  const HubSubscription hub = parse_hub_subscription(text);
  std::string json;
  JsonWriter writer(json);
  write_hub_subscription(hub, writer);
  check(parse_hub_subscription(json) == hub, "a subscription");
  if (const auto ref = parse_mention_ref(3, text)) {
    check(parse_mention_ref(3, to_string(*ref)) == ref && ref->tenant == 3, "a mention's name");
  }
}

}  // namespace
}  // namespace vigie::fuzz
