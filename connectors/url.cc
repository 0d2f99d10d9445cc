#include "connectors/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace vigie {
namespace {

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  std::string value;
  if (curl_url_get(url, part, &text, 0) == CURLUE_OK) {
    value = text;
    curl_free(text);
  }
  return value;
}

}  // namespace

Result<UrlParts> split_url(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), &curl_url_cleanup);
  UrlParts split;
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) ==
      CURLUE_OK) {
    split.scheme = part_of(parts.get(), CURLUPART_SCHEME);
    split.authority = split.host = part_of(parts.get(), CURLUPART_HOST);
  }
  if (split.host.empty()) {
    return fail(ErrorCode::kRefused, "not a URL");
  }
  if (split.host.starts_with('[')) {
    split.host = split.host.substr(1, split.host.size() - 2);
  }
  split.port = part_of(parts.get(), CURLUPART_PORT);
  split.authority += split.port.empty() ? "" : ":" + split.port;
  const std::string query = part_of(parts.get(), CURLUPART_QUERY);
  split.target = part_of(parts.get(), CURLUPART_PATH) + (query.empty() ? "" : "?" + query);
  return split;
}

std::string_view site_of(std::string_view url) {
  const std::size_t host = url.find("://");
  return url.substr(
      0, host == url.npos ? 0 : std::min(url.find_first_of("/?#", host + 3), url.size()));
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("-._~:").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

std::string_view query_value(std::string_view url, std::string_view name) {
  std::size_t at = std::min(url.find('?'), url.size());
  while (at < url.size()) {
    const std::size_t end = std::min(url.find('&', at + 1), url.size());
    const std::string_view one = url.substr(at + 1, end - at - 1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return one.substr(name.size() + 1);
    }
    at = end;
  }
  return {};
}

std::string_view link_target(std::string_view links, std::string_view relation) {
  const std::string bare = "rel=" + std::string(relation);
  const std::string quoted = "rel=\"" + std::string(relation) + '"';
  while (!links.empty()) {
    const std::size_t open = links.find('<');
    const std::size_t close = open == links.npos ? links.npos : links.find('>', open);
    if (close == links.npos) {
      return {};
    }
    const std::size_t end = std::min(links.find('<', close), links.size());
    const std::string_view parameters = links.substr(close, end - close);
    if (parameters.find(quoted) != parameters.npos || parameters.find(bare) != parameters.npos) {
      return links.substr(open + 1, close - open - 1);
    }
    links.remove_prefix(end);
  }
  return {};
}

std::string read_base_url(const Settings& settings, std::string_view name,
                          std::vector<Problem>& problems, UrlSort sort,
                          std::optional<std::string> fallback) {
  std::string url = settings.text(name, problems, std::move(fallback));
  while (url.ends_with('/')) {
    url.pop_back();
  }
  const std::size_t host = url.starts_with(sort.secure)  ? sort.secure.size()
                           : url.starts_with(sort.plain) ? sort.plain.size()
                                                         : 0;
  const bool is_base =
      host > 0 && host < url.size() && url.find_first_of("?#@ ", host) == std::string::npos;
  if (const Settings* field = settings.find(name); field && !is_base) {
    field->complain("'" + std::string(name) + "' must be " + std::string(sort.secure) + "HOST",
                    problems);
  }
  return url;
}

}  // namespace vigie
