#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace vigie {

/// Turns HTML into the text a reader sees: blocks and <br> become line breaks, links keep their
/// text, scripts, styles and comments vanish, character references are decoded, runs of spaces
/// become one. What is no HTML passes as it is.
///
/// Bounds: kMaxBytes and kMaxTags of the input are read, the rest is cut off. A document whose tree
/// would grow beyond kMaxTreeBytes (unclosed formatting multiplies), or with a tag of more than
/// kMaxAttributes (each is compared with all before it), is stripped of its tags instead of being
/// understood. No recursion. One instance per thread: memory is kept between calls.
class HtmlText {
 public:
  static constexpr std::size_t kMaxBytes = 1 << 20;
  static constexpr std::size_t kMaxTags = 10'000;
  static constexpr std::size_t kMaxAttributes = 512;
  static constexpr std::size_t kMaxTreeBytes = 32 << 20;

  HtmlText();
  ~HtmlText();
  HtmlText(const HtmlText&) = delete;
  HtmlText& operator=(const HtmlText&) = delete;

  /// Replaces `out`. `html` is UTF-8; so is `out`, always.
  void convert(std::string_view html, std::string& out);

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
};

}  // namespace vigie
