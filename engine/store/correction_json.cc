#include "engine/store/correction_json.h"

#include <algorithm>

namespace vigie {
namespace {

void write_members(const Correction& correction, JsonWriter& json) {
  if (correction.tone) {
    json.key("tone").value(to_string(*correction.tone));
  }
  if (correction.urgent) {
    json.key("urgent").value(*correction.urgent);
  }
  if (correction.useful) {
    json.key("useful").value(*correction.useful);
  }
  json.key("by").value(correction.by).key("at").value(format_time(correction.at));
}

}  // namespace

void write_correction_members(const Record& record, JsonWriter& json) {
  json.key("in_force").begin_object();
  json.key("tone").value(to_string(tone_in_force(record)));
  json.key("urgency").value(to_string(urgency_in_force(record)));
  json.end_object();
  if (record.corrections.empty()) {
    return;
  }
  json.key("correction").begin_object();
  write_members(record.corrections.back(), json);
  json.key("history").begin_array();
  std::for_each(record.corrections.begin(), record.corrections.end() - 1,
                [&](const Correction& earlier) {
                  json.begin_object();
                  write_members(earlier, json);
                  json.end_object();
                });
  json.end_array().end_object();
}

}  // namespace vigie
