#include "engine/classify/model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "engine/classify/model_scorer.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

/// Small tables full of random weights.
Model random_model(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Model model = plain_model();
  model.language = "fr";
  model.trained_on = "a test";
  model.word_bits = 7;
  model.character_bits = 6;
  model.words.resize(128);
  model.characters.resize(64);
  for (auto* table : {&model.words, &model.characters}) {
    for (HeadWeights& weights : *table) {
      for (std::int8_t& weight : weights) {
        weight = static_cast<std::int8_t>(random() % 255 - 127);
      }
    }
  }
  for (HeadScale& head : model.heads) {
    head = {0.37, 0.041, static_cast<std::int32_t>(random() % 400) - 200};
  }
  model.polarity = {0.63, 0.77, 0.21};
  return model;
}

ErrorCode refusal(std::string_view bytes) {
  const Result<Model> model = decode_model(bytes, "some.model");
  EXPECT_FALSE(model);
  if (model) {
    return ErrorCode::kFull;
  }
  EXPECT_TRUE(model.error().text.starts_with("some.model")) << model.error().text;
  return model.error().code;
}

TEST(ModelFile, ComesBackAsItWas) {
  const Model model = random_model(1);
  const std::string bytes = encode_model(model);
  const Result<Model> read = decode_model(bytes, "some.model");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->words, model.words);
  EXPECT_EQ(read->characters, model.characters);
  EXPECT_EQ(read->language, "fr");
  EXPECT_EQ(read->polarity.saturating, 0.21);
  EXPECT_EQ(read->heads[2].character_points, 0.041);
  EXPECT_EQ(encode_model(*read), bytes);
  EXPECT_EQ(read->hash.size(), 16u);
}

TEST(ModelFile, CutAnywhereIsRefused) {
  const std::string bytes = encode_model(random_model(2));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    refusal(std::string_view(bytes).substr(0, size));
  }
  EXPECT_EQ(refusal(bytes + "x"), ErrorCode::kCorrupt);
}

TEST(ModelFile, AWeightThatChangedIsFound) {
  std::string bytes = encode_model(random_model(3));
  bytes[bytes.size() - 7] = static_cast<char>(bytes[bytes.size() - 7] + 1);
  EXPECT_EQ(refusal(bytes), ErrorCode::kCorrupt);
}

TEST(ModelFile, ANewerFormatIsSaidToBeNewer) {
  std::string bytes = encode_model(random_model(4));
  bytes.replace(0, bytes.find('\n'), "vigie-model 2");
  EXPECT_EQ(refusal(bytes), ErrorCode::kTooNew);
  EXPECT_EQ(refusal("vigie-model 1x\n\n"), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal("label\ttext\n"), ErrorCode::kInvalidInput);
}

TEST(ModelFile, ForgedNumbersAreRefused) {
  const std::string bytes = encode_model(random_model(5));
  for (const auto& [line, forged] : {std::pair("lexicon_polarity ", "lexicon_polarity 1e300 1 1"),
                                     {"urgency ", "urgency inf 1 0"},
                                     {"abuse ", "abuse 1 1 1.5"},
                                     {"word_bits ", "word_bits 60"},
                                     {"opinion ", "opinion 1 1"},
                                     {"confidence_percent ", "confidence_percent -3"}}) {
    std::string other = bytes;
    const std::size_t at = other.find(std::string("\n") + line) + 1;
    other.replace(at, other.find('\n', at) - at, forged);
    EXPECT_EQ(refusal(other), ErrorCode::kCorrupt) << forged;
  }
}

TEST(ModelFile, AFolderWithoutModelsIsPlainAndOneOfAnotherLanguageIsRefused) {
  const auto folder = std::filesystem::temp_directory_path() / "vigie-model-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const Result<Models> none = read_models(folder.string());
  ASSERT_TRUE(none);
  EXPECT_EQ(none->hash(), "none");
  std::ofstream(folder / "en.model", std::ios::binary) << encode_model(random_model(6));
  EXPECT_FALSE(read_models(folder.string())) << "a French model under an English name";
  std::filesystem::rename(folder / "en.model", folder / "fr.model");
  const Result<Models> french = read_models(folder.string());
  ASSERT_TRUE(french);
  EXPECT_NE(french->hash(), "none");
  EXPECT_TRUE(french->of("").has_weights());
  EXPECT_FALSE(french->of("de").has_weights());
  std::filesystem::remove_all(folder);
}

std::string random_text(std::mt19937_64& random) {
  static constexpr const char* kWords[] = {"eau",
                                           "Coupure",
                                           "NUL",
                                           "superrrbe",
                                           "été",
                                           "😡",
                                           "#MairieEnColère",
                                           "@ville.fr",
                                           "2026",
                                           "12",
                                           "!",
                                           "?!",
                                           "...",
                                           ":",
                                           "\n",
                                           "https://x.fr/a-b",
                                           "l'",
                                           "« non »",
                                           "d’accord",
                                           "aïe",
                                           "anticonstitutionnellementplusquelongcommemot"};
  std::string text;
  for (std::uint64_t n = random() % 40; n > 0; --n) {
    text += kWords[random() % std::size(kWords)];
    text += random() % 5 == 0 ? std::to_string(random() % 50) : "";
    text += ' ';
  }
  return text;
}

/// The sums once more, feature by feature, without memory.
HeadSums naive_sums(const Model& model, const FoldedText& folded) {
  struct Sums {
    std::array<std::int64_t, kHeads> words{}, characters{};
  };
  std::vector<Sums> pieces;
  std::uint32_t words = 0, characters = 0;
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
    if (!piece.letters.empty()) {
      visit_character_grams(piece.letters, [&](std::uint64_t gram) {
        ++characters;
        for (std::size_t head = 0; head < kHeads; ++head) {
          sums.characters[head] += model.characters[model.character_bucket(gram)][head];
        }
      });
    }
  });
  HeadSums all{};
  for (std::size_t head = 0; head < kHeads; ++head) {
    all[head] = model.heads[head].bias;
    for (const Sums& piece : pieces) {
      all[head] += static_cast<std::int32_t>(
          std::nearbyint(static_cast<double>(piece.words[head]) *
                             (model.heads[head].word_points * group_factor(words)) +
                         static_cast<double>(piece.characters[head]) *
                             (model.heads[head].character_points * group_factor(characters))));
    }
  }
  return all;
}

TEST(ModelScorer, SumsEveryFeatureWhateverItRemembers) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  const Model model = random_model(seed);
  ModelScorer scorer(model);
  const TextFolder folder;
  FoldedText folded;
  ModelScores scores;
  for (int round = 0; round < 4000; ++round) {
    const std::string text = random_text(random);
    folder.fold(round % 3 == 0 ? std::string_view("Un titre") : std::string_view(), text, folded);
    scorer.score(folded, scores);
    ASSERT_EQ(scores.sums, naive_sums(model, folded)) << seed << ": " << text;
    HeadSums sums{};
    for (std::size_t head = 0; head < kHeads; ++head) {
      sums[head] = model.heads[head].bias;
      for (const ModelScores::Word& word : scores.words) {
        sums[head] += word.points[head];
      }
    }
    ASSERT_EQ(scores.sums, sums) << seed << ": " << text;
  }
}

TEST(ModelScorer, ATitleThatRepeatsTheTextCountsOnce) {
  const Model model = random_model(9);
  ModelScorer scorer(model);
  const TextFolder folder;
  FoldedText folded;
  ModelScores alone, repeated, other;
  const std::string text = "La rue des Lilas est sous l'eau depuis ce matin";
  folder.fold({}, text, folded);
  scorer.score(folded, alone);
  folder.fold("La rue des Lilas est sous l'e", text, folded);
  scorer.score(folded, repeated);
  folder.fold("La rue des Roses", text, folded);
  scorer.score(folded, other);
  EXPECT_EQ(alone.sums, repeated.sums);
  EXPECT_NE(alone.sums, other.sums);
}

}  // namespace
}  // namespace vigie
