#include "engine/classify/word_vectors.h"

#include <Eigen/Dense>
#include <Eigen/Sparse>
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "engine/classify/text_pieces.h"

namespace vigie {
namespace {

using Matrix = Eigen::MatrixXf;
using SparseMatrix = Eigen::SparseMatrix<float, Eigen::RowMajor>;

constexpr std::uint32_t kLeastOccurrences = 5;
constexpr std::size_t kWindow = 5;
constexpr double kContextPower = 0.75;
/// So many directions more than asked for, and so many rounds, and the largest are exact enough.
constexpr std::size_t kSpareDimensions = 20;
constexpr int kRounds = 3;

/// Those that occur often enough, by hash.
std::vector<std::uint64_t> frequent_words(std::span<const std::vector<std::uint64_t>> texts) {
  std::unordered_map<std::uint64_t, std::uint32_t> counts;
  for (const std::vector<std::uint64_t>& text : texts) {
    for (const std::uint64_t word : text) {
      ++counts[word];
    }
  }
  std::vector<std::uint64_t> words;
  for (const auto& [word, count] : counts) {
    if (count >= kLeastOccurrences) {
      words.push_back(word);
    }
  }
  std::ranges::sort(words);
  return words;
}

/// Word and context of every pair in company, as word * count of words + context; ascending.
std::vector<std::uint64_t> pairs_in_company(std::span<const std::vector<std::uint64_t>> texts,
                                            const std::vector<std::uint64_t>& words) {
  std::unordered_map<std::uint64_t, std::size_t> numbers;
  for (std::size_t i = 0; i < words.size(); ++i) {
    numbers.emplace(words[i], i);
  }
  std::vector<std::uint64_t> pairs;
  std::vector<std::size_t> known;
  for (const std::vector<std::uint64_t>& text : texts) {
    known.clear();
    for (const std::uint64_t word : text) {
      const auto number = numbers.find(word);
      known.push_back(number == numbers.end() ? words.size() : number->second);
    }
    for (std::size_t i = 0; i < known.size(); ++i) {
      for (std::size_t j = i + 1; j < known.size() && j <= i + kWindow; ++j) {
        if (known[i] != words.size() && known[j] != words.size()) {
          pairs.push_back(known[i] * words.size() + known[j]);
          pairs.push_back(known[j] * words.size() + known[i]);
        }
      }
    }
  }
  std::ranges::sort(pairs);
  return pairs;
}

SparseMatrix mutual_information(const std::vector<std::uint64_t>& pairs, std::size_t words) {
  std::vector<double> occurrences(words);
  for (const std::uint64_t pair : pairs) {  // as often as a word as as a context
    ++occurrences[pair / words];
  }
  double all_contexts = 0;
  for (const double count : occurrences) {
    all_contexts += std::pow(count, kContextPower);
  }
  std::vector<Eigen::Triplet<float>> entries;
  for (std::size_t at = 0, next = 0; at < pairs.size(); at = next) {
    while (next < pairs.size() && pairs[next] == pairs[at]) {
      ++next;
    }
    const std::size_t word = pairs[at] / words, context = pairs[at] % words;
    const double share = static_cast<double>(next - at) / occurrences[word];
    const double expected = std::pow(occurrences[context], kContextPower) / all_contexts;
    if (share > expected) {
      entries.emplace_back(static_cast<int>(word), static_cast<int>(context),
                           static_cast<float>(std::log(share / expected)));
    }
  }
  const auto size = static_cast<Eigen::Index>(words);
  SparseMatrix matrix(size, size);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

Matrix orthonormal(const Matrix& columns) {
  const Eigen::HouseholderQR<Matrix> decomposed(columns);
  return decomposed.householderQ() * Matrix::Identity(columns.rows(), columns.cols());
}

/// The left singular vectors of the `most` largest singular values or so, each times the square
/// root of its value; the largest last.
Matrix largest_directions(const SparseMatrix& matrix, std::size_t most) {
  Matrix start(matrix.cols(), static_cast<Eigen::Index>(most));
  for (Eigen::Index i = 0; i < start.size(); ++i) {
    const std::uint64_t drawn = text_pieces::mix(static_cast<std::uint64_t>(i) + 1);
    start.data()[i] = (drawn & 1) != 0 ? 1.0F : -1.0F;
  }
  const SparseMatrix transposed = matrix.transpose();
  Matrix basis = orthonormal(matrix * start);
  for (int round = 0; round < kRounds; ++round) {
    basis = orthonormal(matrix * orthonormal(transposed * basis));
  }
  const Matrix projected = transposed * basis;
  const Eigen::SelfAdjointEigenSolver<Matrix> solved(projected.transpose() * projected);
  const Eigen::VectorXf roots = solved.eigenvalues().cwiseMax(0.0F).cwiseSqrt().cwiseSqrt();
  return basis * solved.eigenvectors() * roots.asDiagonal();
}

}  // namespace

WordVectors learn_word_vectors(std::span<const std::vector<std::uint64_t>> texts,
                               std::size_t dimensions) {
  WordVectors vectors;
  vectors.words = frequent_words(texts);
  const std::vector<std::uint64_t> pairs = pairs_in_company(texts, vectors.words);
  if (pairs.empty()) {
    return {};
  }
  const std::size_t words = vectors.words.size();
  const Matrix directions = largest_directions(mutual_information(pairs, words),
                                               std::min(dimensions + kSpareDimensions, words));
  vectors.dimensions = std::min(dimensions, words);
  vectors.values.resize(words * vectors.dimensions);
  for (std::size_t word = 0; word < words; ++word) {
    const auto place = directions.row(static_cast<Eigen::Index>(word))
                           .tail(static_cast<Eigen::Index>(vectors.dimensions));
    const float length = place.norm();
    for (std::size_t i = 0; i < vectors.dimensions && length > 0; ++i) {
      vectors.values[word * vectors.dimensions + i] = place[static_cast<Eigen::Index>(i)] / length;
    }
  }
  return vectors;
}

}  // namespace vigie
