#include "engine/match/phrase_trie.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

namespace vigie {
namespace {

constexpr std::uint32_t kTogether = 64;  // words that are looked at before any is looked up
constexpr std::size_t kBeginning = 4;    // letters of a pattern that words are known by

/// The first kBeginning bytes of a word, zeros if it has fewer, as a hash. `bytes`: so many can be
/// read.
std::uint64_t beginning_of(const char* bytes, std::size_t size) {
  constexpr std::array<std::uint32_t, kBeginning + 1> kCounts = {0, 0xff, 0xffff, 0xffffff,
                                                                 0xffffffff};
  std::uint32_t beginning = 0;
  std::memcpy(&beginning, bytes, sizeof beginning);
  return (beginning & kCounts[std::min(size, kBeginning)]) * 0x9e3779b97f4a7c15ULL >> 32;
}

}  // namespace

std::uint32_t PhraseTrie::add(const std::vector<std::string>& words) {
  std::uint32_t node = 0;
  for (const std::string& word : words) {
    const auto [place, is_new] = edge_ends_.try_emplace(std::to_string(node) + ' ' + word,
                                                        static_cast<std::uint32_t>(nodes_.size()));
    if (is_new) {
      nodes_.emplace_back();
      if (WordPatterns::is_pattern(word)) {
        const std::uint32_t pattern = patterns_.add(word);
        nodes_[node].has_patterns = true;
        pattern_edges_.push_back({key_of(node, pattern), node, place->second, pattern, 0});
      } else {
        nodes_[node].has_words = true;
        word_edges_.push_back({key_of(node, hash_word(word)), node, place->second,
                               static_cast<std::uint32_t>(words_.size()),
                               static_cast<std::uint32_t>(word.size())});
        words_ += word;
      }
    }
    node = place->second;
  }
  if (nodes_[node].phrase == kNone) {
    nodes_[node].phrase = phrases_++;
  }
  return nodes_[node].phrase;
}

void PhraseTrie::finish() {
  patterns_.finish();
  fill_filters();
  for (auto* edges : {&word_edges_, &pattern_edges_}) {
    std::vector<Edge> table(std::bit_ceil(edges->size() * 2 + 1));
    for (const Edge& edge : *edges) {
      insert(edge, table);
    }
    *edges = std::move(table);
  }
  edge_ends_.clear();
}

void PhraseTrie::fill_filters() {
  std::vector<std::uint64_t> firsts, nexts, alone, pairs, beginnings, next_beginnings;
  std::vector<std::optional<std::uint64_t>> first_words(nodes_.size());  // hashes, by node
  const auto hash_of = [&](const Edge& edge) {
    return hash_word(std::string_view(words_).substr(edge.word_start, edge.word_length));
  };
  for (const Edge& edge : word_edges_) {
    (edge.from == 0 ? firsts : nexts).push_back(edge.key);
    if (edge.from == 0) {
      first_words[edge.to] = hash_of(edge);
      if (nodes_[edge.to].phrase != kNone || nodes_[edge.to].has_patterns) {
        alone.push_back(hash_of(edge));
      }
    }
  }
  for (const Edge& edge : word_edges_) {
    if (first_words[edge.from]) {
      pairs.push_back(hash_pair(*first_words[edge.from], hash_of(edge)));
    }
  }
  for (const Edge& edge : pattern_edges_) {
    const auto let_begin = [&](const std::string& letters) {
      const std::uint64_t beginning = beginning_of(letters.data(), kBeginning);
      edge.from == 0 ? beginnings.push_back(beginning)
                     : next_beginnings.push_back(key_of(edge.from, beginning));
    };
    std::string literal(patterns_.literal(edge.word_start));
    if (literal.size() >= kBeginning) {
      let_begin(literal);
    } else if (literal.size() == kBeginning - 1) {
      literal.push_back('\0');
      for (int last = 0; last < 256; ++last) {
        literal.back() = static_cast<char>(last);
        let_begin(literal);
      }
    } else if (edge.from == 0) {
      first_bytes_[static_cast<unsigned char>(literal.front())] = true;
    } else {
      nodes_[edge.from].any_fits = true;
    }
  }
  for (auto* const letters : {&beginnings, &next_beginnings}) {
    std::ranges::sort(*letters);
    letters->erase(std::unique(letters->begin(), letters->end()), letters->end());
  }
  first_filter_ = HashFilter(firsts);
  next_filter_ = HashFilter(nexts);
  alone_filter_ = HashFilter(alone);
  pair_filter_ = HashFilter(pairs);
  beginning_filter_ = HashFilter(beginnings);
  next_beginning_filter_ = HashFilter(next_beginnings);
}

void PhraseTrie::insert(const Edge& edge, std::vector<Edge>& table) {
  const std::uint64_t mask = table.size() - 1;
  std::uint64_t slot = edge.key >> 20 & mask;
  while (table[slot].from != kNone) {
    slot = (slot + 1) & mask;
  }
  table[slot] = edge;
}

std::uint32_t PhraseTrie::find_word(std::uint32_t node, std::uint64_t key,
                                    std::string_view word) const {
  const std::uint64_t mask = word_edges_.size() - 1;
  for (std::uint64_t slot = key >> 20 & mask; word_edges_[slot].from != kNone;
       slot = (slot + 1) & mask) {
    const Edge& edge = word_edges_[slot];
    if (edge.key == key && edge.from == node &&
        is_same_word({words_.data() + edge.word_start, edge.word_length}, word)) {
      return edge.to;
    }
  }
  return kNone;
}

std::uint32_t PhraseTrie::find_pattern(std::uint32_t node, std::uint32_t pattern) const {
  const std::uint64_t mask = pattern_edges_.size() - 1;
  for (std::uint64_t slot = key_of(node, pattern) >> 20 & mask; pattern_edges_[slot].from != kNone;
       slot = (slot + 1) & mask) {
    if (pattern_edges_[slot].from == node && pattern_edges_[slot].word_start == pattern) {
      return pattern_edges_[slot].to;
    }
  }
  return kNone;
}

void PhraseTrie::find(const FoldedText& text, WordStarts& starts,
                      std::vector<PhraseHit>& hits) const {
  find_in_field(text, 0, text.text_token, starts, hits);
  find_in_field(text, text.text_token, static_cast<std::uint32_t>(text.tokens.size()), starts,
                hits);
}

void PhraseTrie::find_in_field(const FoldedText& text, std::uint32_t from, std::uint32_t to,
                               WordStarts& starts, std::vector<PhraseHit>& hits) const {
  std::array<std::uint32_t, kTogether> may;
  while (from < to) {
    std::uint32_t count = 0;
    for (const std::uint32_t end = std::min(to, from + kTogether); from < end; ++from) {
      may[count] = from;
      const std::uint64_t next = from + 1 < to ? text.tokens[from + 1].hash : 0;
      count += may_start(text, text.tokens[from], next) ? 1 : 0;
    }
    for (const std::uint32_t i : std::span(may).first(count)) {
      starts.expect(text.tokens[i].hash);
    }
    for (const std::uint32_t i : std::span(may).first(count)) {
      const Token& token = text.tokens[i];
      Walk walk{text, hits, i, to};
      std::span<const std::uint32_t> nodes;
      if (!starts.find(text, token, nodes)) {
        start_unknown_word(walk, text.word(token), starts);
      }
      for (const std::uint32_t node : nodes) {
        arrive(walk, node, i);
      }
    }
  }
}

void PhraseTrie::start_unknown_word(Walk& walk, std::string_view word, WordStarts& starts) const {
  const std::uint64_t hash = walk.text.tokens[walk.first_token].hash;
  std::array<std::uint32_t, WordStarts::kMaxNodes> found;
  std::size_t count = 0;
  visit_starts(word, hash, [&](std::uint32_t node) {
    if (count < found.size()) {
      found[count] = node;
    }
    ++count;
    arrive(walk, node, walk.first_token);
  });
  if (count <= found.size()) {
    starts.remember(word, hash, std::span(found).first(count));
  }
}

template <class Visit>
void PhraseTrie::visit_starts(std::string_view word, std::uint64_t hash, Visit&& visit) const {
  const std::uint64_t key = key_of(0, hash);
  if (first_filter_.passes(key)) {
    if (const std::uint32_t node = find_word(0, key, word); node != kNone) {
      visit(node);
    }
  }
  if (nodes_[0].has_patterns) {
    patterns_.visit_fitting(word, [&](std::uint32_t pattern) {
      if (const std::uint32_t node = find_pattern(0, pattern); node != kNone) {
        visit(node);
      }
    });
  }
}

inline bool PhraseTrie::may_start(const FoldedText& text, const Token& token,
                                  std::uint64_t next) const {
  const bool alone = alone_filter_.passes(token.hash);
  const bool pair = pair_filter_.passes(hash_pair(token.hash, next));
  const bool fits =
      token.start + kBeginning > text.bytes.size() ||
      beginning_filter_.passes(beginning_of(text.bytes.data() + token.start, token.length));
  const bool is_short = first_bytes_[static_cast<unsigned char>(text.bytes[token.start])];
  return ((token.flags & kTokenLink) == 0) & (alone | pair | fits | is_short);
}

inline bool PhraseTrie::may_fit(const FoldedText& text, std::uint32_t node,
                                const Token& next) const {
  return nodes_[node].any_fits || next.start + kBeginning > text.bytes.size() ||
         next_beginning_filter_.passes(
             key_of(node, beginning_of(text.bytes.data() + next.start, next.length)));
}

void PhraseTrie::follow(Walk& walk, std::uint32_t node, std::uint64_t key,
                        std::uint32_t token) const {
  const std::uint32_t end = find_word(node, key, walk.text.word(walk.text.tokens[token]));
  if (end != kNone) {
    arrive(walk, end, token);
  }
}

void PhraseTrie::follow_patterns(Walk& walk, std::uint32_t node, std::uint32_t token) const {
  patterns_.visit_fitting(walk.text.word(walk.text.tokens[token]), [&](std::uint32_t pattern) {
    const std::uint32_t end = find_pattern(node, pattern);
    if (end != kNone) {
      arrive(walk, end, token);
    }
  });
}

void PhraseTrie::arrive(Walk& walk, std::uint32_t node, std::uint32_t token) const {
  const Node& end = nodes_[node];
  if (end.phrase != kNone) {
    walk.hits.push_back({end.phrase, walk.first_token, token});
  }
  if (++token == walk.end_token) {
    return;
  }
  const Token& next = walk.text.tokens[token];
  if ((next.flags & kTokenLink) != 0) {
    return;
  }
  // Without a look at anything but a filter for nearly all words.
  const std::uint64_t key = key_of(node, next.hash);
  if (end.has_words && next_filter_.passes(key)) {
    follow(walk, node, key, token);
  }
  if (end.has_patterns && may_fit(walk.text, node, next)) {
    follow_patterns(walk, node, token);
  }
}

}  // namespace vigie
