#include "engine/access/sign_in.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

namespace vigie {
namespace {

constexpr std::size_t kMaxAccountBytes = 100;
constexpr std::uint32_t kMaxAttemptsPerSecond = 5;
// Whoever knows an account's name can slow its owner down, so not for long; an address that keeps
// guessing can wait.
constexpr Throttle::Limits kAccountLimits{10, std::chrono::seconds{1}, std::chrono::seconds{30},
                                          1000};
constexpr Throttle::Limits kAddressLimits{5, std::chrono::seconds{1}, std::chrono::seconds{900},
                                          10'000};

/// What one customer of a network has.
std::string network_of(std::string_view address) {
  constexpr std::size_t kNetworkBytes = 8;
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::string text(address);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) {
    return text;
  }
  const auto* parsed = reinterpret_cast<const in6_addr*>(bytes.data());
  if (IN6_IS_ADDR_V4MAPPED(parsed)) {
    return text;
  }
  return {bytes.begin(), bytes.begin() + kNetworkBytes};
}

}  // namespace

SignIn::SignIn(Accounts& accounts, const Clock& clock)
    : accounts_(accounts),
      clock_(clock),
      sessions_(clock),
      by_account_(clock, kAccountLimits),
      by_address_(clock, kAddressLimits) {}

SignIn::Outcome SignIn::attempt(std::string_view account, std::string_view password,
                                std::string_view code, std::string_view address) {
  account = account.substr(0, kMaxAccountBytes);
  const std::string network = network_of(address);
  if (const auto wait = wait_of(account, network); wait.count() > 0) {
    return {std::nullopt, wait};
  }
  const bool is_right = accounts_.is_password(account, password);
  const bool needs_code = is_right && accounts_.has_totp(account);
  if (needs_code && code.empty()) {
    return {std::nullopt, std::chrono::seconds{0}, true};
  }
  if (!is_right || (needs_code && !accounts_.use_code(account, code, clock_.now()))) {
    by_account_.failed(account);
    by_address_.failed(network);
    return {};
  }
  by_account_.succeeded(account);
  by_address_.succeeded(network);
  return {sessions_.start(std::string(account)), std::chrono::seconds{0}};
}

SignIn::Confirmation SignIn::confirm(std::string_view account, std::string_view password,
                                     std::string_view address) {
  const std::string network = network_of(address);
  if (const auto wait = wait_of(account, network); wait.count() > 0) {
    return {false, wait};
  }
  if (!accounts_.is_password(account, password)) {
    by_account_.failed(account);
    by_address_.failed(network);
    return {};
  }
  return {true};
}

Grants SignIn::grants(const Session& session) const {
  if (!session.directory_roles) {
    return accounts_.grants(session.account);
  }
  return is_free_for_directory(session.account) ? Grants(*session.directory_roles) : Grants();
}

bool SignIn::is_free_for_directory(std::string_view name) const {
  return is_account_name(name) && !accounts_.is_taken(name);
}

/// 0: the password may be looked at, which counts.
std::chrono::seconds SignIn::wait_of(std::string_view account, const std::string& network) {
  const auto wait = std::max(by_account_.wait(account), by_address_.wait(network));
  return wait.count() > 0 || has_budget() ? wait : std::chrono::seconds{1};
}

bool SignIn::has_budget() {
  const Time now = clock_.now();
  if (now - budget_since_ >= std::chrono::seconds{1}) {
    budget_since_ = now;
    budget_used_ = 0;
  }
  return budget_used_++ < kMaxAttemptsPerSecond;
}

}  // namespace vigie
