#pragma once

#include <stop_token>

#include "engine/alert/notifier.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// Receiver type `matrix`: a message in a room, by the client-server API (v1.1 on): PUT
/// /_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}.
///
///   - url: https://matrix.ville.example (the homeserver)
///   - room: "!id:ville.example"
///   - token_file: FILE (mode 0600): of the account that writes
///
/// The transaction is the idempotency key: the homeserver itself shows a message once that comes
/// twice.
Result<std::unique_ptr<Notifier>> make_matrix_notifier(const Settings& settings,
                                                       std::stop_token stop);

}  // namespace vigie
