#include "engine/core/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace vigie {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string thousandths(std::int64_t count) {
  std::string out;
  JsonWriter(out).thousandths(count);
  return out;
}

TEST(JsonWriter, NestsObjectsAndArraysWithCommasWhereTheyBelong) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("id").value("a").key("none").null().key("list").begin_array();
  json.value(1).value(true).begin_object().end_object().begin_array().end_array().end_array();
  json.key("last").value(std::uint64_t{18446744073709551615u}).end_object();
  EXPECT_EQ(out, R"({"id":"a","none":null,"list":[1,true,{},[]],"last":18446744073709551615})");
}

TEST(JsonWriter, WritesOneDocumentPerLine) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("n").value(-1).end_object().line();
  json.begin_object().key("n").value(std::int8_t{2}).end_object().line();
  EXPECT_EQ(out, "{\"n\":-1}\n{\"n\":2}\n");
}

TEST(JsonWriter, KeepsCharactersOfEveryLengthAsTheyAre) {
  EXPECT_EQ(quoted("fuite rue de l’Église 🚰 Ж"), "\"fuite rue de l’Église 🚰 Ж\"");
  EXPECT_EQ(quoted("a\u2028b"), "\"a\u2028b\"");
}

TEST(JsonWriter, EscapesQuotesBackslashesAndControls) {
  EXPECT_EQ(quoted("a\"b\\c\nd\re\tf"), R"("a\"b\\c\nd\re\tf")");
  EXPECT_EQ(quoted(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\\u007f\"");
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(quoted("a\xff"
                   "b"),
            "\"a\ufffdb\"");
  EXPECT_EQ(quoted("caf\xc3"), "\"caf\ufffd\"");                          // torn
  EXPECT_EQ(quoted("\xc0\xaf"), "\"\ufffd\ufffd\"");                      // overlong
  EXPECT_EQ(quoted("\xed\xa0\x80"), "\"\ufffd\ufffd\ufffd\"");            // surrogate
  EXPECT_EQ(quoted("\xf4\x90\x80\x80"), "\"\ufffd\ufffd\ufffd\ufffd\"");  // beyond U+10FFFF
}

TEST(JsonWriter, WritesScoresInThousandthsWithoutNeedlessZeros) {
  EXPECT_EQ(thousandths(0), "0");
  EXPECT_EQ(thousandths(123), "0.123");
  EXPECT_EQ(thousandths(500), "0.5");
  EXPECT_EQ(thousandths(-1000), "-1");
  EXPECT_EQ(thousandths(-7), "-0.007");
  EXPECT_EQ(thousandths(1020), "1.02");
  EXPECT_EQ(thousandths(std::numeric_limits<std::int64_t>::min()), "-9223372036854775.808");
}

TEST(JsonWriter, WritesNumbersThatReadBackTheSame) {
  std::string out;
  JsonWriter(out)
      .begin_array()
      .value(0.1)
      .value(-48.5)
      .value(std::nan(""))
      .value(INFINITY)
      .end_array();
  EXPECT_EQ(out, "[0.1,-48.5,null,null]");
}

}  // namespace
}  // namespace vigie
