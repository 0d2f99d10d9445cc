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

/// The door: passwords in, sessions out, guesses slowed down per account and per address (of IPv6:
/// per /64, which is what one customer has). One
/// thread; an attempt takes it for as long as argon2id does (about 0.1 s), a few times a second at
/// most.
class SignIn {
 public:
  /// `accounts` and `clock` outlive it.
  SignIn(const Accounts& accounts, const Clock& clock);

  struct Outcome {
    std::optional<Session> session;
    std::chrono::seconds retry_after{0};  ///< more than 0: not even looked at
  };
  Outcome attempt(std::string_view account, std::string_view password, std::string_view address);

  Sessions& sessions() { return sessions_; }
  const Accounts& accounts() const { return accounts_; }

 private:
  bool has_budget();

  const Accounts& accounts_;
  const Clock& clock_;
  Sessions sessions_;
  Throttle by_account_, by_address_;
  Time budget_since_{};
  std::uint32_t budget_used_ = 0;
};

}  // namespace vigie
