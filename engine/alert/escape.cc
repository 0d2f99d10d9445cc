#include "engine/alert/escape.h"

#include <algorithm>
#include <span>
#include <utility>

namespace vigie {
namespace {

/// Of `kinds` (characters of more than one byte) the one that `text` begins with; else nothing.
std::string_view leading(std::string_view text, std::span<const std::string_view> kinds) {
  const auto found = std::ranges::find_if(kinds, [&](auto kind) { return text.starts_with(kind); });
  return found == kinds.end() ? std::string_view() : *found;
}

/// A masked handle has an asterisk per byte, so that marks stay right; people are shown one sign.
std::string shorten_handles(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    out += text[at];
    if (text[at++] == '@' && at < text.size() && text[at] == '*') {
      out += "…";
      at = std::min(text.find_first_not_of('*', at), text.size());
    }
  }
  return out;
}

/// An '@' that calls nobody: chats take "@here" and "@all" for names even where they are quoted.
constexpr std::string_view kSilentAt = "@\u200B";

}  // namespace

std::string one_line(std::string_view text) {
  static constexpr std::string_view kDirectional[] = {"\u202A", "\u202B", "\u202C", "\u202D",
                                                      "\u202E", "\u2066", "\u2067", "\u2068",
                                                      "\u2069", "\u200E", "\u200F", "\u061C"};
  static constexpr std::string_view kLineEnds[] = {"\u0085", "\u2028", "\u2029"};
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x20 || byte == 0x7f) {
      out += ' ';
    } else if (const auto control = leading(text, kDirectional); !control.empty()) {
      length = control.size();
    } else if (const auto line_end = leading(text, kLineEnds); !line_end.empty()) {
      length = line_end.size();
      out += ' ';
    } else {
      out += text[0];
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string plain(std::string_view text) { return shorten_handles(one_line(text)); }

std::string inner_quotes(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kQuotes[] = {
      {"«\u00a0", "“"}, {"«\u202f", "“"}, {"« ", "“"}, {"«", "“"},
      {"\u00a0»", "”"}, {"\u202f»", "”"}, {" »", "”"}, {"»", "”"}};
  std::string out;
  while (!text.empty()) {
    const auto* found = std::ranges::find_if(
        kQuotes, [&](const auto& quote) { return text.starts_with(quote.first); });
    if (found == std::end(kQuotes)) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out += found->second;
      text.remove_prefix(found->first.size());
    }
  }
  return out;
}

/// Slack's mark-up has no escapes but these three.
std::string escape_slack(std::string_view text) {
  std::string out;
  for (const char c : plain(text)) {
    out += c == '<'   ? "&lt;"
           : c == '>' ? "&gt;"
           : c == '&' ? "&amp;"
           : c == '@' ? kSilentAt
                      : std::string_view(&c, 1);
  }
  return out;
}

std::string escape_markdown(std::string_view text) {
  std::string out;
  for (const char c : plain(text)) {
    if (c == '@') {
      out += kSilentAt;
    } else if (std::string_view("*_`~[]()<>&#|!\\").find(c) != std::string_view::npos) {
      out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string{'\\', c};
    } else {
      out += c;
    }
  }
  return out;
}

/// It has no escapes: marks of strangers lose their partner to a space that nobody sees.
std::string escape_rocketchat(std::string_view text) {
  std::string out;
  for (const char c : plain(text)) {
    out += c;
    if (std::string_view("@*_`~[]!").find(c) != std::string_view::npos) {
      out += "\u200B";
    }
  }
  return out;
}

}  // namespace vigie
