#include "engine/parse/text_folder.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/parse/character_table.h"
#include "engine/parse/utf8.h"
#include "engine/parse/word_cutter.h"

namespace vigie {
namespace {

/// Folds one field piece by piece: runs of ASCII by `fold_ascii`, everything else character by
/// character.
class FieldFolder {
 public:
  FieldFolder(FoldedText& out, std::size_t field_start, ByteMasks* masks,
              std::vector<std::uint32_t>& dropped, FoldAscii fold_ascii)
      : out_(out),
        field_start_(field_start),
        bytes_(out.bytes.data() + field_start),
        masks_(masks),
        dropped_(dropped),
        fold_ascii_(fold_ascii) {}

  /// `piece`: whole characters, followed by kReadAheadBytes readable bytes.
  void fold(std::string_view piece) {
    const char* in = piece.data();
    const char* const end = in + piece.size();
    in = shorten_run(in, end);
    while (in != end) {
      const std::size_t run =
          fold_ascii_(in, static_cast<std::size_t>(end - in), bytes_ + size_, masks_, size_);
      size_ += run;
      in += run;
      while (in != end && static_cast<unsigned char>(*in) >= 0x80) {
        in += fold_character(in);
      }
      in = shorten_run(in, end);
    }
  }

  std::size_t size() const { return size_; }

 private:
  /// A letter that goes on after its run was interrupted: kept while it is the second, dropped from
  /// the third on.
  const char* shorten_run(const char* in, const char* end) {
    while (in != end && size_ != 0) {
      const char c = *in >= 'A' && *in <= 'Z' ? static_cast<char>(*in | 0x20) : *in;
      if (c < 'a' || c > 'z' || bytes_[size_ - 1] != c) {
        break;
      }
      if (size_ >= 2 && bytes_[size_ - 2] == c) {
        drop(1);
      } else {
        bytes_[size_] = c;
        put_masks(masks_, size_, 1, c != *in, 0);
        ++size_;
      }
      ++in;
    }
    return in;
  }

  /// Says how many bytes the character took.
  std::size_t fold_character(const char* in) {
    const Character character = decode(std::string_view(in, 4));
    const FoldedCharacter& folded = table_[character.code_point];
    const bool as_it_is = folded.length == FoldedCharacter::kAsItIs;
    const std::size_t length = as_it_is ? character.length : folded.length;
    const char* const bytes = as_it_is ? in : folded.bytes;
    if (length == 0) {
      skew(static_cast<std::int64_t>(character.length));
      return character.length;
    }
    if (folded.word != 0 && repeats_twice(bytes, length)) {
      drop(character.length);
      return character.length;
    }
    std::memcpy(bytes_ + size_, bytes, length);
    const std::uint64_t mask = (std::uint64_t{1} << length) - 1;
    put_masks(masks_, size_, folded.word & mask, folded.upper & mask, folded.special & mask);
    if (!as_it_is && length > 1 && static_cast<unsigned char>(bytes[0]) < 0x80) {
      open_letters(length);
    }
    size_ += length;
    if (length != character.length || (!as_it_is && length > 1)) {
      skew(static_cast<std::int64_t>(character.length) - static_cast<std::int64_t>(length));
    }
    return character.length;
  }

  bool repeats_twice(const char* bytes, std::size_t length) const {
    // Told apart by the last byte nearly always.
    return size_ >= 2 * length && bytes_[size_ - 1] == bytes[length - 1] &&
           std::memcmp(bytes_ + size_ - length, bytes, length) == 0 &&
           std::memcmp(bytes_ + size_ - 2 * length, bytes, length) == 0;
  }

  void drop(std::size_t original_bytes) {
    skew(static_cast<std::int64_t>(original_bytes));
    if (dropped_.empty() || dropped_.back() != size_) {
      dropped_.push_back(static_cast<std::uint32_t>(size_));
    }
  }

  /// One character became several letters: each of them lies at the character's first byte
  /// (folded_text.cc).
  void open_letters(std::size_t length) {
    for (std::size_t i = 1; i < length; ++i) {
      add_shift(size_ + i, delta_ - static_cast<std::int64_t>(i));
    }
  }

  void skew(std::int64_t by) {
    delta_ += by;
    add_shift(size_, delta_);
  }

  void add_shift(std::size_t position, std::int64_t delta) {
    const auto folded = static_cast<std::uint32_t>(field_start_ + position);
    delta -= static_cast<std::int64_t>(field_start_);
    if (out_.shifts.back().folded == folded) {
      out_.shifts.back().delta = delta;
    } else {
      out_.shifts.push_back({folded, delta});
    }
  }

  FoldedText& out_;
  std::size_t field_start_;
  char* bytes_;
  ByteMasks* masks_;
  std::vector<std::uint32_t>& dropped_;
  FoldAscii fold_ascii_;
  const CharacterTable& table_ = CharacterTable::instance();
  std::size_t size_ = 0;    ///< folded so far
  std::int64_t delta_ = 0;  ///< original position - folded position
};

/// How much of `field` may be folded in place: reading ahead must stay inside, and characters stay
/// whole.
std::size_t in_place_bytes(std::string_view field) {
  return front_of(field, field.size() - std::min(field.size(), kReadAheadBytes)).size();
}

}  // namespace

void TextFolder::fold(std::string_view title, std::string_view text, FoldedText& out) const {
  out.tokens.clear();
  out.shifts.clear();
  out.bytes.resize(title.size() + text.size() + 1 + kWriteAheadBytes);
  masks_.resize(std::max(title.size(), text.size()) / 64 + 2);

  std::size_t size = 0;
  const auto fold_field = [&](std::string_view field) {
    masks_[0] = {};
    dropped_.clear();
    out.shifts.push_back({static_cast<std::uint32_t>(size), -static_cast<std::int64_t>(size)});
    FieldFolder folder(out, size, masks_.data(), dropped_, fold_ascii_);
    const std::size_t in_place = in_place_bytes(field);
    folder.fold(field.substr(0, in_place));
    std::array<char, 3 * kReadAheadBytes> end{};
    const std::string_view rest = field.substr(in_place);
    rest.copy(end.data(), rest.size());
    folder.fold(std::string_view(end.data(), rest.size()));
    WordCutter(out, size, std::string_view(out.bytes).substr(size, folder.size()), masks_, dropped_)
        .cut();
    size += folder.size();
  };
  if (!title.empty()) {
    fold_field(title);
    out.bytes[size++] = '\n';
  }
  out.text_start = static_cast<std::uint32_t>(size);
  out.text_token = static_cast<std::uint32_t>(out.tokens.size());
  fold_field(text);
  out.bytes.resize(size);
}

std::vector<std::string> TextFolder::fold_phrase(std::string_view phrase) {
  std::vector<std::string> words;
  if (!is_valid_utf8(phrase)) {
    return words;
  }
  FoldedText folded;
  TextFolder().fold({}, phrase, folded);
  for (const Token& token : folded.tokens) {
    words.emplace_back(folded.word(token));
    const std::size_t end = token.start + token.length;
    if (end < folded.bytes.size() && folded.bytes[end] == '*') {
      words.back() += '*';
    }
  }
  return words;
}

}  // namespace vigie
