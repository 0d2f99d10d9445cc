#include "engine/match/proximity.h"

#include <algorithm>

namespace vigie {
namespace {

using Places = Proximity::Places;

/// The places that begin in tokens [from, to).
Places beginning_in(Places places, std::uint32_t from, std::uint32_t to) {
  const auto start = std::ranges::lower_bound(places, from, {}, &TokenRange::first);
  const auto end = std::ranges::lower_bound(places, to, {}, &TokenRange::first);
  return {start, end};
}

/// Tokens [first, second) of the sentence in which `token` stands.
std::pair<std::uint32_t, std::uint32_t> sentence_of(std::uint32_t token,
                                                    std::span<const std::uint32_t> sentences) {
  const auto next = std::ranges::upper_bound(sentences, token);
  return {next == sentences.begin() ? 0 : *(next - 1),
          next == sentences.end() ? ~std::uint32_t{0} : *next};
}

}  // namespace

/// The members are together if, for some place's end `e`, each has a place that ends at `e` or
/// later and starts at `e + words + 1` or earlier. `e` goes up, so every member's places are
/// reached once.
bool Proximity::near(std::span<const Places> members, std::uint32_t words,
                     std::vector<TokenRange>& chosen) {
  ends_.clear();
  for (const Places places : members) {
    for (const TokenRange& place : places) {
      ends_.push_back(place.last);
    }
  }
  std::ranges::sort(ends_);
  progress_.assign(members.size(), {});
  for (const std::uint32_t end : ends_) {
    if (all_reach(members, end, end + words + 1)) {
      chosen.clear();
      for (const Places places : members) {
        chosen.push_back(*std::ranges::find_if(
            places, [end](const TokenRange& place) { return place.last >= end; }));
      }
      return true;
    }
  }
  return false;
}

bool Proximity::all_reach(std::span<const Places> members, std::uint32_t end,
                          std::uint32_t latest_start) {
  bool all = true;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Places places = members[i];
    Progress& member = progress_[i];
    while (member.reached < places.size() && places[member.reached].first <= latest_start) {
      member.latest_end = std::max(member.latest_end, places[member.reached++].last);
    }
    all &= member.reached != 0 && member.latest_end >= end;
  }
  return all;
}

bool Proximity::ordered(std::span<const Places> members, std::uint32_t words,
                        std::vector<TokenRange>& chosen) {
  chains_.clear();
  std::uint32_t from = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto to = static_cast<std::uint32_t>(chains_.size());
    if (i == 0) {
      for (const TokenRange& place : members[i]) {
        chains_.push_back({place, kNone, place.last});
      }
    } else {
      extend_chains(members[i], from, to);
    }
    from = to;
  }
  for (std::uint32_t last = from; last < chains_.size(); ++last) {
    const Chain& end = chains_[last];
    if (end.first_end != kNone && end.place.first - end.first_end - 1 <= words) {
      chosen.clear();
      for (std::uint32_t i = last; i != kNone; i = chains_[i].before) {
        chosen.push_back(chains_[i].place);
      }
      std::ranges::reverse(chosen);
      return true;
    }
  }
  return false;
}

/// Each place takes, of the chains [from, to) that end before it, the one whose first member ends
/// latest.
void Proximity::extend_chains(Places places, std::uint32_t from, std::uint32_t to) {
  by_end_.clear();
  for (std::uint32_t i = from; i < to; ++i) {
    if (chains_[i].first_end != kNone) {
      by_end_.push_back(i);
    }
  }
  std::ranges::sort(by_end_, {}, [this](std::uint32_t i) { return chains_[i].place.last; });
  std::size_t reached = 0;
  std::uint32_t best = kNone;
  for (const TokenRange& place : places) {
    while (reached < by_end_.size() && chains_[by_end_[reached]].place.last < place.first) {
      const std::uint32_t chain = by_end_[reached++];
      if (best == kNone || chains_[chain].first_end > chains_[best].first_end) {
        best = chain;
      }
    }
    chains_.push_back({place, best, best == kNone ? kNone : chains_[best].first_end});
  }
}

bool Proximity::in_one_sentence(std::span<const Places> members,
                                std::span<const std::uint32_t> sentences,
                                std::vector<TokenRange>& chosen) {
  for (const TokenRange& first : members.front()) {
    const auto [from, to] = sentence_of(first.first, sentences);
    chosen.clear();
    for (const Places places : members) {
      if (const Places there = beginning_in(places, from, to); !there.empty()) {
        chosen.push_back(there.front());
      }
    }
    if (chosen.size() == members.size()) {
      return true;
    }
  }
  return false;
}

/// ends_[i]: the latest end of the first i + 1 unwanted places.
void Proximity::not_near(Places wanted, Places unwanted, std::uint32_t words,
                         std::vector<TokenRange>& chosen) {
  ends_.clear();
  for (const TokenRange& place : unwanted) {
    ends_.push_back(std::max(place.last, ends_.empty() ? 0 : ends_.back()));
  }
  for (const TokenRange& place : wanted) {
    const auto reached =
        beginning_in(unwanted, 0, place.last + words + 2).size();  // starts early enough
    if (reached == 0 || ends_[reached - 1] + words + 1 < place.first) {
      chosen.push_back(place);
    }
  }
}

void Proximity::not_before(Places wanted, Places unwanted, std::uint32_t words,
                           std::vector<TokenRange>& chosen) {
  for (const TokenRange& place : wanted) {
    if (beginning_in(unwanted, place.last + 1, place.last + words + 2).empty()) {
      chosen.push_back(place);
    }
  }
}

void Proximity::not_in_one_sentence(Places wanted, Places unwanted,
                                    std::span<const std::uint32_t> sentences,
                                    std::vector<TokenRange>& chosen) {
  for (const TokenRange& place : wanted) {
    const auto [from, to] = sentence_of(place.first, sentences);
    if (beginning_in(unwanted, from, to).empty()) {
      chosen.push_back(place);
    }
  }
}

}  // namespace vigie
