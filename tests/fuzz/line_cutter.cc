// Lines of a stream: the first line says how much comes at once. Nothing is lost or said twice.
#include "connectors/line_cutter.h"

#include <algorithm>
#include <string>

#include "engine/core/check.h"
#include "tests/fuzz/streams.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

constexpr std::uint64_t kStart = 1000;

std::string cut(std::string_view bytes, std::string_view cuts, LineCutter::Unit unit) {
  LineCutter cutter(kStart, unit);
  std::string all;
  std::uint64_t end = kStart;
  const auto take = [&](const LineCutter::Piece& piece) {
    check(piece.end > end && piece.end <= kStart + bytes.size(), "pieces go on");
    check(bytes.substr(static_cast<std::size_t>(end - kStart), piece.bytes.size()) ==
              piece.bytes.view(),
          "a piece is what stands there");
    end = piece.end;
    all += piece.bytes.view();
    all += '\n';
  };
  in_pieces(bytes, cuts, [&](std::string_view piece) {
    const auto room = cutter.room();
    check(room.size() >= piece.size(), "there is room");
    std::ranges::copy(piece, room.begin());
    cutter.filled(piece.size());
    while (const auto whole = cutter.cut()) {
      take(*whole);
    }
  });
  if (const auto rest = cutter.rest()) {
    take(*rest);
  }
  return all;
}

VIGIE_FUZZ(line_cutter) {
  const std::string_view cuts = take_line(bytes);
  for (const auto unit : {LineCutter::Unit::kLine, LineCutter::Unit::kCsvRecord}) {
    const std::string whole = cut(bytes, {}, unit), pieces = cut(bytes, cuts, unit);
    check(unit == LineCutter::Unit::kCsvRecord || whole.size() >= bytes.size(), "nothing is lost");
    const auto letters = [](const std::string& text) {
      return std::ranges::count_if(text, [](char c) { return c != '\n' && c != '\r'; });
    };
    check(letters(whole) == letters(pieces), "where it is cut changes nothing");
  }
}

}  // namespace
}  // namespace vigie::fuzz
