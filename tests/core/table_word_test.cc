#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/folded_text.h"

namespace vigie {
namespace {

/// Words of 1 to 40 bytes, the second of two that differ in their last, first or middle byte or in
/// length alone, each at the beginning of a text and at its end.
template <std::size_t kMost>
void expect_the_same_word_and_no_other() {
  for (std::size_t length = 1; length <= 40; ++length) {
    std::string known(length, 'a');
    for (std::size_t i = 0; i < length; ++i) {
      known[i] = static_cast<char>('a' + i % 26);
    }
    std::vector<std::string> others = {known + 'x', known.substr(0, length - 1)};
    for (const std::size_t at : {std::size_t{0}, length / 2, length - 1}) {
      others.push_back(known);
      others.back()[at] = '#';
    }
    for (const std::size_t behind : {0, 1, 7, 8, 15, 16, 21, 22, 23, 29, 30, 60}) {
      const auto is_known = [&](const std::string& word) {
        TableWord<kMost> entry;
        entry.set(known.substr(0, entry.kMostBytes));
        const std::string text = word + std::string(behind, '~');
        return entry.is(std::string_view(text).substr(0, word.size()), text);
      };
      EXPECT_EQ(is_known(known), length <= kMost) << known << " and " << behind << " bytes";
      for (const std::string& other : others) {
        const bool is_what_was_kept = length > kMost && other == known.substr(0, kMost);
        EXPECT_EQ(is_known(other), is_what_was_kept) << known << ", " << other << ", " << behind;
      }
    }
  }
}

TEST(TableWord, IsTheSameWordAndNoOther) {
  expect_the_same_word_and_no_other<16>();
  expect_the_same_word_and_no_other<19>();
  expect_the_same_word_and_no_other<22>();
  expect_the_same_word_and_no_other<30>();
}

/// What a longer word left behind in the entry is not compared.
TEST(TableWord, ForgetsTheWordBefore) {
  TableWord<22> entry;
  entry.set("anticonstitutionnel");
  entry.set("anti");
  const std::string text = "anti constitutionnel, et bien d'autres mots encore";
  EXPECT_TRUE(entry.is(std::string_view(text).substr(0, 4), text));
  EXPECT_FALSE(entry.is(std::string_view(text).substr(0, 3), text));
  EXPECT_FALSE(entry.empty());
  EXPECT_TRUE(TableWord<22>().empty());
}

}  // namespace
}  // namespace vigie
