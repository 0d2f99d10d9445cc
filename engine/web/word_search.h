#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// The search box: words that must all occur in a text, as they are or inside longer ones, whatever
/// their case and accents. At most 10 words.
class WordSearch {
 public:
  explicit WordSearch(std::string_view query);
  bool is_empty() const { return words_.empty(); }
  bool finds(std::string_view title, std::string_view text) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace vigie
