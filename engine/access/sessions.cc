#include "engine/access/sessions.h"

#include <algorithm>
#include <set>

#include "engine/access/secret.h"

namespace vigie {

Session Sessions::start(std::string account) {
  make_room();
  Session session{random_token(), random_token(), std::move(account), clock_.now(), clock_.now()};
  sessions_.emplace(fingerprint(session.id), session);
  return session;
}

Session Sessions::start_of_directory(std::string account, RolesByTenant roles) {
  std::erase_if(sessions_, [&](const auto& entry) {
    const Session& old = entry.second;
    return old.directory_roles && old.account == account && *old.directory_roles != roles;
  });
  Session session = start(std::move(account));
  session.directory_roles = std::move(roles);
  sessions_.insert_or_assign(fingerprint(session.id), session);
  return session;
}

void Sessions::end_of_directory(std::string_view account) {
  std::erase_if(sessions_, [&](const auto& entry) {
    return entry.second.directory_roles && entry.second.account == account;
  });
}

std::vector<std::string> Sessions::directory_workers(std::string_view tenant) const {
  std::set<std::string> names;
  for (const auto& [key, session] : sessions_) {
    if (session.directory_roles && !has_run_out(session) &&
        Grants(*session.directory_roles).may(Right::kWork, tenant)) {
      names.insert(session.account);
    }
  }
  return {names.begin(), names.end()};
}

std::optional<Session> Sessions::find(std::string_view id) {
  const auto found = sessions_.find(fingerprint(id));
  if (found == sessions_.end()) {
    return std::nullopt;
  }
  if (has_run_out(found->second)) {
    sessions_.erase(found);
    return std::nullopt;
  }
  found->second.used_at = clock_.now();
  return found->second;
}

bool Sessions::is_alive(std::string_view id) const {
  const auto found = sessions_.find(fingerprint(id));
  return found != sessions_.end() && !has_run_out(found->second);
}

void Sessions::end(std::string_view id) { sessions_.erase(fingerprint(id)); }

void Sessions::end_all(std::string_view account) {
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.account == account; });
}

bool Sessions::has_run_out(const Session& session) const {
  const Time now = clock_.now();
  return now - session.used_at > limits_.idle || now - session.started_at > limits_.absolute;
}

void Sessions::make_room() {
  std::erase_if(sessions_, [&](const auto& entry) { return has_run_out(entry.second); });
  while (sessions_.size() >= limits_.max_sessions) {
    sessions_.erase(std::ranges::min_element(
        sessions_, {}, [](const auto& entry) { return entry.second.used_at; }));
  }
}

}  // namespace vigie
