#include "connectors/webhook_notifier.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/http_delivery.h"
#include "connectors/signature.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

using Body = std::string (*)(const Message&);

std::string text_body(std::string_view text) {
  std::string body;
  JsonWriter(body).begin_object().key("text").value(text).end_object();
  return body;
}

/// One line break of ours is two in an Adaptive Card's Markdown.
std::string card_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '\n' ? "\n\n" : std::string(1, c);
  }
  return out;
}

/// What a Teams workflow ("when a webhook request is received") takes: a message with one card.
std::string teams_body(const Message& message) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("type").value("message").key("attachments").begin_array();
  json.begin_object().key("contentType").value("application/vnd.microsoft.card.adaptive");
  json.key("content").begin_object();
  json.key("$schema").value("http://adaptivecards.io/schemas/adaptive-card.json");
  json.key("type").value("AdaptiveCard").key("version").value("1.4");
  json.key("body").begin_array();
  json.begin_object().key("type").value("TextBlock").key("wrap").value(true);
  json.key("text").value(card_text(message.mattermost)).end_object();
  json.end_array();
  if (!message.link.empty()) {
    json.key("actions").begin_array().begin_object();
    json.key("type").value("Action.OpenUrl").key("title").value("Vigie");
    json.key("url").value(message.link).end_object().end_array();
  }
  json.end_object().end_object().end_array().end_object();
  return body;
}

constexpr std::array<std::pair<std::string_view, Body>, 5> kShapes = {{
    {"vigie", [](const Message& message) { return message.json; }},
    {"slack", [](const Message& message) { return text_body(message.slack); }},
    {"mattermost", [](const Message& message) { return text_body(message.mattermost); }},
    {"rocketchat", [](const Message& message) { return text_body(message.rocketchat); }},
    {"teams", &teams_body},
}};

class WebhookNotifier final : public Notifier {
 public:
  WebhookNotifier(std::string url, std::string secret, Body body, const Clock& clock,
                  std::stop_token stop)
      : url_(std::move(url)),
        secret_(std::move(secret)),
        body_(body),
        clock_(clock),
        stop_(std::move(stop)) {}

  Attempt deliver(const Message& message) override {
    HttpDelivery delivery;
    delivery.url = url_;
    delivery.body = body_(message);
    delivery.headers = {"Content-Type: application/json",
                        "Idempotency-Key: " + message.idempotency_key};
    if (!message.thread.empty()) {
      delivery.headers.push_back("X-Vigie-Thread: " + message.thread);
    }
    if (!secret_.empty()) {
      delivery.headers.push_back("X-Vigie-Signature: " +
                                 sign(delivery.body, secret_, clock_.now()));
    }
    return send_over_http(delivery, stop_);
  }

 private:
  std::string url_, secret_;
  Body body_;
  const Clock& clock_;
  std::stop_token stop_;
};

}  // namespace

Result<std::unique_ptr<Notifier>> make_webhook_notifier(const Settings& settings,
                                                        const Clock& clock, std::stop_token stop) {
  std::vector<Problem> problems;
  allow_receiver_fields(settings, {"url", "shape", "secret_file"}, problems);
  std::string url = read_receiver_url(settings, "url", problems);
  const std::string shape = settings.text("shape", problems, "vigie");
  const auto* known = std::ranges::find(kShapes, shape, &std::pair<std::string_view, Body>::first);
  if (known == kShapes.end()) {
    settings.find("shape")->complain("'shape' is vigie, slack, mattermost, rocketchat or teams",
                                     problems);
  }
  std::string secret = read_receiver_secret(settings, "secret_file", problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<WebhookNotifier>(std::move(url), std::move(secret), known->second, clock,
                                           std::move(stop));
}

}  // namespace vigie
