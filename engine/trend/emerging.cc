#include "engine/trend/emerging.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "engine/core/folded_text.h"

namespace vigie {
namespace {

/// A term that passed every test of its own.
struct Candidate {
  const VoiceLog::Heard* heard = nullptr;
  Voices voices;
  EmergingTerm term;
};

std::string hex(std::uint64_t number) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; number >>= 4) {
    text[i] = "0123456789abcdef"[number & 15];
  }
  return text;
}

/// What share of people say it anyway.
double prior_share(std::string_view key, const WordShares& common, const EmergingRules& rules) {
  const std::size_t space = key.find(' ');
  if (space == key.npos) {
    return common.share(key);
  }
  return std::min(common.share(key.substr(0, space)), common.share(key.substr(space + 1))) *
         rules.pair_share;
}

bool may_be_shown(const Voices& voices, const EmergingRules& rules) {
  return voices.kept.at_least() >= rules.min_kept_authors ||
         voices.dropped.at_least() >= rules.min_dropped_authors;
}

/// Voices that two terms share, day by day.
double shared_voices(const VoiceLog::Heard& a, const VoiceLog::Heard& b) {
  double sum = 0;
  for (auto one = a.days.begin(), other = b.days.begin();
       one != a.days.end() && other != b.days.end();) {
    if (one->first == other->first) {
      sum += (one++)->second.shared((other++)->second);
    } else {
      one->first < other->first ? void(++one) : void(++other);
    }
  }
  return sum;
}

std::vector<Candidate> rising_terms(const VoiceLog& foreground, const VoiceLog& background,
                                    const WordShares& common, const IsKnown& is_known,
                                    const EmergingRules& rules) {
  std::vector<Candidate> rising;
  const double all = foreground.author_days(), past = background.author_days();
  for (const auto& [key, heard] : foreground.terms()) {
    Candidate candidate{&heard, heard.all(), {}};
    if (!may_be_shown(candidate.voices, rules)) {
      continue;
    }
    const auto before = background.terms().find(key);
    EmergingTerm& term = candidate.term;
    term.key = key;
    term.surface = heard.surface;
    term.author_days = heard.author_days();
    term.authors_at_least = candidate.voices.at_least();
    term.share = term.author_days / all;
    term.background = ((before == background.terms().end() ? 0 : before->second.author_days()) +
                       rules.prior_author_days * prior_share(key, common, rules)) /
                      (past + rules.prior_author_days);
    term.jlh = (term.share - term.background) * term.share / term.background;
    if (term.jlh > 0 && term.share > term.background &&
        poisson_tail(std::round(term.author_days), term.background * all) <=
            rules.max_probability &&
        !is_known(heard.surface)) {
      rising.push_back(std::move(candidate));
    }
  }
  std::ranges::sort(rising, {}, [](const Candidate& candidate) {
    return std::tuple(-candidate.term.author_days, -candidate.term.jlh, candidate.term.key);
  });
  rising.resize(std::min(rising.size(), rules.max_candidates));
  return rising;
}

void describe(const VoiceLog& foreground, const std::vector<const Candidate*>& members,
              const EmergingRules& rules, EmergingGroup& group) {
  std::vector<Voices> by_day(foreground.days());
  Voices all;
  double greatest = 0;
  for (const Candidate* member : members) {
    group.terms.push_back(member->term);
    greatest = std::max(greatest, member->term.jlh);
    all.add(member->voices);
    for (const auto& [day, voices] : member->heard->days) {
      by_day[day].add(voices);
    }
  }
  group.id = hex(hash_word(group.terms.front().key));
  group.authors = all.about();
  group.authors_at_least = all.at_least();
  std::ranges::sort(group.terms.begin() + 1, group.terms.end(), {},
                    [](const EmergingTerm& term) { return std::tuple(-term.jlh, term.key); });
  group.terms.resize(std::min(group.terms.size(), rules.max_terms_per_group));

  group.days = foreground.days_with_voices();
  double sum = 0, squares = 0;
  for (const Voices& voices : by_day) {
    const double authors = voices.about();
    group.authors_by_day.push_back(authors);
    group.days_heard += authors > 0;
    sum += authors;
    squares += authors * authors;
  }
  const auto days = static_cast<double>(group.days);
  const double expected = sum / days, chi_square = squares / expected - sum;
  group.evenness = chi_square_tail(chi_square, group.days - 1);
  const double heard = static_cast<double>(group.days_heard) / days;
  group.is_need = group.days >= rules.min_days && heard >= rules.min_days_share &&
                  group.evenness >= rules.min_evenness;
  group.score = greatest * heard;
}

}  // namespace

std::vector<EmergingGroup> find_emerging(const VoiceLog& foreground, const VoiceLog& background,
                                         const WordShares& common, const IsKnown& is_known,
                                         const EmergingRules& rules) {
  const std::vector<Candidate> rising =
      rising_terms(foreground, background, common, is_known, rules);
  std::vector<EmergingGroup> groups;
  std::vector<bool> is_taken(rising.size());
  for (std::size_t lead = 0; lead < rising.size(); ++lead) {
    if (is_taken[lead]) {
      continue;
    }
    std::vector<const Candidate*> members = {&rising[lead]};
    for (std::size_t i = lead + 1; i < rising.size(); ++i) {
      // The leader is the most heard: the other is the rarer of the two.
      const double shared = is_taken[i] ? 0 : shared_voices(*rising[lead].heard, *rising[i].heard);
      if (shared >= 1.5 && shared >= rules.min_shared * rising[i].term.author_days) {
        is_taken[i] = true;
        members.push_back(&rising[i]);
      }
    }
    describe(foreground, members, rules, groups.emplace_back());
  }
  std::ranges::sort(groups, {}, [](const EmergingGroup& group) {
    return std::tuple(!group.is_need, -group.score, group.terms.front().key);
  });
  groups.resize(std::min(groups.size(), rules.max_groups));
  return groups;
}

double poisson_tail(double count, double mean) {
  double term = std::exp(-mean), below = 0;
  for (double i = 0; i < count; ++i) {
    below += term;
    term *= mean / (i + 1);
  }
  return std::max(0.0, 1 - below);
}

double chi_square_tail(double value, std::size_t degrees) {
  if (degrees == 0) {
    return 1;
  }
  const double k = static_cast<double>(degrees), spread = 2 / (9 * k);
  const double normal = (std::cbrt(value / k) - (1 - spread)) / std::sqrt(spread);
  return std::erfc(normal / std::sqrt(2.0)) / 2;
}

}  // namespace vigie
