#include "engine/trend/term_sketch.h"

#include <algorithm>

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
  const std::uint64_t inherited = terms_.size() < kMaxTerms ? 0 : evict();
  Entry& fresh = terms_[key];
  fresh.surface = surface;
  fresh.mentions = inherited;
  return fresh;
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

std::uint64_t TermSketch::evict() {
  for (;;) {
    if (rare_.empty()) {
      look_up_rare();
    }
    const Rare rare = std::move(rare_.back());
    rare_.pop_back();
    const auto found = terms_.find(rare.key);
    if (found != terms_.end() && found->second.mentions == rare.mentions) {
      terms_.erase(found);
      return rare.mentions;
    }
  }
}

void TermSketch::look_up_rare() {
  for (const auto& [key, term] : terms_) {
    rare_.push_back({key, term.mentions});
  }
  const auto commoner = [](const Rare& a, const Rare& b) {
    return a.mentions != b.mentions ? a.mentions > b.mentions : a.key > b.key;
  };
  std::ranges::sort(rare_, commoner);
  rare_.erase(rare_.begin(), rare_.end() - kRareAtOnce);
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
    Entry& term = sketch.terms_[std::string(in.text())];
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
