#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/rights.h"
#include "engine/core/clock.h"

namespace vigie {

/// Somebody who is signed in.
struct Session {
  std::string id;          ///< 256 random bits: the cookie
  std::string csrf_token;  ///< 256 more: must come with everything that changes something
  std::string account;
  Time started_at{}, used_at{};
  /// What the town's directory gave at the last sign-in; nothing: the account's are in force.
  std::optional<RolesByTenant> directory_roles = {};
};

/// Who is signed in, in memory: a restart signs everybody out. Kept under the ids' fingerprints, so
/// that no timing tells an id. One thread.
class Sessions {
 public:
  struct Limits {
    std::chrono::minutes idle{120};
    std::chrono::hours absolute{12};
    std::size_t max_sessions = 1000;  ///< beyond: the one that was idle longest ends
  };

  explicit Sessions(const Clock& clock) : Sessions(clock, Limits()) {}
  Sessions(const Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}

  /// Always a new id, whatever the browser held before.
  Session start(std::string account);
  /// Of somebody the town's directory knows. Ends those of their sessions that have other roles.
  Session start_of_directory(std::string account, RolesByTenant roles);
  /// Ends those of `account` that began in the directory.
  void end_of_directory(std::string_view account);
  /// Who is signed in through the directory and may do a tenant's work; each once.
  std::vector<std::string> directory_workers(std::string_view tenant) const;
  /// Nothing if there is none, or it has run out; else it counts as used now.
  std::optional<Session> find(std::string_view id);
  /// The same question without using it: a screen left open does not keep its session alive.
  bool is_alive(std::string_view id) const;
  void end(std::string_view id);
  /// Of one account.
  void end_all(std::string_view account);

 private:
  bool has_run_out(const Session& session) const;
  void make_room();

  const Clock& clock_;
  Limits limits_;
  std::map<std::string, Session, std::less<>> sessions_;
};

}  // namespace vigie
