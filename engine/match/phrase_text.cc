#include "engine/match/phrase_text.h"

#include <algorithm>

#include "engine/match/word_patterns.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxWordsPerPhrase = 16;
constexpr std::size_t kMinPatternLetters = 3;
constexpr std::size_t kMaxPatternBytes = 100;

/// Letters and digits, those beyond ASCII included.
bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_wildcard(char c) { return c == '*' || c == '?'; }

std::size_t letters(std::string_view word) {
  return static_cast<std::size_t>(std::ranges::count_if(word, [](char c) {
    return !is_wildcard(c) && (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

/// Cuts one phrase. What has no wildcard inside a word is folded as a whole; a word with some is
/// folded piece by piece, its wildcards put back between.
class PhraseCutter {
 public:
  PhraseCutter(std::string_view phrase, const PhraseFolder& fold) : phrase_(phrase), fold_(fold) {}

  Result<std::vector<std::string>> cut() {
    std::size_t plain = 0;
    for (std::size_t at = 0; at < phrase_.size() && why_.empty();) {
      const std::string_view run = run_at(at);
      if (const std::size_t wildcard = run.find_first_of("*?");
          wildcard != run.npos && wildcard + 1 < run.size()) {
        take_plain(phrase_.substr(plain, at - plain));
        take_pattern(run);
        plain = at + run.size();
      }
      at += std::max<std::size_t>(run.size(), 1);
    }
    take_plain(phrase_.substr(plain));
    return outcome();
  }

 private:
  /// Letters, digits and wildcards in a row; question marks at its ends are none of them.
  std::string_view run_at(std::size_t at) const {
    std::size_t end = at;
    if (phrase_[at] != '?') {
      while (end < phrase_.size() && (is_word_byte(phrase_[end]) || is_wildcard(phrase_[end]))) {
        ++end;
      }
    }
    const std::string_view run = phrase_.substr(at, end - at);
    return run.substr(0, run.find_last_not_of('?') + 1);
  }

  void take_plain(std::string_view text) {
    const std::vector<std::string> words = fold_(text);
    if (std::ranges::count(text, '*') !=
        std::ranges::count_if(words, [](const std::string& word) { return word.ends_with('*'); })) {
      why_ = "a '*' stands right behind the beginning of a word";
    }
    words_.insert(words_.end(), words.begin(), words.end());
  }

  void take_pattern(std::string_view run) {
    if (is_wildcard(run.front()) || run.find("**") != run.npos) {
      why_ = "a '*' stands right behind the beginning of a word";
      return;
    }
    bool joins = false;
    while (!run.empty()) {
      const std::size_t wildcard = std::min(run.find_first_of("*?"), run.size());
      const std::vector<std::string> words = fold_(run.substr(0, wildcard));
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (i == 0 && joins) {
          words_.back() += words[i];
        } else {
          words_.push_back(words[i]);
        }
      }
      if (words.empty() && !joins) {
        why_ = "a '*' stands right behind the beginning of a word";
        return;
      }
      joins = wildcard < run.size();
      if (joins) {
        words_.back() += run[wildcard];
      }
      run.remove_prefix(std::min(wildcard + 1, run.size()));
    }
  }

  Result<std::vector<std::string>> outcome() {
    if (why_.empty() && words_.empty()) {
      why_ = "a phrase needs a word, a number or an emoji";
    } else if (why_.empty() && words_.size() > kMaxWordsPerPhrase) {
      why_ = "a phrase has at most 16 words";
    }
    for (const std::string& word : words_) {
      if (why_.empty() && WordPatterns::is_pattern(word)) {
        why_ = letters(word) < kMinPatternLetters
                   ? "a word with '*' or '?' needs three letters or more beside them"
               : word.size() > kMaxPatternBytes ? "a word with '*' or '?' has at most 100 bytes"
                                                : "";
      }
    }
    if (!why_.empty()) {
      return fail(ErrorCode::kInvalidInput, why_);
    }
    return std::move(words_);
  }

  std::string_view phrase_;
  const PhraseFolder& fold_;
  std::vector<std::string> words_;
  std::string why_;
};

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

Result<std::vector<std::string>> words_of_phrase(std::string_view phrase,
                                                 const PhraseFolder& fold) {
  PhraseCutter cutter(phrase, fold);
  return cutter.cut();
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMaxBytes = 60;
  if (text.size() <= kMaxBytes) {
    return "'" + std::string(text) + "'";
  }
  std::size_t end = kMaxBytes;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return "'" + std::string(text.substr(0, end)) + "…'";
}

}  // namespace vigie
