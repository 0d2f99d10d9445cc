#include "engine/parse/word_cutter.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "engine/parse/utf8.h"

namespace vigie {
namespace {

constexpr unsigned char byte(char c) { return static_cast<unsigned char>(c); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Longer ones before those they begin with; folded, so letters are small.
constexpr std::array<std::string_view, 28> kEmoticons = {
    ":'-(", ":'-)", ":-)", ":-(", ":-d", ":-p", ":-/", ":-|", ":-o", ":-*",
    ":'(",  ":')",  ":)",  ":(",  ":d",  ":p",  ":/",  ":|",  ":o",  ":*",
    ";-)",  ";)",   "=)",  "=(",  "=d",  "<3",  "^_^", "^^"};

/// Of a mask that is not empty.
constexpr std::size_t first_bit(std::uint64_t mask) {
  return static_cast<std::size_t>(__builtin_ctzll(mask));
}

/// What their second characters are: most colons and semicolons are told from an emoticon by that.
constexpr std::string_view kEmoticonSeconds = "'-)(dp/|o*3_^";

bool is_regional_indicator(std::string_view text) {  // U+1F1E6..U+1F1FF
  return text.size() >= 4 && text.starts_with("\xf0\x9f\x87") && byte(text[3]) >= 0xa6;
}

/// Is the letter at `folded` a further one of a character that opened into several
/// (core/folded_text.cc)?
bool opened_before(const std::vector<FoldedText::Shift>& shifts, std::size_t folded) {
  const auto shift = std::lower_bound(
      shifts.begin(), shifts.end(), folded,
      [](const FoldedText::Shift& one, std::size_t position) { return one.folded < position; });
  return shift != shifts.begin() && shift != shifts.end() && shift->folded == folded &&
         shift->delta < std::prev(shift)->delta;
}

}  // namespace

WordCutter::WordCutter(FoldedText& out, std::size_t field_start, std::string_view field,
                       std::span<const ByteMasks> masks, std::span<const std::uint32_t> dropped)
    : out_(out),
      field_start_(field_start),
      first_token_(out.tokens.size()),
      text_(field),
      masks_(masks),
      dropped_(dropped) {}

// Block by block: starts and ends of words as bits, taken in step, so that the loop has nothing to
// guess but its end. A word that goes on into the next block waits for it; every special byte of
// its own block lies before it.
void WordCutter::cut() {
  std::uint64_t carry = 0;
  std::size_t open_word = 0;
  for (std::size_t base = 0; base <= text_.size(); base += kBlockBytes) {
    const ByteMasks& masks = masks_[base / kBlockBytes];
    const std::uint64_t shifted = masks.word << 1 | carry;
    std::uint64_t starts = masks.word & ~shifted;
    std::uint64_t specials = masks.special;
    for (std::uint64_t ends = ~masks.word & shifted; ends != 0; ends &= ends - 1) {
      const std::size_t end = first_bit(ends);
      if (carry != 0) [[unlikely]] {
        carry = 0;
        cut_word(open_word, base + end);
        continue;
      }
      const std::uint64_t start = starts & (0 - starts);
      if ((specials & (start - 1)) != 0) {
        look_at_all(specials & (start - 1), base);
        specials &= 0 - start;
      }
      cut_word(base + first_bit(start), base + end);
      starts &= starts - 1;
    }
    look_at_all(specials, base);
    if (starts != 0) {
      open_word = base + first_bit(starts);
    }
    carry = masks.word >> (kBlockBytes - 1);
  }
}

void WordCutter::look_at_all(std::uint64_t specials, std::size_t base) {
  for (; specials != 0; specials &= specials - 1) {
    look_at(base + first_bit(specials));
  }
}

inline void WordCutter::cut_word(std::size_t start, std::size_t end) {
  if (start < skip_until_) {
    return;
  }
  if (start < region_end_) [[unlikely]] {
    return cut_region_word(start, end);
  }
  add_word(start, end, 0);
}

void WordCutter::cut_region_word(std::size_t start, std::size_t end) {
  if (region_flag_ == kTokenHashtag) {
    cut_hashtag(start, end);
  } else {
    add_word(start, end, region_flag_);
  }
}

/// Splits before a capital that follows something else, and before one that a small letter follows
/// ("SNCFGrève"), but never inside a run of one letter nor inside a character that opened into
/// several letters.
void WordCutter::cut_hashtag(std::size_t start, std::size_t end) {
  const auto opens_word = [&](std::size_t i) {
    if (!is_upper(i) || continues_character(text_[i]) ||
        opened_before(out_.shifts, field_start_ + i)) {
      return false;
    }
    std::size_t next = i + 1;
    while (next < end && continues_character(text_[next])) {
      ++next;
    }
    if (std::binary_search(dropped_.begin(), dropped_.end(), next)) {
      return false;
    }
    return !is_upper(i - 1) || (next < end && !is_upper(next) && !is_digit(text_[next]));
  };
  for (std::size_t i = start + 1; i < end; ++i) {
    if (opens_word(i)) {
      add_word(start, i, kTokenHashtag);
      start = i;
    }
  }
  add_word(start, end, kTokenHashtag);
}

inline void WordCutter::add_word(std::size_t start, std::size_t end, unsigned flags) {
  if (is_digit(text_[start]) && is_number(start, end)) [[unlikely]] {
    flags |= kTokenNumber;
  } else if (is_upper(end - 1) && is_shouted(start, end)) [[unlikely]] {
    flags |= kTokenUpper;
  }
  if (!dropped_.empty() && holds_dropped(end)) [[unlikely]] {
    flags |= kTokenElongated;
  }
  add(start, end, flags);
  sentence_starts_ = false;
}

/// An emoji or emoticon. The word after it may still begin the sentence.
void WordCutter::add_sign(std::size_t start, std::size_t end) {
  add(start, end, kTokenEmoji);
  skip_until_ = end;
}

inline void WordCutter::add(std::size_t start, std::size_t end, unsigned flags) {
  flags |= sentence_starts_ ? unsigned{kTokenSentenceStart} : 0;
  out_.tokens.push_back(
      {static_cast<std::uint32_t>(field_start_ + start), static_cast<std::uint32_t>(end - start),
       hash_word({text_.data() + start, end - start}), static_cast<std::uint8_t>(flags)});
}

bool WordCutter::is_number(std::size_t start, std::size_t end) const {
  return std::all_of(text_.begin() + start, text_.begin() + end, is_digit);
}

/// Two letters or more, all capitals; digits may stand between.
bool WordCutter::is_shouted(std::size_t start, std::size_t end) const {
  std::size_t letters = 0;
  for (std::size_t i = start; i < end; ++i) {
    if (is_digit(text_[i]) || continues_character(text_[i])) {
      continue;
    }
    if (!is_upper(i)) {
      return false;
    }
    ++letters;
  }
  return letters >= 2;
}

bool WordCutter::holds_dropped(std::size_t end) {
  bool holds = false;
  while (!dropped_.empty() && dropped_.front() <= end) {
    holds = true;
    dropped_ = dropped_.subspan(1);
  }
  return holds;
}

void WordCutter::look_at(std::size_t position) {
  if (position < skip_until_) {
    return;
  }
  const char c = text_[position];
  if (byte(c) >= 0x80) {
    add_emoji(position);
    return;
  }
  if (position < region_end_) {
    return;  // "https://t.co/a.b?c#d" ends no sentence
  }
  switch (c) {
    case '.':
      if (position != 0 && text_[position - 1] == 'w') {
        look_for_link(position);
      }
      if (position >= region_end_ && !(is_digit(at(position + 1)) && is_word(position - 1))) {
        sentence_starts_ = true;
      }
      return;
    case '!':
    case '?':
    case '\n':
      sentence_starts_ = true;
      return;
    case '#':
      open_hashtag(position);
      return;
    case '@':
      open_handle(position);
      return;
    case ':':
      if (at(position + 1) == '/') {
        look_for_link(position);
      }
      look_for_emoticon(position);
      return;
    default:
      look_for_emoticon(position);
  }
}

void WordCutter::open_hashtag(std::size_t position) {
  if (position != 0 && is_word(position - 1)) {
    return;
  }
  std::size_t end = position + 1;
  while (is_word(end) || at(end) == '_') {
    ++end;
  }
  open_region(end, kTokenHashtag);
}

void WordCutter::open_handle(std::size_t position) {
  if (position != 0 && is_word(position - 1)) {
    return;  // an address: "mairie@techniville.example"
  }
  std::size_t end = position + 1;
  while (is_word(end) || at(end) == '_' ||
         ((at(end) == '.' || at(end) == '-' || at(end) == '@') && is_word(end - 1) &&
          is_word(end + 1) && !is_upper(end + 1))) {
    ++end;
  }
  open_region(end, kTokenHandle);
}

/// At the ':' of "https://" or the first '.' of "www." (which folding made "ww."): everything up to
/// the next space, less the punctuation that ends the sentence around it, is a link, and so is the
/// word before.
void WordCutter::look_for_link(std::size_t position) {
  if (out_.tokens.size() == first_token_) {
    return;
  }
  Token& scheme = out_.tokens.back();
  const std::string_view word = out_.word(scheme);
  if (scheme.start + scheme.length != field_start_ + position) {
    return;
  }
  const std::string_view rest = text_.substr(position);
  const bool is_link = rest[0] == ':'
                           ? rest.starts_with("://") && (word == "https" || word == "http")
                           : word == "ww" && is_word(position + 1);
  if (!is_link) {
    return;
  }
  std::size_t length = 0;
  while (length < rest.size() && byte(rest[length]) > ' ' && rest[length] != '<' &&
         rest[length] != '>' && rest[length] != '"') {
    ++length;
  }
  while (length > 1 && std::string_view(".,;:!?)]}'").find(rest[length - 1]) != rest.npos) {
    --length;
  }
  scheme.flags |= kTokenLink;
  open_region(position + length, kTokenLink);
}

void WordCutter::look_for_emoticon(std::size_t position) {
  if (position < region_end_) {
    return;
  }
  const std::string_view rest = text_.substr(position);
  if (rest.size() < 2 || kEmoticonSeconds.find(rest[1]) == kEmoticonSeconds.npos) {
    return;
  }
  const auto found = std::find_if(kEmoticons.begin(), kEmoticons.end(),
                                  [&](std::string_view one) { return rest.starts_with(one); });
  if (found == kEmoticons.end()) {
    return;
  }
  const std::size_t end = position + found->size();
  const bool after_word = position != 0 && is_word(position - 1);
  // "rendez-vous:)" is one, but "&gt;)", "note:d" and ":(voir)" are none, nor is a path's ":/x" or
  // "a:/".
  const bool glued =
      after_word && (text_[position] != ':' || is_word(end - 1) || text_[end - 1] == '/');
  if (glued || is_word(end) || (text_[end - 1] == '/' && at(end) == '/')) {
    return;
  }
  add_sign(position, end);
}

void WordCutter::add_emoji(std::size_t position) {
  std::size_t end = position + 1;
  while (end < text_.size() && continues_character(text_[end])) {
    ++end;
  }
  if (is_regional_indicator(text_.substr(position)) && is_regional_indicator(text_.substr(end))) {
    end += 4;
  }
  add_sign(position, end);
}

void WordCutter::open_region(std::size_t end, unsigned flag) {
  region_end_ = end;
  region_flag_ = flag;
}

}  // namespace vigie
