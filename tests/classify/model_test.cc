#include "engine/classify/model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/classify/random_model.h"

namespace vigie {
namespace {

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

TEST(ModelFile, OnlyAModelThatCountsByKindAsksForTheNewerFormat) {
  Model model = random_model(11);
  EXPECT_TRUE(encode_model(model).starts_with("vigie-model 1\n"));
  model.heads[2].by_kind = true;
  model.heads[2].post_bias = -37;
  const std::string bytes = encode_model(model);
  EXPECT_TRUE(bytes.starts_with("vigie-model 2\n"));
  const Result<Model> read = decode_model(bytes, "some.model");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_TRUE(read->heads[2].by_kind);
  EXPECT_EQ(read->heads[2].post_bias, -37);
  EXPECT_FALSE(read->heads[3].by_kind);
  EXPECT_EQ(encode_model(*read), bytes);
  std::string forged = bytes;
  forged.replace(forged.find("posts -37"), 9, "posts 1.5");
  EXPECT_EQ(refusal(forged), ErrorCode::kCorrupt);
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
  bytes.replace(0, bytes.find('\n'), "vigie-model 3");
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
    const Result<Model> model = decode_model(other, "some.model");
    ASSERT_FALSE(model) << forged;
    EXPECT_EQ(model.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(model.error().text, "some.model: has a wrong or missing line before its weights");
  }
}

TEST(ModelFile, NoByteChangesUnnoticed) {
  const std::string bytes = encode_model(random_model(10));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int flip : {1, 8, 128}) {
      std::string other = bytes;
      other[at] = static_cast<char>(other[at] ^ flip);
      EXPECT_FALSE(decode_model(other, "some.model")) << at << ' ' << flip;
    }
  }
}

TEST(ModelFile, MissingAndHugeFilesAreTold) {
  const auto path = std::filesystem::temp_directory_path() / "vigie-huge.model";
  std::filesystem::remove(path);
  EXPECT_EQ(read_model(path.string()).error().code, ErrorCode::kNotFound);
  std::ofstream(path, std::ios::binary)
      << encode_model(random_model(7)) << std::string(3U << 20, '\0');
  const Result<Model> huge = read_model(path.string());
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(huge.error().text, path.string() + ": is larger than a model may be (2 MiB)");
  std::filesystem::remove(path);
}

TEST(ModelFile, ADamagedFileIsNamedInItsFolder) {
  const auto folder = std::filesystem::temp_directory_path() / "vigie-damaged-model";
  std::filesystem::create_directories(folder);
  const std::string bytes = encode_model(random_model(8));
  std::ofstream(folder / "fr.model", std::ios::binary) << bytes.substr(0, bytes.size() - 1);
  const Result<Models> models = read_models(folder.string());
  ASSERT_FALSE(models);
  EXPECT_EQ(models.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(models.error().text.starts_with((folder / "fr.model").string() + ": "))
      << models.error().text;
  std::filesystem::remove_all(folder);
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

}  // namespace
}  // namespace vigie
