#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// Comma-separated values (RFC 4180) as spreadsheets and portals write them: fields between commas,
/// semicolons, tabs or bars, perhaps in double quotes, in which line ends and doubled quotes stand
/// for themselves. Any encoding whose first 128 characters are ASCII's.

/// Which separator the first record is cut by: the one it has most of outside quotes; a comma if it
/// has none.
char csv_separator(std::string_view header);

/// Just behind the line end of the first record of `text` at or behind `from`; npos: it has no end
/// here. `text` begins with a record; '\0' for `separator`: any of them.
std::size_t csv_record_end(std::string_view text, std::size_t from = 0, char separator = '\0');

/// Takes the first record off `text`. A record beyond kMaxCsvFields fields is cut short.
inline constexpr std::size_t kMaxCsvFields = 1000;
std::vector<std::string> take_csv_record(std::string_view& text, char separator);

}  // namespace vigie
