#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace vigie {

/// Texts of real or made-up posts: the file that VIGIE_POSTS names (NDJSON with a "text" each,
/// plain or gzip), else the bundled town.
std::vector<std::string> read_texts();

inline constexpr std::chrono::seconds kCorpusBegins{1'790'000'000};

/// Distinct posts without end, recombined from texts: each is the beginning of one and the end of
/// another, with authors, dates and the ballast that networks send along. The same seed gives the
/// same posts.
class Corpus {
 public:
  /// `from`: the date of post 0, since 1970; `spacing`: between two posts that follow one another.
  Corpus(std::vector<std::string> texts, std::uint64_t seed,
         std::chrono::seconds from = kCorpusBegins,
         std::chrono::milliseconds spacing = std::chrono::milliseconds(7))
      : texts_(std::move(texts)), seed_(seed), from_(from), spacing_(spacing) {}

  /// The text of post `number`.
  std::string text(std::uint64_t number) const;
  /// Appends post `number` as one line of canonical JSON, about 900 bytes.
  void append_post(std::uint64_t number, std::string& out) const;
  /// Posts [first, first + count), one a line.
  std::string envelope(std::uint64_t first, std::size_t count) const;

 private:
  std::vector<std::string> texts_;
  std::uint64_t seed_;
  std::chrono::seconds from_;
  std::chrono::milliseconds spacing_;
};

}  // namespace vigie
