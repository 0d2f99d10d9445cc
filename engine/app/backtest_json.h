#pragma once

#include <string>

#include "engine/alert/alert.h"
#include "engine/pipeline/backtest.h"

namespace vigie {

/// `text` on one line, at most 120 bytes, whole characters.
std::string shortened(std::string text);
/// An alert's title and quote, shortened.
std::string words_of(const Alert& alert);

/// What there would be to read more: negative if it is less.
double extra_reading_minutes(const BacktestReport& report, unsigned seconds_per_alert);

/// The report as one JSON object, without a line's end.
std::string backtest_json(const std::string& tenant, const BacktestReport& report,
                          unsigned seconds_per_alert);

}  // namespace vigie
