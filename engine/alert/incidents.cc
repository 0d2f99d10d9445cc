#include "engine/alert/incidents.h"

#include <algorithm>

#include "engine/core/check.h"

namespace vigie {

std::optional<Raise> Incidents::see(const Sighting& sighting) {
  if (sighting.mode == Mode::kBackfill || sighting.official) {
    return std::nullopt;
  }
  const Key key{sighting.tenant, sighting.subject};
  auto found = incidents_.find(key);
  if (found != incidents_.end() && sighting.at - found->second.last_at > quiet_) {
    incidents_.erase(found);
    found = incidents_.end();
  }
  const bool opens = found == incidents_.end();
  if (opens && sighting.repost) {
    return std::nullopt;
  }
  if (opens) {
    make_room();
    found = incidents_.emplace(key, Incident{sighting.at, sighting.at, sighting.level, 0}).first;
  }
  Incident& incident = found->second;
  incident.last_at = std::max(incident.last_at, sighting.at);
  incident.mentions += sighting.seen_before ? 0 : 1;
  const bool rises = sighting.level > incident.level && !sighting.repost;
  if (!opens && !rises) {
    return std::nullopt;
  }
  incident.level = sighting.level;
  return Raise{sighting.subject + "@" + format_time(incident.opened_at), incident.level,
               incident.mentions, opens};
}

void Incidents::remember(TenantId tenant, const Raise& announced, Time at) {
  const std::size_t mark = announced.incident.rfind('@');
  const std::optional<Time> opened_at = parse_time(announced.incident.substr(mark + 1));
  check(mark != std::string::npos && opened_at, "an incident's name holds its opening");
  const Key key{tenant, announced.incident.substr(0, mark)};
  auto found = incidents_.find(key);
  if (found == incidents_.end()) {
    make_room();
    found = incidents_.emplace(key, Incident{*opened_at, at, announced.level, 0}).first;
  }
  Incident& incident = found->second;
  const bool was_another = incident.opened_at - at > quiet_;
  if (was_another) {
    return;
  }
  incident.opened_at = std::min(incident.opened_at, *opened_at);
  incident.last_at = std::max(incident.last_at, at);
  incident.level = std::max(incident.level, announced.level);
  incident.mentions = std::max(incident.mentions, announced.mentions);
}

void Incidents::make_room() {
  if (incidents_.size() < kMaxOpen) {
    return;
  }
  incidents_.erase(std::ranges::min_element(
      incidents_, {}, [](const auto& entry) { return entry.second.last_at; }));
}

}  // namespace vigie
