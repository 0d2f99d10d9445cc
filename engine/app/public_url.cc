#include "engine/app/public_url.h"

#include <algorithm>
#include <charconv>

namespace vigie {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_host(std::string_view host) {
  const bool is_ipv6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const std::string_view allowed =
      is_ipv6 ? "0123456789abcdef:[]." : "abcdefghijklmnopqrstuvwxyz0123456789-._";
  return !host.empty() && host.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_port(std::string_view port) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535;
}

bool is_path(std::string_view path) {
  return std::ranges::all_of(
      path, [](char c) { return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '"'; });
}

}  // namespace

std::optional<std::string> normalise_public_url(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t path_begin = std::min(text.find('/', scheme_end + 3), text.size());
  std::string url(text.substr(0, path_begin));
  std::ranges::transform(url, url.begin(), lower);
  const std::string scheme = url.substr(0, scheme_end);
  std::string_view host = std::string_view(url).substr(scheme_end + 3);
  const std::size_t bracket = host.find(']');  // an IPv6 address has colons of its own
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view port = colon < host.size() ? host.substr(colon + 1) : std::string_view();
  host = host.substr(0, colon);
  std::string_view path = text.substr(path_begin);
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  if ((scheme != "http" && scheme != "https") || !is_host(host) || !is_path(path) ||
      (colon != std::string_view::npos && !is_port(port))) {
    return std::nullopt;
  }
  std::string normal = scheme + "://" + std::string(host);
  if (!port.empty() && port != (scheme == "https" ? "443" : "80")) {
    normal.append(":").append(port);
  }
  return normal.append(path);
}

std::string authority_of(std::string_view public_url) {
  const std::string_view rest = public_url.substr(public_url.find("://") + 3);
  return std::string(rest.substr(0, rest.find('/')));
}

}  // namespace vigie
