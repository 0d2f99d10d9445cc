#include "connectors/api_cursor.h"

#include <simdjson.h>

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

namespace dom = simdjson::dom;

std::int64_t ticks(Time time) { return time.time_since_epoch().count(); }

bool read_text(dom::object from, std::string_view name, std::string& out) {
  std::string_view text;
  if (from[name].get(text) != simdjson::SUCCESS) {
    return false;
  }
  out = text;
  return true;
}

bool read_time(dom::object from, std::string_view name, Time& out) {
  std::int64_t count = 0;
  if (from[name].get(count) != simdjson::SUCCESS) {
    return false;
  }
  out = Time(microseconds(count));
  return true;
}

bool read_known(dom::object from, ApiCursor& cursor) {
  dom::object known;
  dom::array missing;
  if (from["known"].get(known) != simdjson::SUCCESS ||
      from["missing"].get(missing) != simdjson::SUCCESS) {
    return false;
  }
  for (const auto& [id, created] : known) {
    std::int64_t seconds = 0;
    if (created.get(seconds) != simdjson::SUCCESS) {
      return false;
    }
    cursor.known.emplace(id, seconds);
  }
  for (const dom::element one : missing) {
    std::string_view id;
    if (one.get(id) != simdjson::SUCCESS) {
      return false;
    }
    cursor.missing.emplace(id);
  }
  return true;
}

}  // namespace

std::string to_string(const ApiCursor& cursor) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("source").value(cursor.source).key("next").value(cursor.next);
  json.key("from").value(ticks(cursor.from)).key("newest").value(ticks(cursor.newest));
  json.key("since").value(ticks(cursor.since)).key("etag").value(cursor.etag);
  json.key("last_modified").value(cursor.last_modified).key("digest").value(cursor.digest);
  json.key("quota_period").value(cursor.quota.period).key("quota_spent").value(cursor.quota.spent);
  json.key("known").begin_object();
  for (const auto& [id, created] : cursor.known) {
    json.key(id).value(created);
  }
  json.end_object().key("missing").begin_array();
  for (const std::string& id : cursor.missing) {
    json.value(id);
  }
  json.end_array().end_object();
  return text;
}

std::optional<ApiCursor> parse_api_cursor(const std::string& json) {
  dom::parser parser;
  dom::object from;
  ApiCursor cursor;
  if (parser.parse(json).get(from) != simdjson::SUCCESS ||
      !read_text(from, "source", cursor.source) || !read_text(from, "next", cursor.next) ||
      !read_time(from, "from", cursor.from) || !read_time(from, "newest", cursor.newest) ||
      !read_time(from, "since", cursor.since) || !read_text(from, "etag", cursor.etag) ||
      !read_text(from, "last_modified", cursor.last_modified) ||
      !read_text(from, "digest", cursor.digest) ||
      from["quota_period"].get(cursor.quota.period) != simdjson::SUCCESS ||
      from["quota_spent"].get(cursor.quota.spent) != simdjson::SUCCESS ||
      !read_known(from, cursor)) {
    return std::nullopt;
  }
  return cursor;
}

}  // namespace vigie
