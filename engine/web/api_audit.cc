// /api/v1/audit: who did what.
#include "engine/access/audit_trail.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::uint64_t kMaxEntries = 500;

Response list(const ApiParts& parts, const Request& request) {
  const auto below = number_field(request, "below", 0, ~std::uint64_t{0}, 0);
  const auto limit = number_field(request, "limit", 1, kMaxEntries, 100);
  if (!below || !limit) {
    return problem(400, "limit is 1 to 500, below is an entry's number");
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("entries").begin_array();
  std::uint64_t listed = 0, last = 0;
  const Result<void> read =
      read_audit(parts.data_directory, *below, [&](std::uint64_t number, std::string_view line) {
        json.raw(line);
        last = number;
        return ++listed < *limit;
      });
  if (!read && read.error().code != ErrorCode::kNotFound) {
    return problem(500, "the audit trail could not be read: " + read.error().text);
  }
  json.end_array().key("below");
  if (listed == *limit && last > 1) {
    json.value(last);
  } else {
    json.null();
  }
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> audit_routes(const SharedParts& parts) {
  return {api_get(
      Right::kReadAudit, "/api/v1/audit", "listAudit", "Who did what, newest first", "AuditPage",
      {{"below", R"({"type":"integer"})", "the page's `below`: entries before that one"},
       {"limit", R"({"type":"integer","minimum":1,"maximum":500})", "default 100"}},
      [parts](const Request& request) { return list(*parts, request); })};
}

}  // namespace vigie
