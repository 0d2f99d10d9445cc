#pragma once

#include "engine/ingest/connector.h"

namespace vigie {

/// Type `webhook`: canonical mentions that somebody pushes to /hooks/<id> by POST, as NDJSON or as
/// one JSON array.
///
///   - secret_file: FILE | [FILE, FILE]: one secret a file, mode 0600; two while a sender changes
///     over
///   - max_body_bytes: 1024..16777216 (4194304)
///   - window_s: 10..3600 (300): how far the signature's time may be from now
///
/// X-Vigie-Signature as connectors/signature.h says. Idempotency-Key (1 to 255 visible ASCII
/// characters), if given: a retry with the same key gets the answer of the first.
///
/// Answers: 202 `{"kept","dropped","duplicates","deleted","rejected"}` once all of it is durably
/// stored; 400 bad key or no body; 401 signature missing or wrong; 403 signature right but too old
/// or too new; 405; 413; 415; 422 the key came with another body; 429 with Retry-After when the
/// engine is busy. Bodies are never logged.
Result<std::unique_ptr<Connector>> make_webhook_connector(const ConnectorContext& context);

}  // namespace vigie
