#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/match/literal_index.h"

namespace vigie {

/// Bytes [start, end) of a searched text.
struct ByteRange {
  std::size_t start = 0, end = 0;
};

/// The raw regular expressions of a rule set (RE2: linear time, whatever the text), each behind the
/// literals of which it requires at least one. Built by one thread, then read by any.
///
/// `exact` ones see the original text, case and accents included; the others see the folded text,
/// and their own case does not matter. Exact literals are looked for in the original with ASCII
/// letters made small, and are ASCII themselves.
class RegexTable {
 public:
  RegexTable();
  ~RegexTable();

  /// The expression's number, dense from 0; the same one gets the same number. Refused, with a
  /// sentence: what RE2 refuses; longer than 1,000 bytes; parentheses nested deeper than 50; beyond
  /// 1 MiB of memory; no literal of 3 characters required, so that it would have to run on every
  /// text. Before finish().
  Result<std::uint32_t> add(std::string_view pattern, bool exact);
  bool holds(std::string_view pattern, bool exact) const;
  void finish();

  std::size_t size() const;
  bool is_exact(std::uint32_t regex) const;
  /// The leftmost match in `text`.
  bool search(std::uint32_t regex, std::string_view text, ByteRange& found) const;

  /// Calls visit(regex) for every expression of which a literal stands in `text`, perhaps more than
  /// once. `exact`: `text` is the original with ASCII letters made small; else it is folded.
  template <class Visit>
  void visit_possible(std::string_view text, bool exact, Visit&& visit) const {
    const Literals& literals = exact ? exact_ : folded_;
    if (literals.index.empty()) {
      return;
    }
    for (std::size_t i = 0; i + LiteralIndex::kMinBytes <= text.size(); ++i) {
      literals.index.visit_at(text.substr(i), [&](std::uint32_t literal) {
        for (const std::uint32_t regex : literals.regexes[literal]) {
          visit(regex);
        }
      });
    }
  }
  bool has_any(bool exact) const { return !(exact ? exact_ : folded_).index.empty(); }

 private:
  struct Regex;
  std::uint32_t find(std::string_view pattern, bool exact) const;  ///< size(): there is none
  struct Literals {
    LiteralIndex index;
    std::vector<std::vector<std::uint32_t>> regexes;  ///< by literal
  };

  std::vector<std::unique_ptr<Regex>> regexes_;
  Literals folded_, exact_;
};

}  // namespace vigie
