#include "engine/trend/signature.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/core/check.h"

namespace vigie {
namespace {

/// Shares of what two texts have together, in hundredths: measured on tests/data/stories.tsv,
/// where the pairs that say the same share 57 or more, all others 27 or less.
constexpr std::size_t kSharedPercent = 45, kContainedPercent = 85;
/// What is contained has to be this much, else a greeting would be in everything.
constexpr std::size_t kMinContained = 9;
constexpr std::size_t kShortestWord = 4;

/// Words of grammar and of courtesy with four letters or more: in every text, so they tell nothing.
constexpr std::string_view kGrammar[] = {
    "alors", "apres",  "aussi", "autre",   "avant",  "avec",  "avoir",  "been",  "bien",   "cela",
    "cette", "chez",   "comme", "dans",    "depuis", "donc",  "elle",   "elles", "encore", "entre",
    "etait", "etre",   "faire", "fait",    "from",   "have",  "jamais", "just",  "leur",   "leurs",
    "like",  "mais",   "meme",  "merci",   "notre",  "nous",  "parce",  "pour",  "quand",  "quoi",
    "rien",  "sans",   "sont",  "sous",    "that",   "their", "they",   "this",  "tous",   "tout",
    "toute", "toutes", "tres",  "trop",    "vers",   "votre", "vous",   "were",  "what",   "when",
    "will",  "with",   "your",  "bonjour", "about",  "there", "which"};

/// Open addressing over the words' own hashes.
class GrammarWords {
 public:
  GrammarWords() {
    for (const std::string_view word : kGrammar) {
      const std::uint64_t hash = hash_word(word);
      std::size_t at = hash % kSlots;
      while (slots_[at] != 0) {
        at = (at + 1) % kSlots;
      }
      slots_[at] = hash;
    }
  }
  bool contains(std::uint64_t hash) const {
    for (std::size_t at = hash % kSlots; slots_[at] != 0; at = (at + 1) % kSlots) {
      if (slots_[at] == hash) {
        return true;
      }
    }
    return false;
  }

 private:
  static constexpr std::size_t kSlots = 512;
  std::array<std::uint64_t, kSlots> slots_{};
};

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring sums become unrelated.
std::uint64_t scatter(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9ULL;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebULL;
  return number ^ (number >> 31);
}
std::uint64_t follow(std::uint64_t hash, std::uint64_t next) {
  return scatter(hash * 0x9e3779b97f4a7c15ULL + next);
}

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

Signature identical_only(std::uint64_t hash) {
  Signature signature;
  signature.exact = true;
  signature.size = 2;
  signature.hashes[0] = static_cast<std::uint32_t>(hash) | Signature::kPairBit;
  signature.hashes[1] = static_cast<std::uint32_t>(hash >> 32) | Signature::kPairBit;
  return signature;
}

/// How many hashes are not above `limit`.
std::size_t count_to(const Signature& signature, std::uint32_t limit) {
  const auto* const begin = signature.hashes.data();
  return static_cast<std::size_t>(std::upper_bound(begin, begin + signature.size, limit) - begin);
}

}  // namespace

bool is_near_duplicate(const Signature& a, const Signature& b) {
  if (a.exact || b.exact) {
    return a == b;
  }
  if ((a.numbers & ~b.numbers) != 0 && (b.numbers & ~a.numbers) != 0) {
    return false;
  }
  // What is above the last hash of a full sketch, it does not know.
  std::uint32_t limit = UINT32_MAX;
  for (const Signature* one : {&a, &b}) {
    if (one->size == Signature::kMaxHashes) {
      limit = std::min(limit, one->hashes.back());
    }
  }
  const std::size_t of_a = count_to(a, limit), of_b = count_to(b, limit);
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; i < of_a && j < of_b;) {
    const std::uint32_t one = a.hashes[i], other = b.hashes[j];
    shared += one == other;
    i += one <= other;
    j += other <= one;
  }
  const std::size_t less = std::min(of_a, of_b);
  return shared * 100 >= (of_a + of_b - shared) * kSharedPercent ||
         (less >= kMinContained && shared * 100 >= less * kContainedPercent);
}

Signature Signer::sign(const FoldedText& text, std::uint64_t original) {
  static const GrammarWords grammar;
  constexpr unsigned kNoWord = kTokenLink | kTokenHandle | kTokenEmoji;
  const std::uint64_t retweet = hash_word("rt");
  Signature signature;
  hashes_.clear();
  std::uint64_t whole = 0, last = 0;
  std::size_t tokens = 0, words = 0;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if ((token.flags & kNoWord) != 0 || (i == text.text_token && token.hash == retweet)) {
      continue;
    }
    ++tokens;
    whole = follow(whole, token.hash);
    const bool is_number = is_digit(text.bytes[token.start]);
    if (is_number) {
      signature.numbers |= std::uint64_t{1} << (scatter(token.hash) & 63);
    } else if (token.length < kShortestWord || grammar.contains(token.hash)) {
      continue;
    }
    ++words;
    hashes_.push_back(static_cast<std::uint32_t>(scatter(token.hash)) & ~Signature::kPairBit);
    if (last != 0) {
      hashes_.push_back(static_cast<std::uint32_t>(follow(last, token.hash)) | Signature::kPairBit);
    }
    last = token.hash;
  }
  if (tokens < Signature::kMinTokens) {
    return identical_only(scatter(original));
  }
  if (words < Signature::kMinWords) {
    return identical_only(whole);
  }
  std::ranges::sort(hashes_);
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
  signature.size = static_cast<std::uint32_t>(std::min(hashes_.size(), Signature::kMaxHashes));
  std::copy_n(hashes_.begin(), signature.size, signature.hashes.begin());
  return signature;
}

namespace {
constexpr std::size_t kHeadBytes = 12;
constexpr std::uint32_t kExactBit = 0x80000000U;
}  // namespace

void encode_signature(const Signature& signature, std::string& out) {
  const std::size_t start = out.size();
  const std::uint32_t size = signature.size | (signature.exact ? kExactBit : 0);
  out.resize(start + kHeadBytes + signature.size * sizeof(std::uint32_t));
  char* at = out.data() + start;
  std::memcpy(at, &signature.numbers, sizeof signature.numbers);
  std::memcpy(at + 8, &size, sizeof size);
  std::memcpy(at + kHeadBytes, signature.hashes.data(), signature.size * sizeof(std::uint32_t));
}

Signature decode_signature(std::string_view bytes) {
  Signature signature;
  check(bytes.size() >= kHeadBytes, "a signature has a head");
  std::uint32_t size = 0;
  std::memcpy(&signature.numbers, bytes.data(), sizeof signature.numbers);
  std::memcpy(&size, bytes.data() + 8, sizeof size);
  signature.exact = (size & kExactBit) != 0;
  signature.size = size & ~kExactBit;
  check(signature.size <= Signature::kMaxHashes &&
            bytes.size() == kHeadBytes + signature.size * sizeof(std::uint32_t),
        "a signature is as long as it says");
  std::memcpy(signature.hashes.data(), bytes.data() + kHeadBytes,
              signature.size * sizeof(std::uint32_t));
  return signature;
}

}  // namespace vigie
