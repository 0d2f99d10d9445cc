// Query strings and forms: what is written comes back; both readers agree where both read.
#include "engine/core/form.h"

#include "engine/core/check.h"
#include "engine/web/http.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(forms) {
  Request request;
  request.query = std::string(bytes);
  const auto fields = request.query_fields();
  const auto form = parse_form(bytes);
  if (fields) {
    for (const auto& [name, value] : *fields) {
      check(request.query_field(name).has_value(), "what is listed is found");
      check(bytes.find('\0') != bytes.npos || (name + value).find('\0') == name.npos,
            "no escape stands for NUL");
    }
  }
  std::vector<std::pair<std::string, std::string>> written(form.begin(), form.end());
  check(parse_form(form_of(written)) == form, "a form reads as it was written");
  check(percent_decode(percent_encoded(bytes), false).value_or("") ==
            (bytes.find('\0') == bytes.npos ? bytes : std::string_view()),
        "escapes come back");
  Request with_cookie;
  with_cookie.headers["cookie"] = std::string(bytes);
  const auto cookie = with_cookie.cookie("vigie");
  check(!cookie || bytes.find(*cookie) != bytes.npos, "a cookie stands in its header");
}

}  // namespace
}  // namespace vigie::fuzz
