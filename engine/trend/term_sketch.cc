#include "engine/trend/term_sketch.h"

#include <algorithm>

#include "engine/core/folded_text.h"
#include "engine/store/bytes.h"

namespace vigie {
namespace {

/// A sketch's bytes: byte kFormat · varint mentions · u64 × 64 of AuthorCount · per term its key,
/// its surface (texts), varint mentions, u64 of AuthorBits.
constexpr std::uint8_t kFormat = 1;
/// So many of the rarest terms are looked up at once.
constexpr std::size_t kRareAtOnce = TermSketch::kMaxTerms / 8;

/// Which of two ways of writing the same stems is shown: the shorter one, so that the result does
/// not depend on the order.
bool is_plainer(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

TermSketch::Entry& TermSketch::entry(const std::string& key, std::string_view surface) {
  const auto found = terms_.find(key);
  if (found != terms_.end()) {
    if (is_plainer(surface, found->second.surface)) {
      found->second.surface = surface;
    }
    return found->second;
  }
  if (terms_.size() < kMaxTerms) {
    return terms_.emplace(key, Entry{std::string(surface), 0, {}, hash_word(key)}).first->second;
  }
  Terms::node_type place = evict();  // its memory serves again
  place.key() = key;
  Entry& fresh = place.mapped();
  fresh.surface = surface;
  fresh.authors = {};
  fresh.hash = hash_word(key);
  return terms_.insert(std::move(place)).position->second;
}

void TermSketch::hear(std::span<const Term> terms, std::uint64_t author) {
  ++mentions_;
  authors_.add(author);
  for (const Term& term : terms) {
    Entry& heard = entry(term.key, term.surface);
    ++heard.mentions;
    heard.authors.add(author);
  }
}

void TermSketch::add(const TermSketch& other) {
  mentions_ += other.mentions_;
  authors_.add(other.authors_);
  for (const auto& [key, theirs] : other.terms_) {
    Entry& ours = entry(key, theirs.surface);
    ours.mentions += theirs.mentions;
    ours.authors.add(theirs.authors);
  }
}

TermSketch::Terms::node_type TermSketch::evict() {
  for (;;) {
    if (rare_.empty()) {
      look_up_rare();
    }
    const Rare rare = rare_.back();
    rare_.pop_back();
    if (rare.term->second.mentions == rare.mentions) {  // else it was said since
      return terms_.extract(rare.term->first);
    }
  }
}

/// Which of equally rare ones go first is decided by their hashes, not by the table's order, so
/// that the same mentions always leave the same terms.
void TermSketch::look_up_rare() {
  if (places_.empty()) {  // by which they are read side by side, not one after the other
    for (const Terms::value_type& term : terms_) {
      places_.push_back(&term);
    }
  }
  for (const Terms::value_type* const term : places_) {
    rare_.push_back({term->second.mentions, term->second.hash, term});
  }
  const auto commoner = [](const Rare& a, const Rare& b) {
    return a.mentions != b.mentions ? a.mentions > b.mentions : a.hash > b.hash;
  };
  const auto rarest = rare_.end() - kRareAtOnce;
  std::ranges::nth_element(rare_, rarest, commoner);
  rare_.erase(rare_.begin(), rarest);
  std::ranges::sort(rare_, commoner);
}

std::string TermSketch::encode() const {
  std::string out(1, static_cast<char>(kFormat));
  put_varint(out, mentions_);
  for (const std::uint64_t word : authors_.words()) {
    put_u64(out, word);
  }
  for (const auto& [key, term] : terms_) {
    put_text(out, key);
    put_text(out, term.surface);
    put_varint(out, term.mentions);
    put_u64(out, term.authors.bits());
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
    const std::string_view key = in.text();
    Entry& term = sketch.terms_[std::string(key)];
    term.hash = hash_word(key);
    term.surface = in.text();
    term.mentions = in.varint();
    term.authors = AuthorBits(in.u64());
  }
  if (!is_known || !in.done()) {
    return fail(ErrorCode::kCorrupt, "a stored day of terms cannot be read: its bytes are damaged");
  }
  return sketch;
}

}  // namespace vigie
