#pragma once

#include <stop_token>

#include "engine/alert/notifier.h"
#include "engine/core/clock.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// Receiver type `alertmanager`: Prometheus' Alertmanager, by its API v2 (POST /api/v2/alerts).
///
///   - url: http://127.0.0.1:9093
///   - repost_s: 1 … 60 (60): how often everything that is still open is sent again
///
/// Alertmanager forgets what fires when it is killed: so it is told again and again until the alert
/// is closed, and then, once, that it is over. Should Vigie stop, it ends by itself after four
/// intervals, as Prometheus' own alerts do. Labels: alertname, tenant, topic, severity, incident.
Result<std::unique_ptr<Notifier>> make_alertmanager_notifier(const Settings& settings,
                                                             const Clock& clock,
                                                             std::stop_token stop);

}  // namespace vigie
