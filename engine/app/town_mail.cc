#include "engine/app/town_mail.h"

#include <unistd.h>

#include <array>
#include <optional>
#include <utility>

#include "connectors/mail_notifier.h"
#include "engine/alert/escape.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

constexpr const char* kOwnServer = "smtp://127.0.0.1:25";

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != 0 ? name.data()
                                                                          : "localhost";
}

std::string text_or(const Settings& terms, std::string_view key, std::string fallback) {
  const Settings* field = terms.find(key);
  return field == nullptr ? std::move(fallback) : field->scalar();
}

}  // namespace

std::string town_receiver(std::string_view tenant) { return "town." + std::string(tenant); }

MailRelay relay_of(const Settings& terms) {
  return {text_or(terms, "url", kOwnServer), text_or(terms, "from", "vigie@" + machine_name())};
}

/// As a receiver of the configuration would be read, from the place of `terms`: a relative path
/// means the same.
Result<std::unique_ptr<Notifier>> make_town_mail(const Settings& terms,
                                                 const std::vector<std::string>& to,
                                                 std::stop_token stop) {
  std::vector<Problem> problems;
  if (terms.type() == Settings::Type::kMap) {
    terms.allow_only({"url", "from", "starttls", "user", "password_file"}, problems);
  }
  const MailRelay relay = relay_of(terms);
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("id").value("town").key("type").value("mail");
  json.key("url").value(relay.url).key("from").value(relay.from);
  for (const char* name : {"starttls", "user", "password_file"}) {
    if (const Settings* field = terms.find(name)) {
      json.key(name).value(field->scalar());
    }
  }
  json.key("to").begin_array();
  for (const std::string& address : to) {
    json.value(address);
  }
  json.end_array().end_object();
  const std::optional<Settings> settings = Settings::parse(text, terms.file(), problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return make_mail_notifier(*settings, std::move(stop));
}

Message trial_message(std::string_view town, bool is_english, std::string_view key) {
  const std::string name(town);
  Message message;
  message.idempotency_key = key;
  message.subject =
      is_english ? "Vigie – trial mail for " + name : "Vigie – courriel d’essai pour " + name;
  message.text =
      is_english ? "Alerts about " + name +
                       " will come to this address. This is a trial: nothing is to be done.\n"
                 : "Les alertes de " + name +
                       " arriveront à cette adresse. Ceci est un essai : il n’y a rien à faire.\n";
  message.brief = message.subject;
  message.html = "<p>" + escape_html(message.text) + "</p>";
  return message;
}

void TownMail::set(const std::vector<std::string>& to) {
  std::shared_ptr<Notifier> mail;
  if (!to.empty()) {
    if (Result<std::unique_ptr<Notifier>> made = make_town_mail(terms_, to, stop_)) {
      mail = std::move(*made);
    }
  }
  const std::scoped_lock lock(mutex_);
  mail_ = std::move(mail);
}

std::shared_ptr<Notifier> TownMail::now() const {
  const std::scoped_lock lock(mutex_);
  return mail_;
}

bool TownMail::is_on() const { return now() != nullptr; }

Attempt TownMail::deliver(const Message& message) {
  const std::shared_ptr<Notifier> mail = now();
  return mail == nullptr ? Attempt::refused("nobody is to be told any more")
                         : mail->deliver(message);
}

}  // namespace vigie
