#include "engine/alert/incidents.h"

#include "engine/core/check.h"

namespace vigie {
namespace {

/// What is live is as late as the clock says, also when that was set back: else nothing would be
/// news until it has come up again. A replay may hold late mentions.
void advance(Mode mode, Time& newest, Time at) {
  newest = mode == Mode::kLive ? at : std::max(newest, at);
}

constexpr std::string_view kNews[] = {"opened", "risen", "closed"};

}  // namespace

std::string_view to_string(News news) { return kNews[static_cast<std::size_t>(news)]; }

std::optional<News> parse_news(std::string_view text) {
  const auto* const found = std::ranges::find(kNews, text);
  return found == std::end(kNews) ? std::nullopt
                                  : std::optional(static_cast<News>(found - std::begin(kNews)));
}

std::string incident_name(std::string_view subject, Time opened_at) {
  return std::string(subject) + "@" + format_time(opened_at);
}

bool Incidents::would_open(const Sighting& sighting) const {
  return !incidents_.contains(key_of(sighting));
}

Incidents::Key Incidents::key_of(const Sighting& sighting) const {
  const Key own{sighting.tenant, sighting.mode, sighting.subject};
  if (sighting.subject != sighting.rule || incidents_.contains(own)) {
    return own;
  }
  for (auto at = incidents_.lower_bound({sighting.tenant, sighting.mode, {}});
       at != incidents_.end() && std::get<TenantId>(at->first) == sighting.tenant &&
       std::get<Mode>(at->first) == sighting.mode;
       ++at) {
    if (at->second.rules.contains(sighting.rule)) {
      return at->first;
    }
  }
  return own;
}

std::optional<Raise> Incidents::see(const Sighting& sighting) {
  if (sighting.mode == Mode::kBackfill || sighting.official) {
    return std::nullopt;
  }
  const Key key = key_of(sighting);
  auto found = incidents_.find(key);
  if (found == incidents_.end()) {
    if (sighting.repost) {
      return std::nullopt;
    }
    Incident opened;
    opened.opened_at = opened.last_at = sighting.at;
    opened.level = sighting.level;
    found = open(key, opened);
  }
  Incident& incident = found->second;
  const bool is_known_story = incident.stories.contains(sighting.story) && !sighting.seen_before;
  advance(sighting.mode, incident.last_at, sighting.at);
  is_quiet_since(key, incident.last_at);
  incident.seen_at = sighting.seen_at;
  incident.mentions += incident.counted.contains(sighting.mention) ? 0 : 1;
  incident.counted.add(sighting.mention);
  incident.stories.add(sighting.story);
  if (!sighting.rule.empty()) {
    incident.rules.insert(sighting.rule);
  }
  incident.authors.add(sighting.author != 0 ? sighting.author : sighting.story);
  for (const Spoken& spoken : sighting.crowd) {
    incident.stories.add(spoken.story);
    incident.authors.add(spoken.author);
  }
  incident.mentions =
      std::max(incident.mentions, static_cast<std::uint32_t>(sighting.crowd.size()));
  if (!incident.told) {
    incident.level = std::max(incident.level, sighting.level);
    const bool is_backed = incident.stories.size() > 1 && incident.authors.size() > 1;
    const bool is_believed = sighting.certain || (is_backed && !is_outdone(key, incident.level));
    if (sighting.repost || !is_believed) {
      return std::nullopt;
    }
    incident.told = true;
    return raise(key, incident, News::kOpened);
  }
  if (sighting.level <= incident.level || !sighting.certain || sighting.repost || is_known_story) {
    return std::nullopt;
  }
  incident.level = sighting.level;
  return raise(key, incident, News::kRisen);
}

/// Whether the tenant was told of another incident under way that is as urgent.
bool Incidents::is_outdone(const Key& key, Urgency level) const {
  const auto& [tenant, mode, subject] = key;
  for (auto at = incidents_.lower_bound({tenant, mode, {}}); at != incidents_.end(); ++at) {
    if (std::get<TenantId>(at->first) != tenant || std::get<Mode>(at->first) != mode) {
      break;
    }
    if (at->second.told && at->second.level >= level) {
      return true;
    }
  }
  return false;
}

Raise Incidents::raise(const Key& key, const Incident& incident, News news) {
  Raise raise;
  raise.incident = incident_name(std::get<std::string>(key), incident.opened_at);
  raise.level = incident.level;
  raise.news = news;
  raise.mentions = incident.mentions;
  raise.stories = std::max(incident.stories.size(), incident.told_stories);
  raise.authors = std::max(incident.authors.size(), incident.told_authors);
  raise.mode = std::get<Mode>(key);
  raise.opened_at = incident.opened_at;
  raise.last_at = incident.last_at;
  return raise;
}

void Incidents::close_before(Place begin, Place end, const auto& is_over,
                             std::vector<Closed>& closed) {
  for (Place at = begin; at != end;) {
    if (!is_over(at->second)) {
      ++at;
      continue;
    }
    if (at->second.told) {
      closed.push_back(
          {std::get<TenantId>(at->first), raise(at->first, at->second, News::kClosed)});
    }
    at = incidents_.erase(at);
  }
}

std::vector<Incidents::Closed> Incidents::pass(TenantId tenant, Mode mode, Time at) {
  std::vector<Closed> closed;
  Stream& stream = streams_[{tenant, mode}];
  advance(mode, stream.newest, at);
  const Time newest = stream.newest;
  if (stream.quiet_since == Time::max() || newest - stream.quiet_since <= quiet_) {
    return closed;  // every mention comes this way
  }
  const auto begin = incidents_.lower_bound({tenant, mode, {}});
  auto end = begin;
  while (end != incidents_.end() && std::get<TenantId>(end->first) == tenant &&
         std::get<Mode>(end->first) == mode) {
    ++end;
  }
  Time left = Time::max();
  close_before(
      begin, end,
      [&](const Incident& one) {
        const bool is_over = newest - one.last_at > quiet_;
        left = is_over ? left : std::min(left, one.last_at);
        return is_over;
      },
      closed);
  stream.quiet_since = left;
  return closed;
}

void Incidents::is_quiet_since(const Key& key, Time time) {
  Time& since = streams_[{std::get<TenantId>(key), std::get<Mode>(key)}].quiet_since;
  since = std::min(since, time);
}

std::vector<Incidents::Closed> Incidents::tick(Time now) {
  std::vector<Closed> closed;
  close_before(
      incidents_.begin(), incidents_.end(),
      [&](const Incident& one) { return now - one.seen_at > quiet_; }, closed);
  return closed;
}

void Incidents::remember(TenantId tenant, const Raise& announced, Time at, Time seen_at) {
  const Key key{tenant, announced.mode, announced.subject()};
  auto found = incidents_.find(key);
  if (announced.news == News::kClosed) {
    if (found != incidents_.end() && found->second.opened_at == announced.opened_at) {
      incidents_.erase(found);
    }
    return;
  }
  if (found == incidents_.end()) {
    Incident opened;
    opened.opened_at = announced.opened_at;
    opened.last_at = at;
    opened.seen_at = seen_at;
    opened.level = announced.level;
    found = open(key, opened);
  }
  Incident& incident = found->second;
  const bool was_another = incident.opened_at - at > quiet_;
  if (was_another) {
    return;
  }
  incident.told = true;
  incident.opened_at = std::min(incident.opened_at, announced.opened_at);
  incident.last_at = std::max(incident.last_at, at);
  is_quiet_since(key, incident.last_at);
  incident.level = std::max(incident.level, announced.level);
  incident.mentions = std::max(incident.mentions, announced.mentions);
  incident.told_stories = std::max(incident.told_stories, announced.stories);
  incident.told_authors = std::max(incident.told_authors, announced.authors);
}

Incidents::Place Incidents::open(const Key& key, const Incident& incident) {
  if (incidents_.size() >= kMaxOpen) {
    incidents_.erase(std::ranges::min_element(
        incidents_, {}, [](const auto& entry) { return entry.second.last_at; }));
  }
  return incidents_.emplace(key, incident).first;
}

}  // namespace vigie
