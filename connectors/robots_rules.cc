#include "connectors/robots_rules.h"

#include <algorithm>
#include <charconv>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_encoded(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(c);
  out += '%';
  out += kDigits[value >> 4];
  out += kDigits[value & 15];
}

/// The octets that RFC 9309 (2.2.2) compares: what needs no percent-encoding has none, what is not
/// ASCII has. `literal`: characters that would mean something in a pattern, and do not in a URL.
std::string normalised(std::string_view text, std::string_view literal) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char value = 0;
    const char* digits = text.data() + i + 1;
    const bool is_encoded = text[i] == '%' && i + 2 < text.size() &&
                            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    const char c = is_encoded ? static_cast<char>(value) : text[i];
    if (is_encoded ? is_unreserved(c)
                   : static_cast<unsigned char>(c) < 0x80 && literal.find(c) == literal.npos) {
      out += c;
    } else {
      append_encoded(c, out);
    }
    i += is_encoded ? 2 : 0;
  }
  return out;
}

/// `*` is any run of octets, `$` at the end is the end; else a pattern is a beginning. The earliest
/// place of each piece leaves the most to those behind it.
bool fits(std::string_view pattern, std::string_view target) {
  const bool to_the_end = pattern.ends_with('$');
  pattern.remove_suffix(to_the_end ? 1 : 0);
  bool is_first = true;
  for (;;) {
    const std::size_t star = pattern.find('*');
    const bool is_last = star == pattern.npos;
    const std::string_view piece = pattern.substr(0, star);
    if (is_last && to_the_end && !is_first) {
      return target.ends_with(piece);
    }
    const std::size_t at =
        is_first ? (target.starts_with(piece) ? 0 : target.npos) : target.find(piece);
    if (at == target.npos) {
      return false;
    }
    target.remove_prefix(at + piece.size());
    if (is_last) {
      return !to_the_end || target.empty();
    }
    pattern.remove_prefix(star + 1);
    is_first = false;
  }
}

struct Line {
  std::string key;  ///< small letters
  std::string_view value;
};

/// Takes the first line off `text`.
Line next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  line = line.substr(0, line.find('#'));
  const std::size_t colon = line.find(':');
  if (colon == line.npos) {
    return {};
  }
  return {lower_case(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1))};
}

/// "Vigie/1.0" → "vigie"
std::string token_of(std::string_view value) {
  const auto end = std::ranges::find_if_not(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  return lower_case(value.substr(0, static_cast<std::size_t>(end - value.begin())));
}

}  // namespace

RobotsRules::RobotsRules(std::string_view robots_txt, std::string_view product_token) {
  const std::string me = lower_case(product_token);
  std::string_view left = robots_txt.substr(0, kMaxBytes);
  if (left.starts_with(kByteOrderMark)) {
    left.remove_prefix(kByteOrderMark.size());
  }
  std::vector<Rule> for_all;
  bool names_me = false, is_mine = false, is_for_all = false, in_head = false;
  while (!left.empty()) {
    const Line line = next_line(left);
    if (line.key == "user-agent") {
      if (!in_head) {
        is_mine = is_for_all = false;
      }
      in_head = true;
      is_for_all = is_for_all || line.value.starts_with('*');
      is_mine = is_mine || token_of(line.value) == me;
      names_me = names_me || is_mine;
      continue;
    }
    if (line.key != "allow" && line.key != "disallow") {
      continue;
    }
    in_head = false;
    const bool allows = line.key == "allow";
    if (line.value.empty() || line.value.size() > kMaxPatternBytes) {
      continue;
    }
    const Rule rule{allows, (allows ? "Allow: " : "Disallow: ") + std::string(line.value),
                    normalised(line.value, {})};
    if (is_mine) {
      rules_.push_back(rule);
    }
    if (is_for_all) {
      for_all.push_back(rule);
    }
  }
  if (!names_me) {
    rules_ = std::move(for_all);
  }
}

std::optional<std::string> RobotsRules::forbidding(std::string_view target) const {
  const std::string octets = normalised(target.substr(0, kMaxPatternBytes), "*$");
  if (octets == "/robots.txt") {
    return std::nullopt;
  }
  const Rule* decides = nullptr;
  for (const Rule& rule : rules_) {
    const bool is_longer = decides == nullptr || rule.pattern.size() > decides->pattern.size() ||
                           (rule.pattern.size() == decides->pattern.size() && rule.allows);
    if (is_longer && fits(rule.pattern, octets)) {
      decides = &rule;
    }
  }
  return decides == nullptr || decides->allows ? std::nullopt
                                               : std::optional<std::string>(decides->written);
}

}  // namespace vigie
