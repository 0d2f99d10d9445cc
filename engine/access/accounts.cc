#include "engine/access/accounts.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/access/secret.h"
#include "engine/access/totp.h"
#include "engine/core/ascii.h"
#include "engine/core/check.h"
#include "engine/core/private_file.h"

namespace vigie {
namespace {

constexpr std::size_t kRecoveryCodes = 10;
constexpr std::chrono::hours kUseWrittenAfter{1};

std::string path_in(const std::string& directory) { return directory + "/access.json"; }

/// A descriptor that holds the lock; the system lets go of it with the process.
Result<int> take_lock(const std::string& directory) {
  const std::string path = directory + "/access.lock";
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return fail(ErrorCode::kUnavailable,
                "cannot write " + path_in(directory) + ": " + std::strerror(errno));
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(ErrorCode::kUnavailable,
                path_in(directory) +
                    " is in use by a running engine: stop it, or use its API "
                    "(/api/v1/accounts, /api/v1/tokens)");
  }
  return lock;
}

bool holds(const RolesByTenant& roles, std::initializer_list<Role> wanted) {
  return std::ranges::any_of(roles, [&](const auto& entry) {
    return std::ranges::any_of(wanted, [&](Role role) { return entry.second.contains(role); });
  });
}

Result<void> check_roles(const RolesByTenant& roles) {
  for (const auto& [tenant, held] : roles) {
    if (tenant.empty() || tenant.size() > Accounts::kMaxNameBytes) {
      return fail(ErrorCode::kInvalidInput, "a role is held in a tenant, or in every one: *");
    }
    if (held.contains(Role::kOperator) && tenant != kEveryTenant) {
      return fail(ErrorCode::kInvalidInput, "the role operator is engine-wide: tenant *");
    }
  }
  return {};
}

tl::unexpected<Error> no_such(std::string_view what, std::string_view name) {
  return fail(ErrorCode::kNotFound,
              "there is no " + std::string(what) + " '" + std::string(name) + "'");
}

}  // namespace

bool is_account_name(std::string_view name) {
  return !name.empty() && name.size() <= Accounts::kMaxNameBytes &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '@' || c == '-';
         });
}

Accounts::Accounts(std::string directory, PasswordCost cost, int lock)
    : directory_(std::move(directory)),
      cost_(cost),
      lock_(lock),
      nobodys_hash_(hash_password(random_token(), cost)) {}

Accounts::~Accounts() { ::close(lock_); }

Result<Accounts::Opened> Accounts::open(const std::string& directory, PasswordCost cost) {
  check(sodium_init() >= 0, "libsodium starts");
  const Result<int> lock = take_lock(directory);
  if (!lock) {
    return tl::make_unexpected(lock.error());
  }
  std::unique_ptr<Accounts> accounts(new Accounts(directory, cost, *lock));
  Result<std::optional<AccessRecords>> records = read_access_file(path_in(directory));
  if (!records) {
    return tl::make_unexpected(records.error());
  }
  if (*records) {
    accounts->records_ = std::move(**records);
    return Opened{std::move(accounts), std::nullopt};
  }
  FirstSecrets first{std::string(kAdmin), random_password(), random_token()};
  AccessRecords fresh = first_records(hash_password(first.password, cost),
                                      fingerprint(first.api_token), SystemClock().now());
  if (const Result<void> written = accounts->put_in_force(std::move(fresh)); !written) {
    return tl::make_unexpected(written.error());
  }
  return Opened{std::move(accounts), std::move(first)};
}

Result<void> Accounts::put_in_force(AccessRecords fresh) {
  Result<void> written = write_access_file(path_in(directory_), fresh);
  if (written) {
    records_ = std::move(fresh);
  }
  return written;
}

template <class Change>
Result<void> Accounts::change_account(std::string_view name, Change change) {
  AccessRecords fresh = records_;
  const auto account = std::ranges::find(fresh.accounts, name, &Account::name);
  if (account == fresh.accounts.end()) {
    return no_such("account", name);
  }
  change(*account);
  return put_in_force(std::move(fresh));
}

template <class Change>
Result<void> Accounts::change_token(std::string_view name, Change change) {
  AccessRecords fresh = records_;
  const auto token = std::ranges::find(fresh.tokens, name, &ApiToken::name);
  if (token == fresh.tokens.end()) {
    return no_such("token", name);
  }
  change(fresh.tokens, token);
  return put_in_force(std::move(fresh));
}

const Account* Accounts::find(std::string_view name) const {
  const auto found = std::ranges::find(records_.accounts, name, &Account::name);
  return found == records_.accounts.end() ? nullptr : &*found;
}

bool Accounts::is_taken(std::string_view name) const {
  const auto is_same = [lower = lower_case(name)](const auto& one) {
    return lower_case(one.name) == lower;
  };
  return std::ranges::any_of(records_.accounts, is_same) ||
         std::ranges::any_of(records_.tokens, is_same);
}

std::vector<std::string> Accounts::workers(std::string_view tenant) const {
  std::vector<std::string> names;
  for (const Account& account : records_.accounts) {
    if (!account.disabled && Grants(account.roles).may(Right::kWork, tenant)) {
      names.push_back(account.name);
    }
  }
  return names;
}

Accounts::Duty Accounts::duty_of(const Account& account) const {
  if (account.must_change_password) {
    return Duty::kChangePassword;
  }
  const bool needs_second =
      second_factor_required_ &&
      holds(account.roles, {Role::kOperator, Role::kTenantAdmin, Role::kDataProtectionOfficer});
  return needs_second && account.totp_secret.empty() ? Duty::kEnrolSecondFactor : Duty::kNone;
}

Grants Accounts::grants(std::string_view name) const {
  const Account* const account = find(name);
  if (!account || account->disabled) {
    return {};
  }
  return Grants(duty_of(*account) == Duty::kNone ? account->roles : RolesByTenant());
}

bool Accounts::is_password(std::string_view name, std::string_view password) {
  const Account* const account = find(name);
  const std::string& hash = account ? account->password_hash : nobodys_hash_;
  if (!is_password_of(password, hash) || !account || account->disabled) {
    return false;
  }
  if (is_cost_outdated(hash, cost_)) {
    // Where the disk is full, the old one does.
    (void)change_account(
        name, [&](Account& changed) { changed.password_hash = hash_password(password, cost_); });
  }
  return true;
}

Result<std::string> Accounts::invite(std::string_view name, RolesByTenant roles) {
  if (!is_account_name(name)) {
    return fail(ErrorCode::kInvalidInput,
                "a name has 1 to 64 characters: letters, digits and . _ @ -");
  }
  if (is_taken(name)) {
    return fail(ErrorCode::kRefused, "there is an account or token of that name");
  }
  if (records_.accounts.size() >= kMaxAccounts) {
    return fail(ErrorCode::kFull, "there are too many accounts");
  }
  if (const Result<void> checked = check_roles(roles); !checked) {
    return tl::make_unexpected(checked.error());
  }
  std::string password = random_password();
  AccessRecords fresh = records_;
  Account& account = fresh.accounts.emplace_back();
  account.name = name;
  account.password_hash = hash_password(password, cost_);
  account.must_change_password = true;
  account.roles = std::move(roles);
  const Result<void> written = put_in_force(std::move(fresh));
  return written ? Result<std::string>(std::move(password)) : tl::make_unexpected(written.error());
}

Result<std::string> Accounts::reset_password(std::string_view name) {
  std::string password = random_password();
  const Result<void> changed = change_account(name, [&](Account& account) {
    account.password_hash = hash_password(password, cost_);
    account.must_change_password = true;
    account.totp_secret.clear();
    account.recovery_codes.clear();
  });
  return changed ? Result<std::string>(std::move(password)) : tl::make_unexpected(changed.error());
}

Result<void> Accounts::change_password(std::string_view name, std::string_view password) {
  if (const std::optional<std::string> why = objection_to_password(password, name)) {
    return fail(ErrorCode::kInvalidInput, *why);
  }
  const Account* const account = find(name);
  if (account && is_password_of(password, account->password_hash)) {
    return fail(ErrorCode::kInvalidInput, "it is the old one");
  }
  return change_account(name, [&](Account& changed) {
    changed.password_hash = hash_password(password, cost_);
    changed.must_change_password = false;
  });
}

Result<void> Accounts::set_roles(std::string_view name, std::string_view tenant,
                                 std::set<Role> roles) {
  if (const Result<void> checked = check_roles({{std::string(tenant), roles}}); !checked) {
    return checked;
  }
  return change_account(name, [&](Account& account) {
    if (roles.empty()) {
      account.roles.erase(std::string(tenant));
    } else {
      account.roles.insert_or_assign(std::string(tenant), std::move(roles));
    }
  });
}

Result<void> Accounts::set_disabled(std::string_view name, bool disabled) {
  return change_account(name, [&](Account& account) { account.disabled = disabled; });
}

Result<Accounts::Enrolment> Accounts::begin_totp(std::string_view name) {
  const Account* const account = find(name);
  if (!account) {
    return no_such("account", name);
  }
  if (!account->totp_secret.empty()) {
    return fail(ErrorCode::kRefused, "there is a second factor already");
  }
  const std::string secret = totp::make_secret();
  begun_.insert_or_assign(std::string(name), secret);
  return Enrolment{totp::to_base32(secret), totp::enrolment_uri(secret, name)};
}

Result<std::vector<std::string>> Accounts::confirm_totp(std::string_view name,
                                                        std::string_view code, Time now) {
  const auto begun = begun_.find(name);
  const std::optional<std::uint64_t> step =
      begun == begun_.end() ? std::nullopt
                            : totp::matching_step(begun->second, code, totp::step_of(now), 0);
  if (!step) {
    return fail(ErrorCode::kRefused, "this is not the code of now");
  }
  Result<std::string> sealed = seal(begun->second, name);
  if (!sealed) {
    return tl::make_unexpected(sealed.error());
  }
  std::vector<std::string> codes, kept;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    codes.push_back(random_password());
    kept.push_back(fingerprint(codes.back()));
  }
  const Result<void> changed = change_account(name, [&](Account& account) {
    account.totp_secret = *sealed;
    account.totp_step = *step;
    account.recovery_codes = kept;
  });
  if (!changed) {
    return tl::make_unexpected(changed.error());
  }
  begun_.erase(begun);
  return codes;
}

bool Accounts::has_totp(std::string_view name) const {
  const Account* const account = find(name);
  return account && !account->totp_secret.empty();
}

bool Accounts::use_code(std::string_view name, std::string_view code, Time now) {
  const Account* const account = find(name);
  if (!account || account->totp_secret.empty()) {
    return false;
  }
  const std::optional<std::string> secret = unseal(account->totp_secret, name);
  const std::optional<std::uint64_t> step =
      secret ? totp::matching_step(*secret, code, totp::step_of(now), account->totp_step)
             : std::nullopt;
  if (step) {
    return change_account(name, [&](Account& changed) { changed.totp_step = *step; }).has_value();
  }
  const std::string hash = fingerprint(code);
  if (std::ranges::find(account->recovery_codes, hash) == account->recovery_codes.end()) {
    return false;
  }
  return change_account(name, [&](Account& changed) { std::erase(changed.recovery_codes, hash); })
      .has_value();
}

Result<std::string> Accounts::make_token(ApiToken wanted) {
  if (!is_account_name(wanted.name)) {
    return fail(ErrorCode::kInvalidInput,
                "a name has 1 to 64 characters: letters, digits and . _ @ -");
  }
  if (wanted.rights.empty() || wanted.tenants.empty()) {
    return fail(ErrorCode::kInvalidInput, "a token has rights and tenants");
  }
  if (!wanted.expires_at || *wanted.expires_at <= wanted.made_at ||
      *wanted.expires_at - wanted.made_at > kMaxTokenLife) {
    return fail(ErrorCode::kInvalidInput, "a token expires within 366 days");
  }
  if (is_taken(wanted.name)) {
    return fail(ErrorCode::kRefused, "there is an account or token of that name");
  }
  if (records_.tokens.size() >= kMaxTokens) {
    return fail(ErrorCode::kFull, "there are too many tokens");
  }
  std::string token = random_token();
  wanted.token_hash = fingerprint(token);
  AccessRecords fresh = records_;
  fresh.tokens.push_back(std::move(wanted));
  const Result<void> written = put_in_force(std::move(fresh));
  return written ? Result<std::string>(std::move(token)) : tl::make_unexpected(written.error());
}

Result<void> Accounts::revoke_token(std::string_view name) {
  return change_token(name, [](auto& tokens, auto token) { tokens.erase(token); });
}

const ApiToken* Accounts::find_token(std::string_view name) const {
  const auto found = std::ranges::find(records_.tokens, name, &ApiToken::name);
  return found == records_.tokens.end() ? nullptr : &*found;
}

bool Accounts::is_in_force(const ApiToken& token, Time now) const {
  const Account* const maker = find(token.made_by);
  return (!token.expires_at || *token.expires_at > now) && (maker == nullptr || !maker->disabled);
}

const ApiToken* Accounts::identify(std::string_view token, Time now) {
  const std::string hash = fingerprint(token);
  const auto found = std::ranges::find_if(records_.tokens, [&](const ApiToken& known) {
    return is_same_secret(known.token_hash, hash);
  });
  if (found == records_.tokens.end() || !is_in_force(*found, now)) {
    return nullptr;
  }
  const std::string name = found->name;
  if (!found->used_at || now - *found->used_at >= kUseWrittenAfter) {
    // That it was used matters less than that it works, where the disk is full.
    (void)change_token(name, [&](auto&, auto used) { used->used_at = now; });
  }
  return find_token(name);
}

Result<Accounts::Key> Accounts::key(bool may_make) const {
  const std::string path = directory_ + "/access.key";
  Key key;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    const auto is_sealed = [](const Account& account) { return !account.totp_secret.empty(); };
    if (!may_make || std::ranges::any_of(records_.accounts, is_sealed)) {
      return fail(ErrorCode::kUnavailable,
                  path + " is missing: second factors cannot be read without it");
    }
    randombytes_buf(key.data(), key.size());
    const Result<void> written = write_private_file(
        path, std::string_view(reinterpret_cast<const char*>(key.data()), key.size()));
    return written ? Result<Key>(key) : tl::make_unexpected(written.error());
  }
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (bytes.size() != key.size()) {
    return fail(ErrorCode::kCorrupt, path + ": is not a key of 32 bytes");
  }
  std::ranges::copy(bytes, key.begin());
  return key;
}

/// Bound to its account: it cannot be moved to another line of the file.
Result<std::string> Accounts::seal(std::string_view secret, std::string_view account) const {
  const Result<Key> with = key(true);
  if (!with) {
    return tl::make_unexpected(with.error());
  }
  std::string sealed(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + secret.size() +
                         crypto_aead_xchacha20poly1305_ietf_ABYTES,
                     '\0');
  auto* const nonce = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(nonce, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      nonce + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, nullptr,
      reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
      reinterpret_cast<const unsigned char*>(account.data()), account.size(), nullptr, nonce,
      with->data());
  return to_base64url(sealed);
}

std::optional<std::string> Accounts::unseal(std::string_view text, std::string_view account) const {
  constexpr std::size_t kOverhead =
      crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES;
  const std::optional<std::string> sealed = from_base64url(text);
  const Result<Key> with = key(false);
  if (!sealed || sealed->size() < kOverhead || !with) {
    return std::nullopt;
  }
  const auto* const nonce = reinterpret_cast<const unsigned char*>(sealed->data());
  std::string secret(sealed->size() - kOverhead, '\0');
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(secret.data()), nullptr, nullptr,
      nonce + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
      sealed->size() - crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
      reinterpret_cast<const unsigned char*>(account.data()), account.size(), nonce, with->data());
  return failed == 0 ? std::optional(std::move(secret)) : std::nullopt;
}

}  // namespace vigie
