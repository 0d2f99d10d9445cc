#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/folded_text.h"

namespace vigie {

/// What a text says, small enough to be compared with thousands of others: the least hashes of its
/// words and pairs of neighbouring words (bottom-k sketch: Broder, "On the resemblance and
/// containment of documents", 1997; Cohen & Kaplan, "Summarizing data using bottom-k sketches",
/// 2007). Links, handles and the words of grammar are left out; for texts of up to some 30 words it
/// is all there is and comparisons are exact.
///
/// A text with too few words to be told from others is `exact`: only the same words in the same
/// order are the same, and of less than kMinTokens only a repost of the very same mention.
struct Signature {
  static constexpr std::size_t kMaxHashes = 64;
  static constexpr std::size_t kMinWords = 5, kMinTokens = 4;

  static constexpr std::uint32_t kPairBit = 1;  ///< set in the hash of a pair, not in a word's

  std::uint64_t numbers = 0;  ///< one bit per number that the text names
  std::uint32_t size = 0;     ///< hashes
  bool exact = false;
  std::array<std::uint32_t, kMaxHashes> hashes{};  ///< ascending, distinct; zeros behind `size`

  bool operator==(const Signature&) const = default;
};

/// Whether two texts say the same: nearly half of their words and pairs are shared, or one is
/// contained in the other but for a few. Texts that each name a number the other does not (two
/// reports, two bus lines, two days) never are.
bool is_near_duplicate(const Signature& a, const Signature& b);

/// Makes signatures. Keeps scratch memory: one per thread.
class Signer {
 public:
  /// `original`: the id, hashed, of the mention, or of the one that it reposts. Good until the next
  /// call.
  const Signature& sign(const FoldedText& text, std::uint64_t original);

 private:
  void keep_least(std::span<std::uint32_t> hashes);

  Signature signature_;
  std::vector<std::uint32_t> hashes_;
  std::vector<std::uint32_t> counting_;  ///< tokens
};

inline constexpr std::size_t kSignatureHead = 12;  ///< bytes before the hashes
/// Appends at most 4 · (kMaxHashes + 3) bytes.
void encode_signature(const Signature& signature, std::string& out);
/// Of what encode_signature() wrote, in this process; `signature` becomes it.
void decode_signature(std::string_view bytes, Signature& signature);
/// The hashes of what encode_signature() wrote, as they lie in memory.
inline std::string_view encoded_hashes(std::string_view bytes) {
  return bytes.substr(kSignatureHead);
}

}  // namespace vigie
