#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "engine/access/accounts.h"
#include "engine/access/sessions.h"
#include "engine/access/throttle.h"
#include "engine/core/clock.h"

namespace vigie {

/// The door: passwords and codes in, sessions out, guesses slowed down per account and per address
/// (of IPv6: per /64, which is what one customer has). One thread; an attempt takes it for as long
/// as argon2id does (about 0.1 s), a few times a second at most.
class SignIn {
 public:
  /// `accounts` and `clock` outlive it.
  SignIn(Accounts& accounts, const Clock& clock);

  struct Outcome {
    std::optional<Session> session;
    std::chrono::seconds retry_after{0};  ///< more than 0: not even looked at
    bool needs_code = false;              ///< the password is right, the second factor is missing
  };
  /// `code`: of the second factor, or a recovery code; may be empty.
  Outcome attempt(std::string_view account, std::string_view password, std::string_view code,
                  std::string_view address);
  /// Whether somebody who is signed in knows their password; slowed down the same way.
  struct Confirmation {
    bool is_right = false;
    std::chrono::seconds retry_after{0};
  };
  Confirmation confirm(std::string_view account, std::string_view password,
                       std::string_view address);
  /// Whose API token it is; null: nobody's.
  const ApiToken* identify(std::string_view token) {
    return accounts_.identify(token, clock_.now());
  }

  /// What somebody who is signed in may do. Of the directory's people: nothing once their name is
  /// an account's or a token's here, so that disabling it turns them away.
  Grants grants(const Session& session) const;
  /// Whether the directory's people may bear that name: it can be one and is nobody's here.
  bool is_free_for_directory(std::string_view name) const;

  Sessions& sessions() { return sessions_; }
  Accounts& accounts() { return accounts_; }

 private:
  bool has_budget();
  std::chrono::seconds wait_of(std::string_view account, const std::string& network);

  Accounts& accounts_;
  const Clock& clock_;
  Sessions sessions_;
  Throttle by_account_, by_address_;
  Time budget_since_{};
  std::uint32_t budget_used_ = 0;
};

}  // namespace vigie
