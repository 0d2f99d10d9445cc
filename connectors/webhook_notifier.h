#pragma once

#include <stop_token>

#include "engine/alert/notifier.h"
#include "engine/core/clock.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// Receiver type `webhook`: one POST of JSON per message.
///
///   - url: https://…
///   - shape: vigie | slack | mattermost | rocketchat | teams (vigie): our whole object, a chat's
///     {"text": …}, or the Adaptive Card that a Teams workflow takes
///   - secret_file: FILE (none): signs as the generic webhook is signed: X-Vigie-Signature
///
/// Our object holds `alert`, or, where several were held, `group` and `alerts`; a morning brief
/// holds `digest` and its figures.
///
/// The Idempotency-Key header is the same at every attempt, X-Vigie-Thread for all messages of one
/// incident. How answers are understood: http_delivery.h.
Result<std::unique_ptr<Notifier>> make_webhook_notifier(const Settings& settings,
                                                        const Clock& clock, std::stop_token stop);

}  // namespace vigie
