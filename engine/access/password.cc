#include "engine/access/password.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::size_t kLongOfFourClasses = 12, kLongOfThreeClasses = 14;
constexpr std::size_t kWords = 7, kLettersOfWord = 3, kDifferentCharacters = 6;

/// What is tried first, without digits and signs around it: the most used ones of French and
/// English lists. A longer password must be more than one of them with decoration.
constexpr std::array<std::string_view, 48> kCommon = {
    "password",   "passwort", "motdepasse",    "azerty",         "azertyuiop",  "qwerty",
    "qwertyuiop", "qwertz",   "bonjour",       "bonjourlavie",   "soleil",      "doudou",
    "loulou",     "chouchou", "marseille",     "paris",          "france",      "welcome",
    "bienvenue",  "admin",    "administrator", "administrateur", "mairie",      "commune",
    "ville",      "vigie",    "jetaime",       "iloveyou",       "letmein",     "monkey",
    "dragon",     "football", "baseball",      "princess",       "princesse",   "sunshine",
    "abcdef",     "abcdefgh", "abcdefghijkl",  "secret",         "changeme",    "changezmoi",
    "trustno",    "superman", "nicolas",       "camille",        "utilisateur", "communication"};

enum Class : unsigned { kSmall = 1, kCapital = 2, kDigit = 4, kOther = 8 };

Class class_of(char c) {
  return c >= 'a' && c <= 'z'   ? kSmall
         : c >= 'A' && c <= 'Z' ? kCapital
         : c >= '0' && c <= '9' ? kDigit
                                : kOther;
}

char without_disguise(char c) {
  constexpr std::string_view kSigns = "013457@$!", kLetters = "oieastasi";
  const std::size_t at = kSigns.find(c);
  return at != kSigns.npos ? kLetters[at] : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Small letters only; signs that stand for letters are letters inside, decoration at the ends.
std::string letters_of(std::string_view text) {
  const auto is_letter = [](char c) { return (class_of(c) & (kSmall | kCapital)) != 0; };
  const auto first = std::ranges::find_if(text, is_letter);
  const auto last = std::find_if(text.rbegin(), text.rend(), is_letter).base();
  std::string letters;
  for (auto at = first; at < last; ++at) {
    const char plain = without_disguise(*at);
    if (class_of(plain) == kSmall) {
      letters += plain;
    }
  }
  return letters;
}

bool is_common(std::string_view password) {
  const std::string letters = letters_of(password);
  return std::ranges::any_of(kCommon, [&](std::string_view common) {
    std::string_view rest = letters;  // "azertyazerty" is no better
    while (rest.starts_with(common)) {
      rest.remove_prefix(common.size());
    }
    return rest.empty();
  });
}

std::size_t different_words(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  const auto close = [&] {
    if (word.size() >= kLettersOfWord) {
      words.insert(word);
    }
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '_' || c == '.' || c == ',') {
      close();
    } else {
      word += class_of(c) == kCapital ? static_cast<char>(c + 32) : c;
    }
  }
  close();
  return words.size();
}

}  // namespace

std::string hash_password(std::string_view password, PasswordCost cost) {
  check(sodium_init() >= 0, "libsodium starts");
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  const int failed =
      crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), cost.operations,
                            cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  check(failed == 0, "there is memory to hash a password");
  return hash.data();
}

bool is_password_of(std::string_view password, const std::string& hash) {
  return password.size() <= kMaxPasswordBytes &&
         crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool is_cost_outdated(const std::string& hash, PasswordCost cost) {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.operations, cost.memory_bytes) != 0;
}

std::optional<std::string> objection_to_password(std::string_view password,
                                                 std::string_view account) {
  if (password.size() > kMaxPasswordBytes) {
    return "at most " + std::to_string(kMaxPasswordBytes) + " bytes";
  }
  if (password.find('\0') != password.npos) {
    return "it holds a NUL";
  }
  unsigned classes = 0;
  std::size_t characters = 0;
  for (const char c : password) {
    classes |= class_of(c);
    characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // UTF-8: not a later byte
  }
  const int count = __builtin_popcount(classes);
  const bool is_strong = (characters >= kLongOfFourClasses && count == 4) ||
                         (characters >= kLongOfThreeClasses && count >= 3) ||
                         different_words(password) >= kWords;
  if (!is_strong) {
    return "12 characters with small and capital letters, digits and others; or 14 of three of "
           "these; or 7 different words";
  }
  if (std::set<char>(password.begin(), password.end()).size() < kDifferentCharacters) {
    return "too few different characters";
  }
  if (is_common(password)) {
    return "it is among the first that are tried";
  }
  const std::string name = letters_of(account);
  if (name.size() >= kLettersOfWord && letters_of(password) == name) {
    return "it is the account's name";
  }
  return std::nullopt;
}

}  // namespace vigie
