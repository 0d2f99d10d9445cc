#include "connectors/ntfy_notifier.h"

#include <algorithm>
#include <string>
#include <utility>

#include "connectors/http_delivery.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

constexpr int kHighestPriority = 5, kHighPriority = 4;

class NtfyNotifier final : public Notifier {
 public:
  NtfyNotifier(std::string url, std::string topic, std::string token, std::stop_token stop)
      : url_(std::move(url)),
        topic_(std::move(topic)),
        token_(std::move(token)),
        stop_(std::move(stop)) {}

  Attempt deliver(const Message& message) override {
    HttpDelivery delivery;
    delivery.url = url_;
    delivery.headers = {"Content-Type: application/json",
                        "Idempotency-Key: " + message.idempotency_key};
    if (!token_.empty()) {
      delivery.headers.push_back("Authorization: Bearer " + token_);
    }
    JsonWriter json(delivery.body);
    json.begin_object().key("topic").value(topic_).key("title").value(message.subject);
    json.key("message").value(message.brief);
    json.key("priority").value(message.is_critical ? kHighestPriority : kHighPriority);
    if (!message.link.empty()) {
      json.key("click").value(message.link);
    }
    json.end_object();
    return send_over_http(delivery, stop_);
  }

 private:
  std::string url_, topic_, token_;
  std::stop_token stop_;
};

/// As ntfy allows it.
bool is_topic(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

}  // namespace

Result<std::unique_ptr<Notifier>> make_ntfy_notifier(const Settings& settings,
                                                     std::stop_token stop) {
  std::vector<Problem> problems;
  allow_receiver_fields(settings, {"url", "topic", "token_file"}, problems);
  std::string url = read_receiver_url(settings, "url", problems);
  std::string topic = settings.text("topic", problems);
  if (!topic.empty() && !is_topic(topic)) {
    settings.find("topic")->complain("'topic' is made of at most 64 letters, digits, '-' and '_'",
                                     problems);
  }
  std::string token = read_receiver_secret(settings, "token_file", problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<NtfyNotifier>(std::move(url), std::move(topic), std::move(token),
                                        std::move(stop));
}

}  // namespace vigie
