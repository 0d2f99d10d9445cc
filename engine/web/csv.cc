#include "engine/web/csv.h"

#include <utility>

namespace vigie {

void append_csv_line(std::initializer_list<std::string_view> fields, std::string& out) {
  bool is_first = true;
  for (const std::string_view field : fields) {
    if (!std::exchange(is_first, false)) {
      out += ',';
    }
    const bool is_formula =
        !field.empty() && std::string_view("=+-@\t\r").find(field[0]) != std::string_view::npos;
    if (!is_formula && field.find_first_of(",\"\r\n") == std::string_view::npos) {
      out += field;
      continue;
    }
    out += is_formula ? "\"'" : "\"";
    for (const char c : field) {
      out.append(c == '"' ? 2 : 1, c);
    }
    out += '"';
  }
  out += "\r\n";
}

Response csv_response(std::string body, std::string_view file_name) {
  Response response;
  response.content_type = "text/csv; charset=utf-8";
  response.body = std::move(body);
  return response.with("Content-Disposition",
                       "attachment; filename=\"" + std::string(file_name) + "\"");
}

}  // namespace vigie
