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

TEST(Language, ALanguageWithoutATwoLetterCodeIsUnknown) {
  // Cebuano is "ceb" and Hawaiian "haw": neither Chechen ("ce") nor Hausa ("ha").
  EXPECT_EQ(language("",
                     "Ang tanang mga tawo natawo nga gawasnon ug managsama sa kabililhon. Sila "
                     "gigasahan sa salabotan ug tanlag ug mag-ilhanay isip managsoon sa "
                     "usa'g-usa diha sa diwa sa ospiritu."),
            "");
  EXPECT_EQ(language("",
                     "Ua hānau kūʻokoʻa ʻia nā kānaka apau loa, a ua kau like ka hanohano a me "
                     "nā pono kīvila maluna o lākou. Ua hāʻawi ʻia iā lākou ka noʻonoʻo pono."),
            "");
}

TEST(Language, TheScriptOfALanguageIsLeftOut) {
  EXPECT_EQ(language("", "今天早上整個社區都沒有自來水，市政府也沒有人接電話，大家都很生氣。"),
            "zh");
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
