#include "engine/guidance/card.h"

#include <algorithm>
#include <tuple>

namespace vigie {
namespace {

/// "menace.*" answers all that begin with "menace.".
bool answers(std::string_view pattern, std::string_view rule) {
  return pattern.ends_with('*') ? rule.starts_with(pattern.substr(0, pattern.size() - 1))
                                : rule == pattern;
}

}  // namespace

const Card* TownCards::find(std::string_view id) const {
  const auto found = std::ranges::find_if(cards, [id](const Card& card) { return card.id == id; });
  return found == cards.end() ? nullptr : &*found;
}

const TownCards& CardBook::of(TenantId tenant) const {
  static const TownCards kNone;
  return tenant < towns_.size() ? towns_[tenant] : kNone;
}

std::vector<Problem> CardBook::doubts(Day today) const {
  std::vector<Problem> all = unknown_tenants;
  for (const Kept& card : kept) {
    if (card.valid_until && *card.valid_until < today) {
      all.push_back({card.file, card.line, 0,
                     "the card '" + card.id + "' is not offered any more: it was valid until " +
                         format_time(Time(std::chrono::days(*card.valid_until))).substr(0, 10)});
    }
  }
  return all;
}

std::vector<const Card*> fitting_cards(const TownCards& town,
                                       const std::set<std::string_view>& rules,
                                       const std::set<std::string_view>& topics, Day today) {
  struct Fit {
    std::size_t rules = 0, topics = 0;
    const Card* card = nullptr;
  };
  std::vector<Fit> fits;
  for (const Card& card : town.cards) {
    Fit fit;
    fit.card = &card;
    for (const std::string_view rule : rules) {
      fit.rules += std::ranges::any_of(
          card.rules, [rule](const std::string& pattern) { return answers(pattern, rule); });
    }
    for (const std::string& topic : card.topics) {
      fit.topics += topics.contains(topic);
    }
    if (card.is_valid_on(today) && fit.rules + fit.topics > 0) {
      fits.push_back(fit);
    }
  }
  std::ranges::stable_sort(fits, [](const Fit& one, const Fit& other) {
    return std::tie(one.rules, one.topics) > std::tie(other.rules, other.topics);
  });
  std::vector<const Card*> cards;
  for (const Fit& fit : fits) {
    cards.push_back(fit.card);
  }
  return cards;
}

}  // namespace vigie
