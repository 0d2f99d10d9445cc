#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/core/folded_text.h"
#include "engine/core/result.h"

namespace vigie {

/// How often people use each word anyway: the share of texts that hold its stem, learned once from
/// texts of the language (rules/models/NAME.words). It stands in for a town's own past while there
/// is little of it, and says which words only hold sentences together.
class WordShares {
 public:
  /// Of a word that those texts do not hold.
  static constexpr double kUnknownShare = 2e-4;
  /// From this share on a word says nothing by itself ("de", "avec", "merci").
  static constexpr double kFunctionShare = 0.02;
  /// Bounds of a file.
  static constexpr std::size_t kMaxWords = 200'000;

  /// Reads lines `stem<TAB>texts`, after a first line `#texts<TAB>how many there were`.
  /// kInvalidInput with the line's number if one is not so.
  static Result<WordShares> parse(std::string_view content, std::string_view file);

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const { return hash_word(word); }
  };
  using Shares = std::unordered_map<std::string, double, Hash, std::equal_to<>>;
  const Shares& all() const { return shares_; }
  /// 0..1, at least kUnknownShare.
  double share(std::string_view stem) const;
  bool is_function_word(std::string_view stem) const { return share(stem) >= kFunctionShare; }

 private:
  Shares shares_;
};

}  // namespace vigie
