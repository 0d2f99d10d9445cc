#include "engine/web/http.h"

#include <algorithm>
#include <array>

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

// The screens load nothing from elsewhere and hold no inline script or style.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kCommonHeaders = {{
    {"Content-Security-Policy", kContentSecurityPolicy},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
}};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Cuts the part before the next `separator` off the front of `rest`.
std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return piece;
}

std::string_view find_or_empty(const std::map<std::string, std::string, std::less<>>& values,
                               std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  return find_or_empty(headers, name);
}

std::string_view Request::parameter(std::string_view name) const {
  return find_or_empty(parameters, name);
}

std::optional<std::vector<std::pair<std::string, std::string>>> Request::query_fields() const {
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::string_view rest = query; !rest.empty();) {
    std::string_view value = cut(rest, '&');
    const std::optional<std::string> name = percent_decode(cut(value, '='), true);
    const std::optional<std::string> decoded = percent_decode(value, true);
    if (!name || !decoded) {
      return std::nullopt;
    }
    if (!name->empty()) {
      fields.emplace_back(*name, *decoded);
    }
  }
  return fields;
}

std::optional<std::string> Request::query_field(std::string_view name) const {
  for (std::string_view rest = query; !rest.empty();) {
    std::string_view value = cut(rest, '&');
    if (percent_decode(cut(value, '='), true) == name) {
      return percent_decode(value, true);
    }
  }
  return std::nullopt;
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  for (std::string_view rest = header("cookie"); !rest.empty();) {
    std::string_view value = cut(rest, ';');
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (cut(value, '=') == name) {
      return std::string(value);
    }
  }
  return std::nullopt;
}

Response problem(unsigned status, std::string_view detail,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> further) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  JsonWriter json(response.body);
  json.begin_object().key("title").value(reason_phrase(status)).key("status").value(status);
  json.key("detail").value(detail);
  for (const auto& [name, value] : further) {
    json.key(name).value(value);
  }
  json.end_object();
  return response;
}

Response not_found() { return problem(404, "there is nothing at this address"); }

Response json_response(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

void add_common_headers(Response& response) {
  for (const auto& common : kCommonHeaders) {
    const bool said = std::ranges::any_of(
        response.headers, [&](const auto& header) { return header.first == common.first; });
    if (!said) {
      response.with(std::string(common.first), std::string(common.second));
    }
  }
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
      continue;
    }
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0)) {
      return std::nullopt;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace vigie
