#include "engine/work/work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WorkHistories : public testing::Test {
 protected:
  /// What became of it: the event's number, 0 if nothing had to change.
  Result<std::uint64_t> act(WorkAct act, std::string by = "marie", std::string text = {},
                            std::uint64_t undoes = 0) {
    WorkRequest request{act, std::move(by), Time(std::chrono::minutes(++minute_))};
    request.text = std::move(text);
    request.undoes = undoes;
    auto event = history_.decide(request);
    if (!event) {
      return tl::make_unexpected(event.error());
    }
    if (!*event) {
      return 0;
    }
    (*event)->number = ++number_;
    history_.add(**event);
    return number_;
  }
  std::string refusal(WorkAct what, std::string by = "marie", std::string text = {}) {
    const auto done = act(what, std::move(by), std::move(text));
    return done ? "done" : done.error().text;
  }
  const Work& now() { return history_.now(); }

  WorkHistory history_;
  std::uint64_t number_ = 0;
  int minute_ = 0;
};

TEST_F(WorkHistories, GoFromNewToClosed) {
  EXPECT_EQ(now().state, WorkState::kNew);
  EXPECT_TRUE(act(WorkAct::kTake));
  EXPECT_EQ(now().assignee, "marie");
  EXPECT_TRUE(act(WorkAct::kAnswer));
  EXPECT_EQ(now().answered_at, Time(std::chrono::minutes(2)));
  EXPECT_TRUE(act(WorkAct::kClose, "paul"));
  EXPECT_EQ(now().state, WorkState::kClosed);
  EXPECT_EQ(now().by, "paul");
}

TEST_F(WorkHistories, WhoeverCameFirstKeepsIt) {
  EXPECT_EQ(act(WorkAct::kTake, "marie"), 1U);
  EXPECT_EQ(act(WorkAct::kTake, "marie"), 0U) << "doing it again changes nothing";
  EXPECT_THAT(refusal(WorkAct::kTake, "paul"), HasSubstr("taken by marie"));
  EXPECT_THAT(refusal(WorkAct::kTake, "paul"), HasSubstr("assign"));
  EXPECT_TRUE(act(WorkAct::kAssign, "marie", "paul"));
  EXPECT_EQ(act(WorkAct::kTake, "paul"), 0U);
}

TEST_F(WorkHistories, SayWhatIsAllowedInstead) {
  act(WorkAct::kClose);
  EXPECT_THAT(refusal(WorkAct::kTake), HasSubstr("now one can reopen tag untag note undo"));
  EXPECT_THAT(refusal(WorkAct::kAssign, "marie", "paul"), HasSubstr("it is closed by marie"));
  act(WorkAct::kReopen);
  EXPECT_THAT(refusal(WorkAct::kTake), "done");
  EXPECT_THAT(refusal(WorkAct::kReopen), HasSubstr("it is taken"));
}

TEST_F(WorkHistories, UndoTakesBackTheLastStepAndOnlyThat) {
  EXPECT_THAT(refusal(WorkAct::kUndo), HasSubstr("nothing was done"));
  act(WorkAct::kTake);
  act(WorkAct::kTag, "marie", "voirie");
  EXPECT_THAT(act(WorkAct::kUndo, "paul", {}, 1).error().text,
              HasSubstr("that is 2 (tag by marie)"));
  EXPECT_EQ(act(WorkAct::kUndo, "paul", {}, 2), 3U);
  EXPECT_THAT(now().tags, IsEmpty());
  EXPECT_TRUE(act(WorkAct::kUndo));
  EXPECT_EQ(now().state, WorkState::kNew);
  EXPECT_EQ(now().assignee, "");
  EXPECT_THAT(refusal(WorkAct::kUndo), HasSubstr("nothing was done"));
}

TEST_F(WorkHistories, RefuseTextsThatAreNone) {
  EXPECT_THAT(refusal(WorkAct::kNote), HasSubstr("from 1 to 4000"));
  EXPECT_THAT(refusal(WorkAct::kNote, "marie", std::string(4'001, 'x')),
              HasSubstr("from 1 to 4000"));
  EXPECT_THAT(refusal(WorkAct::kTag, "marie", "two\nlines"), HasSubstr("one line"));
  EXPECT_THAT(refusal(WorkAct::kTag, "marie", " x"), HasSubstr("without spaces"));
  for (std::size_t i = 0; i < WorkHistory::kMaxTags; ++i) {
    EXPECT_TRUE(act(WorkAct::kTag, "marie", "tag " + std::to_string(i)));
  }
  EXPECT_THAT(refusal(WorkAct::kTag, "marie", "one more"), HasSubstr("20 tags"));
}

TEST_F(WorkHistories, AreBounded) {
  for (std::size_t i = 0; i < WorkHistory::kMaxEvents; ++i) {
    ASSERT_TRUE(act(WorkAct::kNote, "marie", "again"));
  }
  EXPECT_EQ(act(WorkAct::kNote, "marie", "again").error().code, ErrorCode::kFull);
}

TEST_F(WorkHistories, KnowSinceWhenItIsInHand) {
  EXPECT_EQ(history_.in_hand_at(Time()), std::nullopt);
  act(WorkAct::kTag, "marie", "voirie");  // 1
  act(WorkAct::kTake);                    // 2
  act(WorkAct::kClose);                   // 3
  act(WorkAct::kReopen, "vigie");         // 4
  const auto at = [](int minute) { return Time(std::chrono::minutes(minute)); };
  EXPECT_EQ(history_.in_hand_at(at(0)), at(2));
  EXPECT_EQ(history_.in_hand_at(at(3)), at(3)) << "it was in hand then";
  EXPECT_EQ(history_.in_hand_at(at(4)), std::nullopt);
  act(WorkAct::kMute);  // 5
  EXPECT_EQ(history_.in_hand_at(at(4)), at(5));
}

TEST_F(WorkHistories, TextThatIsWithdrawnIsGone) {
  act(WorkAct::kTag, "marie", "rue de Marie Dupont");
  act(WorkAct::kNote, "marie", "elle habite là");
  act(WorkAct::kTake);
  history_.withdraw(1);
  history_.withdraw(2);
  EXPECT_THAT(now().tags, IsEmpty());
  EXPECT_EQ(now().notes, 0U);
  EXPECT_EQ(now().state, WorkState::kTaken);
}

TEST_F(WorkHistories, AnAnswerNamesADraftThatIsThere) {
  act(WorkAct::kDraft, "paul", "Bonjour, …");  // 1
  act(WorkAct::kNote, "paul", "vu");           // 2
  WorkRequest answer{WorkAct::kAnswer, "marie", Time(std::chrono::minutes(3))};
  answer.draft = 2;
  EXPECT_EQ(history_.decide(answer).error().code, ErrorCode::kInvalidInput) << "that is a note";
  answer.draft = 1;
  WorkEvent event = **history_.decide(answer);
  event.number = ++number_;
  history_.add(event);
  EXPECT_EQ(now().state, WorkState::kAnswered);
  EXPECT_EQ(now().answered_with, 1U);
  EXPECT_TRUE(act(WorkAct::kReopen));
  EXPECT_EQ(now().answered_with, 0U) << "it was not answered since";
}

TEST_F(WorkHistories, ADraftThatWasUndoneAnswersNothing) {
  act(WorkAct::kDraft, "paul", "Bonjour, …");
  act(WorkAct::kUndo);
  WorkRequest answer{WorkAct::kAnswer, "marie", Time(std::chrono::minutes(3))};
  answer.draft = 1;
  EXPECT_FALSE(history_.decide(answer));
}

/// The naive model: every state there ever was, in a stack.
struct Naive {
  WorkState state = WorkState::kNew;
  std::string assignee;
  std::vector<std::string> tags;
  std::uint32_t notes = 0;
};

TEST_F(WorkHistories, AreWhatANaiveModelSays) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr WorkState kLeadsTo[] = {WorkState::kTaken, WorkState::kAnswered, WorkState::kClosed,
                                    WorkState::kMuted, WorkState::kNew};
  for (int run = 0; run < 50; ++run) {
    history_ = WorkHistory();
    std::vector<Naive> past{{}};
    std::vector<WorkEvent> events;
    for (int i = 0; i < 200; ++i) {
      const auto what = static_cast<WorkAct>(random() % kWorkActs);
      const std::string by = random() % 2 == 0 ? "marie" : "paul";
      const std::string text = what == WorkAct::kAssign ? (random() % 3 == 0 ? "" : by)
                               : what == WorkAct::kTag || what == WorkAct::kUntag
                                   ? "tag " + std::to_string(random() % 3)
                               : what == WorkAct::kNote || what == WorkAct::kDraft ? "note"
                                                                                   : "";
      WorkRequest request{what, by, Time(std::chrono::minutes(i))};
      request.text = text;
      const auto decided = history_.decide(request);
      if (decided && *decided) {
        WorkEvent event = **decided;
        event.number = ++number_;
        EXPECT_EQ(event.from, past.back().state);
        history_.add(event);
        events.push_back(event);
        if (what == WorkAct::kUndo) {
          ASSERT_GT(past.size(), 1U);
          past.pop_back();
        } else {
          Naive next = past.back();
          if (what <= WorkAct::kReopen) {
            next.state = kLeadsTo[static_cast<std::size_t>(what)];
          }
          next.assignee = what == WorkAct::kTake     ? by
                          : what == WorkAct::kAssign ? text
                                                     : next.assignee;
          if (what == WorkAct::kTag) {
            next.tags.push_back(text);
          } else if (what == WorkAct::kUntag) {
            std::erase(next.tags, text);
          }
          next.notes += what == WorkAct::kNote;
          past.push_back(next);
        }
        EXPECT_EQ(event.to, past.back().state);
      }
      EXPECT_EQ(now().state, past.back().state);
      EXPECT_EQ(now().assignee, past.back().assignee);
      EXPECT_THAT(now().tags, testing::UnorderedElementsAreArray(past.back().tags));
      EXPECT_EQ(now().notes, past.back().notes);
    }
    WorkHistory again;
    for (const WorkEvent& event : events) {
      again.add(event);
    }
    EXPECT_EQ(again.now().last, now().last);
    EXPECT_EQ(again.now().tags, now().tags);
    EXPECT_EQ(again.allowed(), history_.allowed());
  }
}

}  // namespace
}  // namespace vigie
