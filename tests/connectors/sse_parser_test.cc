#include "connectors/sse_parser.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <vector>

namespace vigie {
namespace {

struct Told {
  std::string type, data, id;
  bool operator==(const Told&) const = default;
};

/// The same bytes, cut every `step`.
std::vector<Told> parse(std::string_view bytes, std::size_t step, SseParser& parser) {
  std::vector<Told> events;
  while (!bytes.empty()) {
    parser.feed(bytes.substr(0, step), [&](const SseEvent& event) {
      events.push_back({std::string(event.type), std::string(event.data), std::string(event.id)});
    });
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
  return events;
}
std::vector<Told> parse(std::string_view bytes) {
  SseParser parser;
  return parse(bytes, bytes.size(), parser);
}

TEST(SseParser, ReadsWhatMastodonSends) {
  EXPECT_EQ(parse(":)\nevent: update\ndata: {\"id\":\"1\"}\n\n:thump\nevent: delete\ndata: 1\n\n"),
            (std::vector<Told>{{"update", "{\"id\":\"1\"}", ""}, {"delete", "1", ""}}));
}

TEST(SseParser, EndsLinesAtCrLfAndBothHoweverTheyAreCut) {
  const std::string_view bytes = "data:a\r\ndata:b\rdata:c\n\r\ndata:d\r\r";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    SseParser parser;
    EXPECT_EQ(parse(bytes, step, parser),
              (std::vector<Told>{{"message", "a\nb\nc", ""}, {"message", "d", ""}}))
        << step;
  }
}

TEST(SseParser, DropsAnEventThatTheStreamEndsIn) {
  EXPECT_TRUE(parse("event: update\ndata: half").empty());
  EXPECT_TRUE(parse("event: update\ndata: all but the empty line\n").empty());
}

TEST(SseParser, PassesOverAnEventThatIsTooLong) {
  SseParser parser;
  const std::string long_line = "data:" + std::string(SseParser::kMaxEventBytes + 1, 'x') + "\n\n";
  std::string many_lines;
  for (int i = 0; i < 5; ++i) {
    many_lines += "data:" + std::string(300'000, 'y') + "\n";
  }
  EXPECT_EQ(parse(long_line + "data:1\n\n" + many_lines + "\ndata:2\n\n", 65'536, parser),
            (std::vector<Told>{{"message", "1", ""}, {"message", "2", ""}}));
  EXPECT_EQ(parser.overlong(), 2u);
}

std::string expanded(std::string text) {
  for (std::size_t at; (at = text.find("${x*2048}")) != text.npos;) {
    text.replace(at, 9, std::string(2048, 'x'));
  }
  return text;
}

TEST(SseParser, AgreesWithTheWebPlatformTestsHoweverBytesAreCut) {
  const std::string path = std::string(VIGIE_SOURCE_DIR) + "/../shared/suites/sse-wpt/cases.json";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the web platform tests are not beside the sources";
  }
  simdjson::dom::parser json;
  for (const simdjson::dom::element one : json.load(path).get_array()) {
    const std::string bytes = expanded(std::string(std::string_view(one["in"])));
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7},
                                   std::size_t{64}, bytes.size()}) {
      SseParser parser;
      const std::vector<Told> events = parse(bytes, step, parser);
      const simdjson::dom::array expected = one["out"];
      ASSERT_EQ(events.size(), expected.size()) << std::string_view(one["wpt"]) << " cut " << step;
      std::size_t i = 0;
      for (const simdjson::dom::element event : expected) {
        const Told& told = events[i++];
        std::string_view text;
        EXPECT_EQ(told.data, std::string_view(event["data"])) << std::string_view(one["wpt"]);
        if (event["event"].get(text) == simdjson::SUCCESS) {
          EXPECT_EQ(told.type, text);
        }
        if (event["lastEventId"].get(text) == simdjson::SUCCESS) {
          EXPECT_EQ(told.id, text) << std::string_view(one["wpt"]);
        }
      }
      std::uint64_t retry_ms = 0;
      if (one["retry"].get(retry_ms) == simdjson::SUCCESS) {
        EXPECT_EQ(parser.retry_ms(), retry_ms);
      }
    }
  }
}

}  // namespace
}  // namespace vigie
