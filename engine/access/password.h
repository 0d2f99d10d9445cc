#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigie {

inline constexpr std::size_t kMaxPasswordBytes = 1024;

/// What one guess of a password costs, to us and to a thief of the file (argon2id).
struct PasswordCost {
  std::uint64_t operations = 2;
  std::size_t memory_bytes = 64 << 20;
};

/// As libsodium prints it ("$argon2id$…"), with its own salt and cost.
std::string hash_password(std::string_view password, PasswordCost cost);
/// False for what is longer than kMaxPasswordBytes.
bool is_password_of(std::string_view password, const std::string& hash);
/// It was made at another cost than `cost`.
bool is_cost_outdated(const std::string& hash, PasswordCost cost);

/// Why a person's new password will not do; nothing if it will. As CNIL deliberation 2022-100 has
/// it for a password alone: 12 characters of 4 classes (small and capital letters, digits, others),
/// or 14 of 3, or 7 different words (80 bits). Well-known passwords in any disguise, few different
/// characters, and the account's name are refused. Nothing expires.
std::optional<std::string> objection_to_password(std::string_view password,
                                                 std::string_view account);

}  // namespace vigie
