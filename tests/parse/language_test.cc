#include "engine/parse/language.h"

#include <gtest/gtest.h>

#include <string>

namespace vigie {
namespace {

std::string language(std::string_view hint, std::string_view text) {
  char code[3] = {'?', '?', '?'};
  detect_language(hint, text, code);
  return code;
}

constexpr std::string_view kFrench =
    "Depuis ce matin il n'y a plus d'eau dans tout le quartier, et personne à la mairie ne répond "
    "au téléphone.";

TEST(Language, BelievesTheSourcesHint) {
  EXPECT_EQ(language("fr", "hello there, how are you"), "fr");
  EXPECT_EQ(language("FR-fr", ""), "fr");
  EXPECT_EQ(language("pt_BR", ""), "pt");
  EXPECT_EQ(language("iw", ""), "he");
}

TEST(Language, LooksItselfWhenTheHintIsNoLanguage) {
  EXPECT_EQ(language("und", kFrench), "fr");
  EXPECT_EQ(language("xx", kFrench), "fr");
  EXPECT_EQ(language("français", kFrench), "fr");
  EXPECT_EQ(language("", kFrench), "fr");
  EXPECT_EQ(language("", "There has been no water in the whole district since this morning."),
            "en");
}

TEST(Language, SaysNothingWhereItCannotKnow) {
  EXPECT_EQ(language("", ""), "");
  EXPECT_EQ(language("", "😀 1234 !!"), "");
  EXPECT_EQ(language("a ", "42"), "");
}

TEST(Language, TakesLongTexts) {
  std::string text;
  while (text.size() < 100'000) {
    text += kFrench;
  }
  EXPECT_EQ(language("", text), "fr");
}

}  // namespace
}  // namespace vigie
