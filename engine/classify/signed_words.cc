#include "engine/classify/signed_words.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace vigie {
namespace {

constexpr std::uint32_t kNegationReach = 3;   // words
constexpr std::uint32_t kIntensityReach = 2;  // words
constexpr std::int32_t kShoutPercent = 125;   // a word in capitals among small letters
constexpr std::int32_t kStretchPercent = 125;
constexpr std::int32_t kExclaimPercent = 115;
constexpr std::int32_t kDenialPercent = 50;  // "pas mauvais" is less than good

constexpr std::size_t kExpected = 64;  // so many words are asked of memory beforehand

constexpr bool has(const Token& token, unsigned flags) { return (token.flags & flags) != 0; }

void scale(std::int32_t& weight, std::int32_t percent) { weight = weight * percent / 100; }

/// One walk through a text, sentence by sentence.
class Reading {
 public:
  Reading(const Lexicon& lexicon, const FoldedText& folded, SignedWords& out)
      : lexicon_(lexicon), folded_(folded), out_(out) {
    const auto shouted = std::ranges::count_if(
        folded.tokens, [](const Token& token) { return has(token, kTokenUpper); });
    all_shouted_ = 2 * static_cast<std::size_t>(shouted) > folded.tokens.size();
  }

  void read() {
    for (const std::uint32_t at : out_.places) {
      if (out_.words.size() >= kMaxSignedWords) {
        break;
      }
      if (at < read_until_) {
        continue;
      }
      if (at > 0 && has(folded_.tokens[at], kTokenSentenceStart)) {
        end_sentence(at);
      }
      read_until_ = at + read_word(at);
    }
    end_sentence(static_cast<std::uint32_t>(folded_.tokens.size()));
  }

 private:
  /// Says how many tokens it read.
  std::uint32_t read_word(std::uint32_t at) {
    if (has(folded_.tokens[at], kTokenLink | kTokenHandle)) {
      return 1;
    }
    const LexiconEntry* entry = lexicon_.find(folded_, at);
    if (entry == nullptr) {
      return 1;
    }
    const std::uint32_t next = at + entry->words;
    switch (entry->kind) {
      case WordKind::kTone:
      case WordKind::kIrony:
        add(*entry, at);
        break;
      case WordKind::kTrailingNegation:
        negate_word_before(at, entry->weight);
        [[fallthrough]];
      case WordKind::kNegation:
        negation_end_ = next;
        negation_percent_ = entry->weight;
        break;
      case WordKind::kIntensifier:
        intensity_end_ = next;
        intensity_percent_ = entry->weight;
        break;
      case WordKind::kContrast:
        damp_what_came_before(at, entry->weight);
        out_.contrasts.push_back(at);
        break;
    }
    return entry->words;
  }

  void add(const LexiconEntry& entry, std::uint32_t at) {
    const Token& token = folded_.tokens[at];
    SignedWord word{&entry, at, at + entry.words - 1, entry.weight, false};
    if (!has(token, kTokenEmoji)) {
      shape(word, token);
    }
    if (!word.negated && word.weight > 0 &&
        (entry.kind == WordKind::kIrony || stands_in_quotes(word))) {
      out_.may_be_irony = true;
    }
    out_.words.push_back(word);
  }

  void shape(SignedWord& word, const Token& token) {
    if (has(token, kTokenUpper) && !all_shouted_) {
      scale(word.weight, kShoutPercent);
    }
    if (has(token, kTokenElongated)) {
      scale(word.weight, kStretchPercent);
    }
    if (intensity_end_ != 0 && word.first_token < intensity_end_ + kIntensityReach) {
      scale(word.weight, intensity_percent_);
      intensity_end_ = 0;
    }
    if (negation_end_ != 0 && word.first_token < negation_end_ + kNegationReach) {
      negate(word, negation_percent_);
    }
  }

  static void negate(SignedWord& word, std::int32_t percent) {
    scale(word.weight, word.weight < 0 ? -percent * kDenialPercent / 100 : -percent);
    word.negated = true;
  }

  void negate_word_before(std::uint32_t at, std::int32_t percent) {
    if (out_.words.size() <= sentence_first_) {
      return;
    }
    SignedWord& word = out_.words.back();
    if (word.last_token + 1 == at && word.weight > 0 && !word.negated &&
        !has(folded_.tokens[word.first_token], kTokenEmoji)) {
      negate(word, percent);
    }
  }

  /// "Jolie place, mais…" speaks of its own sentence, "Mais…" at a sentence's start of the one
  /// before.
  void damp_what_came_before(std::uint32_t at, std::int32_t percent) {
    const std::size_t first =
        has(folded_.tokens[at], kTokenSentenceStart) ? sentence_before_ : sentence_first_;
    for (std::size_t i = std::max(first, damped_); i < out_.words.size(); ++i) {
      scale(out_.words[i].weight, percent);
    }
    damped_ = out_.words.size();
    negation_end_ = intensity_end_ = 0;
  }

  void end_sentence(std::uint32_t next) {
    if (next > 0 && gap_before(next).find('!') != std::string_view::npos) {
      for (std::size_t i = sentence_first_; i < out_.words.size(); ++i) {
        scale(out_.words[i].weight, kExclaimPercent);
      }
    }
    sentence_before_ = sentence_first_;
    sentence_first_ = out_.words.size();
    negation_end_ = intensity_end_ = 0;
  }

  bool stands_in_quotes(const SignedWord& word) const {
    const std::string_view before = gap_before(word.first_token);
    const std::string_view after = gap_before(word.last_token + 1);
    return before.find('"') != std::string_view::npos && after.find('"') != std::string_view::npos;
  }

  /// What stands between a token and the one before it; at most 16 bytes of it are looked at.
  std::string_view gap_before(std::uint32_t token) const {
    const std::string_view bytes = folded_.bytes;
    const std::size_t start =
        token == 0 ? 0 : folded_.tokens[token - 1].start + folded_.tokens[token - 1].length;
    const std::size_t end =
        token < folded_.tokens.size() ? folded_.tokens[token].start : bytes.size();
    return bytes.substr(start, std::min<std::size_t>(end - start, 16));
  }

  const Lexicon& lexicon_;
  const FoldedText& folded_;
  SignedWords& out_;
  bool all_shouted_ = false;
  std::uint32_t read_until_ = 0;    ///< tokens before it are read
  std::uint32_t negation_end_ = 0;  ///< first token behind the last negation; 0: none in force
  std::int32_t negation_percent_ = 0;
  std::uint32_t intensity_end_ = 0;
  std::int32_t intensity_percent_ = 100;
  std::size_t sentence_first_ = 0;   ///< in out_.words: where this sentence begins
  std::size_t sentence_before_ = 0;  ///< and the one before
  std::size_t damped_ = 0;           ///< words before it were damped already
};

}  // namespace

void expect_signed_words(const Lexicon& lexicon, const FoldedText& folded, SignedWords& out) {
  // Which words are known cannot be guessed: they are gathered without a branch.
  const auto count = static_cast<std::uint32_t>(folded.tokens.size());
  out.places.resize(count);
  std::size_t gathered = 0;
  for (std::uint32_t at = 0; at < count; ++at) {
    const Token& token = folded.tokens[at];
    const std::uint64_t next = at + 1 < count ? folded.tokens[at + 1].hash : 0;
    out.places[gathered] = at;
    gathered += static_cast<std::size_t>(has(token, kTokenSentenceStart)) |
                static_cast<std::size_t>(lexicon.may_begin(token, next));
  }
  out.places.resize(gathered);
  for (const std::uint32_t at : std::span(out.places).first(std::min(gathered, kExpected))) {
    lexicon.expect(folded.tokens[at]);
  }
}

void find_signed_words(const Lexicon& lexicon, const FoldedText& folded, SignedWords& out) {
  out.words.clear();
  out.contrasts.clear();
  out.may_be_irony = false;
  Reading(lexicon, folded, out).read();
}

}  // namespace vigie
