#include "engine/core/training_text.h"

#include <algorithm>
#include <string_view>

#include "engine/core/handle_mask.h"

namespace vigie {
namespace {

/// What stands for a link and an account: words that a model reads as such.
constexpr std::string_view kLink = "https://lien", kAccount = "compte";

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// How many bytes at the front of `text` are a link's; 0 if none begins there.
std::size_t link_length(std::string_view text) {
  for (const std::string_view start : {"http://", "https://", "www."}) {
    if (text.starts_with(start)) {
      const auto end = std::ranges::find_if(text, is_blank);
      return static_cast<std::size_t>(end - text.begin());
    }
  }
  return 0;
}

/// Whether a word is a mail address.
bool is_address(std::string_view word) {
  const std::size_t at = word.find('@');
  return at != word.npos && at > 0 && word.find('.', at) != word.npos;
}

/// Mail addresses become accounts, and the digits of a telephone number (9 or more, parted by a
/// space, dot or hyphen at most) zeros.
std::string without_contacts(std::string_view line) {
  constexpr std::ptrdiff_t kTelephoneDigits = 9;
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string_view word = line.substr(at, end - at);
    out += is_address(word) ? "@" + std::string(kAccount) : std::string(word);
    out += end < line.size() ? " " : "";
    at = end + 1;
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto may_part = [](char c) { return c == ' ' || c == '.' || c == '-'; };
  for (auto from = out.begin(); from != out.end();) {
    from = std::find_if(from, out.end(), is_digit);
    auto to = from;
    while (to != out.end() &&
           (is_digit(*to) || (may_part(*to) && to + 1 != out.end() && is_digit(*(to + 1))))) {
      ++to;
    }
    if (std::count_if(from, to, is_digit) >= kTelephoneDigits) {
      std::replace_if(from, to, is_digit, '0');
    }
    from = to;
  }
  return out;
}

}  // namespace

std::string training_text(std::string_view title, std::string_view text) {
  std::string line(title);
  line += title.empty() ? "" : " ";
  line += text;
  std::string without_links;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t link = link_length(std::string_view(line).substr(at));
    if (link != 0) {
      without_links += kLink;
      at += link;
    } else {
      without_links += is_blank(line[at]) ? ' ' : line[at];
      ++at;
    }
  }
  without_links = without_contacts(without_links);
  const std::string masked = mask_handles(without_links);
  std::string out;
  for (std::size_t at = 0; at < masked.size();) {
    out += masked[at];
    const bool begins_mask = masked[at] == '@' && without_links[at + 1] != masked[at + 1];
    ++at;
    if (begins_mask) {
      out += kAccount;
      at = std::min(masked.find_first_not_of('*', at), masked.size());
    }
  }
  return out;
}

}  // namespace vigie
