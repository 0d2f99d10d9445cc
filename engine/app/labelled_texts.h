#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/classify/trainer.h"
#include "engine/core/settings.h"
#include "engine/core/verdict.h"

namespace vigie {

/// A text and what a person called it.
struct LabelledText {
  std::uint32_t label = 0;  ///< a class of the file's task
  std::string text;
};

struct LabelledTexts {
  Task task = Task::kTone;
  std::vector<LabelledText> rows;
};

/// The classes of a task, as files, tables and people name them.
const std::vector<std::string_view>& labels_of(Task task);
std::string_view to_string(Task task);

/// Reads a file of `label<TAB>text` lines (the text is behind the last tab; a first line
/// `label<TAB>…` is a heading). The labels say which task it is: negative neutral positive; urgent
/// non_urgent; abuse or hate, and none. With `every`, each line is a text alone or behind its last
/// tab, and all have that label. All problems with file:line.
LabelledTexts read_labelled_texts(const std::string& path, std::string_view every,
                                  std::vector<Problem>& problems);

/// What a verdict says, as a class of `task`.
std::uint32_t class_of(Task task, const Verdict& verdict);

}  // namespace vigie
