#include "connectors/url_site.h"

#include <curl/curl.h>

#include <memory>

#include "engine/parse/feed_vocabulary.h"

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
  std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (curl_url_get(parts_.get(), which, &text, CURLU_NO_DEFAULT_PORT) != CURLUE_OK) {
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

std::string site_of(const std::string& url) {
  const Url parts(url);
  if (!parts) {
    return {};
  }
  const std::string port = parts.part(CURLUPART_PORT);
  return lower_case(parts.part(CURLUPART_SCHEME)) + "://" + lower_case(parts.part(CURLUPART_HOST)) +
         (port.empty() ? "" : ":" + port);
}

std::string target_of(const std::string& url) {
  const Url parts(url);
  const std::string path = parts.part(CURLUPART_PATH), query = parts.part(CURLUPART_QUERY);
  return (path.empty() ? "/" : path) + (query.empty() ? "" : "?" + query);
}

}  // namespace vigie
