#include "engine/parse/json_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vigie {
namespace {

using testing::ElementsAre;

std::vector<std::string> pieces(std::string_view input) {
  std::vector<std::string> found;
  JsonPieces all(input);
  for (JsonPiece piece; all.next(piece);) {
    found.emplace_back(std::string(piece.bytes) + (piece.torn ? " (torn)" : ""));
  }
  return found;
}

TEST(JsonPieces, CutsLinesAndLeavesEmptyOnesOut) {
  EXPECT_THAT(pieces("{\"a\":1}\r\n\n  \n{\"b\":2}\n"), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_THAT(pieces("\xef\xbb\xbf{\"a\":1}\n{\"b\""), ElementsAre("{\"a\":1}", "{\"b\" (torn)"));
  EXPECT_THAT(pieces(""), ElementsAre());
}

TEST(JsonPieces, CutsTheElementsOfOneArray) {
  EXPECT_THAT(pieces(" [ {\"a\":[1,2]} ,\n{\"b\":\"],[\\\"\"} ] \n"),
              ElementsAre("{\"a\":[1,2]}", "{\"b\":\"],[\\\"\"}"));
  EXPECT_THAT(pieces("[]"), ElementsAre());
  EXPECT_THAT(pieces("[{\"a\":1},{\"b\":"), ElementsAre("{\"a\":1}", "{\"b\": (torn)"));
  EXPECT_THAT(pieces("[{\"a\":1},{\"b\":\"open"), ElementsAre("{\"a\":1}", "{\"b\":\"open (torn)"));
}

TEST(JsonPieces, LosesNothingBehindAnArray) {
  EXPECT_THAT(pieces("[{\"a\":1}]{\"b\":2}"), ElementsAre("{\"a\":1}", "{\"b\":2} (torn)"));
}

TEST(JsonDepth, CountsOpenBracketsOutsideStrings) {
  EXPECT_EQ(json_depth("{\"a\":[1,{\"b\":\"[[[[\"}]} [[[[[["), 3u);
  EXPECT_EQ(json_depth(std::string(100000, '[')), kMaxJsonDepth + 1);
}

TEST(JsonBrackets, CountsThoseThatOpenAnywhere) {
  EXPECT_EQ(json_brackets(""), 0u);
  EXPECT_EQ(json_brackets("{\"a\":[1,{\"b\":\"[[[[\"}]} [[["), 10u);
  for (const std::size_t size : std::vector<std::size_t>{1, 127, 128, 129, 255, 256, 100'000}) {
    EXPECT_EQ(json_brackets(std::string(size, '[')), size);
    EXPECT_EQ(json_brackets(std::string(size, ']')), 0u);
  }
}

}  // namespace
}  // namespace vigie
