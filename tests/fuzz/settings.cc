// Files that people write, as YAML: problems with their place, or values that remember theirs.
#include "engine/core/settings.h"

#include "engine/core/check.h"
#include "engine/parse/utf8.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

std::size_t look(const Settings& settings, std::size_t depth) {
  check(depth <= 64, "it is not deep");
  check(settings.line() >= 0 && settings.column() >= 0, "it stands somewhere");
  std::size_t count = 1;
  for (const Settings& item : settings.items()) {
    count += look(item, depth + 1);
  }
  std::vector<Problem> problems;
  for (const auto& [key, value] : settings.fields()) {
    check(settings.find(key) != nullptr, "what is listed is found");
    settings.text(key, problems);
    settings.integer(key, -5, 5, problems);
    settings.boolean(key, problems);
    settings.texts(key, problems);
    count += look(value, depth + 1);
  }
  settings.allow_only({"a", "b"}, problems);
  for (const Problem& problem : problems) {
    check(!problem.text.empty() && problem.line > 0, "a problem has its place");
  }
  return count;
}

VIGIE_FUZZ(settings) {
  std::vector<Problem> problems;
  const auto settings = Settings::parse(bytes, "a.yaml", problems);
  check(settings.has_value() == problems.empty(), "values or a problem");
  if (settings) {
    check(look(*settings, 0) <= 2 * bytes.size() + 2, "no more than was written");
  } else {
    check(!problems.front().text.empty(), "a sentence");
  }
}

}  // namespace
}  // namespace vigie::fuzz
