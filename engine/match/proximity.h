#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace vigie {

/// Where something stands in a text.
struct TokenRange {
  std::uint32_t first = 0, last = 0;  ///< tokens, inclusive
  auto operator<=>(const TokenRange&) const = default;
};

/// Which places of several members lie close together. All calls: places of one member ascend; all
/// are of one field. The cost is that of sorting the places. Keeps scratch memory: one per thread.
class Proximity {
 public:
  using Places = std::span<const TokenRange>;

  /// One place of each member, in any order and overlapping as they may, so that at most `words`
  /// words stand between the end of the one that ends first and the start of the one that starts
  /// last. False, or `chosen` holds the first such places.
  bool near(std::span<const Places> members, std::uint32_t words, std::vector<TokenRange>& chosen);
  /// One place of each member, each behind the one before, with at most `words` words between the
  /// end of the first and the start of the last.
  bool ordered(std::span<const Places> members, std::uint32_t words,
               std::vector<TokenRange>& chosen);
  /// One place of each member that begins in the same sentence. `sentences`: the first tokens of
  /// all sentences, ascending.
  static bool in_one_sentence(std::span<const Places> members,
                              std::span<const std::uint32_t> sentences,
                              std::vector<TokenRange>& chosen);

  /// The places of `wanted` that have none of `unwanted` so close.
  void not_near(Places wanted, Places unwanted, std::uint32_t words,
                std::vector<TokenRange>& chosen);
  static void not_before(Places wanted, Places unwanted, std::uint32_t words,
                         std::vector<TokenRange>& chosen);
  static void not_in_one_sentence(Places wanted, Places unwanted,
                                  std::span<const std::uint32_t> sentences,
                                  std::vector<TokenRange>& chosen);

 private:
  /// How far the sweep of near() has come in one member.
  struct Progress {
    std::size_t reached = 0;
    std::uint32_t latest_end = 0;  ///< of the places reached
  };
  /// The chain of ordered() that ends at one place.
  struct Chain {
    TokenRange place;
    std::uint32_t before = kNone;     ///< the place before it, in chains_
    std::uint32_t first_end = kNone;  ///< where its first member ends: the latest there is
  };
  static constexpr std::uint32_t kNone = 0xffffffff;

  bool all_reach(std::span<const Places> members, std::uint32_t end, std::uint32_t latest_start);
  void extend_chains(Places places, std::uint32_t from, std::uint32_t to);

  std::vector<Progress> progress_;
  std::vector<std::uint32_t> ends_;
  std::vector<Chain> chains_;  ///< of all members, one after the other
  std::vector<std::uint32_t> by_end_;
};

}  // namespace vigie
