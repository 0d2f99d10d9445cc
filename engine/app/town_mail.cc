#include "engine/app/town_mail.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "engine/alert/escape.h"

namespace vigie {
namespace {

constexpr const char* kOwnServer = "smtp://127.0.0.1:25";

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != 0 ? name.data()
                                                                          : "localhost";
}

}  // namespace

std::string town_receiver(std::string_view tenant) { return "town." + std::string(tenant); }

MailRelay relay_of(const Settings& terms) {
  MailRelay relay{kOwnServer, "vigie@" + machine_name()};
  for (const auto& [name, value] : {std::pair("url", &relay.url), {"from", &relay.from}}) {
    if (const Settings* field = terms.find(name)) {
      *value = field->scalar();
    }
  }
  return relay;
}

Result<std::unique_ptr<Notifier>> make_town_mail(const Settings& terms,
                                                 const std::vector<std::string>& to,
                                                 std::stop_token stop) {
  return make_mail_to(terms, relay_of(terms), to, std::move(stop));
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
