#include "engine/classify/trainer.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

#include "engine/classify/model_scorer.h"
#include "engine/classify/regression.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

TrainingOptions small() {
  TrainingOptions options;
  options.language = "fr";
  options.word_bits = options.character_bits = 10;
  options.pull[0] = options.pull[1] = options.pull[2] = 0.1;
  return options;
}

/// Texts whose one telling word says what they are, among words that say nothing.
class Lesson {
 public:
  explicit Lesson(TrainingOptions options = small()) : trainer_(std::move(options)) {
    source_ = trainer_.add_source({"lesson"});
  }
  void teach(Task task, std::uint32_t label, const std::string& word, int rows = 40) {
    for (int i = 0; i < rows; ++i) {
      add(source_, task, label, word + ' ' + filler());
    }
  }
  void add(std::uint32_t source, Task task, std::uint32_t label, const std::string& text,
           const RawSums& raw = {}) {
    folder_.fold({}, text, folded_);
    trainer_.add(source, task, label, place_++, folded_, raw);
  }
  /// A text that nobody labelled.
  void show(const std::string& text) {
    folder_.fold({}, text, folded_);
    trainer_.add_text(folded_);
  }
  void skip_place() { ++place_; }
  std::string filler() {
    static constexpr const char* kWords[] = {"rue", "place", "lundi", "maison", "ville", "matin"};
    std::string text;
    for (int i = 0; i < 5; ++i) {
      text += std::string(kWords[random_() % std::size(kWords)]) + ' ';
    }
    return text;
  }
  Trainer& trainer() { return trainer_; }
  Model learn() {
    held_out_.clear();
    Result<Model> model = trainer_.train(held_out_);
    EXPECT_TRUE(model);
    return *model;
  }
  const std::vector<HeldOut>& held_out() const { return held_out_; }
  HeadSums judge(const Model& model, const std::string& text) {
    folder_.fold({}, text, folded_);
    ModelScores scores;
    ModelScorer(model).score(folded_, scores);
    return scores.sums;
  }

 private:
  Trainer trainer_;
  std::uint32_t source_ = 0;
  std::size_t place_ = 0;
  TextFolder folder_;
  FoldedText folded_;
  std::mt19937 random_{7};
  std::vector<HeldOut> held_out_;
};

TEST(Trainer, LearnsWhatTellsClassesApart) {
  Lesson lesson;
  lesson.teach(Task::kUrgency, 1, "incendie");
  lesson.teach(Task::kUrgency, 0, "kermesse");
  lesson.teach(Task::kTone, 0, "honteux");
  lesson.teach(Task::kTone, 1, "horaires");
  lesson.teach(Task::kTone, 2, "superbe");
  const Model model = lesson.learn();
  EXPECT_GT(lesson.judge(model, "incendie rue place")[2], 500);
  EXPECT_LT(lesson.judge(model, "kermesse rue place")[2], 500);
  const HeadSums bad = lesson.judge(model, "honteux rue"),
                 good = lesson.judge(model, "superbe rue"),
                 none = lesson.judge(model, "horaires rue");
  EXPECT_LT(bad[0], 0);
  EXPECT_GT(good[0], 0);
  EXPECT_GT(bad[1] + std::abs(bad[0]), 0);
  EXPECT_LE(none[1] + std::abs(none[0]), 0);
  for (const HeldOut& one : lesson.held_out()) {
    EXPECT_GT(one.confusion.macro_f1(), 0.95) << one.source;
  }
}

TEST(Trainer, TheSameTextsGiveTheSameBytes) {
  const auto bytes = [] {
    Lesson lesson;
    lesson.teach(Task::kUrgency, 1, "incendie");
    lesson.teach(Task::kUrgency, 0, "kermesse");
    for (int i = 0; i < 20; ++i) {
      lesson.show(lesson.filler());
    }
    return encode_model(lesson.learn());
  };
  EXPECT_EQ(bytes(), bytes());
}

/// No label says what "brasier" and "tombola" are: texts in which they stand where "incendie" and
/// "kermesse" do say it. Words are learned in a space wide enough that no two share a bucket.
TEST(Trainer, AWordThatNobodyLabelledLeansAsWordsInItsCompanyDo) {
  const auto difference = [](bool shown) {
    TrainingOptions options = small();
    options.word_bits = options.character_bits = 16;
    Lesson lesson(options);
    lesson.teach(Task::kUrgency, 1, "incendie");
    lesson.teach(Task::kUrgency, 0, "kermesse");
    for (int i = 0; shown && i < 60; ++i) {
      for (const char* const word : {"incendie", "brasier"}) {
        lesson.show(std::string(word) + " pompiers fumee flammes");
      }
      for (const char* const word : {"kermesse", "tombola"}) {
        lesson.show(std::string(word) + " stands buvette musique");
      }
    }
    const Model model = lesson.learn();
    return lesson.judge(model, "brasier")[2] - lesson.judge(model, "tombola")[2];
  };
  EXPECT_GT(difference(true), difference(false) + 100);
}

TEST(Trainer, ATaskWithoutEveryClassTeachesNothing) {
  Lesson lesson;
  lesson.teach(Task::kUrgency, 1, "incendie");
  lesson.teach(Task::kUrgency, 0, "kermesse");
  lesson.teach(Task::kTone, 2, "superbe");
  const Model model = lesson.learn();
  EXPECT_FALSE(model.knows_tone());
  EXPECT_EQ(lesson.judge(model, "superbe rue")[0], 0);
  EXPECT_EQ(lesson.judge(model, "superbe rue")[3], 0);
}

TEST(Trainer, OrdinaryTextsHoldTheThresholdUp) {
  const auto called = [](double at_most) {
    Lesson lesson;
    lesson.teach(Task::kUrgency, 1, "feu");
    lesson.teach(Task::kUrgency, 0, "kermesse");
    TrainingSource ordinary{"ordinary"};
    ordinary.weight = 0.01;
    ordinary.at_most = at_most;
    const std::uint32_t source = lesson.trainer().add_source(ordinary);
    for (int i = 0; i < 40; ++i) {
      lesson.add(source, Task::kUrgency, 0, "feu " + lesson.filler());
    }
    lesson.learn();
    return lesson.held_out().back().confusion.share(0, 1);
  };
  EXPECT_GT(called(1), 0.5);
  EXPECT_LE(called(0.05), 0.05);
}

TEST(Trainer, WhatRulesSayIsNotLearnedAgainUnlessTheyAreHidden) {
  const auto learned = [](bool hidden) {
    Lesson lesson;
    TrainingSource ruled{"ruled"};
    ruled.rules_hidden = hidden;
    const std::uint32_t source = lesson.trainer().add_source(ruled);
    RawSums alarm;
    alarm.urgency = 800;
    for (int i = 0; i < 40; ++i) {
      lesson.add(source, Task::kUrgency, 1, "incendie " + lesson.filler(), alarm);
      lesson.add(source, Task::kUrgency, 0, "kermesse " + lesson.filler());
    }
    const Model model = lesson.learn();
    return lesson.judge(model, "incendie")[2] - lesson.judge(model, "kermesse")[2];
  };
  EXPECT_GT(learned(true), 1.3 * learned(false));
}

/// Whether "fumée" is an alarm: in three of ten texts of one source, in every text of a small one.
/// The small one's figure changes more with the answer; the large one's is of more texts.
TEST(Trainer, ALargeSourceHasMoreSayOnTheThreshold) {
  const auto called = [](int times) {
    Lesson lesson;
    const std::uint32_t sources[] = {lesson.trainer().add_source({"many"}),
                                     lesson.trainer().add_source({"few"})};
    const auto add = [&](std::uint32_t source, std::uint32_t label, const char* text, int rows) {
      for (int i = 0; i < rows; ++i) {
        lesson.add(source, Task::kUrgency, label, text);
      }
    };
    add(sources[0], 1, "incendie", 10 * times);
    add(sources[0], 0, "kermesse", 10 * times);
    add(sources[0], 1, "fumee", 3 * times);
    add(sources[0], 0, "fumee", 7 * times);
    add(sources[1], 1, "fumee", 40);
    add(sources[1], 0, "kermesse", 20);
    lesson.learn();
    return lesson.held_out().back().confusion.share(1, 1);
  };
  EXPECT_EQ(called(2), 1);
  EXPECT_EQ(called(100), 0);
}

/// Where complaints were collected, "pluie" stands in all texts, praised or not.
TEST(Trainer, WhatIsCommonWhereTextsWereCollectedIsNotWhatWordsSay) {
  TrainingOptions options = small();
  options.even[0] = 1;
  Lesson lesson(options);
  const std::uint32_t complaints = lesson.trainer().add_source({"complaints"});
  for (int i = 0; i < 120; ++i) {
    lesson.add(complaints, Task::kTone, i % 3 == 0 ? 2U : 0U, "pluie");
  }
  lesson.teach(Task::kTone, 1, "horaires");
  const Model model = lesson.learn();
  EXPECT_NEAR(lesson.judge(model, "pluie")[0], 0, 10);
}

/// Three in four messages of an earthquake ask for nothing, whatever words they are made of.
TEST(Trainer, ClassesOfUrgencyCountAlikeWhereTheRecipeSaysSo) {
  const auto learned = [](bool even) {
    TrainingOptions options = small();
    options.even[1] = even ? 1 : 0;
    Lesson lesson(options);
    const std::uint32_t messages = lesson.trainer().add_source({"messages"});
    for (int i = 0; i < 120; ++i) {
      lesson.add(messages, Task::kUrgency, i % 4 == 0 ? 1U : 0U, "tente");
    }
    lesson.teach(Task::kUrgency, 1, "incendie");
    lesson.teach(Task::kUrgency, 0, "kermesse");
    const Model model = lesson.learn();
    return lesson.judge(model, "tente")[2] - lesson.judge(model, "")[2];
  };
  EXPECT_NEAR(learned(true), 0, 15);
  EXPECT_LT(learned(false), -60);
}

/// What "tente" is in a message "route" is in a post: whoever takes both kinds for one learns
/// neither. The hashtag stands away from the telling word, so that no pair tells the kind.
TEST(Trainer, AWordCountsByTheKindOfItsTextWhereTheRecipeSaysSo) {
  const auto held_out = [](bool by_kind) {
    TrainingOptions options = small();
    options.word_bits = options.character_bits = 16;
    options.by_kind[1] = by_kind;
    Lesson lesson(options);
    const std::uint32_t source = lesson.trainer().add_source({"both kinds"});
    for (std::uint32_t i = 0; i < 160; ++i) {
      const bool post = i / 2 % 2 == 0, tent = i % 2 == 0;
      lesson.add(source, Task::kUrgency, tent != post ? 1 : 0,
                 (tent ? "tente " : "route ") + lesson.filler() + (post ? "#info" : "info"));
    }
    const Model model = lesson.learn();
    EXPECT_EQ(model.counts_by_kind(), by_kind);
    return lesson.held_out().back().confusion.macro_f1();
  };
  EXPECT_GT(held_out(true), 0.95);
  EXPECT_LT(held_out(false), 0.75);
}

/// Every event has its own word for what all of them are told by. Whoever saw the event waits for
/// that word; of an event that nobody saw, the common word alone has to do.
TEST(Trainer, WhereRowsStandInRunsTheThresholdIsOneForEventsNobodySaw) {
  const auto threshold_left = [](bool runs) {
    TrainingOptions options = small();
    options.word_bits = options.character_bits = 16;
    options.pull[1] = 1;
    Lesson lesson(options);
    TrainingSource events{"events"};
    events.runs = runs;
    const std::uint32_t source = lesson.trainer().add_source(events);
    static constexpr const char* kEvents[] = {"seisme", "crue", "incendie", "tempete", "attentat"};
    for (const char* const event : kEvents) {
      for (int i = 0; i < 60; ++i) {
        lesson.add(source, Task::kUrgency, 1, std::string(event) + " victimes " + lesson.filler());
        lesson.add(source, Task::kUrgency, 0, lesson.filler() + lesson.filler());
        lesson.add(source, Task::kUrgency, 0, lesson.filler() + "photos");
      }
    }
    return lesson.judge(lesson.learn(), "victimes")[2];
  };
  EXPECT_GT(threshold_left(true), threshold_left(false));
}

/// A picture has no characters that could teach in its place.
TEST(Trainer, AWordOfTooFewTextsTeachesNothing) {
  const auto learned = [](std::uint32_t least_texts, int texts) {
    TrainingOptions options = small();
    options.word_bits = options.character_bits = 16;
    options.least_texts[1] = least_texts;
    Lesson lesson(options);
    lesson.teach(Task::kUrgency, 1, "incendie");
    lesson.teach(Task::kUrgency, 0, "kermesse");
    const std::uint32_t pictures = lesson.trainer().add_source({"pictures"});
    for (int i = 0; i < texts; ++i) {
      lesson.add(pictures, Task::kUrgency, 1, "\U0001F525 " + lesson.filler() + "\U0001F525");
    }
    const Model model = lesson.learn();
    return lesson.judge(model, "\U0001F525")[2] - lesson.judge(model, "\U0001F388")[2];
  };
  EXPECT_GT(learned(1, 1), 5);
  EXPECT_EQ(learned(2, 1), 0);
  EXPECT_GT(learned(2, 2), 5);
}

/// "rue" says next to nothing in any text; with odds it is held, and what tells is let go.
TEST(Trainer, ByOddsTellingWordsAreHeldLess) {
  const auto difference = [](double odds) {
    TrainingOptions options = small();
    options.pull[2] = 20;
    options.odds[2] = odds;
    Lesson lesson(options);
    lesson.teach(Task::kAbuse, 1, "vermine");
    lesson.teach(Task::kAbuse, 0, "kermesse");
    const Model model = lesson.learn();
    return lesson.judge(model, "vermine")[3] - lesson.judge(model, "kermesse")[3];
  };
  EXPECT_GT(difference(1), 1.3 * difference(0));
}

/// Each text stands there twice, and only its own word says what it is: whoever has seen its twin
/// knows it.
TEST(Trainer, TwinsAreHeldOutTogether) {
  const auto held_out = [](bool part_twins) {
    Lesson lesson;
    const std::uint32_t source = lesson.trainer().add_source({"twins"});
    if (part_twins) {
      lesson.skip_place();
    }
    for (std::uint32_t i = 0; i < 120; ++i) {
      for (int twin = 0; twin < 2; ++twin) {
        lesson.add(source, Task::kAbuse, i * 7 % 5 % 2,
                   "mot" + std::string(1 + i % 26, 'x') + std::to_string(i) + "b");
      }
    }
    lesson.learn();
    return lesson.held_out().back().confusion.macro_f1();
  };
  EXPECT_GT(held_out(true), 0.9);
  EXPECT_LT(held_out(false), 0.75);
}

TEST(Regression, EndsWhereEveryStepAsideIsWorse) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  constexpr std::size_t kRows = 60, kColumns = 5;
  std::vector<std::uint32_t> columns(kColumns);
  std::vector<std::vector<float>> values;
  std::vector<DesignRow> rows;
  const std::array<float, 1> one = {1};
  for (std::uint32_t i = 0; i < kColumns; ++i) {
    columns[i] = i;
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    values.emplace_back(kColumns);
    for (float& value : values.back()) {
      value = normal(random);
    }
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto label = static_cast<std::uint32_t>(values[i][0] + normal(random) > 0 ? 2 : i % 2);
    rows.push_back({columns, values[i], one, label, i % 3 == 0 ? 2.0 : 1.0});
  }
  Regression regression;
  regression.outputs = 2;
  regression.sparse = kColumns;
  regression.dense = 1;
  const auto loss = [&](const RegressionWeights& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < 2 * kColumns; ++i) {
      sum += weights[i] * weights[i] / 2;
    }
    for (const DesignRow& row : rows) {
      std::array<double, 2> out{};
      predict(regression, weights, row, out);
      const double logits[3] = {out[1] - out[0], 0, out[1] + out[0]};
      sum += row.weight *
             (std::log(std::exp(logits[0]) + 1 + std::exp(logits[2])) - logits[row.label]);
    }
    return sum;
  };
  const Result<RegressionWeights> fitted = fit(regression, rows);
  ASSERT_TRUE(fitted);
  const double least = loss(*fitted);
  for (std::size_t i = 0; i < fitted->size(); ++i) {
    for (const double step : {-0.02, 0.02}) {
      RegressionWeights aside = *fitted;
      aside[i] += step;
      EXPECT_GT(loss(aside), least) << i;
    }
  }
  regression.left_out = {false, true};
  EXPECT_EQ(fit(regression, rows)->back(), 0.0);
}

TEST(Evaluation, CountsAsByHand) {
  const std::vector<Judged> rows = {
      {0, 0, 0.9}, {0, 0, 0.9}, {0, 1, 0.6}, {1, 1, 0.6}, {2, 1, 0.6}};
  const Confusion confusion = confusion_of(rows, 3);
  EXPECT_DOUBLE_EQ(confusion.precision(1), 1.0 / 3);
  EXPECT_DOUBLE_EQ(confusion.recall(0), 2.0 / 3);
  EXPECT_DOUBLE_EQ(confusion.f1(0), 0.8);
  EXPECT_DOUBLE_EQ(confusion.f1(1), 0.5);
  EXPECT_DOUBLE_EQ(confusion.macro_f1(), (0.8 + 0.5 + 0) / 3);
  // Two bins: |1.8 - 2| and |1.8 - 1| over five rows.
  EXPECT_NEAR(calibration_error(rows), (0.2 + 0.8) / 5, 1e-9);
  const Interval interval = macro_f1_interval(rows, 3);
  EXPECT_LE(interval.low, confusion.macro_f1());
  EXPECT_GE(interval.high, confusion.macro_f1());
}

}  // namespace
}  // namespace vigie
