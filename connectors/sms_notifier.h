#pragma once

#include <stop_token>

#include "engine/alert/notifier.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// Receiver type `sms`: one request per telephone number to a gateway over HTTP, whichever it is.
///
///   - url: https://gateway.example/send
///   - to: ["+33612345678", …]
///   - format: json | form (json)
///   - fields: {to: "{to}", text: "{text}"} (these): what the gateway's fields hold
///   - text: "{level} {headline} – {tenant}, {deadline} {link}" (the lock-screen form): {text}
///   - token_file: FILE (mode 0600; none): Authorization: Bearer …
///
/// Known between braces: {to}, {text}, {key} (the idempotency key) in `fields`; in `text` the names
/// of kMessageFacts. No other, and no other brace: refused when the configuration is read. Never a
/// quote, never an author. A number that the gateway refuses costs the others nothing; those that
/// have the message do not get it again while the service runs.
Result<std::unique_ptr<Notifier>> make_sms_notifier(const Settings& settings, std::stop_token stop);

}  // namespace vigie
