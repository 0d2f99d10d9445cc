#include "connectors/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

/// A URL that libcurl has taken apart.
class Url {
 public:
  explicit Url(const std::string& url) : parts_(curl_url(), &curl_url_cleanup) {
    is_url_ = curl_url_set(parts_.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) ==
              CURLUE_OK;
  }
  explicit operator bool() const { return is_url_; }
  /// Empty if it has none.
  std::string part(CURLUPart which, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(parts_.get(), which, &text, flags) != CURLUE_OK) {
      return {};
    }
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return text;
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts_;
  bool is_url_ = false;
};

}  // namespace

Result<UrlParts> split_url(const std::string& url) {
  const Url parts(url);
  UrlParts split;
  split.authority = split.host = parts ? parts.part(CURLUPART_HOST) : "";
  if (split.host.empty()) {
    return fail(ErrorCode::kRefused, "not a URL");
  }
  split.scheme = parts.part(CURLUPART_SCHEME);
  if (split.host.starts_with('[')) {
    split.host = split.host.substr(1, split.host.size() - 2);
  }
  split.port = parts.part(CURLUPART_PORT);
  split.authority += split.port.empty() ? "" : ":" + split.port;
  const std::string query = parts.part(CURLUPART_QUERY);
  split.target = parts.part(CURLUPART_PATH) + (query.empty() ? "" : "?" + query);
  return split;
}

std::string site_of(const std::string& url) {
  const Url parts(url);
  if (!parts) {
    return {};
  }
  const std::string port = parts.part(CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  return lower_case(parts.part(CURLUPART_SCHEME)) + "://" + lower_case(parts.part(CURLUPART_HOST)) +
         (port.empty() ? "" : ":" + port);
}

std::string target_of(const std::string& url) {
  const Url parts(url);
  const std::string path = parts.part(CURLUPART_PATH), query = parts.part(CURLUPART_QUERY);
  return (path.empty() ? "/" : path) + (query.empty() ? "" : "?" + query);
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
