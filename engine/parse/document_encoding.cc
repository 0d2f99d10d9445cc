#include "engine/parse/document_encoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "engine/parse/utf8.h"
#include "engine/parse/windows_1252.h"

namespace vigie {
namespace {

using Label = std::pair<std::string_view, std::string_view>;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kUtf8 = "UTF-8", kLatin = "WINDOWS-1252";
constexpr std::size_t kDeclarationBytes = 512;  ///< it stands within these

/// First bytes that only one encoding has: marks first, then "<" and "<?xm". The longer before the
/// shorter that it begins with.
constexpr std::array<Label, 10> kBeginnings = {{
    {{"\xff\xfe\0\0", 4}, "UTF-32LE"},
    {{"\0\0\xfe\xff", 4}, "UTF-32BE"},
    {{"\xff\xfe", 2}, "UTF-16LE"},
    {{"\xfe\xff", 2}, "UTF-16BE"},
    {{"\xef\xbb\xbf", 3}, kUtf8},
    {{"<\0\0\0", 4}, "UTF-32LE"},
    {{"\0\0\0<", 4}, "UTF-32BE"},
    {{"<\0", 2}, "UTF-16LE"},
    {{"\0<", 2}, "UTF-16BE"},
    {{"\x4c\x6f\xa7\x94", 4}, "IBM037"},
}};
constexpr std::size_t kMarks = 5;  ///< of them

/// What labels mean that are used for more than they name.
constexpr std::array<Label, 26> kLabels = {{
    {"UTF8", kUtf8},
    {"ASCII", kLatin},
    {"US-ASCII", kLatin},
    {"ANSI-X3.4-1968", kLatin},
    {"ISO-8859-1", kLatin},
    {"ISO8859-1", kLatin},
    {"ISO-LATIN-1", kLatin},
    {"LATIN-1", kLatin},
    {"LATIN1", kLatin},
    {"L1", kLatin},
    {"CP1252", kLatin},
    {"CP-1252", kLatin},
    {"ISO-8859-9", "WINDOWS-1254"},
    {"ISO-8859-11", "CP874"},
    {"TIS-620", "CP874"},
    {"GB2312", "GB18030"},
    {"GBK", "GB18030"},
    {"SHIFT-JIS", "CP932"},
    {"X-SJIS", "CP932"},
    {"EUC-KR", "CP949"},
    {"KS-C-5601-1987", "CP949"},
    {"MACROMAN", "MACINTOSH"},
    {"MACLATIN2", "MAC-CENTRALEUROPE"},
    {"MACCENTRALEUROPE", "MAC-CENTRALEUROPE"},
    {"CP-IS", "IBM861"},
    {"CSIBM861", "IBM861"},
}};

/// Upper case, '-' for '_'; empty for what is no name of an encoding.
std::string meaning_of(std::string_view label) {
  constexpr std::size_t kMaxLabelBytes = 40;
  std::string name;
  for (const char c : label.substr(0, kMaxLabelBytes)) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool fits = lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '.' || c == ':';
    if (!fits && c != '_') {
      return {};
    }
    name += lower ? static_cast<char>(c & ~0x20) : c == '_' ? '-' : c;
  }
  const auto known = std::find_if(kLabels.begin(), kLabels.end(),
                                  [&](const Label& one) { return one.first == name; });
  return known == kLabels.end() ? name : std::string(known->second);
}

/// A character's length where `text` begins with a valid one; else 0.
std::size_t valid_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                                           : 4;
  return length <= text.size() && is_valid_utf8(text.substr(0, length)) ? length : 0;
}

void mend_utf8(std::string_view bytes, std::size_t max_bytes, std::string& out) {
  while (!bytes.empty() && out.size() < max_bytes) {
    const std::size_t length = valid_length(bytes);
    if (length == 0) {
      append_utf8(from_windows_1252(static_cast<unsigned char>(bytes.front())), out);
    } else {
      out.append(bytes.substr(0, length));
    }
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

void read_latin(std::string_view bytes, std::size_t max_bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size() && out.size() < max_bytes; ++i) {
    append_utf8(from_windows_1252(static_cast<unsigned char>(bytes[i])), out);
  }
}

/// An encoding that the system knows.
class Decoder {
 public:
  explicit Decoder(const std::string& encoding)
      : handle_(encoding.empty() ? kUnknown : iconv_open(kUtf8.data(), encoding.c_str())) {}
  ~Decoder() {
    if (known()) {
      iconv_close(handle_);
    }
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  bool known() const { return handle_ != kUnknown; }

  void read(std::string_view bytes, std::size_t max_bytes, std::string& out) {
    std::array<char, 16 << 10> piece;
    char* from = const_cast<char*>(bytes.data());  // iconv does not write there
    std::size_t left = bytes.size();
    while (left != 0 && out.size() < max_bytes) {
      char* to = piece.data();
      std::size_t room = piece.size();
      const std::size_t before = left;
      const bool stuck = iconv(handle_, &from, &left, &to, &room) == static_cast<std::size_t>(-1) &&
                         errno != E2BIG;
      out.append(piece.data(), piece.size() - room);
      if (stuck) {
        out.append(kReplacement);
        ++from;
        --left;
      } else if (left == before) {
        return;  // nothing moves: a converter of the system's that is broken
      }
    }
  }

 private:
  inline static const iconv_t kUnknown = reinterpret_cast<iconv_t>(-1);
  iconv_t handle_;
};

bool is_wide(std::string_view encoding) {
  return encoding.starts_with("UTF-16") || encoding.starts_with("UTF-32") ||
         encoding.starts_with("UCS-") || encoding.starts_with("ISO-10646-");
}

/// The label in `<?xml … encoding="…"?>`, which `text` begins with; else empty.
std::string_view declared_label(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n", kName = "encoding";
  text = text.substr(0, std::min(kDeclarationBytes, text.size()));
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  if (!text.starts_with("<?xml")) {
    return {};
  }
  text = text.substr(0, text.find('>'));
  std::size_t at = text.find(kName);
  at = at == text.npos ? at : text.find_first_not_of(" \t\r\n=", at + kName.size());
  if (at == text.npos || (text[at] != '"' && text[at] != '\'')) {
    return {};
  }
  const std::size_t end = text.find(text[at], at + 1);
  return end == text.npos ? std::string_view() : text.substr(at + 1, end - at - 1);
}

/// The declaration's word, where the bytes themselves do not contradict it.
std::string declared_encoding(std::string_view bytes) {
  const std::string encoding = meaning_of(declared_label(bytes));
  if (encoding.empty() || is_wide(encoding)) {
    return std::string(kUtf8);
  }
  std::string declaration;
  if (Decoder decoder(encoding); decoder.known()) {
    decoder.read(bytes.substr(0, std::min(kDeclarationBytes, bytes.size())), kDeclarationBytes,
                 declaration);
  }
  const bool readable = !declared_label(declaration).empty();
  return readable && !(encoding == kLatin && is_valid_utf8(bytes)) ? encoding : std::string(kUtf8);
}

/// EBCDIC has many kinds, in all of which a declaration can be read as if it were one.
std::string ebcdic_kind(std::string_view bytes, const std::string& guess) {
  std::string declaration;
  if (Decoder decoder(guess); decoder.known()) {
    decoder.read(bytes.substr(0, std::min(kDeclarationBytes, bytes.size())), kDeclarationBytes,
                 declaration);
  }
  const std::string kind = meaning_of(declared_label(declaration));
  return Decoder(kind).known() && kind != kUtf8 && !is_wide(kind) ? kind : guess;
}

}  // namespace

std::string_view in_utf8(std::string_view bytes, std::size_t max_bytes, std::string& storage) {
  storage.clear();
  std::string encoding;
  const auto beginning =
      std::find_if(kBeginnings.begin(), kBeginnings.end(),
                   [&](const Label& one) { return bytes.starts_with(one.first); });
  if (beginning == kBeginnings.end()) {
    encoding = declared_encoding(bytes);
  } else {
    encoding = beginning->second;
    if (beginning < kBeginnings.begin() + kMarks) {
      bytes.remove_prefix(beginning->first.size());
    } else if (encoding == kBeginnings.back().second) {
      encoding = ebcdic_kind(bytes, encoding);
    }
  }
  if (encoding == kUtf8) {
    if (is_valid_utf8(bytes)) {
      return front_of(bytes, max_bytes);
    }
    mend_utf8(bytes, max_bytes, storage);
  } else if (encoding == kLatin) {
    read_latin(bytes, max_bytes, storage);
  } else {
    Decoder(encoding).read(bytes, max_bytes, storage);
  }
  return front_of(storage, max_bytes);
}

}  // namespace vigie
