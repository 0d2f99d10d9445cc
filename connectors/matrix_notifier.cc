#include "connectors/matrix_notifier.h"

#include <string>
#include <utility>

#include "connectors/http_delivery.h"
#include "engine/core/form.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

class MatrixNotifier final : public Notifier {
 public:
  MatrixNotifier(std::string room_url, std::string token, std::stop_token stop)
      : room_url_(std::move(room_url)), token_(std::move(token)), stop_(std::move(stop)) {}

  Attempt deliver(const Message& message) override {
    HttpDelivery delivery;
    delivery.method = "PUT";
    delivery.url = room_url_ + "/send/m.room.message/" + percent_encoded(message.idempotency_key);
    delivery.headers = {"Content-Type: application/json", "Authorization: Bearer " + token_};
    JsonWriter json(delivery.body);
    json.begin_object().key("msgtype").value("m.text").key("body").value(message.chat_text);
    json.key("format").value("org.matrix.custom.html");
    json.key("formatted_body").value(message.chat_html).end_object();
    return send_over_http(delivery, stop_);
  }

 private:
  std::string room_url_, token_;
  std::stop_token stop_;
};

}  // namespace

Result<std::unique_ptr<Notifier>> make_matrix_notifier(const Settings& settings,
                                                       std::stop_token stop) {
  std::vector<Problem> problems;
  allow_receiver_fields(settings, {"url", "room", "token_file"}, problems);
  std::string url = read_receiver_url(settings, "url", problems);
  while (url.ends_with('/')) {
    url.pop_back();
  }
  const std::string room = settings.text("room", problems);
  if (!room.empty() && (!room.starts_with('!') || room.find(':') == std::string::npos)) {
    settings.find("room")->complain("'room' is a room's id, as \"!abc:ville.example\"", problems);
  }
  if (settings.find("token_file") == nullptr) {
    settings.complain("'token_file' is missing", problems);
  }
  std::string token = read_receiver_secret(settings, "token_file", problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<MatrixNotifier>(url + "/_matrix/client/v3/rooms/" + percent_encoded(room),
                                          std::move(token), std::move(stop));
}

}  // namespace vigie
