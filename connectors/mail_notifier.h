#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/alert/notifier.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// Receiver type `mail`: one message per alert, text and HTML.
///
///   - url: smtp://HOST:PORT | smtps://HOST:PORT
///   - from: ADDRESS
///   - to: [ADDRESS, …]
///   - starttls: true | false (false): with smtp://: required, certificate verified
///   - user: NAME, with password_file: FILE (mode 0600): over smtps or starttls, but to this
///   machine
///
/// An address that the server refuses costs the others nothing. Refused for good: a 5xx to every
/// address or to the content. Tried again: everything else; an address that is put off (4xx) while
/// others have the mail gets it later, alone.
///
/// All mails of an incident refer to one that is never sent (References, In-Reply-To): mail
/// programs show them as one thread.
///
/// Message-ID is made of the alert and the receiver: a message that comes twice after a crash is
/// seen to be one.
Result<std::unique_ptr<Notifier>> make_mail_notifier(const Settings& settings,
                                                     std::stop_token stop);

/// By which server and as whom mail goes out.
struct MailRelay {
  std::string url, from;
};
/// The same to addresses that are known otherwise. `how`: the fields above but `to`, or nothing at
/// all; `fallback` stands where it does not say.
Result<std::unique_ptr<Notifier>> make_mail_to(const Settings& how, const MailRelay& fallback,
                                               const std::vector<std::string>& to,
                                               std::stop_token stop);

}  // namespace vigie
