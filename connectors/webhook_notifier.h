#pragma once

#include <stop_token>

#include "engine/alert/notifier.h"
#include "engine/core/clock.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// Receiver type `webhook`: one POST of JSON per alert.
///
///   - url: https://…
///   - shape: vigie | slack | mattermost (vigie): our whole object, or a chat's {"text": …}
///   - secret_file: FILE (none): signs as the generic webhook is signed: X-Vigie-Signature
///
/// The Idempotency-Key header is the same at every attempt. 2xx: delivered. 408, 425, 429, 5xx and
/// no answer: tried again, when Retry-After says. Other answers: refused. The certificate is
/// verified, redirects are not followed.
Result<std::unique_ptr<Notifier>> make_webhook_notifier(const Settings& settings,
                                                        const Clock& clock, std::stop_token stop);

}  // namespace vigie
