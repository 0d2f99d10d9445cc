#include "engine/classify/word_vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace vigie {
namespace {

using Texts = std::vector<std::vector<std::uint64_t>>;

/// Words 10 to 19 stand beside words 100 to 109, words 20 to 29 beside words 200 to 209.
Texts two_companies() {
  std::mt19937_64 random(11);
  Texts texts;
  for (std::size_t i = 0; i < 600; ++i) {
    const std::uint64_t company = i % 2 + 1;
    texts.push_back({company * 100 + random() % 10, company * 10 + random() % 10,
                     company * 100 + random() % 10});
  }
  return texts;
}

double likeness(const WordVectors& vectors, std::uint64_t one, std::uint64_t other) {
  const auto place = [&vectors](std::uint64_t word) {
    return vectors.of(
        static_cast<std::size_t>(std::ranges::find(vectors.words, word) - vectors.words.begin()));
  };
  double sum = 0;
  for (std::size_t i = 0; i < vectors.dimensions; ++i) {
    sum += static_cast<double>(place(one)[i]) * static_cast<double>(place(other)[i]);
  }
  return sum;
}

TEST(WordVectors, WordsOfOneCompanyAreNearThoughTheyNeverStandTogether) {
  const WordVectors vectors = learn_word_vectors(two_companies(), 4);
  ASSERT_EQ(vectors.dimensions, 4U);
  for (std::uint64_t word = 11; word < 20; ++word) {
    EXPECT_GT(likeness(vectors, 10, word), 0.5) << word;
    EXPECT_LT(likeness(vectors, 10, word + 10), 0.2) << word;
  }
}

TEST(WordVectors, HaveTheLengthOne) {
  const WordVectors vectors = learn_word_vectors(two_companies(), 4);
  for (const std::uint64_t word : vectors.words) {
    EXPECT_NEAR(likeness(vectors, word, word), 1, 1e-5) << word;
  }
}

TEST(WordVectors, ThereIsNoneForAWordSeenFourTimes) {
  Texts texts = two_companies();
  texts.insert(texts.end(), 4, {7, 100});
  texts.insert(texts.end(), 5, {8, 100});
  const WordVectors vectors = learn_word_vectors(texts, 4);
  EXPECT_EQ(std::ranges::count(vectors.words, 7U), 0);
  EXPECT_EQ(std::ranges::count(vectors.words, 8U), 1);
}

TEST(WordVectors, OfNoTextsThereAreNone) {
  EXPECT_TRUE(learn_word_vectors({}, 4).words.empty());
  EXPECT_TRUE(learn_word_vectors(Texts(9, {5}), 4).words.empty());
}

TEST(WordVectors, TheSameTextsGiveTheSameValues) {
  EXPECT_EQ(learn_word_vectors(two_companies(), 4).values,
            learn_word_vectors(two_companies(), 4).values);
}

}  // namespace
}  // namespace vigie
