#include "connectors/csv_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "connectors/line_cutter.h"

namespace vigie {
namespace {

using testing::ElementsAre;

std::vector<std::vector<std::string>> records_of(std::string_view text, char separator) {
  std::vector<std::vector<std::string>> records;
  while (!text.empty()) {
    records.push_back(take_csv_record(text, separator));
  }
  return records;
}

TEST(CsvRecords, FieldsMayHoldSeparatorsLineEndsAndQuotes) {
  EXPECT_THAT(
      records_of("a;b\r\n\"un; deux\";\"une ligne\net \"\"l'autre\"\"\"\r\n;\"\"\n", ';'),
      ElementsAre(ElementsAre("a", "b"), ElementsAre("un; deux", "une ligne\net \"l'autre\""),
                  ElementsAre("", "")));
  EXPECT_THAT(records_of("5\" de neige,oui\nx", ','),
              ElementsAre(ElementsAre("5\" de neige", "oui"), ElementsAre("x")))
      << "a quote in the middle of a field is itself";
  EXPECT_THAT(records_of("\xef\xbb\xbf\"Titre\",b\n", ','), ElementsAre(ElementsAre("Titre", "b")));
}

TEST(CsvRecords, TheHeaderTellsTheSeparator) {
  EXPECT_EQ(csv_separator("Titre;Écrit le;\"a,b,c,d\""), ';');
  EXPECT_EQ(csv_separator("id,text"), ',');
  EXPECT_EQ(csv_separator("id\ttext\twhen, where"), '\t');
  EXPECT_EQ(csv_separator("text"), ',');
}

TEST(CsvRecords, ARecordEndsOutsideQuotesOnly) {
  const std::string text = "a,\"b\nc\"\nd\n";
  EXPECT_EQ(csv_record_end(text), 8U);
  EXPECT_EQ(csv_record_end(text, 8), 10U);
  EXPECT_EQ(csv_record_end("a,\"b\nc"), std::string::npos);
}

/// A table that spreadsheets could have written.
std::string random_table(std::mt19937& random, std::vector<std::vector<std::string>>& rows) {
  const std::vector<std::string> pieces = {"été", "\n", "\"", ";", "x", " ", "\r\n", "une phrase"};
  std::string text;
  for (int row = 0; row < 2000; ++row) {
    rows.emplace_back();
    for (int field = 0; field < 4; ++field) {
      std::string value;
      for (auto count = random() % 6; count > 0; --count) {
        value += pieces[random() % pieces.size()];
      }
      rows.back().push_back(value);
      std::string quoted = "\"";
      for (const char c : value) {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
      }
      text += (field == 0 ? "" : ";") + quoted + "\"";
    }
    text += "\r\n";
  }
  return text;
}

TEST(CsvRecords, PiecesHoldWholeRecordsHoweverTheTableComes) {
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  for (int round = 0; round < 5; ++round) {
    std::vector<std::vector<std::string>> rows, found;
    const std::string table = random_table(random, rows);
    LineCutter cutter(0, LineCutter::Unit::kCsvRecord);
    std::uint64_t end = 0;
    const auto take = [&](const LineCutter::Piece& piece) {
      for (auto& record : records_of(piece.bytes.view(), ';')) {
        found.push_back(std::move(record));
      }
      EXPECT_LE(piece.bytes.size(), LineCutter::kPieceBytes);
      end = piece.end;
    };
    for (std::size_t at = 0; at < table.size();) {
      const auto room = cutter.room();
      const std::size_t size =
          std::min({room.size(), table.size() - at, std::size_t{1 + random() % 40'000}});
      table.copy(room.data(), size, at);
      cutter.filled(size);
      at += size;
      while (const auto piece = cutter.cut()) {
        take(*piece);
      }
    }
    if (const auto last = cutter.rest()) {
      take(*last);
    }
    EXPECT_EQ(found, rows) << "seed " << seed;
    EXPECT_EQ(end, table.size());
  }
}

}  // namespace
}  // namespace vigie
