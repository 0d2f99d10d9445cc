#include "bench/limit_words.h"

#include <random>

namespace vigie {
namespace {

constexpr std::uint64_t kBasis = 14695981039346656037U, kPrime = 1099511628211U;
constexpr std::size_t kTextsCounted = 50'000, kMostUses = 20, kLexiconBits = 13;

std::uint64_t pair_of(std::uint64_t first, std::uint64_t second) {
  return (first ^ (second >> 1)) * kPrime;
}

}  // namespace

ReferenceFold::ReferenceFold() {
  const std::string_view letters = "aaaaaaaceeeeiiiidnooooo*ouuuuyts";
  for (std::size_t i = 0; i < latin_.size(); ++i) {
    latin_[i] = letters[i % 32];
  }
}

void ReferenceFold::operator()(std::string_view text, std::string& folded,
                               std::vector<std::uint64_t>& words) const {
  folded.clear();
  words.clear();
  std::uint64_t hash = kBasis;
  bool in_word = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    char out = ' ';
    if (byte >= 'A' && byte <= 'Z') {
      out = static_cast<char>(byte + 32);
    } else if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) {
      out = static_cast<char>(byte);
    } else if (byte == 0xC3 && i + 1 < text.size()) {
      out = latin_[static_cast<unsigned char>(text[++i]) & 63];
    } else if (byte >= 0x80) {
      out = static_cast<char>(byte);
    }
    folded.push_back(out);
    if (out != ' ') {
      hash = (hash ^ static_cast<unsigned char>(out)) * kPrime;
      in_word = true;
    } else if (in_word) {
      words.push_back(hash);
      hash = kBasis;
      in_word = false;
    }
  }
  if (in_word) {
    words.push_back(hash);
  }
}

ReferenceMatch::ReferenceMatch(const std::vector<std::string>& texts, std::size_t rules,
                               const ReferenceFold& fold)
    : begins_(kBits / 64) {
  std::unordered_map<std::uint64_t, std::size_t> uses;
  std::string folded;
  std::vector<std::uint64_t> words;
  const std::size_t counted = std::min(texts.size(), kTextsCounted);
  for (std::size_t i = 0; i < counted; ++i) {
    fold(texts[i], folded, words);
    for (const std::uint64_t word : words) {
      ++uses[word];
    }
  }
  for (std::size_t i = 0; i < counted && rules_.size() < rules; ++i) {
    fold(texts[counted - 1 - i], folded, words);
    for (std::size_t at = 0; at + 1 < words.size(); ++at) {
      if (uses[words[at]] <= kMostUses || uses[words[at + 1]] <= kMostUses) {
        begins_[words[at] % kBits / 64] |= std::uint64_t{1} << (words[at] % 64);
        rules_.emplace(pair_of(words[at], words[at + 1]), rules_.size());
        break;
      }
    }
  }
}

std::size_t ReferenceMatch::operator()(const std::vector<std::uint64_t>& words) const {
  std::size_t hold = 0;
  for (std::size_t at = 0; at + 1 < words.size(); ++at) {
    if ((begins_[words[at] % kBits / 64] >> (words[at] % 64) & 1) != 0) {
      hold += rules_.count(pair_of(words[at], words[at + 1]));
    }
  }
  return hold;
}

ReferenceClassify::ReferenceClassify()
    : words_(kBuckets), pairs_(kBuckets), lexicon_(std::size_t{1} << kLexiconBits) {
  std::minstd_rand random(1);  // NOLINT(cert-msc51-cpp): the same weights every time
  const auto weight = [&random] { return static_cast<std::int8_t>(random() % 255 - 127); };
  for (auto* table : {&words_, &pairs_}) {
    for (auto& weights : *table) {
      for (std::int8_t& one : weights) {
        one = weight();
      }
    }
  }
  for (std::int8_t& sign : lexicon_) {
    sign = weight();
  }
}

std::array<std::int32_t, 4> ReferenceClassify::operator()(
    const std::vector<std::uint64_t>& words) const {
  std::array<std::int32_t, 4> sums{};
  const auto add = [&sums](const std::array<std::int8_t, 4>& weights) {
    for (std::size_t head = 0; head < sums.size(); ++head) {
      sums[head] += weights[head];
    }
  };
  std::int32_t said = 0;
  for (std::size_t at = 0; at < words.size(); ++at) {
    add(words_[words[at] % kBuckets]);
    if (at != 0) {
      add(pairs_[pair_of(words[at - 1], words[at]) % kBuckets]);
    }
    said += lexicon_[words[at] >> (64 - kLexiconBits)];
  }
  sums[0] += said;
  return sums;
}

}  // namespace vigie
