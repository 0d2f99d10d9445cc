#include "engine/access/signing_key.h"

#include <sodium.h>
#include <sys/stat.h>

#include <fstream>
#include <vector>

#include "engine/core/ascii.h"
#include "engine/core/check.h"
#include "engine/core/private_file.h"

namespace vigie {
namespace {

std::string hex(const unsigned char* bytes, std::size_t size) {
  std::string text(2 * size + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, size);
  text.pop_back();  // its NUL
  return text;
}

/// Nothing if it is not exactly `size` bytes.
std::vector<unsigned char> bytes_of(std::string_view text, std::size_t size) {
  std::vector<unsigned char> bytes(size);
  std::size_t read = 0;
  const char* end = nullptr;
  const bool valid =
      text.size() == 2 * size &&
      sodium_hex2bin(bytes.data(), size, text.data(), text.size(), nullptr, &read, &end) == 0 &&
      read == size && end == text.data() + text.size();
  return valid ? bytes : std::vector<unsigned char>();
}

std::string_view view(const std::array<unsigned char, crypto_sign_SEEDBYTES>& seed) {
  return {reinterpret_cast<const char*>(seed.data()), seed.size()};
}

}  // namespace

Result<SigningKey> SigningKey::open(const std::string& data_directory) {
  const std::string path = data_directory + "/" + kFile;
  std::array<unsigned char, crypto_sign_SEEDBYTES> seed;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    randombytes_buf(seed.data(), seed.size());
    if (const Result<void> written = write_private_file(path, view(seed)); !written) {
      return tl::make_unexpected(written.error());
    }
  } else if ((status.st_mode & 077) != 0) {
    return fail(ErrorCode::kRefused, path + ": others may read this key; chmod 600 it");
  } else {
    std::ifstream in(path, std::ios::binary);
    in.read(reinterpret_cast<char*>(seed.data()), seed.size());
    if (!in || status.st_size != static_cast<off_t>(seed.size())) {
      return fail(ErrorCode::kCorrupt, path + " is damaged; put it back from a backup");
    }
  }
  SigningKey key;
  static_assert(std::tuple_size_v<decltype(key.secret_)> == crypto_sign_SECRETKEYBYTES);
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> shown;
  crypto_sign_seed_keypair(shown.data(), key.secret_.data(), seed.data());
  sodium_memzero(seed.data(), seed.size());
  key.public_key_ = hex(shown.data(), shown.size());
  return key;
}

std::string SigningKey::sign(std::string_view text) const {
  std::array<unsigned char, crypto_sign_BYTES> signature;
  crypto_sign_detached(signature.data(), nullptr,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       secret_.data());
  return hex(signature.data(), signature.size());
}

bool is_signed_by(std::string_view public_key, std::string_view text, std::string_view signature) {
  const std::vector<unsigned char> key = bytes_of(public_key, crypto_sign_PUBLICKEYBYTES),
                                   code = bytes_of(signature, crypto_sign_BYTES);
  return !key.empty() && !code.empty() &&
         crypto_sign_verify_detached(code.data(),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size(), key.data()) == 0;
}

namespace {

constexpr std::string_view kKeyMember = ",\"public_key\":\"",
                           kSignatureMember = ",\"signature\":\"";
constexpr std::size_t kKeyDigits = 2 * crypto_sign_PUBLICKEYBYTES,
                      kSignatureDigits = 2 * crypto_sign_BYTES;

}  // namespace

std::string sign_document(const SigningKey& key, std::string object) {
  check(object.size() > 2 && object.ends_with('}'), "what is signed is an object with members");
  object.pop_back();
  object.append(kKeyMember).append(key.public_key()).append("\"");
  const std::string signature = key.sign(object);
  return object.append(kSignatureMember).append(signature).append("\"}");
}

std::optional<std::string> signer_of(std::string_view document) {
  document = trimmed(document);
  constexpr std::size_t kTail = kSignatureMember.size() + kSignatureDigits + 2;
  if (document.size() < kTail + kKeyMember.size() + kKeyDigits + 1) {
    return std::nullopt;
  }
  const std::string_view text = document.substr(0, document.size() - kTail),
                         tail = document.substr(text.size());
  const std::string_view key_member = text.substr(text.size() - kKeyMember.size() - kKeyDigits - 1);
  const std::string_view key = key_member.substr(kKeyMember.size(), kKeyDigits);
  const bool has_shape = tail.starts_with(kSignatureMember) && tail.ends_with("\"}") &&
                         key_member.starts_with(kKeyMember) && key_member.ends_with('"');
  const std::string_view signature = tail.substr(kSignatureMember.size(), kSignatureDigits);
  return has_shape && is_signed_by(key, text, signature) ? std::optional<std::string>(key)
                                                         : std::nullopt;
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> code;
  crypto_hash_sha256(code.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return hex(code.data(), code.size());
}

}  // namespace vigie
