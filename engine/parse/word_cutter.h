#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/core/folded_text.h"
#include "engine/parse/ascii_run.h"

namespace vigie {

/// Cuts one folded field into tokens, from the masks that folding left: words come from the word
/// mask alone, and only the few special bytes are looked at one by one.
///
/// - "#TechnivilleEnColère": techniville, en, colere, each with the hashtag flag (split at capitals
/// and '_').
/// - "@mairie.techniville@social.example": every word with the handle flag.
/// - "https://…", "http://…", "www.…": every word up to the next space with the link flag.
/// - Emoji: one token each; two regional indicators are one flag. Emoticons (":-)", "<3"): one
/// token.
class WordCutter {
 public:
  static constexpr std::size_t kBlockBytes = 64;  ///< one ByteMasks

  /// `field`: the folded bytes of one field, in out.bytes from `field_start` on. Masks and
  /// `dropped` (ends of shortened letter runs, ascending) count from there. Tokens are added to
  /// `out`.
  WordCutter(FoldedText& out, std::size_t field_start, std::string_view field,
             std::span<const ByteMasks> masks, std::span<const std::uint32_t> dropped);

  void cut();

 private:
  // Of every word: calls would cost as much as what they do.
  [[gnu::always_inline]] void cut_word(std::size_t start, std::size_t end);
  [[gnu::always_inline]] void add_word(std::size_t start, std::size_t end, unsigned flags);
  [[gnu::always_inline]] void add(std::size_t start, std::size_t end, unsigned flags);
  [[gnu::noinline]] void cut_region_word(std::size_t start, std::size_t end);
  void cut_hashtag(std::size_t start, std::size_t end);
  void add_sign(std::size_t start, std::size_t end);
  bool is_number(std::size_t start, std::size_t end) const;
  bool is_shouted(std::size_t start, std::size_t end) const;
  bool holds_dropped(std::size_t end);

  void look_at_all(std::uint64_t specials, std::size_t base);
  void look_at(std::size_t position);
  void open_hashtag(std::size_t position);
  void open_handle(std::size_t position);
  void look_for_link(std::size_t position);
  void look_for_emoticon(std::size_t position);
  void add_emoji(std::size_t position);
  void open_region(std::size_t end, unsigned flag);

  /// Positions beyond the field are no word.
  bool is_word(std::size_t position) const {
    return position < text_.size() && is_set(masks_[position / kBlockBytes].word, position);
  }
  bool is_upper(std::size_t position) const {
    return is_set(masks_[position / kBlockBytes].upper, position);
  }
  static bool is_set(std::uint64_t mask, std::size_t position) {
    return (mask >> (position % kBlockBytes) & 1) != 0;
  }
  char at(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  FoldedText& out_;
  std::size_t field_start_;
  std::size_t first_token_;
  std::string_view text_;
  std::span<const ByteMasks> masks_;
  std::span<const std::uint32_t> dropped_;

  bool sentence_starts_ = true;
  std::size_t skip_until_ = 0;  ///< bytes before it are already cut
  std::size_t region_end_ = 0;  ///< of a hashtag, handle or link
  unsigned region_flag_ = 0;
};

}  // namespace vigie
