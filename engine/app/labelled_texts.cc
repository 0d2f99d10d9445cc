#include "engine/app/labelled_texts.h"

#include <algorithm>
#include <fstream>
#include <optional>

#include "engine/parse/utf8.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxProblems = 20;
constexpr std::uint16_t kAbusive = 500;

struct Class {
  Task task;
  std::uint32_t label;
};

std::optional<Class> class_named(std::string_view label) {
  if (label == "hate") {
    return Class{Task::kAbuse, 1};
  }
  for (const Task task : {Task::kTone, Task::kUrgency, Task::kAbuse}) {
    const auto& labels = labels_of(task);
    if (const auto found = std::ranges::find(labels, label); found != labels.end()) {
      return Class{task, static_cast<std::uint32_t>(found - labels.begin())};
    }
  }
  return std::nullopt;
}

std::string all_labels() {
  std::string text;
  for (const Task task : {Task::kTone, Task::kUrgency, Task::kAbuse}) {
    for (const std::string_view label : labels_of(task)) {
      text += (text.empty() ? "" : ", ") + std::string(label);
    }
  }
  return text;
}

}  // namespace

const std::vector<std::string_view>& labels_of(Task task) {
  static const std::vector<std::string_view> kTone = {"negative", "neutral", "positive"};
  static const std::vector<std::string_view> kUrgency = {"non_urgent", "urgent"};
  static const std::vector<std::string_view> kAbuse = {"none", "abuse"};
  return task == Task::kTone ? kTone : task == Task::kUrgency ? kUrgency : kAbuse;
}

std::string_view to_string(Task task) {
  return task == Task::kTone ? "tone" : task == Task::kUrgency ? "urgency" : "abuse";
}

LabelledTexts read_labelled_texts(const std::string& path, std::string_view every,
                                  std::vector<Problem>& problems) {
  LabelledTexts texts;
  std::ifstream stream(path);
  if (!stream) {
    problems.push_back({path, 0, 0, "cannot be read"});
    return texts;
  }
  std::optional<Class> of_all;
  if (!every.empty() && !(of_all = class_named(every))) {
    problems.push_back({path, 0, 0, "'" + std::string(every) + "' is none of " + all_labels()});
    return texts;
  }
  const std::size_t before = problems.size();
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    const auto complain = [&](std::string what) {
      if (problems.size() - before < kMaxProblems) {
        problems.push_back({path, number, 0, std::move(what)});
      }
    };
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    const std::size_t first = line.find('\t'), last = line.rfind('\t');
    if (number == 1 && line.starts_with("label\t")) {
      continue;
    }
    if (!is_valid_utf8(line)) {
      complain("is not valid UTF-8");
      continue;
    }
    std::string text = line.substr(last == line.npos ? 0 : last + 1);
    if (of_all) {
      texts.task = of_all->task;
      texts.rows.push_back({of_all->label, std::move(text)});
      continue;
    }
    if (first == line.npos) {
      complain("no tab between label and text");
      continue;
    }
    const std::string label = line.substr(0, first);
    const std::optional<Class> known = class_named(label);
    if (!known) {
      complain("'" + label + "' is none of " + all_labels());
      continue;
    }
    if (!texts.rows.empty() && known->task != texts.task) {
      complain("'" + label + "' is a label of " + std::string(to_string(known->task)) +
               ", the lines before are of " + std::string(to_string(texts.task)));
      continue;
    }
    texts.task = known->task;
    texts.rows.push_back({known->label, std::move(text)});
  }
  if (texts.rows.empty() && problems.size() == before) {
    problems.push_back({path, 0, 0, "has no labelled texts"});
  }
  return texts;
}

std::uint32_t class_of(Task task, const Verdict& verdict) {
  switch (task) {
    case Task::kTone:
      return static_cast<std::uint32_t>(verdict.tone);
    case Task::kUrgency:
      return is_urgent(verdict.urgency) ? 1 : 0;
    case Task::kAbuse:
      return verdict.abuse_score >= kAbusive ? 1 : 0;
  }
  return 0;
}

}  // namespace vigie
