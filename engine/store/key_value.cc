#include "engine/store/key_value.h"

#include <array>

#include "engine/core/check.h"
#include "engine/store/keys.h"

namespace vigie {

std::string_view to_string(Family family) {
  static constexpr std::array<std::string_view, kFamilyCount> kNames = {
      "meta",    "mentions", "ids",    "overlay",      "urgent",      "rollups",
      "cursors", "outbox",   "alerts", "dead_letters", "author_keys", "identities",
      "stories", "coverage", "usage",  "heard_terms",  "work",        "erasures"};
  return kNames[static_cast<std::size_t>(family)];
}

void WriteBatch::append(Op op, Family family, std::string_view key, std::string_view value) {
  ops_.push_back({op, family, static_cast<std::uint32_t>(key.size()),
                  static_cast<std::uint32_t>(value.size())});
  arena_ += key;
  arena_ += value;
}

void WriteBatch::put(Family family, std::string_view key, std::string_view value) {
  append(Op::kPut, family, key, value);
}

void WriteBatch::erase(Family family, std::string_view key) { append(Op::kErase, family, key, {}); }

void WriteBatch::erase_range(Family family, std::string_view begin, std::string_view end) {
  check(family != Family::kStories || begin.size() != kStoryRowSize,
        "no erased range begins with a story's row");
  append(Op::kEraseRange, family, begin, end);
}

void WriteBatch::add(Family family, std::string_view key, std::string_view value) {
  append(Op::kAdd, family, key, value);
}

void WriteBatch::clear() {
  ops_.clear();
  arena_.clear();
}

}  // namespace vigie
