#include "engine/parse/language.h"

#include <cld2/public/compact_lang_det.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/parse/utf8.h"

namespace vigie {
namespace {

/// CLD2 looks at this much of a long text: the rest would not change its mind, and costs.
constexpr std::size_t kMaxLookedAtBytes = 4096;

/// ISO 639-1, all of it.
constexpr std::string_view kIso6391 =
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii "
    "ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr "
    "ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
    "sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh "
    "zu ";

/// One bit for each second letter, by the first.
constexpr std::array<std::uint32_t, 26> kKnownCodes = [] {
  std::array<std::uint32_t, 26> codes{};
  for (std::size_t at = 0; at < kIso6391.size(); at += 3) {
    codes[static_cast<std::size_t>(kIso6391[at] - 'a')] |= 1U << (kIso6391[at + 1] - 'a');
  }
  return codes;
}();

constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// The code as it is called today: some networks still write the withdrawn ones.
std::string_view current(std::string_view code) {
  return code == "iw" ? "he" : code == "in" ? "id" : code == "ji" ? "yi" : code;
}

bool set_code(std::string_view code, char (&language)[3]) {
  code = current(code);
  if (code.size() != 2 || !is_letter(code[0]) || !is_letter(code[1]) ||
      (kKnownCodes[static_cast<std::size_t>(code[0] - 'a')] >> (code[1] - 'a') & 1) == 0) {
    return false;
  }
  std::copy(code.begin(), code.end(), language);
  language[2] = '\0';
  return true;
}

bool use_hint(std::string_view hint, char (&language)[3]) {
  if (hint.size() < 2 || (hint.size() > 2 && hint[2] != '-' && hint[2] != '_')) {
    return false;
  }
  const char code[2] = {lower(hint[0]), lower(hint[1])};
  return set_code({code, 2}, language);
}

}  // namespace

void detect_language(std::string_view hint, std::string_view text, char (&language)[3]) {
  if (use_hint(hint, language)) {
    return;
  }
  language[0] = language[1] = language[2] = '\0';
  const std::string_view looked_at = front_of(text, kMaxLookedAtBytes);
  bool reliable = false;
  const CLD2::Language found = CLD2::DetectLanguage(
      looked_at.data(), static_cast<int>(looked_at.size()), /*is_plain_text=*/true, &reliable);
  if (!reliable || found == CLD2::UNKNOWN_LANGUAGE) {
    return;
  }
  const std::string_view code = CLD2::LanguageCode(found);  // "fr", "zh-Hant", "ceb"
  if (code.size() == 2 || code.substr(2).starts_with('-')) {
    set_code(code.substr(0, 2), language);
  }
}

}  // namespace vigie
