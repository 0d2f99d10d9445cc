#include "engine/parse/html_text.h"

#include <gumbo.h>
#include <setjmp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "engine/parse/utf8.h"

// Gumbo builds its tree without recursion but destroys it with; and a hostile page (many unclosed
// <b>, then many <p>) makes its tree grow with the square of the input. So its memory comes from an
// arena that is dropped as a whole, and when the arena is full we leave Gumbo by longjmp: its
// frames are C and own nothing that lies outside the arena.

namespace vigie {

struct HtmlText::Arena {
  static constexpr std::size_t kBlockBytes = 256 << 10;

  std::vector<std::unique_ptr<char[]>>
      blocks;  ///< kBlockBytes each; `large` ones are freed by reset()
  std::vector<std::unique_ptr<char[]>> large;
  std::size_t block = 0, used = 0, total = 0;
  jmp_buf when_full;

  void reset() {
    large.clear();
    block = used = total = 0;
  }

  /// Null: full.
  void* take(std::size_t size) {
    size = (size + 15) / 16 * 16;
    total += size;
    if (total > kMaxTreeBytes) {
      return nullptr;
    }
    if (size > kBlockBytes / 4) {
      large.emplace_back(new char[size]);
      return large.back().get();
    }
    if (used + size > kBlockBytes) {
      ++block;
      used = 0;
    }
    if (block == blocks.size()) {
      blocks.emplace_back(new char[kBlockBytes]);
    }
    used += size;
    return blocks[block].get() + used - size;
  }

  static void* allocate(void* self, std::size_t size) {
    auto* arena = static_cast<Arena*>(self);
    void* const memory = arena->take(size);
    if (memory == nullptr) {
      longjmp(arena->when_full, 1);
    }
    return memory;
  }
  static void release(void*, void*) {}

  /// Null: the tree would be too large.
  GumboOutput* parse(const GumboOptions* options, const char* html, std::size_t size) {
    if (setjmp(when_full) != 0) {
      return nullptr;
    }
    return gumbo_parse_with_options(options, html, size);
  }
};

namespace {

/// Appends text as it would be shown: spaces run together, breaks asked for become at most one line
/// break.
class ShownText {
 public:
  explicit ShownText(std::string& out) : out_(out) { out_.clear(); }

  void add(std::string_view text) {
    for (const char c : text) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        wants_space_ = true;
      } else if (c != '\0') {
        separate();
        out_ += c;
      }
    }
  }
  void add_break() { wants_break_ = true; }
  void add_space() { wants_space_ = true; }

 private:
  void separate() {
    if (!out_.empty() && (wants_break_ || wants_space_)) {
      out_ += wants_break_ ? '\n' : ' ';
    }
    wants_break_ = wants_space_ = false;
  }
  std::string& out_;
  bool wants_break_ = false, wants_space_ = false;
};

bool is_hidden(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_MATH:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_TEXTAREA:
      return true;
    default:
      return false;
  }
}

bool is_cell(GumboTag tag) { return tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH; }

bool is_block(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_BR:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_BODY:
      return true;
    default:
      return false;
  }
}

void border(const GumboNode& node, ShownText& shown) {
  if (node.type != GUMBO_NODE_ELEMENT) {
    return;
  }
  if (is_block(node.v.element.tag)) {
    shown.add_break();
  } else if (is_cell(node.v.element.tag)) {
    shown.add_space();
  }
}

const GumboNode* first_child(const GumboNode& node) {
  const bool closed = node.type != GUMBO_NODE_ELEMENT || is_hidden(node.v.element.tag) ||
                      node.v.element.children.length == 0;
  return closed ? nullptr : static_cast<const GumboNode*>(node.v.element.children.data[0]);
}

const GumboNode* next_sibling(const GumboNode& node) {
  const GumboVector& siblings = node.parent->v.element.children;
  const std::size_t next = node.index_within_parent + 1;
  return next < siblings.length ? static_cast<const GumboNode*>(siblings.data[next]) : nullptr;
}

/// Depth first, along the tree's own links.
void show(const GumboNode& root, ShownText& shown) {
  const GumboNode* node = &root;
  while (true) {
    border(*node, shown);
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA) {
      shown.add(node->v.text.text);
    }
    const GumboNode* next = first_child(*node);
    while (next == nullptr && node != &root) {
      border(*node, shown);
      next = next_sibling(*node);
      if (next == nullptr) {
        node = node->parent;
      }
    }
    if (next == nullptr) {
      return;
    }
    node = next;
  }
}

/// What lies outside <…>, for pages that are too tangled to be understood.
void strip(std::string_view html, ShownText& shown) {
  while (!html.empty()) {
    const std::size_t open = html.find('<');
    shown.add(html.substr(0, open));
    const std::size_t close = open == html.npos ? html.npos : html.find('>', open);
    html.remove_prefix(close == html.npos ? html.size() : close + 1);
    shown.add_space();
  }
}

/// Walks over the attributes of a tag the way Gumbo does, but without keeping them.
class AttributeWalk {
 public:
  /// `start`: where the tag's '<' is.
  AttributeWalk(std::string_view html, std::size_t start)
      : html_(html), at_(html.find_first_of(" \t\n\f\r/>", start)) {}

  /// False: there is no further attribute.
  bool next() {
    constexpr std::string_view kBetween = " \t\n\f\r/";
    skip(kBetween);
    if (at_ == html_.npos || html_[at_] == '>') {
      return false;
    }
    at_ = html_.find_first_of(kNameEnds, at_ + 1);
    skip(kSpaces);
    if (at_ != html_.npos && html_[at_] == '=') {
      ++at_;
      pass_value();
    }
    return true;
  }
  std::size_t position() const { return std::min(at_, html_.size()); }

 private:
  static constexpr std::string_view kSpaces = " \t\n\f\r", kNameEnds = " \t\n\f\r/>=";

  void skip(std::string_view any_of) { at_ = html_.find_first_not_of(any_of, at_); }

  void pass_value() {
    skip(kSpaces);
    if (at_ == html_.npos || html_[at_] == '>') {
      return;
    }
    if (html_[at_] != '"' && html_[at_] != '\'') {
      at_ = html_.find_first_of(" \t\n\f\r>", at_);
      return;
    }
    at_ = html_.find(html_[at_], at_ + 1);
    at_ += at_ != html_.npos;
  }

  std::string_view html_;
  std::size_t at_;
};

bool opens_tag(std::string_view html, std::size_t at) {
  at += html.substr(at).starts_with("</") ? 2 : 1;
  const char letter = at < html.size() ? static_cast<char>(html[at] | 0x20) : ' ';
  return letter >= 'a' && letter <= 'z';
}

/// Whether a tag has more than kMaxAttributes. What lies in a script, a comment or a quoted value
/// is no tag, but only Gumbo can tell: so every '<' is taken for one. Tags that lie in each other's
/// quotes would be walked over again and again: a page that asks for that is tangled, too.
bool is_tangled(std::string_view html) {
  std::size_t allowed_bytes = 4 * html.size();
  for (std::size_t i = html.find('<'); i != html.npos; i = html.find('<', i + 1)) {
    if (!opens_tag(html, i)) {
      continue;
    }
    AttributeWalk walk(html, i);
    for (std::size_t count = 0; walk.next(); ++count) {
      if (count == HtmlText::kMaxAttributes) {
        return true;
      }
    }
    const std::size_t walked_bytes = walk.position() - i;
    if (walked_bytes > allowed_bytes) {
      return true;
    }
    allowed_bytes -= walked_bytes;
  }
  return false;
}

/// At most kMaxBytes and kMaxTags, whole characters.
std::string_view bounded(std::string_view html) {
  html = front_of(html, HtmlText::kMaxBytes);
  std::size_t tags = 0;
  for (std::size_t i = html.find('<'); i != html.npos; i = html.find('<', i + 1)) {
    if (++tags > HtmlText::kMaxTags) {
      return html.substr(0, i);
    }
  }
  return html;
}

/// Gumbo counts numeric references of more than 31 bits wrongly ("&#xfffffbff;"), and gives bytes
/// for them that are no character.
std::string without_broken_bytes(std::string_view text) {
  std::string whole;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length < 4 && length < text.size() && !is_valid_utf8(text.substr(0, length))) {
      ++length;
    }
    const bool is_character = is_valid_utf8(text.substr(0, length));
    whole += is_character ? text.substr(0, length) : std::string_view();
    text.remove_prefix(is_character ? length : 1);
  }
  return whole;
}

}  // namespace

HtmlText::HtmlText() : arena_(std::make_unique<Arena>()) {}
HtmlText::~HtmlText() = default;

void HtmlText::convert(std::string_view html, std::string& out) {
  ShownText shown(out);
  html = bounded(html);
  if (html.find_first_of("<&") == html.npos) {
    shown.add(html);
    return;
  }
  if (is_tangled(html)) {
    strip(html, shown);
    return;
  }
  arena_->reset();
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = Arena::allocate;
  options.deallocator = Arena::release;
  options.userdata = arena_.get();
  options.max_errors = 0;
  const GumboOutput* const page = arena_->parse(&options, html.data(), html.size());
  if (page == nullptr) {
    strip(html, shown);
    return;
  }
  show(*page->root, shown);
  if (!is_valid_utf8(out)) {
    out = without_broken_bytes(out);
  }
}

}  // namespace vigie
