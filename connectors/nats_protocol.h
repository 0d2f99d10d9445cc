#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace vigie {

/// What a NATS server says at one time (the client protocol of nats.io: INFO, MSG, HMSG, PING,
/// PONG, +OK, -ERR).
struct NatsOperation {
  enum class Kind : std::uint8_t { kInfo, kMessage, kPing, kPong, kOk, kError };
  Kind kind = Kind::kOk;
  std::string subject, reply;  ///< of a message; reply may be empty
  /// What INFO says (JSON), what a message carries, what is wrong.
  std::string payload;
  /// Of a message that is the server's own word (its header begins with a status): 100 alive, 404
  /// nothing there, 408 the time is up, 409 the consumer will give no more, 503 nobody listens; 0:
  /// an ordinary message.
  unsigned status = 0;
  std::string status_text;
};

/// Cuts bytes, however they come, into operations. Pure. Bounds: a control line of 4 KiB (INFO: 64
/// KiB), a message of kMaxMessageBytes with its header.
class NatsReader {
 public:
  static constexpr std::size_t kMaxMessageBytes = 8 << 20;

  void feed(std::string_view bytes) { held_.append(bytes); }
  /// The next one; nothing: more bytes are needed. kInvalidInput: this is not NATS, or beyond the
  /// bounds; nothing more can be read.
  Result<std::optional<NatsOperation>> next();

 private:
  Result<std::optional<NatsOperation>> next_message(std::string_view line, std::size_t body,
                                                    bool has_header);

  std::string held_;
  std::size_t begin_ = 0;  ///< of what is not read yet, in held_
};

/// PUB: `payload` to `subject`, with where an answer is awaited, or without.
std::string nats_publication(std::string_view subject, std::string_view reply,
                             std::string_view payload);

}  // namespace vigie
