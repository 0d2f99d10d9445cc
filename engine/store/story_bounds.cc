#include "engine/store/story_bounds.h"

#include <algorithm>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>

#include "engine/store/store_state.h"

namespace vigie {
namespace {

using Bound = StoryBounds::Bound;

bool is_before(const Bound& one, const Bound& other) {
  return std::tuple(other.authors, other.mentions, one.sequence) <
         std::tuple(one.authors, one.mentions, other.sequence);
}

/// Nobody knows yet how long it was spoken of; its founder may be there.
Bound bound_of(std::uint64_t sequence) { return {sequence, 1, 1, ~std::uint32_t{0}, 0}; }

void add_minutes(Bound& bound, std::uint32_t first, std::uint32_t last) {
  bound.first = std::min(bound.first, first);
  bound.last = std::max(bound.last, last);
}

struct StoryRow {
  Day day = 0;
  std::uint64_t sequence = 0, author = 0;
  std::uint32_t first = 0, last = ~std::uint32_t{0};  ///< minutes
};
Result<StoryRow> read_row(const KeyValue::Iterator& at) {
  ByteReader key(at.key()), value(at.value());
  key.u32();
  StoryRow row;
  row.day = key.u32();
  row.sequence = key.u64();
  row.author = value.u64();
  value.integer();
  value.text();
  if (value.left() != 0) {  // else it was written before it said so
    row.first = value.natural<std::uint32_t>();
    row.last = value.natural<std::uint32_t>();
  }
  return key.ok() && value.ok() ? Result<StoryRow>(row) : damaged("the index of stories");
}

/// Of one day, where `at` is at its first row; goes to the next day's.
Result<std::vector<Bound>> read_day(KeyValue::Iterator& at, const std::string& end, Day day) {
  std::vector<Bound> bounds;
  std::set<std::uint64_t> authors;
  for (; at.valid() && at.key() < end; at.next()) {
    const Result<StoryRow> row = read_row(at);
    if (!row) {
      return tl::make_unexpected(row.error());
    }
    if (row->day != day) {
      break;
    }
    if (bounds.empty() || bounds.back().sequence != row->sequence) {
      bounds.push_back(bound_of(row->sequence));
      authors.clear();
    }
    Bound& bound = bounds.back();
    ++bound.mentions;
    bound.authors += row->author == 0 || authors.insert(row->author).second;
    add_minutes(bound, row->first, row->last);
  }
  if (const Result<void> status = at.status(); !status) {
    return tl::make_unexpected(status.error());
  }
  std::ranges::sort(bounds, is_before);
  return bounds;
}

}  // namespace

std::uint32_t minute_of(Time time) {
  const auto minutes = std::max(time, Time{}).time_since_epoch() / std::chrono::minutes(1);
  return static_cast<std::uint32_t>(std::min<std::int64_t>(minutes, ~std::uint32_t{0}));
}

Result<void> StoryBounds::visit_widest(const KeyValue& key_value, const StoryLog& log,
                                       std::uint32_t number, Day from, Day to,
                                       const TimeSpan& spoken, const Visit& visit) {
  const std::scoped_lock lock(mutex_);
  follow(log);  // before what is read: what both know widens a bound, and that is allowed
  ++questions_;
  struct Head {
    Day day = 0;
    const std::vector<Bound>* bounds = nullptr;
    std::size_t at = 0;

    const Bound& bound() const { return (*bounds)[at]; }
    /// To the first from there on that may have been spoken of in those minutes; false: there is
    /// none.
    bool find(std::uint32_t from, std::uint32_t to) {
      while (at < bounds->size() && (bound().last < from || bound().first > to)) {
        ++at;
      }
      return at < bounds->size();
    }
    bool operator<(const Head& other) const {  // the last of a queue goes first
      const auto wide = [](const Bound& bound) { return std::pair(bound.authors, bound.mentions); };
      return std::pair(wide(bound()), other.day) < std::pair(wide(other.bound()), day);
    }
  };
  std::priority_queue<Head> heads;
  const std::string end = ref_key(number, to, 0);
  const auto at = key_value.iterate(Family::kStories);
  for (at->seek(ref_key(number, from, 0)); at->valid() && at->key() < end;) {
    const Result<StoryRow> row = read_row(*at);
    if (!row) {
      return tl::make_unexpected(row.error());
    }
    const auto [kept, is_new] = days_.try_emplace({number, row->day});
    kept->second.asked_at = questions_;
    if (is_new) {
      Result<std::vector<Bound>> read = read_day(*at, end, row->day);
      if (!read) {
        days_.erase(kept);
        return tl::make_unexpected(read.error());
      }
      kept->second.widest_first = std::move(*read);
      kept_ += kept->second.widest_first.size();
    } else {
      at->seek(ref_key(number, row->day + 1, 0));
    }
    Head head{row->day, &kept->second.widest_first};
    if (head.find(minute_of(spoken.from), minute_of(spoken.to))) {
      heads.push(head);
    }
  }
  if (const Result<void> status = at->status(); !status) {
    return status;
  }
  for (bool goes_on = true; goes_on && !heads.empty();) {
    Head head = heads.top();
    heads.pop();
    const Result<bool> said = visit(head.day, head.bound());
    if (!said) {
      return tl::make_unexpected(said.error());
    }
    goes_on = *said;
    ++head.at;
    if (head.find(minute_of(spoken.from), minute_of(spoken.to))) {
      heads.push(head);
    }
  }
  forget_oldest();
  return {};
}

void StoryBounds::follow(const StoryLog& log) {
  const StoryLog::News news = log.since(joins_seen_);
  joins_seen_ = news.upto;
  if (!news.complete) {
    days_.clear();
    kept_ = 0;
  }
  struct Joined {
    std::uint32_t count = 0;
    TimeSpan spoken{Time::max(), Time{}};

    void widen(Bound& bound) const {
      bound.authors += count;
      bound.mentions += count;
      add_minutes(bound, minute_of(spoken.from), minute_of(spoken.to));
    }
  };
  std::map<Place, std::unordered_map<std::uint64_t, Joined>> joined;
  for (const StoryJoin& join : news.changes) {
    const Place place{join.tenant_number, join.day};
    if (days_.contains(place)) {
      Joined& story = joined[place][join.sequence];
      ++story.count;
      story.spoken = {std::min(story.spoken.from, join.spoken.from),
                      std::max(story.spoken.to, join.spoken.to)};
    }
  }
  for (auto& [place, counts] : joined) {
    std::vector<Bound>& bounds = days_.at(place).widest_first;
    for (Bound& bound : bounds) {
      if (const auto found = counts.find(bound.sequence); found != counts.end()) {
        found->second.widen(bound);
        counts.erase(found);
      }
    }
    for (const auto& [sequence, first] : counts) {
      first.widen(bounds.emplace_back(bound_of(sequence)));
      ++kept_;
    }
    std::ranges::sort(bounds, is_before);
  }
}

void StoryBounds::forget_oldest() {
  while (kept_ > kMaxKept) {
    const auto oldest =
        std::ranges::min_element(days_, {}, [](const auto& day) { return day.second.asked_at; });
    kept_ -= oldest->second.widest_first.size();
    days_.erase(oldest);
  }
}

}  // namespace vigie
