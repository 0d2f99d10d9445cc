#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mail_notifier.h"
#include "engine/alert/notifier.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// "town.techniville": the receiver that a town sets for itself; no id of the configuration has a
/// dot.
std::string town_receiver(std::string_view tenant);

/// By which server and under which name a town's mail goes out: what `terms` says
/// (TownTerms::mail); else this machine's own mail server, as vigie@ and the machine's name.
MailRelay relay_of(const Settings& terms);

/// Mail to these addresses. kInvalidInput: every problem, one a line.
Result<std::unique_ptr<Notifier>> make_town_mail(const Settings& terms,
                                                 const std::vector<std::string>& to,
                                                 std::stop_token stop);

/// A mail that says that mail from here arrives.
Message trial_message(std::string_view town, bool is_english, std::string_view key);

/// A town's receiver: mail to whom it has set, who may change while alerts are delivered.
class TownMail final : public Notifier {
 public:
  /// `terms` outlives it.
  TownMail(const Settings& terms, std::stop_token stop) : terms_(terms), stop_(std::move(stop)) {}

  /// Any thread. Addresses that are none: nobody is told.
  void set(const std::vector<std::string>& to);
  /// Whether there is anybody to tell. Any thread.
  bool is_on() const;

  Attempt deliver(const Message& message) override;

 private:
  std::shared_ptr<Notifier> now() const;

  const Settings& terms_;
  std::stop_token stop_;
  mutable std::mutex mutex_;
  std::shared_ptr<Notifier> mail_;  ///< null: nobody is told
};

}  // namespace vigie
