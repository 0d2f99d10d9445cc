#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/web/http.h"

namespace vigie {

/// Appends a line of CSV (RFC 4180, UTF-8). What a spreadsheet would take for a formula is kept
/// from it by an apostrophe, since some words come from strangers.
void append_csv_line(std::initializer_list<std::string_view> fields, std::string& out);

/// The answer that a browser saves as `file_name`.
Response csv_response(std::string body, std::string_view file_name);

}  // namespace vigie
