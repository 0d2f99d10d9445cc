#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigie {

/// A place in space for each word, near those of words that stand in the same company: what texts
/// teach of words though nobody labelled them.
struct WordVectors {
  std::size_t dimensions = 0;
  std::vector<std::uint64_t> words;  ///< hashes
  std::vector<float> values;         ///< `dimensions` for each word, of length 1

  std::span<const float> of(std::size_t word) const {
    return {values.data() + word * dimensions, dimensions};
  }
};

/// Learns vectors of the words (hashes) that occur five times or more, at most `dimensions` wide
/// and narrower where there are fewer words: positive pointwise mutual information with the words
/// at most five ahead or behind, the contexts' counts to the power 0.75, cut to its largest
/// singular values by the randomised algorithm of Halko, Martinsson and Tropp (2011). Words that
/// are alone have none. The same texts in the same order give the same bytes on the same machine.
/// Memory: 8 bytes for each pair of words in company.
WordVectors learn_word_vectors(std::span<const std::vector<std::uint64_t>> texts,
                               std::size_t dimensions);

}  // namespace vigie
