#include "engine/core/training_text.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

TEST(TrainingText, IsOneLineThatNamesNobody) {
  EXPECT_EQ(training_text("", "Merci @jeanne_s@reseau.example !"), "Merci @compte !");
  EXPECT_EQ(training_text("", "@a, @b et @marie-lou"), "@compte, @compte et @compte");
  EXPECT_EQ(training_text("", "vu sur https://reseau.example/@jeanne/1?x=@y ce matin"),
            "vu sur https://lien ce matin");
  EXPECT_EQ(training_text("", "www.ville.example"), "https://lien");
  EXPECT_EQ(training_text("La piscine", "rouvre\ten\r\nmai"), "La piscine rouvre en  mai");
}

TEST(TrainingText, NamesNobodyByMailOrTelephone) {
  EXPECT_EQ(training_text("", "écrire à jean.dupont@example.fr ou 06 12 34 56 78, avant le 12"),
            "écrire à @compte ou 00 00 00 00 00, avant le 12");
  EXPECT_EQ(training_text("", "« @luc » l’@anne 👏@bob"), "« @compte » l’@compte 👏@compte");
}

TEST(TrainingText, LeavesOtherWordsAlone) {
  for (const char* text : {"", "@", "à @ 8h", "a*b ** c", "« l'école » 😀"}) {
    EXPECT_EQ(training_text("", text), text);
  }
}

}  // namespace
}  // namespace vigie
