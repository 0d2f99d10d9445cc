#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/classify/classifier.h"
#include "engine/match/matcher.h"
#include "engine/match/rule_reader.h"
#include "engine/match/rule_set.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

const std::string kPack = VIGIE_SOURCE_DIR "/rules/packs/municipal_fr.yaml";
const std::string kTests = VIGIE_SOURCE_DIR "/rules/packs/municipal_fr.test.yaml";
const std::string kLabelled = VIGIE_SOURCE_DIR "/../shared/data/municipal_fr/urgency.tsv";
const std::string kPosts = VIGIE_SOURCE_DIR "/../shared/data/replay_fr/posts_100k.ndjson.gz";

/// The default pack in force for the town that its tests are written for.
class ShippedPack : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<Problem> problems;
    tests_ = read_tests(kTests, problems);
    const std::optional<RulePack> pack = read_pack(kPack, problems);
    ASSERT_TRUE(pack && !tests_.empty()) << to_string(problems);
    Tenant town;
    town.id = "techniville";
    town.packs = {"municipal_fr"};
    town.variables = tests_.front().variables;
    const auto rules =
        RuleSet::compile({*pack}, {town}, TextFolder::fold_phrase, *catalogue_, problems);
    const auto lexicons = read_lexicons(VIGIE_SOURCE_DIR "/rules/lexicons", TextFolder::fold_phrase,
                                        *catalogue_, problems);
    Result<Models> models = read_models(VIGIE_SOURCE_DIR "/rules/models");
    ASSERT_TRUE(rules && lexicons && models) << to_string(problems);
    matcher_ = std::make_unique<Matcher>(rules);
    classifier_ = std::make_unique<Classifier>(catalogue_, lexicons,
                                               std::make_shared<const Models>(std::move(*models)));
  }

  const Verdict& classify(std::string_view title, std::string_view text) {
    Mention mention;
    mention.title = title;
    mention.text = text;
    folder_.fold(title, text, folded_);
    matcher_->match(mention, folded_, matches_);
    verdict_.language[0] = 'f';
    verdict_.language[1] = 'r';
    classifier_->classify(folded_, matches_, verdict_);
    return verdict_;
  }

  std::set<std::string> fired() const {
    std::set<std::string> names;
    for (const Match& match : matches_.matches) {
      names.insert(catalogue_->names[catalogue_->rules[match.rule].name]);
    }
    return names;
  }

  std::set<std::string> topics() const {
    std::set<std::string> names;
    for (const Match& match : matches_.matches) {
      const RuleInfo& rule = catalogue_->rules[match.rule];
      if (rule.kind == RuleKind::kTopic) {
        names.insert(catalogue_->names[rule.topic]);
      }
    }
    return names;
  }

  std::vector<RuleTest> tests_;
  std::shared_ptr<Catalogue> catalogue_ = std::make_shared<Catalogue>();
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<Classifier> classifier_;
  TextFolder folder_;
  FoldedText folded_;
  Matches matches_;
  Verdict verdict_;
};

TEST_F(ShippedPack, DoesWhatItsTestsSay) {
  EXPECT_GE(tests_.size(), 150u);
  for (const RuleTest& test : tests_) {
    const Verdict& verdict = classify(test.title, test.text);
    const std::set<std::string> names = fired();
    const std::string where = test.file + ":" + std::to_string(test.line) + " " + test.text;
    for (const std::string& rule : test.matches) {
      EXPECT_TRUE(names.contains(rule)) << where << ": " << rule << " is silent";
    }
    for (const std::string& rule : test.matches_not) {
      EXPECT_FALSE(names.contains(rule)) << where << ": " << rule << " fires";
    }
    if (test.says_topics) {
      EXPECT_EQ(topics(), std::set<std::string>(test.topics.begin(), test.topics.end())) << where;
    }
    if (!test.tone.empty()) {
      EXPECT_EQ(to_string(verdict.tone), test.tone) << where << " sum " << verdict.tone_sum;
    }
    if (!test.urgency.empty()) {
      EXPECT_EQ(to_string(verdict.urgency), test.urgency) << where;
    }
    if (test.alert && test.said_by == 1) {  // of crowds `vigie rules test` tells
      EXPECT_EQ(is_urgent(verdict.urgency), *test.alert) << where << " " << verdict.urgency_sum;
    }
  }
}

TEST_F(ShippedPack, TellsUrgentTextsFromTheirCalmTwins) {
  std::ifstream lines(kLabelled);
  if (!lines) {
    GTEST_SKIP() << "no labelled mentions beside the repository";
  }
  std::array<std::array<double, 2>, 2> counted{};  // [is urgent][called urgent]
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const bool urgent = line.starts_with("urgent\t");
    const std::string text = line.substr(line.rfind('\t') + 1);
    ++counted[urgent][is_urgent(classify({}, text).urgency)];
  }
  const auto f1 = [&](bool urgent) {
    const double right = counted[urgent][urgent];
    return 2 * right / (2 * right + counted[0][1] + counted[1][0]);
  };
  EXPECT_GE((f1(true) + f1(false)) / 2, 0.80);
}

TEST_F(ShippedPack, SeldomAlarmsOnOrdinaryPostsAndAlwaysAddsUp) {
  if (!std::filesystem::exists(kPosts)) {
    GTEST_SKIP() << "no recorded posts beside the repository";
  }
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("zcat " + kPosts).c_str(), "r"), pclose);
  std::vector<char> line(1 << 16);
  int posts = 0, alarms = 0;
  while (posts < 10'000 && std::fgets(line.data(), static_cast<int>(line.size()), pipe.get())) {
    const Verdict& verdict = classify({}, line.data());
    ++posts;
    alarms += is_urgent(verdict.urgency) ? 1 : 0;
    std::int32_t tone = 0, urgency = 0, abuse = 0;
    for (const Evidence& evidence : verdict.evidence) {
      tone += evidence.axis == Axis::kTone ? evidence.weight : 0;
      urgency += evidence.axis == Axis::kUrgency ? evidence.weight : 0;
      abuse += evidence.axis == Axis::kAbuse ? evidence.weight : 0;
    }
    ASSERT_EQ(tone, verdict.tone_sum) << line.data();
    ASSERT_EQ(urgency, verdict.urgency_sum) << line.data();
    ASSERT_EQ(abuse, verdict.abuse_sum) << line.data();
  }
  EXPECT_LE(alarms, posts / 200);
}

}  // namespace
}  // namespace vigie
