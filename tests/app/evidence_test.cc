#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/app/library.h"
#include "engine/classify/calibration.h"
#include "engine/pipeline/analyser.h"

namespace vigie {
namespace {

const std::string kRules = VIGIE_SOURCE_DIR "/rules";

std::shared_ptr<const Knowledge> shipped() {
  std::vector<Problem> problems;
  auto knowledge = read_knowledge(kRules, {everybody(kRules)}, problems);
  EXPECT_TRUE(knowledge) << to_string(problems);
  return knowledge;
}

std::string random_words(std::mt19937_64& random, std::uint64_t most) {
  static constexpr std::array kWords = {"la",
                                        "mairie",
                                        "le",
                                        "maire",
                                        "est",
                                        "une",
                                        "honte",
                                        "merci",
                                        "bravo",
                                        "pas",
                                        "jamais",
                                        "très",
                                        "mais",
                                        "eau",
                                        "fuite",
                                        "incendie",
                                        "inondation",
                                        "coupure",
                                        "gaz",
                                        "école",
                                        "cantine",
                                        "rue",
                                        "des",
                                        "Lilas",
                                        "poubelles",
                                        "trottoir",
                                        "dangereux",
                                        "au secours",
                                        "urgent",
                                        "vite",
                                        "blessés",
                                        "superbe",
                                        "magnifique",
                                        "nul",
                                        "NUL",
                                        "scandaleux",
                                        "voleurs",
                                        "dégage",
                                        "connard",
                                        "idiots",
                                        "sale",
                                        "propre",
                                        "fête",
                                        "marché",
                                        "samedi",
                                        "horaires",
                                        "déchetterie",
                                        "travaux",
                                        "!",
                                        "!!!",
                                        "?",
                                        "...",
                                        ".",
                                        ",",
                                        "\n",
                                        ":",
                                        "« beau »",
                                        "😡",
                                        "😍",
                                        "👍🏽",
                                        "2026",
                                        "12h",
                                        "#Colère",
                                        "@ville_off",
                                        "l’accueil",
                                        "aujourd'hui",
                                        "j'adore",
                                        "superrrbe",
                                        "d’accord",
                                        "à",
                                        "https://x.fr/honte?a=1",
                                        "ŒUVRE",
                                        "effondrement",
                                        "enfants",
                                        "mort",
                                        "www.mairie.fr"};
  std::string text;
  for (std::uint64_t n = random() % most; n > 0; --n) {
    text += kWords[random() % kWords.size()];
    text += random() % 6 == 0 ? "  " : " ";
  }
  return text;
}

std::int32_t weight_on(const Verdict& verdict, Axis axis) {
  std::int32_t sum = 0;
  for (const Evidence& evidence : verdict.evidence) {
    sum += evidence.axis == axis ? evidence.weight : 0;
  }
  return sum;
}

/// A learned word's span is one whole word of its field, or links or handles in a row.
bool is_one_word(const Mention& mention, const Span& span) {
  const std::string_view field = span.field == Field::kTitle ? mention.title : mention.text;
  if (span.start >= span.end || span.end > field.size()) {
    return false;
  }
  const auto is_letter = [&](std::size_t at) {
    return std::isalnum(static_cast<unsigned char>(field[at])) != 0;
  };
  const std::string_view word = field.substr(span.start, span.end - span.start);
  const bool begins_inside = span.start > 0 && is_letter(span.start - 1) && is_letter(span.start),
             ends_inside =
                 span.end < field.size() && is_letter(span.end) && is_letter(span.end - 1);
  const bool is_link = word.find_first_of("@/.") != std::string_view::npos;
  return !begins_inside && !ends_inside &&
         (is_link || word.find_first_of(" \n,!") == std::string_view::npos);
}

TEST(ShippedModels, EveryPointOfEveryAxisIsAccountedFor) {
  const auto knowledge = shipped();
  ASSERT_TRUE(knowledge);
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  Analyser analyser(knowledge);
  std::array<std::size_t, kAxisCount> named{};  // by axis
  for (int round = 0; round < 10'000; ++round) {
    static constexpr std::array kLanguages = {"fr", "fr", "fr", "en", "", "ht", "de"};
    const std::string title = random() % 3 == 0 ? random_words(random, 12) : "",
                      text = random_words(random, 60),
                      language = kLanguages[random() % kLanguages.size()];
    Mention mention;
    mention.title = title;
    mention.text = text;
    mention.language = language;
    analyser.match(mention);
    const Verdict& verdict = analyser.classify(mention);
    const std::int32_t tone = weight_on(verdict, Axis::kTone),
                       opinion = weight_on(verdict, Axis::kOpinion),
                       urgency = weight_on(verdict, Axis::kUrgency),
                       abuse = weight_on(verdict, Axis::kAbuse);
    const std::string about = std::to_string(seed) + ": [" + title + "] " + text;
    ASSERT_EQ(tone, verdict.tone_sum) << about;
    ASSERT_EQ(opinion, verdict.opinion_sum) << about;
    ASSERT_EQ(urgency, verdict.urgency_sum) << about;
    ASSERT_EQ(abuse, verdict.abuse_sum) << about;
    ASSERT_EQ(verdict.tone_score, calibrate_tone(tone)) << about;
    ASSERT_EQ(verdict.tone, tone_of(tone, opinion)) << about;
    ASSERT_EQ(verdict.urgency_score, calibrate_urgency(urgency)) << about;
    ASSERT_EQ(verdict.abuse_score, calibrate_abuse(abuse)) << about;
    for (const Evidence& evidence : verdict.evidence) {
      ASSERT_EQ(evidence.name == kLearnedRest, evidence.span.end == 0) << about;
      if (evidence.name == kLearnedWord) {
        ASSERT_TRUE(is_one_word(mention, evidence.span)) << about << evidence.span.start;
        ASSERT_NE(language, "de") << about;
        ++named[static_cast<std::size_t>(evidence.axis)];
      }
    }
  }
  for (const Axis axis : {Axis::kTone, Axis::kOpinion, Axis::kUrgency, Axis::kAbuse}) {
    EXPECT_GT(named[static_cast<std::size_t>(axis)], 100u) << to_string(axis) << ' ' << seed;
  }
}

TEST(ShippedModels, SayTheSameWhateverTheyReadBefore) {
  const auto knowledge = shipped();
  ASSERT_TRUE(knowledge);
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  Analyser used(knowledge);
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_words(random, 60);
    Mention mention;
    mention.text = text;
    mention.language = "fr";
    Analyser fresh(knowledge);
    for (Analyser* analyser : {&used, &fresh}) {
      analyser->match(mention);
    }
    const Verdict &one = used.classify(mention), &other = fresh.classify(mention);
    ASSERT_EQ(one.evidence, other.evidence) << seed << ": " << text;
    ASSERT_EQ(one.tone_confidence, other.tone_confidence) << seed << ": " << text;
  }
}

}  // namespace
}  // namespace vigie
