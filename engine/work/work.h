#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/result.h"
#include "engine/core/time.h"

namespace vigie {

/// What somebody may have to do something about: a story, named by the mention that founded it
/// (there or not), or an alert that no mention raised.
struct WorkSubject {
  enum class Kind : std::uint8_t { kStory, kAlert };
  TenantId tenant = 0;
  Day day = 0;  ///< of the founder's reception, or on which the alert counts
  Kind kind = Kind::kStory;
  std::uint64_t number = 0;  ///< the founder's sequence, or the alert's number
  auto operator<=>(const WorkSubject&) const = default;
};
/// "20741-1289", or "alert-17" for an alert. The tenant is said elsewhere.
std::string to_string(const WorkSubject& subject);

enum class WorkState : std::uint8_t { kNew, kTaken, kAnswered, kClosed, kMuted };
inline constexpr std::size_t kWorkStates = 5;
std::string_view to_string(WorkState state);
std::optional<WorkState> parse_work_state(std::string_view text);
/// Somebody still has to do something: new or taken.
inline bool is_open(WorkState state) {
  return state == WorkState::kNew || state == WorkState::kTaken;
}
/// Nobody has to come back to it: closed or muted.
inline bool is_done(WorkState state) {
  return state == WorkState::kClosed || state == WorkState::kMuted;
}

/// What can be done. The first five lead to a state; the others leave it as it is.
enum class WorkAct : std::uint8_t {
  kTake,
  kAnswer,
  kClose,
  kMute,
  kReopen,  ///< to new; the engine does it when something is announced anew
  kAssign,
  kTag,
  kUntag,
  kNote,
  kUndo,
  kDraft,  ///< a reply was prepared; people send it themselves
};
/// A note and a draft are about one mention of the story, and go with it.
constexpr bool speaks_of_one_mention(WorkAct act) {
  return act == WorkAct::kNote || act == WorkAct::kDraft;
}
inline constexpr std::size_t kWorkActs = 11;
std::string_view to_string(WorkAct act);
std::optional<WorkAct> parse_work_act(std::string_view text);

/// What somebody wants to do.
struct WorkRequest {
  WorkAct act = WorkAct::kTake;
  std::string by;  ///< an account, or what stands for one ("lien:mail")
  Time at{};
  /// Assign: an account, empty: nobody; tag, untag: the tag; note: what; draft: the reply.
  std::string text = {};
  /// Undo: the event it takes back, which has to be the last; 0: whichever is.
  std::uint64_t undoes = 0;
  /// The mention that a note speaks of: its day and sequence. It goes with it.
  Day about_day = 0;
  std::uint64_t about = 0;
  std::string card = {}, network = {};  ///< draft: the argument card it is made from, where it goes
  std::uint64_t draft = 0;              ///< answer: the event that prepared it; 0: none did
};

/// Something that was done. Appended, never changed; only its text goes with what it speaks of.
struct WorkEvent {
  std::uint64_t number = 0;  ///< ascending within the tenant, from 1
  WorkSubject subject;
  WorkRequest done;  ///< undo: `undoes` is never 0
  WorkState from = WorkState::kNew, to = WorkState::kNew;
  bool withdrawn = false;  ///< its text is gone: what it spoke of was deleted
};

/// How things stand.
struct Work {
  WorkState state = WorkState::kNew;
  std::string by;  ///< who did what led to the state; empty: nobody has done anything
  Time at{};
  std::string assignee;
  std::vector<std::string> tags;  ///< ascending
  std::uint32_t notes = 0;
  std::uint64_t last = 0;           ///< the event that an undo would take back; 0: none
  std::optional<Time> answered_at;  ///< first, since it was last new
  std::uint64_t answered_with = 0;  ///< the draft that it was answered with last; 0: none
};

/// All that was done about one subject, as far as it was not undone.
///
/// Which act is allowed in which state (every other leaves the state as it is):
///
///   new      → take, answer, close, mute; assign
///   taken    → answer, close, mute; assign            (taken again by the same: nothing happens)
///   answered → close, mute, reopen; assign
///   closed   → reopen
///   muted    → take, close, reopen
///   any      → tag, untag, note, draft; undo if something was done
///
/// Doing again what holds already changes nothing and is no event. A plain value.
class WorkHistory {
 public:
  static constexpr std::size_t kMaxEvents = 500;  ///< of one subject; then only the engine's
  static constexpr std::size_t kMaxNoteBytes = 4'000, kMaxTagBytes = 50, kMaxTags = 20;

  /// The event to append (without number and subject), or none if that changes nothing.
  /// kInvalidInput: the text is none that may be; kRefused: not now, says what is allowed instead;
  /// kFull: kMaxEvents.
  Result<std::optional<WorkEvent>> decide(const WorkRequest& request) const;
  /// Total: whatever was appended once can be added again, in the order of numbers.
  void add(const WorkEvent& event);
  /// The text of this event is withdrawn.
  void withdraw(std::uint64_t number);

  const Work& now() const { return now_; }
  /// When somebody first took it in hand at `from` or later: `from` itself if it was then.
  std::optional<Time> in_hand_at(Time from) const;
  /// What may be done now, in the order of WorkAct.
  std::vector<WorkAct> allowed() const;

 private:
  bool allows(WorkAct act) const;
  bool has_draft(std::uint64_t number) const;
  Result<std::optional<WorkEvent>> decide_undo(const WorkRequest& request) const;
  static void apply(const WorkEvent& event, Work& work);

  std::vector<WorkEvent> steps_;  ///< without those that were undone, and without long texts
  std::size_t events_ = 0;
  Work now_;
};

}  // namespace vigie
