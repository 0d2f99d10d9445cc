#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/match/literal_index.h"

namespace vigie {

/// Whether a folded word fits a pattern: `*` stands for any letters or none, `?` for exactly one
/// (a code point, not a byte). Words longer than 128 bytes fit none.
bool fits_pattern(std::string_view word, std::string_view pattern);

/// Words with wildcards ("inond*", "inc*die", "r?seau"), each known by the letters it begins with.
/// A word meets only patterns that begin as it does: by its first three bytes where the pattern has
/// as many before its first wildcard, else by its first byte. Built by one thread, then read by
/// any.
class WordPatterns {
 public:
  static bool is_pattern(std::string_view word) { return word.find_first_of("*?") != word.npos; }

  /// The pattern's number, dense from 0; the same pattern gets the same number. It begins with a
  /// letter. Before finish().
  std::uint32_t add(std::string_view pattern);
  void finish() { literals_.finish(); }

  /// What stands before a pattern's first wildcard.
  std::string_view literal(std::uint32_t number) const {
    const std::string_view pattern = patterns_[number];
    return pattern.substr(0, pattern.find_first_of("*?"));
  }
  /// Patterns with fewer than three bytes before the first wildcard: each is compared with every
  /// word that begins with the same byte.
  std::size_t short_ones() const { return short_ones_; }

  /// Calls visit(number) for every pattern that `word` fits.
  template <class Visit>
  void visit_fitting(std::string_view word, Visit&& visit) const {
    const auto visit_others = [&](const std::vector<std::uint32_t>& numbers) {
      for (const std::uint32_t number : numbers) {
        if (fits_pattern(word, patterns_[number])) {
          visit(number);
        }
      }
    };
    literals_.visit_at(word, [&](std::uint32_t literal) {
      const OfLiteral& patterns = of_literal_[literal];
      if (patterns.stem != kNone) {
        visit(patterns.stem);
      }
      visit_others(patterns.others);
    });
    if (short_ones_ != 0 && !word.empty()) {
      visit_others(of_first_byte_[static_cast<unsigned char>(word.front())]);
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct OfLiteral {
    std::uint32_t stem = kNone;  ///< the literal and any ending: nothing is left to compare
    std::vector<std::uint32_t> others;
  };

  std::vector<std::string> patterns_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  LiteralIndex literals_;
  std::vector<OfLiteral> of_literal_;
  std::array<std::vector<std::uint32_t>, 256> of_first_byte_;
  std::size_t short_ones_ = 0;
};

}  // namespace vigie
