#include "connectors/alertmanager_notifier.h"

#include <span>
#include <string>
#include <utility>

#include "connectors/http_delivery.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

constexpr int kIntervalsUntilItEnds = 4;

class AlertmanagerNotifier final : public Notifier {
 public:
  AlertmanagerNotifier(std::string url, std::chrono::seconds repost_every, const Clock& clock,
                       std::stop_token stop)
      : url_(std::move(url)), repost_every_(repost_every), clock_(clock), stop_(std::move(stop)) {}

  std::chrono::seconds repost_every() const override { return repost_every_; }
  Attempt deliver(const Message& message) override { return post(std::span(&message, 1)); }
  Attempt repost(const std::vector<Message>& messages) override { return post(messages); }

 private:
  Attempt post(std::span<const Message> messages) const {
    HttpDelivery delivery;
    delivery.url = url_ + "/api/v2/alerts";
    delivery.headers = {"Content-Type: application/json"};
    JsonWriter json(delivery.body);
    json.begin_array();
    for (const Message& message : messages) {
      write(message, json);
    }
    json.end_array();
    return send_over_http(delivery, stop_);
  }

  void write(const Message& message, JsonWriter& json) const {
    const Time now = clock_.now();
    json.begin_object().key("labels").begin_object();
    for (const auto& [name, value] : message.labels) {
      json.key(name).value(value);
    }
    json.end_object().key("annotations").begin_object();
    json.key("summary").value(message.subject).key("description").value(message.brief);
    json.end_object().key("startsAt").value(format_time(std::min(message.starts_at, now)));
    const Time ends_at = message.is_over ? now : now + kIntervalsUntilItEnds * repost_every_;
    json.key("endsAt").value(format_time(ends_at));
    if (!message.link.empty()) {
      json.key("generatorURL").value(message.link);
    }
    json.end_object();
  }

  std::string url_;
  std::chrono::seconds repost_every_;
  const Clock& clock_;
  std::stop_token stop_;
};

}  // namespace

Result<std::unique_ptr<Notifier>> make_alertmanager_notifier(const Settings& settings,
                                                             const Clock& clock,
                                                             std::stop_token stop) {
  std::vector<Problem> problems;
  allow_receiver_fields(settings, {"url", "repost_s"}, problems);
  std::string url = read_receiver_url(settings, "url", problems);
  while (url.ends_with('/')) {
    url.pop_back();
  }
  if (const Settings* budget = settings.find("budget_per_day")) {
    budget->complain("an Alertmanager is told of everything: it has no budget", problems);
  }
  const std::chrono::seconds repost_every(settings.integer("repost_s", 1, 60, problems, 60));
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<AlertmanagerNotifier>(std::move(url), repost_every, clock,
                                                std::move(stop));
}

}  // namespace vigie
