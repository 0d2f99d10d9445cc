#include "engine/match/phrase_trie.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "engine/match/word_patterns.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

using Hits = std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>>;

/// Words of one to eight letters, so few that phrases are often held and often nearly.
class Words {
 public:
  explicit Words(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string word() {
    static const std::vector<std::string> kLetters = {"a", "b", "é", "ж"};
    std::string word;
    for (std::size_t left = 1 + below(8); left != 0; --left) {
      word += kLetters[below(10) < 7 ? below(2) : below(kLetters.size())];
    }
    return word;
  }
  std::string text(std::size_t most) {
    std::string text;
    for (std::size_t left = below(most + 1); left != 0; --left) {
      text += (text.empty() ? "" : " ") + word();
    }
    return text;
  }
  /// Folded; with wildcards anywhere but at its beginning in one of three.
  std::string of_phrase() {
    FoldedText folded;
    folder_.fold({}, word(), folded);
    std::string word = folded.bytes;
    if (below(3) == 0) {
      const std::size_t at = 1 + below(word.size());
      const bool is_letter = (static_cast<unsigned char>(word[at]) & 0xc0) != 0x80;
      word = is_letter || at == word.size() ? word.substr(0, at) + (below(2) == 0 ? "*" : "?") +
                                                  word.substr(std::min(at + 1, word.size()))
                                            : word + "*";
    }
    return word;
  }

 private:
  std::mt19937 random_;
  TextFolder folder_;
};

Hits plain_search(const std::vector<std::vector<std::string>>& phrases, const FoldedText& text) {
  Hits hits;
  const auto tokens = static_cast<std::uint32_t>(text.tokens.size());
  for (std::uint32_t phrase = 0; phrase < phrases.size(); ++phrase) {
    const auto length = static_cast<std::uint32_t>(phrases[phrase].size());
    for (std::uint32_t first = 0; first + length <= tokens; ++first) {
      bool fits = first >= text.text_token || first + length <= text.text_token;
      for (std::uint32_t i = 0; fits && i < length; ++i) {
        const std::string& wanted = phrases[phrase][i];
        const std::string_view word = text.word(text.tokens[first + i]);
        fits = WordPatterns::is_pattern(wanted) ? fits_pattern(word, wanted) : word == wanted;
      }
      if (fits) {
        hits.emplace_back(phrase, first, first + length - 1);
      }
    }
  }
  return hits;
}

TEST(PhraseTrie, FindsWhatAPlainSearchFinds) {
  TextFolder folder;
  std::size_t found = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Words words(seed);
    PhraseTrie trie;
    std::vector<std::vector<std::string>> phrases;
    for (int i = 0; i < 40; ++i) {
      std::vector<std::string> phrase;
      for (std::size_t left = 1 + words.below(3); left != 0; --left) {
        phrase.push_back(words.of_phrase());
      }
      if (trie.add(phrase) == phrases.size()) {
        phrases.push_back(phrase);
      }
    }
    trie.finish();
    WordStarts starts;
    for (int i = 0; i < 200; ++i) {
      FoldedText text;
      folder.fold(words.text(3), words.text(i == 0 ? 150 : 12), text);
      std::vector<PhraseHit> hits;
      trie.find(text, starts, hits);
      Hits got;
      for (const PhraseHit& hit : hits) {
        got.emplace_back(hit.phrase, hit.first_token, hit.last_token);
      }
      EXPECT_TRUE(std::ranges::is_sorted(hits, {}, &PhraseHit::first_token));
      std::ranges::sort(got);
      ASSERT_EQ(got, plain_search(phrases, text)) << "seed " << seed << ": " << text.bytes;
      found += got.size();
    }
  }
  EXPECT_GT(found, 10'000U);
}

}  // namespace
}  // namespace vigie
