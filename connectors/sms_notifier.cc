#include "connectors/sms_notifier.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/api_description.h"
#include "connectors/http_delivery.h"
#include "engine/core/form.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kFieldNames[] = {"to", "text", "key"};

struct SmsSettings {
  std::string url, text, token;
  std::vector<std::string> to;
  Fields fields;
  bool is_form = false;
};

class SmsNotifier final : public Notifier {
 public:
  SmsNotifier(SmsSettings settings, std::stop_token stop)
      : settings_(std::move(settings)), stop_(std::move(stop)) {}

  Attempt deliver(const Message& message) override {
    const std::string text =
        settings_.text.empty() ? message.brief : expand(settings_.text, message.facts);
    std::set<std::string>& has_it = partly_delivered_[message.idempotency_key];
    std::string refusals;
    for (const std::string& number : settings_.to) {
      if (has_it.contains(number)) {
        continue;
      }
      Attempt attempt = send(message.idempotency_key, number, text);
      if (attempt.outcome == Attempt::Outcome::kRetry) {
        make_room(message.idempotency_key);
        return attempt;
      }
      if (attempt.outcome == Attempt::Outcome::kDelivered) {
        has_it.insert(number);
      } else {
        refusals += (refusals.empty() ? "" : ", ") + number + ": " + attempt.error;
      }
    }
    const bool somebody_has_it = !has_it.empty();
    partly_delivered_.erase(message.idempotency_key);
    return somebody_has_it ? Attempt::delivered(std::move(refusals))
                           : Attempt::refused(std::move(refusals));
  }

 private:
  static constexpr std::size_t kMaxPartlyDelivered = 1'000;

  Attempt send(const std::string& key, const std::string& number, const std::string& text) const {
    const ApiValues values = {{"to", number}, {"text", text}, {"key", key}};
    Fields fields;
    for (const auto& [name, value] : settings_.fields) {
      fields.emplace_back(name, expand(value, values));
    }
    HttpDelivery delivery;
    delivery.url = settings_.url;
    delivery.body = settings_.is_form ? form_of(fields) : json_of(fields);
    delivery.headers = {settings_.is_form ? "Content-Type: application/x-www-form-urlencoded"
                                          : "Content-Type: application/json",
                        "Idempotency-Key: " + key + number};
    if (!settings_.token.empty()) {
      delivery.headers.push_back("Authorization: Bearer " + settings_.token);
    }
    return send_over_http(delivery, stop_);
  }

  static std::string json_of(const Fields& fields) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    for (const auto& [name, value] : fields) {
      json.key(name).value(value);
    }
    json.end_object();
    return body;
  }

  /// Of what is forgotten everybody gets it again, under the same key.
  void make_room(const std::string& newest) {
    if (partly_delivered_.size() > kMaxPartlyDelivered) {
      const auto first = partly_delivered_.begin();
      partly_delivered_.erase(first->first == newest ? std::next(first) : first);
    }
  }

  SmsSettings settings_;
  std::stop_token stop_;
  std::map<std::string, std::set<std::string>> partly_delivered_;  ///< by key: who has it
};

/// "+33612345678": E.164.
bool is_number(const std::string& text) {
  return text.size() >= 8 && text.size() <= 16 && text[0] == '+' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Complains of a brace that does not begin one of `names`.
void check_template(const Settings& field, std::span<const std::string_view> names,
                    std::vector<Problem>& problems) {
  const std::string_view text = field.scalar();
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    const std::string_view name =
        text.substr(open + 1, close == text.npos ? text.npos : close - open - 1);
    if (close != text.npos && std::ranges::find(names, name) != names.end()) {
      continue;
    }
    std::string why = close == text.npos ? "a '{' is not closed; known between braces:"
                                         : "there is no {" + std::string(name) + "}; there are:";
    for (const std::string_view known : names) {
      why += " {" + std::string(known) + "}";
    }
    field.complain(std::move(why), problems);
    return;
  }
}

Fields read_fields(const Settings& settings, std::vector<Problem>& problems) {
  const Settings* fields = settings.find("fields");
  if (fields == nullptr) {
    return {{"to", "{to}"}, {"text", "{text}"}};
  }
  Fields read;
  for (const auto& [name, value] : fields->fields()) {
    if (value.type() != Settings::Type::kScalar) {
      value.complain("'" + name + "' must be a text", problems);
    }
    check_template(value, kFieldNames, problems);
    read.emplace_back(name, value.scalar());
  }
  if (read.empty()) {
    fields->complain("'fields' must be a map of the gateway's fields", problems);
  }
  return read;
}

}  // namespace

Result<std::unique_ptr<Notifier>> make_sms_notifier(const Settings& settings,
                                                    std::stop_token stop) {
  std::vector<Problem> problems;
  allow_receiver_fields(settings, {"url", "to", "format", "fields", "text", "token_file"},
                        problems);
  SmsSettings sms;
  sms.url = read_receiver_url(settings, "url", problems);
  sms.to = settings.texts("to", problems);
  if (sms.to.empty() || sms.to.size() > 100 || !std::ranges::all_of(sms.to, is_number)) {
    (settings.find("to") != nullptr ? *settings.find("to") : settings)
        .complain("'to' must be 1 to 100 telephone numbers as \"+33612345678\"", problems);
  }
  const std::string format = settings.text("format", problems, "json");
  if (format != "json" && format != "form") {
    settings.find("format")->complain("'format' is json or form", problems);
  }
  sms.is_form = format == "form";
  sms.fields = read_fields(settings, problems);
  sms.text = settings.text("text", problems, "");
  if (!sms.text.empty()) {
    check_template(*settings.find("text"), kMessageFacts, problems);
  }
  sms.token = read_receiver_secret(settings, "token_file", problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<SmsNotifier>(std::move(sms), std::move(stop));
}

}  // namespace vigie
