#include "engine/parse/xml_repair.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/parse/utf8.h"
#include "engine/parse/windows_1252.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxNameBytes = 32;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr XmlRefusal kOwnEntities = {RejectReason::kUnsafe,
                                     "the feed declares entities of its own (a DTD)"};
constexpr XmlRefusal kTooMuchGrowth = {RejectReason::kTooLong,
                                       "the feed is mostly characters that must be escaped"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// What "&#x20AC;" or "&#8364;" stands for; `digits` is what lies between '#' and ';'.
std::optional<char32_t> numbered(std::string_view digits) {
  const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
  digits.remove_prefix(hexadecimal ? 1 : 0);
  std::uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, hexadecimal ? 16 : 10);
  if (error == std::errc::invalid_argument || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  const bool blank = number == '\t' || number == '\n' || number == '\r';
  const bool possible = error == std::errc{} && (number >= ' ' || blank) && number < 0x110000 &&
                        !(number >= 0xd800 && number < 0xe000) && (number & 0xfffe) != 0xfffe;
  return !possible        ? 0xfffd
         : number < 0x100 ? from_windows_1252(static_cast<unsigned char>(number))
                          : static_cast<char32_t>(number);
}

class Repair {
 public:
  Repair(std::string_view document, std::string& out)
      : rest_(document), out_(out), max_out_bytes_(3 * document.size() + (64 << 10)) {
    out_.clear();
    out_.reserve(document.size());
  }

  std::optional<XmlRefusal> run() {
    rest_.remove_prefix(std::min(rest_.find('<'), rest_.size()));
    while (!rest_.empty() && !refusal_) {
      copy_plain();
      if (rest_.starts_with('<')) {
        angle();
      } else if (rest_.starts_with('&')) {
        reference();
      }
      if (out_.size() > max_out_bytes_) {
        return kTooMuchGrowth;
      }
    }
    return refusal_;
  }

 private:
  /// Up to the next '<' or '&'.
  void copy_plain() { copy_characters(take(rest_.find_first_of("<&"))); }

  /// Without those that XML does not know.
  void copy_characters(std::string_view text) {
    while (!text.empty()) {
      const auto doubtful = std::find_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && kBlanks.find(c) == kBlanks.npos) ||
               c == '\xef';
      });
      const auto end = static_cast<std::size_t>(doubtful - text.begin());
      out_.append(text.substr(0, end));
      text.remove_prefix(end);
      if (text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf")) {
        text.remove_prefix(3);
      } else if (!text.empty()) {
        out_.append(text.front() == '\xef' ? text.substr(0, 1) : std::string_view());
        text.remove_prefix(1);
      }
    }
  }

  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  /// What lies before `end`, which is taken, too.
  std::string_view take_until(std::string_view end) {
    const std::string_view taken = take(rest_.find(end));
    take(end.size());
    return taken;
  }

  void angle() {
    constexpr std::string_view kCdata = "<![CDATA[";
    if (rest_.starts_with("<!--")) {
      take(4);
      take_until("-->");
    } else if (rest_.starts_with(kCdata)) {
      out_.append(take(kCdata.size()));
      copy_characters(take_until("]]>"));
      out_.append("]]>");
    } else if (rest_.starts_with("<?")) {
      take_until("?>");
    } else if (rest_.starts_with("<!")) {
      declaration();
    } else if (rest_.size() > 1 && (is_letter(rest_[1]) || rest_[1] == '/')) {
      out_.append(take(1));
    } else {
      out_.append("&lt;");
      take(1);
    }
  }

  void reference() {
    take(1);
    const std::string_view front = rest_.substr(0, kMaxNameBytes + 1);
    const std::size_t size = front.find(';');
    const std::string_view inside = front.substr(0, size);
    if (size == front.npos || !add_meaning_of(inside)) {
      out_.append("&amp;");
      return;
    }
    take(size + 1);
  }

  bool add_meaning_of(std::string_view inside) {
    if (inside.starts_with('#')) {
      const auto character = numbered(inside.substr(1));
      if (character) {
        add(*character);
      }
      return character.has_value();
    }
    const std::string name(inside);
    constexpr std::array<std::string_view, 5> kXml = {"amp", "lt", "gt", "quot", "apos"};
    if (std::find(kXml.begin(), kXml.end(), name) != kXml.end()) {
      out_.append("&").append(name).append(";");
      return true;
    }
    const htmlEntityDesc* const html =
        htmlEntityLookup(reinterpret_cast<const xmlChar*>(name.c_str()));
    if (html != nullptr) {
      add(html->value);
    }
    return html != nullptr;
  }

  void add(char32_t character) {
    constexpr std::u32string_view kMarkup = U"<>&\"'\t\n\r";
    if (kMarkup.find(character) == kMarkup.npos) {
      append_utf8(character, out_);
    } else {
      out_.append("&#").append(std::to_string(static_cast<std::uint32_t>(character))).append(";");
    }
  }

  /// "<!DOCTYPE …>", with the declarations within its brackets; or one that has no place here.
  void declaration() {
    const bool entity = rest_.starts_with("<!ENTITY");
    take(entity ? 8 : 2);
    if (entity) {
      declare_entity();
    }
    std::size_t brackets = 0;
    while (!rest_.empty() && !refusal_) {
      take(rest_.find_first_of("\"'[]<>"));
      if (rest_.starts_with("<!--")) {
        take_until("-->");
      } else if (brackets != 0 && rest_.starts_with("<!")) {
        nested_declaration();
      } else if (rest_.starts_with('"') || rest_.starts_with('\'')) {
        const std::string_view quote = take(1);
        take_until(quote);
      } else if (rest_.starts_with('<') && brackets == 0) {
        return;  // it was never closed
      } else if (!rest_.empty()) {
        const char mark = take(1).front();
        brackets += mark == '[' ? 1 : 0;
        brackets -= mark == ']' && brackets != 0 ? 1 : 0;
        if (mark == '>' && brackets == 0) {
          return;
        }
      }
    }
  }

  /// Within the brackets of a document type.
  void nested_declaration() {
    if (rest_.starts_with("<!ENTITY")) {
      take(8);
      declare_entity();
    } else {
      take(2);
    }
    while (!rest_.empty() && !rest_.starts_with('>') && !refusal_) {
      take(rest_.find_first_of("\"'>"));
      if (!rest_.empty() && rest_.front() != '>') {
        const std::string_view quote = take(1);
        take_until(quote);
      }
    }
    take(1);
  }

  /// A parameter entity ("% name …") is never referred to by what we keep: it is passed over.
  void declare_entity() {
    take(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    if (!rest_.starts_with('%')) {
      refusal_ = kOwnEntities;
    }
  }

  std::string_view rest_;
  std::string& out_;
  std::size_t max_out_bytes_;
  std::optional<XmlRefusal> refusal_;
};

}  // namespace

std::optional<XmlRefusal> repair_xml(std::string_view document, std::string& out) {
  return Repair(document, out).run();
}

}  // namespace vigie
