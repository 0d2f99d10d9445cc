#include "engine/alert/budget.h"

#include <charconv>
#include <string_view>

#include "engine/core/check.h"

namespace vigie {
namespace {

std::string key_of(const std::string& receiver) { return "budget/" + receiver + "/"; }

}  // namespace

std::uint32_t Budgets::told_on(const std::string& day, const std::string& receiver) const {
  const auto notes = store_.alerting_notes(key_of(receiver));
  check(notes.has_value(), "notes can be read");
  if (notes->empty() || !notes->front().second.starts_with(day + " ")) {
    return 0;
  }
  const std::string_view count = std::string_view(notes->front().second).substr(day.size() + 1);
  std::uint32_t told = 0;
  std::from_chars(count.data(), count.data() + count.size(), told);
  return told;
}

Budgets::Note Budgets::one_more(const std::string& day, const std::string& receiver) const {
  return {key_of(receiver), day + " " + std::to_string(told_on(day, receiver) + 1)};
}

}  // namespace vigie
