#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigie {

/// Everything but RFC 3986's unreserved characters and ':' as %XX.
std::string percent_encoded(std::string_view text);

/// "a=1&b=x%20y" (application/x-www-form-urlencoded).
std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields);

/// The fields of such a form, or of a query; of a repeated one the first. What is no escape stays.
std::map<std::string, std::string, std::less<>> parse_form(std::string_view form);

}  // namespace vigie
