#include "connectors/http_delivery.h"

#include <curl/curl.h>

#include <memory>

#include "connectors/http_fields.h"
#include "connectors/secret.h"
#include "connectors/transfer.h"

namespace vigie {
namespace {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

Attempt judge(long status, curl_off_t retry_after) {
  if (status >= 200 && status < 300) {
    return Attempt::delivered();
  }
  std::string error = "the receiver answered " + std::to_string(status);
  if (says_try_again(static_cast<unsigned>(status))) {
    return Attempt::retry(std::move(error), std::chrono::seconds(retry_after));
  }
  return Attempt::refused(std::move(error));
}

}  // namespace

Attempt send_over_http(const HttpDelivery& delivery, const std::stop_token& stop) {
  const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
  CURL* curl = easy.get();
  curl_slist* list = nullptr;
  for (const std::string& header : delivery.headers) {
    list = curl_slist_append(list, header.c_str());
  }
  const std::unique_ptr<curl_slist, FreeList> headers(list);
  const std::string& body = delivery.body;
  char error[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl, CURLOPT_URL, delivery.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, delivery.method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  bound_transfer(curl, Notifier::kTimeout, stop);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &discard);
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    return Attempt::retry(*error != '\0' ? error : curl_easy_strerror(code));
  }
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
  return judge(status, retry_after);
}

std::string read_receiver_url(const Settings& settings, std::string_view name,
                              std::vector<Problem>& problems) {
  std::string url = settings.text(name, problems);
  if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
    settings.find(name)->complain("'" + std::string(name) + "' begins with https:// or http://",
                                  problems);
  }
  return url;
}

void allow_receiver_fields(const Settings& settings, std::initializer_list<std::string_view> own,
                           std::vector<Problem>& problems) {
  std::vector<std::string_view> allowed = {"id", "type", "outside", "budget_per_day"};
  allowed.insert(allowed.end(), own);
  settings.allow_only(allowed, problems);
}

std::string read_receiver_secret(const Settings& settings, std::string_view name,
                                 std::vector<Problem>& problems) {
  const std::string file = settings.text(name, problems, "");
  if (file.empty()) {
    return {};
  }
  Result<std::string> secret = read_secret_file(settings.resolve(file));
  if (!secret) {
    settings.find(name)->complain(secret.error().text, problems);
    return {};
  }
  return std::move(*secret);
}

}  // namespace vigie
