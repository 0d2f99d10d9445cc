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

struct StoryRow {
  Day day = 0;
  std::uint64_t sequence = 0, author = 0;
};
Result<StoryRow> read_row(const KeyValue::Iterator& at) {
  ByteReader key(at.key()), value(at.value());
  key.u32();
  StoryRow row;
  row.day = key.u32();
  row.sequence = key.u64();
  row.author = value.u64();
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
      bounds.push_back({row->sequence, 1, 1});  // its founder may be there
      authors.clear();
    }
    ++bounds.back().mentions;
    bounds.back().authors += row->author == 0 || authors.insert(row->author).second;
  }
  if (const Result<void> status = at.status(); !status) {
    return tl::make_unexpected(status.error());
  }
  std::ranges::sort(bounds, is_before);
  return bounds;
}

}  // namespace

Result<void> StoryBounds::visit_widest(const KeyValue& key_value, const StoryLog& log,
                                       std::uint32_t number, Day from, Day to, const Visit& visit) {
  const std::scoped_lock lock(mutex_);
  follow(log);  // before what is read: what both know widens a bound, and that is allowed
  ++questions_;
  struct Head {
    Day day = 0;
    const std::vector<Bound>* bounds = nullptr;
    std::size_t at = 0;

    const Bound& bound() const { return (*bounds)[at]; }
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
    if (!kept->second.widest_first.empty()) {
      heads.push({row->day, &kept->second.widest_first});
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
    if (++head.at < head.bounds->size()) {
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
  std::map<Place, std::unordered_map<std::uint64_t, std::uint32_t>> joined;
  for (const StoryJoin& join : news.changes) {
    const Place place{join.tenant_number, join.day};
    if (days_.contains(place)) {
      ++joined[place][join.sequence];
    }
  }
  for (auto& [place, counts] : joined) {
    std::vector<Bound>& bounds = days_.at(place).widest_first;
    for (Bound& bound : bounds) {
      if (const auto found = counts.find(bound.sequence); found != counts.end()) {
        bound.authors += found->second;
        bound.mentions += found->second;
        counts.erase(found);
      }
    }
    for (const auto& [sequence, count] : counts) {  // their first
      bounds.push_back({sequence, 1 + count, 1 + count});
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
