#include "engine/match/rule.h"

#include <algorithm>
#include <string_view>

namespace vigie {
namespace {

/// Letters of a query line that are shown on either side of a mark.
constexpr std::size_t kShownLetters = 60;

bool continues_letter(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const bool is_combining_mark =  // U+0300..U+036F: drawn over the letter before
      (byte == 0xcc ||
       (byte == 0xcd && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xb0));
  return (byte & 0xc0) == 0x80 || is_combining_mark;
}

/// The line of `query` that holds byte `at`, and below it a '^' under that letter.
std::string marked_line(std::string_view query, std::size_t at) {
  at = std::min(at, query.size());
  const std::size_t line_start = at == 0 ? 0 : query.rfind('\n', at - 1) + 1;
  const std::string_view line = query.substr(line_start, query.find('\n', line_start) - line_start);
  const std::size_t mark = at - line_start;
  std::size_t start = mark, before = 0;
  while (start > 0 && before < kShownLetters) {
    --start;
    before += continues_letter(line, start) ? 0U : 1U;
  }
  std::size_t end = mark, after = 0;
  while (end < line.size() && (after < kShownLetters || continues_letter(line, end))) {
    after += continues_letter(line, end) ? 0U : 1U;
    ++end;
  }
  std::string shown(line.substr(start, end - start));
  std::ranges::replace(shown, '\t', ' ');
  const std::string_view left = start == 0 ? "" : "…", right = end == line.size() ? "" : "…";
  return std::string("\n    ").append(left).append(shown).append(right) + "\n    " +
         std::string(before + (left.empty() ? 0 : 1), ' ') + '^';
}

}  // namespace

const Condition* find_unfindable(const Condition& condition) {
  switch (condition.op) {
    case Condition::Op::kAny:
      for (const Condition& child : condition.children) {
        if (const Condition* part = find_unfindable(child)) {
          return part;
        }
      }
      return nullptr;
    case Condition::Op::kAll: {
      const Condition* first = &condition;
      for (const Condition& child : condition.children) {
        const Condition* part = find_unfindable(child);
        if (part == nullptr) {
          return nullptr;
        }
        first = first == &condition ? part : first;
      }
      return first;
    }
    case Condition::Op::kNone:
    case Condition::Op::kFilter:
      return &condition;
    default:
      return nullptr;
  }
}

std::size_t count_conditions(const Condition& condition) {
  std::size_t count = 1;
  for (const Condition& child : condition.children) {
    count += count_conditions(child);
  }
  return count;
}

bool is_of_phrases(const Condition& condition) {
  return condition.op == Condition::Op::kPhrase ||
         (condition.op == Condition::Op::kAny &&
          std::ranges::all_of(condition.children, is_of_phrases));
}

Problem problem_at(const std::string& file, const Condition& at, const std::string& text) {
  return {file, at.line, at.column,
          at.query == nullptr ? text : text + marked_line(*at.query, at.query_at)};
}

}  // namespace vigie
