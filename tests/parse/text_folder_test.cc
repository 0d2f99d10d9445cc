#include "engine/parse/text_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "engine/parse/utf8.h"

namespace vigie {
namespace {

using testing::ElementsAre;

FoldedText fold(std::string_view text, std::string_view title = {}) {
  FoldedText folded;
  TextFolder().fold(title, text, folded);
  return folded;
}

std::vector<std::string> words(const FoldedText& folded) {
  std::vector<std::string> words;
  for (const Token& token : folded.tokens) {
    words.emplace_back(folded.word(token));
  }
  return words;
}

std::vector<std::string> words(std::string_view text) { return words(fold(text)); }

/// The words of `text` that carry `flag`.
std::vector<std::string> flagged(std::string_view text, unsigned flag) {
  const FoldedText folded = fold(text);
  std::vector<std::string> words;
  for (const Token& token : folded.tokens) {
    if (token.flags & flag) {
      words.emplace_back(folded.word(token));
    }
  }
  return words;
}

/// What token `first` (to `last`) was in the original.
std::string cut(std::string_view text, std::uint32_t first, std::uint32_t last) {
  const Span span = fold(text).original(first, last);
  return std::string(text.substr(span.start, span.end - span.start));
}

TEST(TextFolder, TakesCaseAndAccentsAway) {
  EXPECT_EQ(fold("L'ÉLÈVE a été reçu à Noël, où ça ?").bytes, "l'eleve a ete recu a noel, ou ca ?");
  EXPECT_EQ(fold("Œuvre, cœur, Straße, ﬁn, Ĳ, Æ").bytes, "oeuvre, coeur, strasse, fin, ij, ae");
  EXPECT_EQ(fold("ΆΣΟΣ Ὀδυσσεύς").bytes, "ασοσ οδυσσευσ");
  EXPECT_EQ(fold("Ёлка и МОЙ Ђ").bytes, "елка и мои ђ");
  EXPECT_EQ(fold("Łódź, Øre, Đà Nẵng, İstanbul").bytes, "lodz, ore, da nang, istanbul");
}

TEST(TextFolder, ReadsFancyLettersAsPlainOnes) {
  EXPECT_EQ(fold("ＶＩＬＬＥ ２５").bytes, "ville 25");
  EXPECT_EQ(fold("𝓛𝓪 𝐯𝐢𝐥𝐥𝐞 𝟚𝟝 Ⓥⓘ").bytes, "la ville 25 vi");
  EXPECT_EQ(fold("1ᵉʳ et 5 m²").bytes, "1er et 5 m2");
}

TEST(TextFolder, ComposedAndDecomposedAccentsAreTheSame) {
  EXPECT_EQ(fold("e\u0301cole").bytes, fold("école").bytes);
  EXPECT_EQ(cut("l'e\u0301cole fermée", 1, 1), "e\u0301cole");
  EXPECT_EQ(cut("cafe\u0301 fermé", 0, 0), "cafe\u0301");
}

TEST(TextFolder, MakesTypographyPlain) {
  EXPECT_EQ(fold("l’eau «\u00a0sale\u00a0» – non…").bytes, "l'eau \" sale \" - non...");
}

TEST(TextFolder, InvisibleCharactersDoNotHideAWord) {
  EXPECT_THAT(words("fu\u200bi\u00adte \u202edeau\u202c \ufeffgaz"),
              ElementsAre("fuite", "deau", "gaz"));
}

TEST(TextFolder, KeepsTwoOfALetterRepeated) {
  EXPECT_EQ(fold("nuuuul, NOOON, ééétééé, 1000, !!!").bytes, "nuul, noon, eetee, 1000, !!!");
  EXPECT_THAT(flagged("c'est nuuul de chez nuul", kTokenElongated), ElementsAre("nuul"));
  EXPECT_THAT(flagged("ouiiii non ouiii", kTokenElongated), ElementsAre("ouii", "ouii"));
  EXPECT_EQ(cut("c'est nuuul vraiment", 2, 2), "nuuul");
  EXPECT_EQ(cut("ouiiii non", 0, 0), "ouiiii");
}

TEST(TextFolder, PartsWordsAtApostrophesAndHyphens) {
  EXPECT_THAT(words("L'eau du rendez-vous, s.v.p. 12,5 %"),
              ElementsAre("l", "eau", "du", "rendez", "vous", "s", "v", "p", "12", "5"));
}

TEST(TextFolder, MarksShoutingNumbersAndSentenceStarts) {
  const std::string_view text = "La MAIRIE a 3 VÉLOS. À qui ? OK ! Merci… bon\nA6";
  EXPECT_THAT(flagged(text, kTokenUpper), ElementsAre("mairie", "velos", "ok"));
  EXPECT_THAT(flagged(text, kTokenNumber), ElementsAre("3"));
  EXPECT_THAT(flagged(text, kTokenSentenceStart),
              ElementsAre("la", "a", "ok", "merci", "bon", "a6"));
  EXPECT_THAT(flagged("prix 3.50 euros", kTokenSentenceStart), ElementsAre("prix"));
  EXPECT_THAT(flagged("ŒUVRE Œuvre ЖЖ Ж ß", kTokenUpper), ElementsAre("oeuvre", "жж"));
}

TEST(TextFolder, SplitsHashtagsIntoTheirWords) {
  EXPECT_THAT(flagged("vu #TechnivilleEnColère hier", kTokenHashtag),
              ElementsAre("techniville", "en", "colere"));
  EXPECT_THAT(
      flagged("#SNCFGrève #bus_4 #JO2024Paris #PARIS #ŒuvreDArt", kTokenHashtag),
      ElementsAre("sncf", "greve", "bus", "4", "jo2024", "paris", "paris", "oeuvre", "d", "art"));
  EXPECT_EQ(cut("vu #TechnivilleEnColère hier", 1, 3), "TechnivilleEnColère");
}

TEST(TextFolder, FlagsHandles) {
  EXPECT_THAT(
      flagged("merci @Ville_Techniville et @mairie@social.example. Bravo a@b.fr", kTokenHandle),
      ElementsAre("ville", "techniville", "mairie", "social", "example"));
}

TEST(TextFolder, FlagsLinksAndOnlyThem) {
  EXPECT_THAT(
      flagged("voir https://t.co/Ab#c?d=e. Puis (www.ville.example/eau) merci", kTokenLink),
      ElementsAre("https", "t", "co", "ab", "c", "d", "e", "ww", "ville", "example", "eau"));
  EXPECT_THAT(flagged("https://a.b/c suite", kTokenSentenceStart), ElementsAre("https"));
}

TEST(TextFolder, SeesEmojiAndEmoticons) {
  EXPECT_THAT(flagged("super 😀👍🏽 ❤️🇫🇷🇪🇺 !", kTokenEmoji),
              ElementsAre("😀", "👍", "❤", "🇫🇷", "🇪🇺"));
  EXPECT_THAT(flagged("bien :-) non :( oui <3 :D ;) merci:)", kTokenEmoji),
              ElementsAre(":-)", ":(", "<3", ":d", ";)", ":)"));
  EXPECT_THAT(flagged("à 8:30 http://x.y note:d'accord &gt;) a:/b", kTokenEmoji), ElementsAre());
  EXPECT_EQ(cut("ok ❤️ fin", 1, 1), "❤️");
}

TEST(TextFolder, KeepsTitleAndTextApart) {
  const FoldedText folded = fold("Été là", "À l'École");
  EXPECT_THAT(words(folded), ElementsAre("a", "l", "ecole", "ete", "la"));
  EXPECT_EQ(folded.text_token, 3u);
  EXPECT_EQ(folded.bytes.substr(folded.text_start), "ete la");
  EXPECT_EQ(folded.original(2, 2), (Span{Field::kTitle, 5, 11}));
  EXPECT_EQ(folded.original(3, 3), (Span{Field::kText, 0, 5}));
  EXPECT_EQ(folded.original(4, 4), (Span{Field::kText, 6, 9}));
  EXPECT_TRUE(folded.tokens[3].flags & kTokenSentenceStart);
}

TEST(TextFolder, NeverSplitsACharacterEvenInsideALigature) {
  const std::string text = "le cœur";  // o and e both came from œ
  const FoldedText folded = fold(text);
  EXPECT_EQ(folded.original_bytes(4, 5), (Span{Field::kText, 4, 6}));
  EXPECT_EQ(folded.original_bytes(5, 6), (Span{Field::kText, 4, 6}));
  EXPECT_EQ(folded.original_bytes(3, 8), (Span{Field::kText, 3, 8}));
}

TEST(TextFolder, EmptyTextsGiveNoTokens) {
  EXPECT_TRUE(fold("").tokens.empty());
  EXPECT_TRUE(fold("", "").bytes.empty());
  EXPECT_THAT(words(fold("", "titre")), ElementsAre("titre"));
  EXPECT_THAT(words("\u200b\u0301"), ElementsAre());
}

TEST(TextFolder, FoldsPhrasesTheWayItFoldsTexts) {
  EXPECT_THAT(TextFolder::fold_phrase("Fuite d’Eau"), ElementsAre("fuite", "d", "eau"));
  EXPECT_THAT(TextFolder::fold_phrase("inond* rue"), ElementsAre("inond*", "rue"));
  EXPECT_THAT(TextFolder::fold_phrase("😡"), ElementsAre("😡"));
  EXPECT_THAT(TextFolder::fold_phrase(":-("), ElementsAre(":-("));
}

TEST(TextFolder, KeepsPositionsThroughLongTexts) {
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += "Là-bas l’œil ";
  }
  text += "fin";
  const auto last = static_cast<std::uint32_t>(fold(text).tokens.size() - 1);
  EXPECT_EQ(cut(text, last, last), "fin");
  EXPECT_EQ(cut(text, last - 1, last - 1), "œil");
}

/// Texts that tempt: pieces of everything above, and any character at all.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"a",
                                                   "e",
                                                   "E",
                                                   "é",
                                                   "É",
                                                   "œ",
                                                   "Œ",
                                                   "ß",
                                                   "ﬃ",
                                                   "e\u0301",
                                                   " ",
                                                   " ",
                                                   ".",
                                                   "\n",
                                                   "…",
                                                   "#",
                                                   "@",
                                                   "_",
                                                   "://",
                                                   "https://",
                                                   "www.",
                                                   ":)",
                                                   ":-(",
                                                   "<3",
                                                   ":D",
                                                   "😀",
                                                   "👍🏽",
                                                   "❤️",
                                                   "🇫",
                                                   "🇷",
                                                   "\u200b",
                                                   "\u00ad",
                                                   "’",
                                                   "Ж",
                                                   "й",
                                                   "Σ",
                                                   "漢",
                                                   "ا",
                                                   "𝓐",
                                                   "Ⅷ",
                                                   "1",
                                                   "23",
                                                   "ooo",
                                                   "lll",
                                                   "Eau",
                                                   "SNCF",
                                                   "techniville",
                                                   "-",
                                                   "&amp;",
                                                   "\u202e",
                                                   std::string(40, 'a'),
                                                   std::string(33, ' ') + "bbb",
                                                   "abcdefghijklmnopqrstuvwxyz012345678"};
  std::string text;
  const auto pieces = random() % 40;
  for (unsigned i = 0; i < pieces; ++i) {
    if (random() % 8 == 0) {
      auto c = static_cast<char32_t>(random() % (random() % 2 ? 0x3000 : 0x110000));
      c = c == 0 || (c >= 0xd800 && c < 0xe000) ? U'x' : c;
      append_utf8(c, text);
    } else {
      text += kPieces[random() % kPieces.size()];
    }
  }
  return text;
}

bool is_boundary(std::string_view text, std::size_t position) {
  return position == text.size() || (static_cast<unsigned char>(text[position]) & 0xc0) != 0x80;
}

class TextFolderOnRandomTexts : public testing::Test {
 protected:
  const unsigned seed_ = std::random_device{}();
  std::mt19937 random_{seed_};
};

TEST_F(TextFolderOnRandomTexts, VectorAndPlainFoldingAgreeToTheByte) {
  if (!has_avx2()) {
    GTEST_SKIP() << "this machine has no AVX2";
  }
  SCOPED_TRACE(seed_);
  const TextFolder vector(fold_ascii_avx2);
  const TextFolder plain(fold_ascii_scalar);
  FoldedText one, other;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = random_text(random_);
    const std::string title = random_() % 3 == 0 ? random_text(random_) : "";
    vector.fold(title, text, one);
    plain.fold(title, text, other);
    ASSERT_EQ(one.bytes, other.bytes) << text;
    ASSERT_EQ(one.tokens.size(), other.tokens.size()) << text;
    for (std::size_t t = 0; t < one.tokens.size(); ++t) {
      ASSERT_EQ(one.tokens[t].start, other.tokens[t].start) << text;
      ASSERT_EQ(one.tokens[t].length, other.tokens[t].length) << text;
      ASSERT_EQ(one.tokens[t].hash, other.tokens[t].hash) << text;
      ASSERT_EQ(one.tokens[t].flags, other.tokens[t].flags) << text;
    }
    ASSERT_EQ(one.shifts.size(), other.shifts.size()) << text;
    for (std::size_t s = 0; s < one.shifts.size(); ++s) {
      ASSERT_EQ(one.shifts[s].folded, other.shifts[s].folded) << text;
      ASSERT_EQ(one.shifts[s].delta, other.shifts[s].delta) << text;
    }
  }
}

TEST_F(TextFolderOnRandomTexts, SpansCutFromTheOriginalFoldBackToTheirWord) {
  SCOPED_TRACE(seed_);
  FoldedText folded;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = random_text(random_);
    const std::string title = random_() % 3 == 0 ? random_text(random_) : "";
    TextFolder().fold(title, text, folded);
    ASSERT_LE(folded.bytes.size(), title.size() + text.size() + !title.empty());
    for (std::uint32_t t = 0; t < folded.tokens.size(); ++t) {
      const Span span = folded.original(t, t);
      const std::string& field = span.field == Field::kTitle ? title : text;
      ASSERT_EQ(span.field == Field::kText, t >= folded.text_token);
      ASSERT_LT(span.start, span.end) << text;
      ASSERT_LE(span.end, field.size()) << text;
      ASSERT_TRUE(is_boundary(field, span.start) && is_boundary(field, span.end)) << field;
      const std::string original = field.substr(span.start, span.end - span.start);
      // Of a hashtag's stretched letters, cut at a capital ("#œŒŒ"), the last word's span has those
      // that were dropped, and alone they are not stretched.
      const bool is_cut_stretch = (folded.tokens[t].flags & kTokenElongated) != 0 &&
                                  (folded.tokens[t].flags & kTokenHashtag) != 0;
      ASSERT_TRUE(is_cut_stretch || fold(original).bytes == folded.word(folded.tokens[t]))
          << field << "\nspan: " << original;
    }
  }
}

TEST_F(TextFolderOnRandomTexts, AnyFoldedRangeComesFromWholeCharacters) {
  SCOPED_TRACE(seed_);
  FoldedText folded;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = random_text(random_);
    TextFolder().fold({}, text, folded);
    const auto size = static_cast<std::uint32_t>(folded.bytes.size());
    for (std::uint32_t start = 0; start <= size; ++start) {
      if (!is_boundary(folded.bytes, start)) {
        continue;
      }
      std::uint32_t end = start + static_cast<std::uint32_t>(random_() % (size - start + 1));
      end = is_boundary(folded.bytes, end) ? end : size;
      const Span span = folded.original_bytes(start, end);
      ASSERT_LE(span.end, text.size());
      ASSERT_TRUE(is_boundary(text, span.start) && is_boundary(text, span.end))
          << text << ' ' << start << ".." << end;
    }
  }
}

}  // namespace
}  // namespace vigie
