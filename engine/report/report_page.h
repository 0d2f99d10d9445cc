#pragma once

#include <string>
#include <string_view>

#include "engine/report/week_report.h"

namespace vigie {

/// The week on one A4 page for elected officials: one HTML document without script or anything from
/// elsewhere. Every chart has a table of the same figures. `language`: "fr" or "en".
std::string to_html(const WeekReport& report, std::string_view language);

/// The same figures as CSV (RFC 4180), one line a figure's group.
std::string to_csv(const WeekReport& report);

}  // namespace vigie
