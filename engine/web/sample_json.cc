#include "engine/web/sample_json.h"

namespace vigie {

void write_estimate(std::string_view name, const std::optional<Estimate>& estimate,
                    JsonWriter& json) {
  json.key(name);
  if (!estimate) {
    json.null();
    return;
  }
  json.begin_object().key("value").value(estimate->value).key("low").value(estimate->low);
  json.key("high").value(estimate->high).key("effective_n").value(estimate->effective_n);
  json.end_object();
}

void write_judged_sentiment(const SampleResult& result, JsonWriter& json) {
  json.key("net_sentiment");
  if (!result.net_sentiment) {
    json.null();
    return;
  }
  json.begin_object().key("value").value(result.net_sentiment->value);
  json.key("error").value(result.net_sentiment->error).end_object();
}

}  // namespace vigie
