#include "engine/trend/term_sketch.h"

#include <algorithm>
#include <utility>

#include "engine/core/folded_text.h"
#include "engine/store/bytes.h"

namespace vigie {
namespace {

/// A sketch's bytes: byte kFormat · varint mentions · u64 × 64 of AuthorCount · per term its key,
/// its surface (texts), varint mentions, u64 of AuthorBits.
constexpr std::uint8_t kFormat = 1;

/// Which of two ways of writing the same stems is shown: the shorter one, so that the result does
/// not depend on the order.
bool is_plainer(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

const TermSketch::Entry* TermSketch::find(std::string_view key) const {
  const auto found = places_.find(hash_word(key));
  return found == places_.end() || terms_[found->second].key != key ? nullptr
                                                                    : &terms_[found->second];
}

TermSketch::Entry* TermSketch::entry(std::string_view key, std::uint64_t hash,
                                     std::string_view surface) {
  const auto known = places_.find(hash);
  if (known != places_.end()) {
    Entry& old = terms_[known->second];
    if (!is_same_word(old.key, key)) {
      return nullptr;
    }
    if (is_plainer(surface, old.surface)) {
      old.surface = surface;
    }
    return &old;
  }
  auto place = static_cast<std::uint32_t>(terms_.size());
  if (place < kMaxTerms) {
    terms_.emplace_back();
  } else {
    place = rarest();
    places_.erase(terms_[place].hash);
  }
  places_.emplace(hash, place);
  Entry& fresh = terms_[place];  // what an evicted one's strings hold of memory serves again
  fresh.key = key;
  fresh.surface = surface;
  fresh.hash = hash;
  fresh.authors = {};
  return &fresh;
}

void TermSketch::hear(std::span<const Term> terms, std::uint64_t author) {
  ++mentions_;
  authors_.add(author);
  for (const Term& term : terms) {
    if (Entry* const heard = entry(term.key, term.hash, term.surface)) {
      ++heard->mentions;
      heard->authors.add(author);
    }
  }
}

void TermSketch::add(const TermSketch& other) {
  mentions_ += other.mentions_;
  authors_.add(other.authors_);
  for (const Entry& theirs : other.terms_) {
    if (Entry* const ours = entry(theirs.key, theirs.hash, theirs.surface)) {
      ours->mentions += theirs.mentions;
      ours->authors.add(theirs.authors);
    }
  }
}

std::uint32_t TermSketch::rarest() {
  for (;; ++hand_) {
    if (hand_ == terms_.size()) {
      hand_ = 0;
      least_ = std::exchange(passed_, std::numeric_limits<std::uint64_t>::max());
    }
    const std::uint64_t mentions = terms_[hand_].mentions;
    if (mentions <= least_) {
      passed_ = std::min(passed_, mentions + 1);  // it is there with one more
      return static_cast<std::uint32_t>(hand_++);
    }
    passed_ = std::min(passed_, mentions);
  }
}

std::string TermSketch::encode() const {
  std::string out(1, static_cast<char>(kFormat));
  put_varint(out, mentions_);
  for (const std::uint64_t word : authors_.words()) {
    put_u64(out, word);
  }
  std::vector<const Entry*> terms;
  for (const Entry& term : terms_) {
    terms.push_back(&term);
  }
  std::ranges::sort(terms, {}, &Entry::hash);
  for (const Entry* const term : terms) {
    put_text(out, term->key);
    put_text(out, term->surface);
    put_varint(out, term->mentions);
    put_u64(out, term->authors.bits());
  }
  return out;
}

Result<TermSketch> TermSketch::decode(std::string_view bytes) {
  ByteReader in(bytes);
  TermSketch sketch;
  const bool is_known = in.byte() == kFormat;
  sketch.mentions_ = in.varint();
  for (std::uint64_t& word : sketch.authors_.words()) {
    word = in.u64();
  }
  while (is_known && in.ok() && !in.done() && sketch.terms_.size() < kMaxTerms) {
    const std::string_view key = in.text(), surface = in.text();
    const std::uint64_t mentions = in.varint(), authors = in.u64();
    if (Entry* const term = sketch.entry(key, hash_word(key), surface)) {
      term->mentions = mentions;
      term->authors = AuthorBits(authors);
    }
  }
  if (!is_known || !in.done()) {
    return fail(ErrorCode::kCorrupt, "a stored day of terms cannot be read: its bytes are damaged");
  }
  return sketch;
}

}  // namespace vigie
