#pragma once

#include <memory>

#include "engine/ingest/connector.h"

namespace vigie {

/// Type `nats`: mentions that somebody publishes to a stream of NATS JetStream, taken by a durable
/// pull consumer.
///
///   - url: nats://HOST[:4222] or tls://HOST[:4222]
///   - stream: its name
///   - subject: only what is published to it, may hold * and > (everything in the stream)
///   - durable: the consumer's name (vigie-ID); two connectors of one name share the messages
///   - user: with its password in secret_file or credential; without user that is a token. Or
///     nkey_file, nkey_credential or creds_file (connectors/nats_credentials.h)
///   - ack_wait_s: 1..3600 (30): what is not acknowledged within it comes again
///   - allow_private: true | false (false)
///
/// The consumer is made, or made to be as configured, at each connection. A message is one piece of
/// the connector's format (canonical: a mention, or lines of them). It is acknowledged once the
/// store has it, so whatever ends us, it comes again, and what comes twice is stored once. One of
/// which nothing can be read is a dead letter and is never delivered again (+TERM). At most 100
/// messages are under way: an engine that is busy asks for no more.
Result<std::unique_ptr<Connector>> make_nats_connector(const ConnectorContext& context);

}  // namespace vigie
