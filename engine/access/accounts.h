#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/access_file.h"
#include "engine/access/password.h"
#include "engine/access/rights.h"
#include "engine/core/clock.h"
#include "engine/core/result.h"

namespace vigie {

/// Who may sign in, and the API tokens of scripts: `access.json` in the data folder. Whoever has it
/// open holds `access.lock`: an engine or one command. Every change is on disk when it returns. One
/// thread.
class Accounts {
 public:
  static constexpr std::string_view kAdmin = "admin";
  static constexpr std::size_t kMaxNameBytes = 64, kMaxAccounts = 1000, kMaxTokens = 200;
  static constexpr std::chrono::days kMaxTokenLife{366};

  /// In clear for this once: the caller shows them to a person and forgets them.
  struct FirstSecrets {
    std::string account, password, api_token;
  };
  struct Opened {
    std::unique_ptr<Accounts> accounts;
    std::optional<FirstSecrets> first;  ///< if there was no file yet
  };
  /// Reads the file, or makes it with one account, "admin". kCorrupt if it is not one of ours: it
  /// is never made anew over a damaged one. kUnavailable: somebody else has it open.
  static Result<Opened> open(const std::string& directory, PasswordCost cost = {});
  ~Accounts();
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// Until they have one, accounts with the roles operator, tenant_admin and
  /// data_protection_officer may do nothing but enrol a second factor.
  void require_second_factor() { second_factor_required_ = true; }

  const std::vector<Account>& all() const { return records_.accounts; }
  /// Null if there is none.
  const Account* find(std::string_view name) const;
  /// Whether a new account or token of this name could be read for one that is there: letters count
  /// alike, large or small.
  bool is_taken(std::string_view name) const;
  bool is_account(std::string_view name) const { return find(name) != nullptr; }
  /// Whom a tenant's work can be assigned to: who may do it.
  std::vector<std::string> workers(std::string_view tenant) const;

  /// What keeps an account from its rights.
  enum class Duty : std::uint8_t { kNone, kChangePassword, kEnrolSecondFactor };
  Duty duty_of(const Account& account) const;
  /// Nothing for an account that is unknown or disabled; only kSignedIn while there is a duty.
  Grants grants(std::string_view account) const;

  /// Takes as long for an unknown account as for a wrong password. False for a disabled one. Hashes
  /// anew what was hashed at a lower cost.
  bool is_password(std::string_view account, std::string_view password);

  // What people want changed. kInvalidInput says what is wrong with what they gave; kNotFound:
  // there is no such account or token; kRefused: there is one already; kFull: there are too many.

  /// A new account with a password that is shown once and must be changed.
  Result<std::string> invite(std::string_view name, RolesByTenant roles);
  /// Another such password, for whoever lost theirs; the second factor goes, too.
  Result<std::string> reset_password(std::string_view name);
  Result<void> change_password(std::string_view name, std::string_view password);
  /// In one tenant, or kEveryTenant; none: all are taken away.
  Result<void> set_roles(std::string_view name, std::string_view tenant, std::set<Role> roles);
  Result<void> set_disabled(std::string_view name, bool disabled);

  struct Enrolment {
    std::string secret;  ///< base32, to type
    std::string uri;     ///< otpauth://…, for a QR code
  };
  /// A new second factor, which begins with confirm_totp.
  Result<Enrolment> begin_totp(std::string_view name);
  /// Recovery codes, shown once. kRefused: the code is not the one of now.
  Result<std::vector<std::string>> confirm_totp(std::string_view name, std::string_view code,
                                                Time now);
  bool has_totp(std::string_view name) const;
  /// Whether `code` is the one of now, or a recovery code. It is not a second time.
  bool use_code(std::string_view name, std::string_view code, Time now);

  /// The token in clear, once.
  Result<std::string> make_token(ApiToken wanted);
  Result<void> revoke_token(std::string_view name);
  const std::vector<ApiToken>& tokens() const { return records_.tokens; }
  const ApiToken* find_token(std::string_view name) const;
  /// Whose token it is; null if nobody's, or it has expired. Counts as used; on disk within an
  /// hour.
  const ApiToken* identify(std::string_view token, Time now);
  /// It has not expired, and whoever made it may still sign in.
  bool is_in_force(const ApiToken& token, Time now) const;

 private:
  using Key = std::array<unsigned char, 32>;

  Accounts(std::string directory, PasswordCost cost, int lock);
  /// On disk, then in force.
  Result<void> put_in_force(AccessRecords fresh);
  template <class Change>
  Result<void> change_account(std::string_view name, Change change);
  template <class Change>
  Result<void> change_token(std::string_view name, Change change);
  Result<Key> key(bool may_make) const;
  Result<std::string> seal(std::string_view secret, std::string_view account) const;
  std::optional<std::string> unseal(std::string_view sealed, std::string_view account) const;

  std::string directory_;
  PasswordCost cost_;
  int lock_;  ///< a file descriptor
  AccessRecords records_;
  std::string nobodys_hash_;  ///< what passwords of unknown accounts are compared with
  bool second_factor_required_ = false;
  /// Second factors that were begun: in memory only.
  std::map<std::string, std::string, std::less<>> begun_;
};

/// Whether `name` can be an account's or a token's: letters, digits and . _ @ -; no others, so that
/// nobody reads one name for another.
bool is_account_name(std::string_view name);

}  // namespace vigie
