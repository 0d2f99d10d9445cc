#pragma once

#include <optional>
#include <string_view>

#include "engine/core/json_writer.h"
#include "engine/quality/confusion.h"

namespace vigie {

/// Members of the open object: null where nothing is known.
void write_estimate(std::string_view name, const std::optional<Estimate>& estimate,
                    JsonWriter& json);
/// "net_sentiment".
void write_judged_sentiment(const SampleResult& result, JsonWriter& json);

}  // namespace vigie
