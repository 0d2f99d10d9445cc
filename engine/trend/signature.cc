#include "engine/trend/signature.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

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

/// Each word lies in one of two places, so that looking takes two comparisons and no branch.
class GrammarWords {
 public:
  GrammarWords() {
    for (const std::string_view word : kGrammar) {
      const std::uint64_t hash = hash_word(word);
      std::uint64_t& place = slots_[first(hash)] == 0 ? slots_[first(hash)] : slots_[second(hash)];
      check(place == 0, "every word of grammar finds a place");
      place = hash;
    }
  }
  bool contains(std::uint64_t hash) const {
    return (slots_[first(hash)] == hash) | (slots_[second(hash)] == hash);
  }

 private:
  static constexpr std::size_t kSlots = 1024;
  static std::size_t first(std::uint64_t hash) { return hash % kSlots; }
  static std::size_t second(std::uint64_t hash) { return hash >> 32 & (kSlots - 1); }

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

bool is_digit(char byte) { return (byte >= '0') & (byte <= '9'); }

/// Neither a link nor an account nor an emoji, nor the "RT" before a repeated text.
bool says_something(const FoldedText& text, std::size_t token, std::uint64_t retweet) {
  constexpr unsigned kNoWord = kTokenLink | kTokenHandle | kTokenEmoji;
  const Token& one = text.tokens[token];
  return ((one.flags & kNoWord) == 0) & !((token == text.text_token) & (one.hash == retweet));
}

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
  // Of what there is together, of which what is shared counts once; or of the shorter one.
  const auto part = [](std::size_t whole, std::size_t percent, std::size_t of) {
    return (whole * percent + of - 1) / of;
  };
  const std::size_t less = std::min(of_a, of_b);
  std::size_t needed = part(of_a + of_b, kSharedPercent, 100 + kSharedPercent);
  if (less >= kMinContained) {
    needed = std::min(needed, part(less, kContainedPercent, 100));
  }
  // Most differ: a few steps at a time, until what is left is too little.
  constexpr std::size_t kSteps = 8;
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; shared + std::min(of_a - i, of_b - j) >= needed;) {
    for (std::size_t step = 0; step < kSteps; ++step) {
      if (i == of_a || j == of_b) {
        return shared >= needed;
      }
      const std::uint32_t one = a.hashes[i], other = b.hashes[j];
      shared += one == other;
      i += one <= other;
      j += other <= one;
    }
  }
  return false;
}

namespace {

constexpr std::size_t kFew = 2 * Signature::kMaxHashes, kLanes = 4;

/// At most kFew numbers that are not 0, each once and ascending. Parted by their first bits; within
/// a part each goes where those that are smaller leave it, four at a time, so that no branch
/// depends on them. Says how many there are.
std::size_t sort_few(std::span<const std::uint32_t> numbers, std::array<std::uint32_t, kFew>& out) {
  constexpr std::size_t kParts = 4;
  constexpr unsigned kPartShift = 30;
  using Lanes [[gnu::vector_size(4 * kLanes)]] = std::int32_t;  // of one part: of one sign
  std::array<std::array<std::int32_t, kFew + kLanes>, kParts> parts;
  std::array<std::size_t, kParts> counts{};
  for (const std::uint32_t number : numbers) {
    const std::size_t part = number >> kPartShift;
    parts[part][counts[part]++] = static_cast<std::int32_t>(number);
  }
  std::array<std::uint32_t, kFew> sorted;
  std::fill_n(sorted.begin(), numbers.size(), 0U);
  std::uint32_t* start = sorted.data();
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t count = counts[part];
    std::int32_t* const of_part = parts[part].data();
    std::fill_n(of_part + count, kLanes, 0);
    for (std::size_t i = 0; i < count; i += kLanes) {
      Lanes some, smaller{};
      std::memcpy(&some, of_part + i, sizeof some);
      for (std::size_t j = 0; j < count; ++j) {
        smaller -= of_part[j] < some;  // -1 where it is
      }
      for (std::size_t lane = 0; lane < std::min(kLanes, count - i); ++lane) {
        start[smaller[lane]] = static_cast<std::uint32_t>(some[lane]);
      }
    }
    start += count;
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    out[count] = sorted[i];
    count += sorted[i] != 0;  // equal ones took one place
  }
  return count;
}

/// All words in their order.
std::uint64_t hash_of_all(const FoldedText& text, std::uint64_t retweet) {
  std::uint64_t whole = 0;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    if (says_something(text, i, retweet)) {
      whole = follow(whole, text.tokens[i].hash);
    }
  }
  return whole;
}

}  // namespace

const Signature& Signer::sign(const FoldedText& text, std::uint64_t original) {
  static const GrammarWords grammar;
  const std::uint64_t retweet = hash_word("rt");
  const std::size_t total = text.tokens.size();
  counting_.resize(std::max(counting_.size(), total + 1));
  std::size_t tokens = 0, words = 0;
  // What counts cannot be guessed: it is written down in any case, and kept or not.
  for (std::size_t i = 0; i < total; ++i) {
    const Token& token = text.tokens[i];
    const bool says = says_something(text, i, retweet);
    counting_[words] = static_cast<std::uint32_t>(i);
    tokens += says;
    words += says & (is_digit(text.bytes[token.start]) |
                     ((token.length >= kShortestWord) & !grammar.contains(token.hash)));
  }
  if (tokens < Signature::kMinTokens) {
    return signature_ = identical_only(scatter(original));
  }
  if (words < Signature::kMinWords) {
    return signature_ = identical_only(hash_of_all(text, retweet));
  }
  hashes_.resize(std::max(hashes_.size(), 2 * words));
  signature_.numbers = 0;
  signature_.exact = false;
  std::uint64_t last = 0;
  std::size_t count = 0;
  for (const std::uint32_t at : std::span(counting_).first(words)) {
    const Token& token = text.tokens[at];
    const std::uint64_t scattered = scatter(token.hash);
    signature_.numbers |= static_cast<std::uint64_t>(is_digit(text.bytes[token.start]))
                          << (scattered & 63);
    hashes_[count] = static_cast<std::uint32_t>(scattered) & ~Signature::kPairBit;
    count += 1;
    hashes_[count] = static_cast<std::uint32_t>(follow(last, token.hash)) | Signature::kPairBit;
    count += last != 0;
    last = token.hash;
  }
  keep_least(std::span(hashes_).first(count));
  return signature_;
}

void Signer::keep_least(std::span<std::uint32_t> hashes) {
  std::array<std::uint32_t, kFew> few;
  std::span<const std::uint32_t> sorted;
  if (hashes.size() <= kFew) {
    sorted = std::span(few).first(sort_few(hashes, few));
  } else {
    std::ranges::sort(hashes);
    sorted = {hashes.begin(), std::unique(hashes.begin(), hashes.end())};
  }
  sorted = sorted.first(std::min(sorted.size(), Signature::kMaxHashes));
  signature_.size = static_cast<std::uint32_t>(sorted.size());
  std::fill(std::ranges::copy(sorted, signature_.hashes.begin()).out, signature_.hashes.end(), 0U);
}

namespace {
constexpr std::uint32_t kExactBit = 0x80000000U;
}  // namespace

void encode_signature(const Signature& signature, std::string& out) {
  const std::size_t start = out.size();
  const std::uint32_t size = signature.size | (signature.exact ? kExactBit : 0);
  out.resize(start + kSignatureHead + signature.size * sizeof(std::uint32_t));
  char* at = out.data() + start;
  std::memcpy(at, &signature.numbers, sizeof signature.numbers);
  std::memcpy(at + 8, &size, sizeof size);
  std::memcpy(at + kSignatureHead, signature.hashes.data(), signature.size * sizeof(std::uint32_t));
}

void decode_signature(std::string_view bytes, Signature& signature) {
  check(bytes.size() >= kSignatureHead, "a signature has a head");
  std::uint32_t size = 0;
  std::memcpy(&signature.numbers, bytes.data(), sizeof signature.numbers);
  std::memcpy(&size, bytes.data() + 8, sizeof size);
  signature.exact = (size & kExactBit) != 0;
  signature.size = size & ~kExactBit;
  check(signature.size <= Signature::kMaxHashes &&
            bytes.size() == kSignatureHead + signature.size * sizeof(std::uint32_t),
        "a signature is as long as it says");
  std::memcpy(signature.hashes.data(), bytes.data() + kSignatureHead,
              signature.size * sizeof(std::uint32_t));
  std::fill(signature.hashes.begin() + signature.size, signature.hashes.end(), 0U);
}

}  // namespace vigie
