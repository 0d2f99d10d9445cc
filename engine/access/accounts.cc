#include "engine/access/accounts.h"

#include <sodium.h>

#include <array>
#include <filesystem>

#include "engine/access/secret.h"
#include "engine/core/check.h"
#include "engine/core/json_writer.h"
#include "engine/core/private_file.h"
#include "engine/core/settings.h"

namespace vigie {
namespace {

constexpr int kFormat = 1;

std::string hash_password(std::string_view password, PasswordCost cost) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  const int failed =
      crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), cost.operations,
                            cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  check(failed == 0, "there is memory to hash a password");
  return hash.data();
}

}  // namespace

Result<Accounts::Opened> Accounts::open(const std::string& directory, PasswordCost cost) {
  check(sodium_init() >= 0, "libsodium starts");
  const std::string path = directory + "/access.json";
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    FirstSecrets first{std::string(kAdmin), random_password(), random_token()};
    Hashes hashes{hash_password(first.password, cost), fingerprint(first.api_token)};
    std::string content;
    JsonWriter json(content);
    json.begin_object().key("format").value(kFormat).key("account").value(kAdmin);
    json.key("password").value(hashes.password).key("api_token").value(hashes.api_token);
    json.end_object().line();
    if (auto written = write_private_file(path, content); !written) {
      return tl::make_unexpected(written.error());
    }
    return Opened{std::unique_ptr<Accounts>(new Accounts(std::move(hashes))), std::move(first)};
  }

  std::vector<Problem> problems;  // JSON is YAML, too
  const std::optional<Settings> file = Settings::read_file(path, problems);
  Hashes hashes;
  if (file && file->type() == Settings::Type::kMap) {
    file->integer("format", kFormat, kFormat, problems);
    hashes = {file->text("password", problems), file->text("api_token", problems)};
  }
  if (!problems.empty() || !hashes.password.starts_with("$argon2id$") || hashes.api_token.empty()) {
    return fail(ErrorCode::kCorrupt, path +
                                         " is damaged; put it back from a backup, or delete it " +
                                         "and start anew\n" + to_string(problems));
  }
  return Opened{std::unique_ptr<Accounts>(new Accounts(std::move(hashes))), std::nullopt};
}

bool Accounts::is_password(std::string_view account, std::string_view password) const {
  if (password.size() > kMaxPasswordBytes) {
    return false;
  }
  const bool fits =
      crypto_pwhash_str_verify(hashes_.password.c_str(), password.data(), password.size()) == 0;
  return fits && is_account(account);
}

Grants Accounts::grants(std::string_view account) const {
  const RolesByTenant kEverything = {
      {std::string(kEveryTenant), {Role::kOperator, Role::kTenantAdmin}}};
  return is_account(account) ? Grants(kEverything) : Grants();
}

bool Accounts::is_api_token(std::string_view token) const {
  return is_same_secret(fingerprint(token), hashes_.api_token);
}

}  // namespace vigie
