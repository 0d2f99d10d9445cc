#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/access/rights.h"
#include "engine/core/json_writer.h"
#include "engine/core/result.h"
#include "engine/core/time.h"

namespace vigie {

struct Account {
  std::string name;
  std::string password_hash;  ///< argon2id
  bool disabled = false;
  bool must_change_password = false;  ///< holds a password that somebody else has seen
  RolesByTenant roles;
  std::string totp_secret;                  ///< sealed; empty: no second factor
  std::uint64_t totp_step = 0;              ///< the newest that was used: never again
  std::vector<std::string> recovery_codes;  ///< fingerprints of those not used yet
};

/// What a script shows.
struct ApiToken {
  std::string name;
  std::string token_hash;  ///< BLAKE2b, hexadecimal: the token is random, no salt is needed
  std::set<Right> rights;
  std::set<std::string, std::less<>> tenants;  ///< or kEveryTenant
  std::string made_by;
  Time made_at{};
  std::optional<Time> expires_at, used_at;

  Grants grants() const;
};
/// Into the object under way: "name", "rights", "tenants", "made_by".
void write_token_scope(const ApiToken& token, JsonWriter& json);

/// `access.json` in the data folder, mode 0600, in which only hashes and sealed secrets stand.
struct AccessRecords {
  std::vector<Account> accounts;
  std::vector<ApiToken> tokens;
};

/// What a first start makes, of hashes: the account "admin", operator and admin of every tenant,
/// and the token "api" with every right.
AccessRecords first_records(std::string password_hash, std::string token_hash, Time now);

/// Nothing if there is no file; kCorrupt if it is not one of ours. A file of format 1 (one admin,
/// one token) is read as first_records().
Result<std::optional<AccessRecords>> read_access_file(const std::string& path);
/// There whole or not at all.
Result<void> write_access_file(const std::string& path, const AccessRecords& records);

}  // namespace vigie
