// Comma-separated values: records read from any bytes, written by the book, read as the same.
#include "connectors/csv_records.h"

#include "engine/core/check.h"
#include "engine/report/open_data.h"
#include "engine/web/csv.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

std::string written(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) {
    line += line.empty() ? "\"" : ",\"";
    for (const char c : field) {
      line.append(c == '"' ? 2 : 1, c);
    }
    line += '"';
  }
  return line + "\r\n";
}

/// What is written for people opens as text in every spreadsheet, and reads back.
void check_for_people(const std::string& field) {
  std::string table;
  append_csv_line({field, "end"}, table);
  for (const std::string& line : {table, csv_field(field) + ",end\r\n"}) {
    std::string_view rest = line;
    const std::vector<std::string> back = take_csv_record(rest, ',');
    check(rest.empty() && back.size() == 2 && back[1] == "end", "a field ends where it ends");
    check(back[0] == field || back[0] == "'" + field, "and is what it was");
    check(back[0].find_first_of("=+-@\t\r") != 0, "it is no formula");
  }
}

VIGIE_FUZZ(csv_records) {
  const std::string_view all = bytes;
  const char separator = csv_separator(all);
  std::size_t records = 0;
  while (!bytes.empty()) {
    const std::size_t before = bytes.size(), end = csv_record_end(bytes, 0, separator);
    const std::vector<std::string> fields = take_csv_record(bytes, separator);
    check(bytes.size() < before, "every record takes something");
    check(end == all.npos ? bytes.empty() : bytes.size() == before - end, "both see its end");
    check(!fields.empty() && fields.size() <= kMaxCsvFields, "within the bound");
    std::string line = written(fields);
    std::string_view rest = line;
    check(take_csv_record(rest, ',') == fields && rest.empty(), "it reads as it was written");
    if (++records < 100 && !fields.front().starts_with("\xef\xbb\xbf")) {  // a table's own mark
      check_for_people(fields.front());
    }
  }
}

}  // namespace
}  // namespace vigie::fuzz
