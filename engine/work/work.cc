#include "engine/work/work.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vigie {
namespace {

constexpr std::array<std::string_view, kWorkStates> kStateNames = {"new", "taken", "answered",
                                                                   "closed", "muted"};
constexpr std::array<std::string_view, kWorkActs> kActNames = {
    "take", "answer", "close", "mute", "reopen", "assign", "tag", "untag", "note", "undo", "draft"};

template <class Value, std::size_t kCount>
std::optional<Value> parse(const std::array<std::string_view, kCount>& names,
                           std::string_view text) {
  const auto found = std::ranges::find(names, text);
  return found == names.end() ? std::nullopt
                              : std::optional(static_cast<Value>(found - names.begin()));
}

std::optional<WorkState> state_after(WorkAct act) {
  switch (act) {
    case WorkAct::kTake:
      return WorkState::kTaken;
    case WorkAct::kAnswer:
      return WorkState::kAnswered;
    case WorkAct::kClose:
      return WorkState::kClosed;
    case WorkAct::kMute:
      return WorkState::kMuted;
    case WorkAct::kReopen:
      return WorkState::kNew;
    default:
      return std::nullopt;
  }
}

/// Whether it holds what no line of a list may: control characters.
bool has_controls(std::string_view text, bool lines_may_end) {
  return std::ranges::any_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && !(lines_may_end && (c == '\n' || c == '\t'))) || byte == 0x7f;
  });
}

/// Why the text may not be; empty if it may.
std::string objection_to_text(const WorkRequest& request) {
  using History = WorkHistory;
  const std::string& text = request.text;
  if (speaks_of_one_mention(request.act)) {
    if (text.empty() || text.size() > History::kMaxNoteBytes || has_controls(text, true)) {
      return std::string(request.act == WorkAct::kNote ? "a note" : "a draft") + " has from 1 to " +
             std::to_string(History::kMaxNoteBytes) + " bytes of text";
    }
  } else if (request.act == WorkAct::kTag || request.act == WorkAct::kUntag) {
    if (text.empty() || text.size() > History::kMaxTagBytes || has_controls(text, false) ||
        text.front() == ' ' || text.back() == ' ') {
      return "a tag has from 1 to " + std::to_string(History::kMaxTagBytes) +
             " bytes in one line, without spaces around it";
    }
  } else if (request.act != WorkAct::kAssign && !text.empty()) {
    return "only an assignment, a tag, a note and a draft have a text";
  }
  return {};
}

}  // namespace

std::string to_string(const WorkSubject& subject) {
  return subject.kind == WorkSubject::Kind::kAlert
             ? "alert-" + std::to_string(subject.number)
             : std::to_string(subject.day) + "-" + std::to_string(subject.number);
}

std::string_view to_string(WorkState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}
std::optional<WorkState> parse_work_state(std::string_view text) {
  return parse<WorkState>(kStateNames, text);
}
std::string_view to_string(WorkAct act) { return kActNames.at(static_cast<std::size_t>(act)); }
std::optional<WorkAct> parse_work_act(std::string_view text) {
  return parse<WorkAct>(kActNames, text);
}

bool WorkHistory::has_draft(std::uint64_t number) const {
  return std::ranges::any_of(steps_, [number](const WorkEvent& step) {
    return step.number == number && step.done.act == WorkAct::kDraft;
  });
}

bool WorkHistory::allows(WorkAct act) const {
  const WorkState state = now_.state;
  switch (act) {
    case WorkAct::kTake:
      return state == WorkState::kNew || state == WorkState::kMuted;
    case WorkAct::kAnswer:
      return is_open(state);
    case WorkAct::kClose:
      return state != WorkState::kClosed;
    case WorkAct::kMute:
      return !is_done(state);
    case WorkAct::kReopen:
      return !is_open(state);
    case WorkAct::kAssign:
      return !is_done(state);
    case WorkAct::kTag:
    case WorkAct::kUntag:
    case WorkAct::kNote:
    case WorkAct::kDraft:
      return true;
    case WorkAct::kUndo:
      return now_.last != 0;
  }
  return false;
}

std::vector<WorkAct> WorkHistory::allowed() const {
  std::vector<WorkAct> acts;
  for (std::size_t i = 0; i < kActNames.size(); ++i) {
    if (allows(static_cast<WorkAct>(i))) {
      acts.push_back(static_cast<WorkAct>(i));
    }
  }
  return acts;
}

Result<std::optional<WorkEvent>> WorkHistory::decide(const WorkRequest& request) const {
  if (const std::string why = objection_to_text(request); !why.empty()) {
    return fail(ErrorCode::kInvalidInput, why);
  }
  if (events_ >= kMaxEvents) {
    return fail(ErrorCode::kFull, "more than " + std::to_string(kMaxEvents) +
                                      " things were done about it: nothing more can be written");
  }
  if (request.act == WorkAct::kUndo) {
    return decide_undo(request);
  }
  if (request.act == WorkAct::kAnswer && request.draft != 0 && !has_draft(request.draft)) {
    return fail(ErrorCode::kInvalidInput,
                "there is no draft " + std::to_string(request.draft) + " here");
  }
  const std::optional<WorkState> to = state_after(request.act);
  const bool is_theirs = request.act != WorkAct::kTake || now_.assignee == request.by;
  const bool has_tag = std::ranges::binary_search(now_.tags, request.text);
  const bool holds_already = (to == now_.state && is_theirs) ||
                             (request.act == WorkAct::kAssign && now_.assignee == request.text) ||
                             (request.act == WorkAct::kTag && has_tag) ||
                             (request.act == WorkAct::kUntag && !has_tag);
  if (holds_already) {
    return std::optional<WorkEvent>();
  }
  if (!allows(request.act)) {
    std::string why = "it is " + std::string(to_string(now_.state));
    why += now_.by.empty()
               ? ""
               : " by " + (now_.state == WorkState::kTaken && !now_.assignee.empty() ? now_.assignee
                                                                                     : now_.by);
    why += now_.by.empty() ? "" : " since " + format_time(now_.at);
    why += "; now one can";
    for (const WorkAct act : allowed()) {
      why += " " + std::string(to_string(act));
    }
    return fail(ErrorCode::kRefused, why);
  }
  if (request.act == WorkAct::kTag && now_.tags.size() >= kMaxTags) {
    return fail(ErrorCode::kRefused,
                "it has " + std::to_string(kMaxTags) + " tags: take one away first (untag)");
  }
  WorkEvent event;
  event.done = request;
  event.from = now_.state;
  event.to = to.value_or(now_.state);
  return std::optional(std::move(event));
}

Result<std::optional<WorkEvent>> WorkHistory::decide_undo(const WorkRequest& request) const {
  if (now_.last == 0) {
    return fail(ErrorCode::kRefused, "nothing was done about it that could be undone");
  }
  const WorkEvent& last = steps_.back();
  if (request.undoes != 0 && request.undoes != last.number) {
    return fail(ErrorCode::kRefused,
                "only the last step can be undone: that is " + std::to_string(last.number) + " (" +
                    std::string(to_string(last.done.act)) + " by " + last.done.by + ")");
  }
  Work before;
  for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
    apply(steps_[i], before);
  }
  WorkEvent event;
  event.done = request;
  event.done.undoes = last.number;
  event.from = now_.state;
  event.to = before.state;
  return std::optional(std::move(event));
}

void WorkHistory::apply(const WorkEvent& event, Work& work) {
  const WorkRequest& done = event.done;
  work.last = event.number;
  if (const std::optional<WorkState> to = state_after(done.act)) {
    work.state = *to;
    work.by = done.by;
    work.at = done.at;
  }
  switch (done.act) {
    case WorkAct::kTake:
      work.assignee = done.by;
      break;
    case WorkAct::kAnswer:
      work.answered_at = work.answered_at.value_or(done.at);
      work.answered_with = done.draft;
      break;
    case WorkAct::kReopen:
      work.answered_at.reset();
      work.answered_with = 0;
      break;
    case WorkAct::kAssign:
      work.assignee = done.text;
      break;
    case WorkAct::kTag:
      if (!event.withdrawn) {
        work.tags.insert(std::ranges::lower_bound(work.tags, done.text), done.text);
      }
      break;
    case WorkAct::kUntag:
      std::erase(work.tags, done.text);
      break;
    case WorkAct::kNote:
      work.notes += event.withdrawn ? 0 : 1;
      break;
    default:
      break;
  }
}

void WorkHistory::add(const WorkEvent& event) {
  ++events_;
  if (event.done.act != WorkAct::kUndo) {
    steps_.push_back(event);
    if (speaks_of_one_mention(event.done.act)) {
      steps_.back().done.text.clear();
    }
    apply(event, now_);
    return;
  }
  std::erase_if(steps_, [&](const WorkEvent& step) { return step.number == event.done.undoes; });
  now_ = Work();
  for (const WorkEvent& step : steps_) {
    apply(step, now_);
  }
}

void WorkHistory::withdraw(std::uint64_t number) {
  now_ = Work();
  for (WorkEvent& step : steps_) {
    step.withdrawn |= step.number == number;
    if (step.withdrawn) {
      step.done.text.clear();
    }
    apply(step, now_);
  }
}

std::optional<Time> WorkHistory::in_hand_at(Time from) const {
  bool is_in_hand = false;
  for (const WorkEvent& step : steps_) {
    if (step.done.at > from && is_in_hand) {
      return from;
    }
    is_in_hand = step.to != WorkState::kNew;
    if (is_in_hand && step.done.at >= from) {
      return step.done.at;
    }
  }
  return is_in_hand ? std::optional(from) : std::nullopt;
}

}  // namespace vigie
