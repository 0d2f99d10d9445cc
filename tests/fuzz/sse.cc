// Server-sent events: the first line says where the stream is cut.
#include <string>

#include "connectors/sse_parser.h"
#include "engine/core/check.h"
#include "tests/fuzz/streams.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

std::string events(std::string_view bytes, std::string_view cuts) {
  SseParser parser;
  std::string told;
  in_pieces(bytes, cuts, [&](std::string_view piece) {
    parser.feed(piece, [&](const SseEvent& event) {
      check(event.data.size() <= SseParser::kMaxEventBytes, "within the bound");
      check(event.type.find('\n') == event.type.npos && event.id.find('\n') == event.id.npos,
            "a field is a line");
      ((((told += event.type) += '\t') += event.id) += '\t') += event.data;
      told += '\0';
    });
  });
  return told + std::to_string(parser.retry_ms()) + " " + std::to_string(parser.overlong());
}

VIGIE_FUZZ(sse) {
  const std::string_view cuts = take_line(bytes);
  check(events(bytes, cuts) == events(bytes, {}), "where it is cut changes nothing");
}

}  // namespace
}  // namespace vigie::fuzz
