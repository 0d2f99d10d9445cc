#include "engine/match/phrase_text.h"

namespace vigie {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Letters and digits, those beyond ASCII included.
bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

PhraseText split_phrase(std::string_view text) {
  PhraseText phrase;
  for (;;) {
    const std::size_t open = text.find('{');
    if (open == text.npos) {
      phrase.well_formed = phrase.well_formed && text.find('}') == text.npos;
      phrase.literals.emplace_back(text);
      return phrase;
    }
    const std::size_t close = text.find('}', open);
    if (close == text.npos || close == open + 1 || text.find('{', open + 1) < close) {
      phrase.well_formed = false;
      phrase.literals.emplace_back(text);
      return phrase;
    }
    phrase.literals.emplace_back(text.substr(0, open));
    phrase.names.emplace_back(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
}

bool expand_phrase(const PhraseText& phrase, const NameValues& values, std::size_t most,
                   std::vector<std::string>& out) {
  std::vector<std::string> expanded = {phrase.literals.front()};
  for (std::size_t i = 0; i < phrase.names.size(); ++i) {
    const std::vector<std::string>* list = values(phrase.names[i]);
    std::vector<std::string> longer;
    for (const std::string& start : expanded) {
      for (std::size_t j = 0; list != nullptr && j < list->size(); ++j) {
        if (longer.size() == most) {
          return false;
        }
        longer.push_back(start + (*list)[j] + phrase.literals[i + 1]);
      }
    }
    expanded = std::move(longer);
  }
  for (std::string& text : expanded) {
    if (out.size() >= most) {
      return false;
    }
    out.push_back(std::move(text));
  }
  return true;
}

std::string misplaced_star(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '*') {
      continue;
    }
    if (i == 0 || is_space(text[i - 1]) || text[i - 1] == '*') {
      return "a '*' stands right behind the beginning of a word";
    }
    if (i + 1 < text.size() && is_word_byte(text[i + 1])) {
      return "a '*' stands only at the end of a word";
    }
  }
  return {};
}

}  // namespace vigie
