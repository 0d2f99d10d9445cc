#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/core/payload.h"

namespace vigie {

/// Cuts a stream of lines into pieces of whole lines, in bounded memory.
///
/// A piece is at most kPieceBytes, or one line if that line is longer. A line beyond kMaxLineBytes
/// becomes a piece of its own, cut to kMaxLineBytes + 1: the mapping then rejects it as too long,
/// and nothing else is lost. Of a table, a line is a record (connectors/csv_records.h), which may
/// hold line ends.
class LineCutter {
 public:
  static constexpr std::size_t kPieceBytes = 256 << 10;
  static constexpr std::size_t kMaxLineBytes = 1 << 20;

  enum class Unit : std::uint8_t { kLine, kCsvRecord };

  struct Piece {
    Payload bytes;
    std::uint64_t end = 0;  ///< offset in the stream just behind the piece and its line end
    bool torn = false;      ///< the stream ended before its line did
  };

  /// The stream begins at `offset`.
  explicit LineCutter(std::uint64_t offset, Unit unit = Unit::kLine);

  /// Where to read into, kPieceBytes at most; then say how much came. Call cut() until it gives
  /// nothing in between.
  std::span<char> room();
  void filled(std::size_t bytes) { end_ += bytes; }

  /// The next piece of whole lines, if there is one.
  std::optional<Piece> cut();
  /// At the end of the stream: a last line without a line end.
  std::optional<Piece> rest();

 private:
  /// Just behind the last end of a line within kPieceBytes of `lines`, or behind the first one
  /// after them; npos: there is none.
  std::size_t last_end(std::string_view lines) const;
  std::string_view held() const { return {buffer_.get() + begin_, end_ - begin_}; }
  /// The first `kept` bytes held become a piece, the first `taken` are done with.
  Piece take(std::size_t kept, std::size_t taken);
  Payload hand_over(std::size_t bytes);
  /// A buffer that begins with what is held behind the first `skipped` bytes; gives the one before.
  std::unique_ptr<char[]> renew(std::size_t capacity, std::size_t skipped);
  std::optional<Piece> cut_overlong();

  std::unique_ptr<char[]> buffer_;  ///< of capacity_ and Payload::kPaddingBytes
  std::size_t capacity_ = 0;
  Unit unit_;
  std::size_t begin_ = 0, end_ = 0;  ///< what is held, in buffer_
  std::uint64_t offset_;             ///< of what is held, in the stream
  bool overlong_ = false;  ///< what is held begins with the first part of a line that is too long
  std::uint64_t dropped_ = 0;  ///< bytes of that line already thrown away
};

}  // namespace vigie
