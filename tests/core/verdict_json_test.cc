#include "engine/core/verdict_json.h"

#include <gtest/gtest.h>

#include <array>

namespace vigie {
namespace {

struct Example {
  Catalogue catalogue{
      "0123456789abcdef", "none", {"voirie", "ton.colere", "propreté", "model.bias"}, {}};
  Mention mention;
  Verdict verdict;

  Example() {
    mention.id = "42";
    mention.source = "forum";
    mention.title = "Ras-le-bol";
    mention.text = "La chaussée est dangereuse";
    verdict.tone = Tone::kNegative;
    verdict.tone_score = -620;
    verdict.tone_confidence = 900;
    verdict.uncertain = false;
    verdict.urgency = Urgency::kHigh;
    verdict.urgency_score = 750;
    verdict.language[0] = 'f';
    verdict.language[1] = 'r';
    verdict.evidence = {{Axis::kTopic, 0, {Field::kText, 3, 12}, 0},
                        {Axis::kTone, 1, {Field::kTitle, 0, 10}, -7},
                        {Axis::kTone, 3, {}, 1}};
  }
};

TEST(VerdictJson, PrintsTheVerdictLineAsPublished) {
  const Example example;
  const std::array<std::uint32_t, 2> topics = {0, 2};
  const TenantOpinion opinions[] = {{"techniville", topics, true}, {"voisine", {}, false}};
  std::string line;
  JsonWriter json(line);
  write_verdict_line(example.mention, example.verdict, example.catalogue, opinions, json);
  EXPECT_EQ(line,
            R"({"id":"42","lang":"fr",)"
            R"("sentiment":{"label":"negative","score":-0.62,"confidence":0.9,"uncertain":false},)"
            R"("aspects":[{"topic":"voirie","label":"negative","score":-0.62},)"
            R"({"topic":"propreté","label":"negative","score":-0.62}],)"
            R"("urgency":{"level":"high","score":0.75},"abuse":{"score":0},)"
            R"("tenants":[{"tenant":"techniville","topics":["voirie","propreté"],"alert":true},)"
            R"({"tenant":"voisine","topics":[],"alert":false}],)"
            R"("evidence":[{"axis":"topic","rule":"voirie","start":3,"end":12,)"
            R"("text":"chaussée","weight":0},)"
            R"({"axis":"sentiment","rule":"ton.colere","field":"title","start":0,"end":10,)"
            R"("text":"Ras-le-bol","weight":-7},)"
            R"({"axis":"sentiment","rule":"model.bias","start":0,"end":0,)"
            R"("text":"","weight":1}],"ruleset":"0123456789abcdef","model":"none"})");
}

TEST(VerdictJson, LeavesOutOfAMentionWhatItsSourceDidNotSay) {
  const Example example;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  write_mention_members(example.mention, {}, json);
  json.end_object();
  EXPECT_EQ(out, R"({"id":"42","source":"forum","kind":"post","title":"Ras-le-bol",)"
                 R"("text":"La chaussée est dangereuse"})");
}

TEST(VerdictJson, NamesTheAuthorByPseudonymOnly) {
  Example example;
  example.mention.author.followers = 12;
  example.mention.rating = 4;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  write_mention_members(example.mention, {"00ff", true}, json);
  json.end_object();
  EXPECT_NE(out.find(R"("author":{"followers":12,"pseudonym":"00ff","official":true})"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find(R"("rating":4)"), std::string::npos) << out;
}

}  // namespace
}  // namespace vigie
