#include "engine/classify/model_scorer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "engine/parse/text_folder.h"
#include "tests/classify/random_model.h"

namespace vigie {
namespace {

/// A word of 1 to 100 letters; its length is what the scorer's memory depends on.
std::string random_word(std::mt19937_64& random) {
  std::string word;
  for (std::uint64_t n = 1 + random() % (random() % 4 == 0 ? 100 : 12); n > 0; --n) {
    word += static_cast<char>('a' + random() % 26);
  }
  return word;
}

std::string random_text(std::mt19937_64& random) {
  static constexpr std::array kWords = {"eau",
                                        "Coupure",
                                        "NUL",
                                        "superrrbe",
                                        "été",
                                        "😡",
                                        "#MairieEnColère",
                                        "!",
                                        "@ville.fr",
                                        "2026",
                                        "12",
                                        "?!",
                                        "...",
                                        ":",
                                        "\n",
                                        "https://x.fr/a-b",
                                        "l'",
                                        "« non »",
                                        "…",
                                        "d’accord",
                                        "aïe",
                                        "👍🏽👍🏽",
                                        "HONTEUX",
                                        "@a @b @c",
                                        "0612",
                                        "œuf",
                                        "!!!!!!",
                                        "???",
                                        "ﬁn",
                                        "ÉCOLE",
                                        "http://y.fr"};
  std::string text;
  for (std::uint64_t n = random() % 40; n > 0; --n) {
    text += random() % 3 == 0 ? random_word(random) : kWords[random() % kWords.size()];
    text += random() % 8 == 0 ? std::to_string(random() % 50) : "";
    text += ' ';
  }
  return text;
}

struct NaivePoints {
  std::vector<std::array<double, kHeads>> words;
  std::array<double, kHeads> sums{};
};

/// The points of every word once more, feature by feature, without memory.
NaivePoints naive_points(const Model& model, const FoldedText& folded) {
  struct Sums {
    std::array<std::int64_t, kHeads> words{}, characters{};
  };
  std::vector<Sums> pieces;
  double words = 0, characters = 0;
  const bool post = is_post(folded);
  visit_text_pieces(folded, [&](const TextPiece& piece) {
    Sums& sums = pieces.emplace_back();
    const auto word = [&](std::uint64_t feature) {
      ++words;
      for (std::size_t head = 0; head < kHeads; ++head) {
        sums.words[head] += model.words[model.word_bucket(feature)][head];
      }
    };
    word(word_feature(piece.hash));
    word(piece.pair);
    visit_shape_features(piece.shape, word);
    visit_sign_features(piece.signs, word);
    for (std::size_t head = 0; head < kHeads; ++head) {
      const std::uint32_t bucket = model.word_bucket(kind_feature(piece.hash, post));
      sums.words[head] += model.heads[head].by_kind ? model.words[bucket][head] : 0;
    }
    if (!piece.letters.empty()) {
      visit_character_grams(piece.letters, [&](std::uint64_t gram) {
        ++characters;
        for (std::size_t head = 0; head < kHeads; ++head) {
          sums.characters[head] += model.characters[model.character_bucket(gram)][head];
        }
      });
    }
  });
  const auto factor = [](double count) { return 10 / std::sqrt(count + 10); };
  NaivePoints points;
  for (std::size_t head = 0; head < kHeads; ++head) {
    points.sums[head] = post ? model.heads[head].post_bias : 0;
  }
  for (const Sums& piece : pieces) {
    auto& of_piece = points.words.emplace_back();
    for (std::size_t head = 0; head < kHeads; ++head) {
      const HeadScale& scale = model.heads[head];
      of_piece[head] =
          static_cast<double>(piece.words[head]) * scale.word_points * factor(words) +
          static_cast<double>(piece.characters[head]) * scale.character_points * factor(characters);
      points.sums[head] += of_piece[head];
    }
  }
  return points;
}

void expect_points(const ModelScores& scores, const Model& model, const NaivePoints& expected) {
  ASSERT_EQ(scores.words.size(), expected.words.size());
  for (std::size_t head = 0; head < kHeads; ++head) {
    for (std::size_t i = 0; i < scores.words.size(); ++i) {
      ASSERT_NEAR(scores.words[i].points[head], expected.words[i][head], 0.01) << i;
    }
    ASSERT_NEAR(scores.sums[head] - model.heads[head].bias, expected.sums[head], 0.51);
  }
}

/// A scorer, what it scores, and what it said last.
class Scoring {
 public:
  explicit Scoring(const Model& model) : scorer_(model) {}
  const ModelScores& score(std::string_view text, std::string_view title = {}) {
    folder_.fold(title, text, folded_);
    scorer_.score(folded_, scores_);
    return scores_;
  }
  const FoldedText& folded() const { return folded_; }

 private:
  ModelScorer scorer_;
  TextFolder folder_;
  FoldedText folded_;
  ModelScores scores_;
};

TEST(ModelScorer, GivesEveryWordThePointsOfItsFeatures) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  Model model = random_model(seed);
  for (const bool by_kind : {false, true}) {
    model.heads[2].by_kind = by_kind;
    model.heads[2].post_bias = by_kind ? 90 : 0;
    Scoring scoring(model);
    for (int round = 0; round < 3000; ++round) {
      const std::string text = random_text(random);
      const ModelScores& scores = scoring.score(text, round % 3 == 0 ? "Un titre" : "");
      SCOPED_TRACE(std::to_string(seed) + ": " + text);
      expect_points(scores, model, naive_points(model, scoring.folded()));
      if (HasFatalFailure()) {
        return;
      }
    }
  }
}

TEST(ModelScorer, WhatItRemembersOfOtherTextsChangesNothing) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  const Model model = random_model(seed);
  Scoring scoring(model);
  std::vector<std::string> texts;
  std::vector<ModelScores> first;
  for (int i = 0; i < 200; ++i) {
    texts.push_back(random_text(random));
    first.push_back(scoring.score(texts.back()));
  }
  for (int i = 0; i < 20'000; ++i) {  // several words for each place in its memory
    scoring.score(random_word(random));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const ModelScores& again = scoring.score(texts[i]);
    ASSERT_EQ(again.sums, first[i].sums) << seed << ": " << texts[i];
    for (std::size_t word = 0; word < again.words.size(); ++word) {
      ASSERT_EQ(again.words[word].points, first[i].words[word].points) << seed << ": " << texts[i];
    }
  }
}

/// What a text says without its bias.
std::int32_t learned(const Model& model, std::string_view text) {
  return Scoring(model).score(text).sums[0] - model.heads[0].bias;
}

TEST(ModelScorer, ALinkIsALinkAndANumberIsItsLength) {
  const Model model = random_model(11);
  EXPECT_EQ(learned(model, "voir https://mairie.example/honte"),
            learned(model, "voir http://x.fr"));
  EXPECT_EQ(learned(model, "merci @jeanne"), learned(model, "merci @paul_d"));
  EXPECT_EQ(learned(model, "depuis 2024"), learned(model, "depuis 1987"));
  EXPECT_NE(learned(model, "depuis 2024"), learned(model, "depuis 12"));
  EXPECT_NE(learned(model, "honteux"), learned(model, "HONTEUX"));
  EXPECT_NE(learned(model, "nul"), learned(model, "nul !"));
}

TEST(ModelScorer, NoLinkOrHandleGoesOnFromTheTitleIntoTheText) {
  const Model model = random_model(14);
  Scoring scoring(model);
  for (const std::string link : {"https://x.fr/une-page", "@ville_officielle"}) {
    const ModelScores& scores = scoring.score(link + " merci", "Vu par " + link);
    const std::uint32_t text = scoring.folded().text_token;
    for (const ModelScores::Word& word : scores.words) {
      EXPECT_EQ(word.token < text, word.last < text) << link;
    }
  }
}

TEST(ModelScorer, ATextWithoutWordsSaysNoMoreThanTheBias) {
  const Model model = random_model(12);
  for (const char* const text : {"", " \n ", "!!!", "…"}) {
    EXPECT_EQ(learned(model, text), 0) << text;
  }
}

TEST(ModelScorer, OfManyWordsNoneShouts) {
  const Model model = random_model(13);
  std::string text;
  while (text.size() < (1U << 20)) {
    text += "honte ";
  }
  Scoring scoring(model);
  const ModelScores& scores = scoring.score(text);
  ASSERT_GT(scores.words.size(), 170'000u);
  expect_points(scores, model, naive_points(model, scoring.folded()));
  EXPECT_LE(std::abs(scores.words[9].whole(Head::kPolarity)), std::abs(learned(model, "honte")));
}

TEST(ModelScorer, ATitleThatRepeatsTheTextCountsOnce) {
  const Model model = random_model(9);
  Scoring scoring(model);
  const std::string text = "La rue des Lilas est sous l'eau depuis ce matin";
  const HeadSums alone = scoring.score(text).sums;
  EXPECT_EQ(scoring.score(text, "La rue des Lilas est sous l'e").sums, alone);
  EXPECT_NE(scoring.score(text, "La rue des Roses").sums, alone);
}

}  // namespace
}  // namespace vigie
