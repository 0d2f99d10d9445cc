#include "engine/trend/word_shares.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace vigie {
namespace {

constexpr std::string_view kHead = "#texts";

/// `name<TAB>number`, the number at least 1.
bool cut(std::string_view line, std::string_view& name, std::uint64_t& number) {
  const std::size_t tab = line.find('\t');
  if (tab == line.npos || tab == 0) {
    return false;
  }
  name = line.substr(0, tab);
  const char* const end = line.data() + line.size();
  const auto [stopped, error] = std::from_chars(line.data() + tab + 1, end, number);
  return error == std::errc() && stopped == end && number > 0;
}

}  // namespace

Result<WordShares> WordShares::parse(std::string_view content, std::string_view file) {
  WordShares words;
  std::uint64_t texts = 0;
  for (std::size_t line = 1; !content.empty(); ++line) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view name;
    std::uint64_t count = 0;
    const bool is_read = cut(content.substr(0, end), name, count);
    const bool is_head = line == 1;
    if (!is_read || is_head != (name == kHead) || (!is_head && count > texts) ||
        words.shares_.size() == kMaxWords) {
      return fail(ErrorCode::kInvalidInput,
                  std::string(file) + ":" + std::to_string(line) +
                      ": is not a word and in how many texts it stands, parted by a tab");
    }
    if (is_head) {
      texts = count;
    } else {
      words.shares_[std::string(name)] = static_cast<double>(count) / static_cast<double>(texts);
    }
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return words;
}

double WordShares::share(std::string_view stem) const {
  const auto found = shares_.find(stem);
  return found == shares_.end() ? kUnknownShare : std::max(found->second, kUnknownShare);
}

}  // namespace vigie
