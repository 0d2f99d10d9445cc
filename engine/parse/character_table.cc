#include "engine/parse/character_table.h"

#include <string_view>

#include "engine/parse/utf8.h"

namespace vigie {
namespace {

/// Capitals and small letters that all become `folded`.
struct LetterGroup {
  const char* folded;
  std::string_view capitals, small;
};

constexpr LetterGroup kLetterGroups[] = {
    {"0", "", "⁰₀"},
    {"1", "", "¹₁①"},
    {"10", "", "⑩"},
    {"11", "", "⑪"},
    {"12", "", "⑫"},
    {"13", "", "⑬"},
    {"14", "", "⑭"},
    {"15", "", "⑮"},
    {"16", "", "⑯"},
    {"17", "", "⑰"},
    {"18", "", "⑱"},
    {"19", "", "⑲"},
    {"2", "", "²₂②"},
    {"20", "", "⑳"},
    {"3", "", "³₃③"},
    {"4", "", "⁴₄④"},
    {"5", "", "⁵₅⑤"},
    {"6", "", "⁶₆⑥"},
    {"7", "", "⁷₇⑦"},
    {"8", "", "⁸₈⑧"},
    {"9", "", "⁹₉⑨"},
    {"a", "ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦȺḀẠẢẤẦẨẪẬẮẰẲẴẶÅ", "ªàáâãäåāăąǎǟǡǻȁȃȧᴬᵃḁạảấầẩẫậắằẳẵặₐⱥ"},
    {"ae", "ÆǢǼ", "æǣǽᴭ"},
    {"b", "ƁɃḂḄḆℬ", "ƀɓᴮᵇḃḅḇ"},
    {"c", "ÇĆĈĊČƇȻḈℂℭⅭ", "çćĉċčƈȼᶜḉⅽ"},
    {"d", "ÐĎĐƉƊḊḌḎḐḒⅅⅮ", "ðďđɖɗᴰᵈᶞḋḍḏḑḓⅆⅾ"},
    {"dz", "ǄǅǱǲ", "ǆǳ"},
    {"e", "ÈÉÊËĒĔĖĘĚȄȆȨɆḔḖḘḚḜẸẺẼẾỀỂỄỆℰ", "èéêëēĕėęěȅȇȩɇᴱᵉḕḗḙḛḝẹẻẽếềểễệₑℯⅇ"},
    {"f", "ƑḞℱ", "ƒᶠḟ"},
    {"ff", "", "ﬀ"},
    {"ffi", "", "ﬃ"},
    {"ffl", "", "ﬄ"},
    {"fi", "", "ﬁ"},
    {"fl", "", "ﬂ"},
    {"g", "ĜĞĠĢƓǤǦǴḠ", "ĝğġģǥǧǵɠᴳᵍḡℊ"},
    {"h", "ĤĦȞḢḤḦḨḪℋℌℍ", "ʰĥħȟᴴḣḥḧḩḫẖₕℎℏ"},
    {"i", "ÌÍÎÏĨĪĬĮİƗǏȈȊḬḮỈỊℐℑⅠ", "ìíîïĩīĭįıǐȉȋɨᴵᵢᶤḭḯỉịⁱℹⅈⅰ"},
    {"ii", "Ⅱ", "ⅱ"},
    {"iii", "Ⅲ", "ⅲ"},
    {"ij", "Ĳ", "ĳ"},
    {"iv", "Ⅳ", "ⅳ"},
    {"ix", "Ⅸ", "ⅸ"},
    {"j", "ĴɈ", "ʲĵǰȷɉᴶⅉⱼ"},
    {"k", "ĶƘǨḰḲḴK", "ķĸƙǩᴷᵏḱḳḵₖ"},
    {"l", "ĹĻĽŁḶḸḺḼℒⅬ", "ˡĺļľłƚᴸḷḹḻḽₗℓⅼ"},
    {"lj", "Ǉǈ", "ǉ"},
    {"m", "ḾṀṂℳⅯ", "ᴹᵐḿṁṃₘⅿ"},
    {"n", "ÑŃŅŇŊƝǸȠṄṆṈṊℕ", "ñńņňŋƞǹɲᴺᵑᶮṅṇṉṋⁿₙ"},
    {"nj", "Ǌǋ", "ǌ"},
    {"o", "ÒÓÔÕÖØŌŎŐƟƠǑǪǬǾȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ", "ºòóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱɵᴼᵒᶱṍṏṑṓọỏốồổỗộớờởỡợₒℴ"},
    {"oe", "Œ", "œ"},
    {"p", "ƤṔṖℙ", "ƥᴾᵖṕṗₚ"},
    {"q", "ℚ", ""},
    {"r", "ŔŖŘȐȒɌṘṚṜṞℛℜℝ", "ʳŕŗřȑȓɍᴿᵣṙṛṝṟ"},
    {"s", "ŚŜŞŠȘṠṢṤṦṨ", "ˢśŝşšſșṡṣṥṧṩẛₛ"},
    {"ss", "ẞ", "ß"},
    {"st", "", "ﬅﬆ"},
    {"t", "ŢŤŦƬƮȚṪṬṮṰ", "ţťŧƭțʈᵀᵗṫṭṯṱẗₜ"},
    {"th", "Þ", "þ"},
    {"u", "ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ", "ùúûüũūŭůűųưǔǖǘǚǜȕȗᵁᵘᵤṳṵṷṹṻụủứừửữự"},
    {"v", "ƲṼṾⅤ", "ʋᵛᵥᶹṽṿⅴⱽ"},
    {"vi", "Ⅵ", "ⅵ"},
    {"vii", "Ⅶ", "ⅶ"},
    {"w", "ŴẀẂẄẆẈ", "ʷŵᵂẁẃẅẇẉẘ"},
    {"x", "ẊẌⅩ", "ˣẋẍₓⅹ"},
    {"xi", "Ⅺ", "ⅺ"},
    {"xii", "Ⅻ", "ⅻ"},
    {"y", "ÝŶŸƳȲɎẎỲỴỶỸ", "ʸýÿŷƴȳɏẏẙỳỵỷỹ"},
    {"z", "ŹŻŽƵȤẐẒẔℤℨ", "źżžƶȥᶻẑẓẕ"},
    {"α", "ΆΑἈἉἊἋἌἍἎἏᾈᾉᾊᾋᾌᾍᾎᾏᾸᾹᾺΆᾼ", "άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"},
    {"β", "Β", "ϐᵝᵦ"},
    {"γ", "Γℾ", "ᵞᵧℽ"},
    {"δ", "Δ", "ᵟ"},
    {"ε", "ΈΕἘἙἚἛἜἝῈΈ", "έϵἐἑἒἓἔἕὲέ"},
    {"η", "ΉΗἨἩἪἫἬἭἮἯᾘᾙᾚᾛᾜᾝᾞᾟῊΉῌ", "ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"},
    {"θ", "Θϴ", "ϑᶿ"},
    {"ι", "ΊΙΪἸἹἺἻἼἽἾἿῘῙῚΊ", "ΐίϊἰἱἲἳἴἵἶἷὶίιῐῑῒΐῖῗ"},
    {"κ", "Κ", "ϰ"},
    {"μ", "Μ", "µ"},
    {"ο", "ΌΟὈὉὊὋὌὍῸΌ", "όὀὁὂὃὄὅὸό"},
    {"π", "Πℿ", "ϖℼ"},
    {"ρ", "ΡῬ", "ϱᵨῤῥ"},
    {"σ", "ΣϹ", "ςϲ"},
    {"υ", "ΎΥΫϒϓϔὙὛὝὟῨῩῪΎ", "ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ"},
    {"φ", "Φ", "ϕᵠᵩ"},
    {"χ", "Χ", "ᵡᵪ"},
    {"ω", "ΏΩὨὩὪὫὬὭὮὯᾨᾩᾪᾫᾬᾭᾮᾯῺΏῼΩ", "ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"},
    {"а", "АӐӒ", "ӑӓ"},
    {"г", "ЃГ", "ѓ"},
    {"е", "ЀЁЕӖ", "ѐёӗ"},
    {"ж", "ЖӁӜ", "ӂӝ"},
    {"з", "ЗӞ", "ӟ"},
    {"и", "ЍИЙӢӤ", "йѝӣӥ"},
    {"к", "ЌК", "ќ"},
    {"н", "Н", "ᵸ"},
    {"о", "ОӦ", "ӧ"},
    {"у", "ЎУӮӰӲ", "ўӯӱӳ"},
    {"ч", "ЧӴ", "ӵ"},
    {"ы", "ЫӸ", "ӹ"},
    {"э", "ЭӬ", "ӭ"},
    {"і", "ІЇ", "ї"},
    {"ѵ", "ѴѶ", "ѷ"},
    {"ә", "ӘӚ", "ӛ"},
    {"ө", "ӨӪ", "ӫ"},
};

/// Capitals that only become small, each followed by its small letter.
// clang-format would break these rows anew each time it runs.
// clang-format off
constexpr std::string_view kCasePairs =
    "ƂƃƄƅƋƌǶƕȽƚƢƣƧƨƸƹƼƽǷƿȜȝȢȣⱾȿⱿɀɁɂɊɋⱯɐⱭɑⱰɒƆɔƏəƐɛƔɣƖɩⱢɫƜɯⱮɱⱤɽƦʀƩʃɄʉƱʊɅʌƷʒͰͱͲͳͶͷϽͻϾͼϿͽ"
    "ΖζΛλΝνΞξΤτΨψϏϗϘϙϚϛϜϝϞϟϠϡϢϣϤϥϦϧϨϩϪϫϬϭϮϯͿϳϷϸϺϻБбВвДдЛлМмПпРрСсТтФфХхЦцШшЩщЪъЬьЮюЯя"
    "ЂђЄєЅѕЈјЉљЊњЋћЏџѠѡѢѣѤѥѦѧѨѩѪѫѬѭѮѯѰѱѲѳѸѹѺѻѼѽѾѿҀҁҊҋҌҍҎҏҐґҒғҔҕҖҗҘҙҚқҜҝҞҟҠҡҢңҤҥҦҧҨҩҪҫ"
    "ҬҭҮүҰұҲҳҴҵҶҷҸҹҺһҼҽҾҿӃӄӅӆӇӈӉӊӋӌӍӎӀӏӔӕӠӡӶӷӺӻӼӽӾӿԀԁԂԃԄԅԆԇԈԉԊԋԌԍԎԏԐԑԒԓԔԕԖԗԘԙԚԛԜԝԞԟԠԡ"
    "ԢԣԤԥԦԧԨԩԪԫԬԭԮԯⱣᵽỺỻỼỽỾỿℲⅎↃↄⱠⱡⱧⱨⱩⱪⱫⱬⱲⱳⱵⱶ";
// clang-format on

struct Replacement {
  const char* folded;
  std::string_view characters;
};

constexpr Replacement kPunctuation[] = {
    {"'", "’‘‚‛′ʼ＇´ʹ"},
    {"\"", "“”„‟«»″＂"},
    {"-", "‐‑‒–—―−"},
    {"...", "…"},
    {".", "。｡"},
    {" ",
     "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
     "\u3000"},
    {"\n", "\u0085\u2028\u2029"},
};

struct Range {
  char32_t first, last;
};

/// Neither letters nor digits: they part words.
constexpr Range kSeparators[] = {
    {0x80, 0xa9},     {0xab, 0xb1},     {0xb4, 0xb4},     {0xb6, 0xb8},     {0xbb, 0xbb},
    {0xbf, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},     {0x2b9, 0x2df},   {0x2000, 0x206f},
    {0x20a0, 0x20cf}, {0x2190, 0x22ff}, {0x2400, 0x245f}, {0x2500, 0x25ff}, {0x2900, 0x2aff},
    {0x2e00, 0x2e7f}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030}, {0xe000, 0xf8ff},
    {0xfe10, 0xfe1f}, {0xfe30, 0xfe6f}, {0xff01, 0xff0f}, {0xff1a, 0xff20}, {0xff3b, 0xff40},
    {0xff5b, 0xff65}, {0xffe0, 0xffff},
};

constexpr Range kEmoji[] = {
    {0x203c, 0x203c}, {0x2049, 0x2049}, {0x2300, 0x23ff},
    {0x2600, 0x27bf}, {0x2b00, 0x2bff}, {0x1f000, 0x1faff},
};

/// Combining marks, joiners, soft hyphen, variation selectors, bidi and other invisible controls,
/// skin tones, tags.
constexpr Range kVanishing[] = {
    {0xad, 0xad},       {0x300, 0x36f},     {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
    {0x61c, 0x61c},     {0x64b, 0x65f},     {0x670, 0x670},   {0x180e, 0x180e}, {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},   {0x200b, 0x200f},   {0x202a, 0x202e}, {0x2060, 0x2064}, {0x2066, 0x206f},
    {0x20d0, 0x20ff},   {0xfe00, 0xfe0f},   {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
    {0x1f3fb, 0x1f3ff}, {0xe0000, 0xe01ef},
};

constexpr bool is_ascii_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

constexpr FoldedCharacter kLetterAsItIs{.word = 0xf};
constexpr FoldedCharacter kSeparatorAsItIs{};
constexpr FoldedCharacter kEmojiAsItIs{.special = 1};
constexpr FoldedCharacter kNothing{.length = 0};

}  // namespace

const CharacterTable& CharacterTable::instance() {
  static const CharacterTable table;
  return table;
}

CharacterTable::CharacterTable() {
  Page letters;
  letters.fill(kLetterAsItIs);
  pages_.push_back(letters);
  for (const Range range : kSeparators) {
    set(range.first, range.last, kSeparatorAsItIs);
  }
  for (const Range range : kEmoji) {
    set(range.first, range.last, kEmojiAsItIs);
  }
  for (char32_t c = 0; c < 0x80; ++c) {
    const char character[2] = {static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c), 0};
    set_text(c, character, c >= 'A' && c <= 'Z');
  }
  for (const LetterGroup& group : kLetterGroups) {
    for_each_character(group.capitals, [&](char32_t c) { set_text(c, group.folded, true); });
    for_each_character(group.small, [&](char32_t c) { set_text(c, group.folded, false); });
  }
  for (std::size_t i = 0; i < kCasePairs.size();) {
    const Character capital = decode(kCasePairs.substr(i));
    const Character small = decode(kCasePairs.substr(i + capital.length));
    const std::string_view text = kCasePairs.substr(i + capital.length, small.length);
    set_text(capital.code_point, std::string(text).c_str(), true);
    i += capital.length + small.length;
  }
  for (const Replacement& replacement : kPunctuation) {
    for_each_character(replacement.characters,
                       [&](char32_t c) { set_text(c, replacement.folded, false); });
  }
  for (char32_t c = 0xff01; c <= 0xff5e; ++c) {  // full-width ASCII
    const char plain = static_cast<char>(c - 0xff01 + '!');
    const bool upper = plain >= 'A' && plain <= 'Z';
    const char character[2] = {static_cast<char>(upper ? plain | 0x20 : plain), 0};
    set_text(c, character, upper);
  }
  for (char32_t first = 0x1d400; first < 0x1d6a4; first += 52) {  // thirteen mathematical alphabets
    set_alphabet(first, first + 25, 'a', true);
    set_alphabet(first + 26, first + 51, 'a', false);
  }
  for (char32_t first = 0x1d7ce; first < 0x1d7ff; first += 10) {
    set_alphabet(first, first + 9, '0', false);
  }
  for (const char32_t first : {0x24b6, 0x1f130, 0x1f150, 0x1f170}) {  // circled and boxed capitals
    set_alphabet(first, first + 25, 'a', true);
  }
  set_alphabet(0x24d0, 0x24e9, 'a', false);
  for (const Range range : kVanishing) {
    set(range.first, range.last, kNothing);
  }
}

void CharacterTable::set(char32_t first, char32_t last, FoldedCharacter folded) {
  for (char32_t c = first; c <= last; ++c) {
    std::uint16_t& page = page_of_[c >> 8];
    if (page == 0) {
      page = static_cast<std::uint16_t>(pages_.size());
      pages_.push_back(pages_[0]);
    }
    pages_[page][c & 0xff] = folded;
  }
}

void CharacterTable::set_text(char32_t code_point, const char* folded, bool upper) {
  FoldedCharacter entry{.length = 0};
  for (; folded[entry.length] != 0; ++entry.length) {
    const char c = folded[entry.length];
    const auto bit = static_cast<std::uint8_t>(1 << entry.length);
    const bool word = is_ascii_word(c) || static_cast<unsigned char>(c) >= 0x80;
    entry.bytes[entry.length] = c;
    entry.word = static_cast<std::uint8_t>(entry.word | (word ? bit : 0));
    entry.upper = static_cast<std::uint8_t>(entry.upper | (upper ? bit : 0));
    entry.special = static_cast<std::uint8_t>(entry.special | (is_special_ascii(c) ? bit : 0));
  }
  set(code_point, code_point, entry);
}

void CharacterTable::set_alphabet(char32_t first, char32_t last, char first_letter, bool upper) {
  for (char32_t c = first; c <= last; ++c) {
    const char character[2] = {static_cast<char>(first_letter + static_cast<char>(c - first)), 0};
    set_text(c, character, upper);
  }
}

}  // namespace vigie
