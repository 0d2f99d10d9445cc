#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace vigie {

/// What the service signs receipts and evidence with, so that anybody can tell them from forgeries
/// without a secret: Ed25519 (RFC 8032). Its seed is `signing.key` in the data folder, 32 bytes,
/// mode 0600; made when it is not there. Any thread.
class SigningKey {
 public:
  /// kCorrupt: the file is none of ours; kRefused: others may read it.
  static Result<SigningKey> open(const std::string& data_directory);
  static constexpr const char* kFile = "signing.key";

  /// 128 hexadecimal digits.
  std::string sign(std::string_view text) const;
  /// 64 hexadecimal digits: to be published.
  const std::string& public_key() const { return public_key_; }

 private:
  SigningKey() = default;

  std::array<unsigned char, 64> secret_{};
  std::string public_key_;
};

/// Whether whoever has that public key signed `text`. What is no key or signature: false.
bool is_signed_by(std::string_view public_key, std::string_view text, std::string_view signature);

/// A JSON object with two more members at its end: `public_key`, and `signature` over all that
/// stands before it.
std::string sign_document(const SigningKey& key, std::string object);
/// The public key that such a document is signed with, which has to be the one that was published;
/// nothing: it was changed, or is none. White space around it does not matter.
std::optional<std::string> signer_of(std::string_view document);

/// BLAKE2b and Ed25519 are ours; others check files with SHA-256: hexadecimal.
std::string sha256(std::string_view bytes);

}  // namespace vigie
