#include "connectors/transfer.h"

#include <curl/curl.h>

namespace vigie {
namespace {

/// curl asks at least once a second.
int must_end(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

void bound_transfer(void* curl, std::chrono::seconds limit, const std::stop_token& stop) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(limit.count()));
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(limit.count()));
  curl_easy_setopt(curl, CURLOPT_PROXY, "");       // not what the environment says
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  // does not wait for a name being looked up
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &must_end);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
}

}  // namespace vigie
