#include "engine/core/coverage.h"

#include <algorithm>
#include <array>

namespace vigie {

std::string_view to_string(Sight sight) {
  static constexpr std::array<std::string_view, 4> kWords = {"clear", "partial", "blind",
                                                             "unwatched"};
  return kWords.at(static_cast<std::size_t>(sight));
}

Sight sight_of(ConnectorStatus::State state) {
  using State = ConnectorStatus::State;
  switch (state) {
    case State::kActive:
      return Sight::kClear;
    case State::kLimited:
      return Sight::kPartial;
    case State::kFinished:
      return Sight::kUnwatched;
    case State::kWaiting:
    case State::kRetired:
    case State::kStarting:
    case State::kQuotaSpent:
    case State::kUnauthorised:
    case State::kDisallowed:
      break;
  }
  return Sight::kBlind;
}

bool concerns(std::string_view source, std::string_view tenant) {
  const std::size_t dot = source.find('.');
  return dot == std::string_view::npos || source.substr(0, dot) == tenant;
}

CoverageBook::CoverageBook(std::vector<CoverageChange> last, std::optional<Time> last_seen)
    : last_seen_(last_seen) {
  for (CoverageChange& change : last) {
    std::string source = change.source;
    if (change.sight == Sight::kBlind) {
      blind_since_[source] = change.at;
    }
    last_.insert_or_assign(std::move(source), std::move(change));
  }
}

std::vector<CoverageChange> CoverageBook::begin(std::span<const std::string> sources) {
  sources_.assign(sources.begin(), sources.end());
  std::vector<CoverageChange> changes;
  note_gap(changes);
  if (last_seen_) {
    note_gone(*last_seen_, changes);
  }
  return changes;
}

std::vector<CoverageChange> CoverageBook::watch(std::span<const std::string> sources, Time now) {
  sources_.assign(sources.begin(), sources.end());
  std::vector<CoverageChange> changes;
  note_gone(now, changes);
  return changes;
}

void CoverageBook::note_gone(Time at, std::vector<CoverageChange>& changes) {
  for (const auto& [source, change] : std::map(last_)) {
    if (std::ranges::find(sources_, source) == sources_.end()) {
      note(source, at, Sight::kUnwatched, CoverageChange::kRemoved,
           "the source was not in the configuration", changes);
    }
  }
}

std::vector<CoverageChange> CoverageBook::look(std::span<const ConnectorStatus::Snapshot> now_are,
                                               Time now) {
  std::vector<CoverageChange> changes;
  const bool has_slept = last_seen_ && now - *last_seen_ > kLongestGap;
  if (has_slept) {
    note_gap(changes);
  }
  for (std::size_t i = 0; i < std::min(now_are.size(), sources_.size()); ++i) {
    const ConnectorStatus::Snapshot& is = now_are[i];
    const Sight sight = sight_of(is.state);
    note(sources_[i], now, sight, to_string(is.state), sight == Sight::kClear ? "" : is.detail,
         changes);
  }
  last_seen_ = std::max(last_seen_.value_or(now), now);
  return changes;
}

std::vector<BlindSource> CoverageBook::blind() const {
  std::vector<BlindSource> blind;
  for (const std::string& source : sources_) {
    if (const auto found = blind_since_.find(source); found != blind_since_.end()) {
      blind.push_back({source, found->second});
    }
  }
  return blind;
}

void CoverageBook::note(const std::string& source, Time at, Sight sight, std::string_view state,
                        std::string_view reason, std::vector<CoverageChange>& changes) {
  const auto last = last_.find(source);
  if (last != last_.end()) {
    if (last->second.state == state && last->second.sight == sight) {
      return;
    }
    at = std::max(at, last->second.at + microseconds(1));
  }
  CoverageChange change{source, at, sight, std::string(state),
                        std::string(reason.substr(0, kMaxReasonBytes))};
  changes.push_back(change);
  if (sight == Sight::kBlind) {
    blind_since_.try_emplace(source, at);
  } else {
    blind_since_.erase(source);
  }
  last_.insert_or_assign(source, std::move(change));
}

void CoverageBook::note_gap(std::vector<CoverageChange>& changes) {
  for (const std::string& source : sources_) {
    const auto last = last_.find(source);
    if (last_seen_ && last != last_.end() && last->second.sight != Sight::kUnwatched) {
      note(source, *last_seen_, Sight::kBlind, CoverageChange::kStopped, "the engine did not run",
           changes);
    }
  }
}

void CoverageSums::add(const CoverageInterval& interval) {
  const microseconds length = interval.to - interval.from;
  switch (interval.sight) {
    case Sight::kClear:
      clear += length;
      return;
    case Sight::kPartial:
      partial += length;
      return;
    case Sight::kBlind:
      blind += length;
      return;
    case Sight::kUnwatched:
      return;
  }
}

void CoverageSums::add(const CoverageSums& sums) {
  clear += sums.clear;
  partial += sums.partial;
  blind += sums.blind;
}

std::optional<double> CoverageSums::share(microseconds of) const {
  if (expected() == microseconds(0)) {
    return std::nullopt;
  }
  return static_cast<double>(of.count()) / static_cast<double>(expected().count());
}

std::vector<CoverageInterval> coverage_intervals(std::span<const CoverageChange> changes, Time from,
                                                 Time to, Time alive_until) {
  std::vector<CoverageInterval> intervals;
  const Time end = std::min(to, alive_until);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const CoverageChange& change = changes[i];
    const Time begins = std::max(change.at, from);
    const Time ends = i + 1 < changes.size() ? std::min(changes[i + 1].at, end) : end;
    if (begins < ends) {
      intervals.push_back({begins, ends, change.sight, change.state, change.reason});
    }
  }
  return intervals;
}

}  // namespace vigie
