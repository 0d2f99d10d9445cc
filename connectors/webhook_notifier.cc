#include "connectors/webhook_notifier.h"

#include <curl/curl.h>

#include <string>

#include "connectors/http_fields.h"
#include "connectors/secret.h"
#include "connectors/signature.h"
#include "connectors/transfer.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

enum class Shape { kVigie, kSlack, kMattermost };

struct WebhookSettings {
  std::string url, secret;
  Shape shape = Shape::kVigie;
};

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

class WebhookNotifier final : public Notifier {
 public:
  WebhookNotifier(WebhookSettings settings, const Clock& clock, std::stop_token stop)
      : settings_(std::move(settings)), clock_(clock), stop_(std::move(stop)) {}

  Attempt deliver(const Message& message) override {
    const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
    CURL* curl = easy.get();
    const std::string body = body_of(message);
    curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
    list = curl_slist_append(list, ("Idempotency-Key: " + message.idempotency_key).c_str());
    if (!settings_.secret.empty()) {
      const std::string signature = sign(body, settings_.secret, clock_.now());
      list = curl_slist_append(list, ("X-Vigie-Signature: " + signature).c_str());
    }
    const std::unique_ptr<curl_slist, FreeList> headers(list);
    curl_easy_setopt(curl, CURLOPT_URL, settings_.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    bound_transfer(curl, kTimeout, stop_);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &discard);
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
      return Attempt::retry(curl_easy_strerror(code));
    }
    long status = 0;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    return judge(status, retry_after);
  }

 private:
  static Attempt judge(long status, curl_off_t retry_after) {
    if (status >= 200 && status < 300) {
      return Attempt::delivered();
    }
    std::string error = "the receiver answered " + std::to_string(status);
    if (says_try_again(static_cast<unsigned>(status))) {
      return Attempt::retry(std::move(error), std::chrono::seconds(retry_after));
    }
    return Attempt::refused(std::move(error));
  }

  std::string body_of(const Message& message) const {
    if (settings_.shape == Shape::kVigie) {
      return message.json;
    }
    std::string body;
    JsonWriter(body)
        .begin_object()
        .key("text")
        .value(settings_.shape == Shape::kSlack ? message.slack : message.mattermost)
        .end_object();
    return body;
  }

  WebhookSettings settings_;
  const Clock& clock_;
  std::stop_token stop_;
};

}  // namespace

Result<std::unique_ptr<Notifier>> make_webhook_notifier(const Settings& settings,
                                                        const Clock& clock, std::stop_token stop) {
  std::vector<Problem> problems;
  settings.allow_only({"id", "type", "url", "shape", "secret_file"}, problems);
  WebhookSettings webhook;
  webhook.url = settings.text("url", problems);
  if (!webhook.url.empty() && !webhook.url.starts_with("https://") &&
      !webhook.url.starts_with("http://")) {
    settings.find("url")->complain("'url' begins with https:// or http://", problems);
  }
  const std::string shape = settings.text("shape", problems, "vigie");
  if (shape != "vigie" && shape != "slack" && shape != "mattermost") {
    settings.find("shape")->complain("'shape' is vigie, slack or mattermost", problems);
  }
  webhook.shape = shape == "slack"        ? Shape::kSlack
                  : shape == "mattermost" ? Shape::kMattermost
                                          : Shape::kVigie;
  const std::string secret_file = settings.text("secret_file", problems, "");
  if (!secret_file.empty()) {
    Result<std::string> secret = read_secret_file(settings.resolve(secret_file));
    if (!secret) {
      settings.find("secret_file")->complain(secret.error().text, problems);
    } else {
      webhook.secret = std::move(*secret);
    }
  }
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<WebhookNotifier>(std::move(webhook), clock, std::move(stop));
}

}  // namespace vigie
