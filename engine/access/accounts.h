#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/rights.h"
#include "engine/core/result.h"

namespace vigie {

/// What one guess of a password costs, to us and to a thief of the file (argon2id).
struct PasswordCost {
  std::uint64_t operations = 2;
  std::size_t memory_bytes = 64 << 20;
};

/// Who may sign in, and the API token of scripts: `access.json` in the data folder, mode 0600, in
/// which only hashes stand. There is one account, "admin", made at the first start. To begin anew,
/// stop the engine and delete the file. Const methods may be called from any thread.
class Accounts {
 public:
  static constexpr std::string_view kAdmin = "admin";
  static constexpr std::size_t kMaxPasswordBytes = 1024;

  /// In clear for this once: the caller shows them to a person and forgets them.
  struct FirstSecrets {
    std::string account, password, api_token;
  };
  struct Opened {
    std::unique_ptr<Accounts> accounts;
    std::optional<FirstSecrets> first;  ///< if there was no file yet
  };
  /// Reads the file, or makes it. kCorrupt if it is not one of ours: it is never made anew over a
  /// damaged one.
  static Result<Opened> open(const std::string& directory, PasswordCost cost = {});

  /// Who may sign in.
  std::vector<std::string> names() const { return {std::string(kAdmin)}; }
  /// Takes as long for an unknown account as for a wrong password.
  bool is_password(std::string_view account, std::string_view password) const;
  bool is_account(std::string_view name) const { return name == kAdmin; }
  /// Nothing for an unknown account.
  Grants grants(std::string_view account) const;
  bool is_api_token(std::string_view token) const;

 private:
  struct Hashes {
    std::string password;   ///< as libsodium prints it, with its own salt and cost
    std::string api_token;  ///< BLAKE2b, hexadecimal: the token is random, no salt is needed
  };
  explicit Accounts(Hashes hashes) : hashes_(std::move(hashes)) {}

  Hashes hashes_;
};

}  // namespace vigie
