#include "connectors/line_cutter.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

namespace vigie {
namespace {

constexpr std::size_t kMax = LineCutter::kMaxLineBytes;

struct Cut {
  std::vector<std::string> pieces;
  std::vector<std::uint64_t> ends;
};

/// Feeds `stream` in reads of `read_bytes`.
Cut cut(const std::string& stream, std::size_t read_bytes, std::uint64_t offset = 0) {
  LineCutter cutter(offset);
  Cut result;
  const auto keep = [&](const LineCutter::Piece& piece) {
    result.pieces.emplace_back(piece.bytes.view());
    result.ends.push_back(piece.end);
  };
  for (std::size_t at = 0; at < stream.size();) {
    const auto room = cutter.room();
    const std::size_t size = std::min({read_bytes, room.size(), stream.size() - at});
    std::memcpy(room.data(), stream.data() + at, size);
    cutter.filled(size);
    at += size;
    while (auto piece = cutter.cut()) {
      keep(*piece);
    }
  }
  if (auto piece = cutter.rest()) {
    keep(*piece);
  }
  return result;
}

std::string joined(const Cut& cut) {
  std::string all;
  for (const std::string& piece : cut.pieces) {
    all += piece;
  }
  return all;
}

TEST(LineCutter, KeepsLinesWhole) {
  const Cut result = cut("one\ntwo\nthree\n", 6);
  EXPECT_EQ(result.pieces, (std::vector<std::string>{"one\n", "two\n", "three\n"}));
  EXPECT_EQ(result.ends, (std::vector<std::uint64_t>{4, 8, 14}));
}

TEST(LineCutter, GivesTheTornLastLineAsTheRest) {
  const Cut result = cut("one\n{\"to", 100, 1000);
  EXPECT_EQ(result.pieces, (std::vector<std::string>{"one\n", "{\"to"}));
  EXPECT_EQ(result.ends, (std::vector<std::uint64_t>{1004, 1008}));
}

TEST(LineCutter, GivesNothingForAnEmptyStream) { EXPECT_TRUE(cut("", 10).pieces.empty()); }

TEST(LineCutter, CutsALineOfTenMegabytesAndLosesNothingElse) {
  const std::string before = "before\n", long_line(10'000'000, 'x'), after = "after\n";
  const Cut result = cut(before + long_line + "\n" + after, LineCutter::kPieceBytes);
  ASSERT_EQ(result.pieces.size(), 3u);
  EXPECT_EQ(result.pieces[0], before);
  EXPECT_EQ(result.pieces[1], std::string(kMax + 1, 'x'));
  EXPECT_EQ(result.pieces[2], after);
  EXPECT_EQ(result.ends, (std::vector<std::uint64_t>{7, 7 + 10'000'001, 7 + 10'000'001 + 6}));
}

TEST(LineCutter, CutsALineThatIsTooLongAndNeverEnds) {
  const Cut result = cut("a\n" + std::string(3'000'000, 'x'), LineCutter::kPieceBytes);
  ASSERT_EQ(result.pieces.size(), 2u);
  EXPECT_EQ(result.pieces[1].size(), kMax + 1);
  EXPECT_EQ(result.ends[1], 3'000'002u);
}

TEST(LineCutter, PassesALineOfExactlyTheBoundWhole) {
  for (const std::size_t size : {kMax - 1, kMax}) {
    const std::string stream = std::string(size, 'x') + "\nnext\n";
    EXPECT_EQ(joined(cut(stream, LineCutter::kPieceBytes)), stream) << size;
  }
  const Cut over = cut(std::string(kMax + 1, 'x') + "\nnext\n", LineCutter::kPieceBytes);
  ASSERT_EQ(over.pieces.size(), 2u);
  EXPECT_EQ(over.pieces[0], std::string(kMax + 1, 'x'));
}

TEST(LineCutter, GivesTheSameLinesHoweverTheReadsFall) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 30; ++round) {
    std::string stream, expected;
    for (int line = 0; line < 20; ++line) {
      const std::size_t size = random() % 10 == 0 ? random() % (3 * kMax) : random() % 2000;
      const std::string text(size, static_cast<char>('a' + line));
      stream += text + "\n";
      expected += size > kMax ? text.substr(0, kMax + 1) : text + "\n";
    }
    const Cut result = cut(stream, 1 + random() % LineCutter::kPieceBytes);
    ASSERT_EQ(joined(result), expected);
    ASSERT_EQ(result.ends.back(), stream.size());
    for (const std::string& piece : result.pieces) {
      const bool one_line = piece.find('\n') >= piece.size() - 1;
      ASSERT_TRUE(piece.size() <= LineCutter::kPieceBytes || one_line);
    }
  }
}

}  // namespace
}  // namespace vigie
