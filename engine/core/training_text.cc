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
