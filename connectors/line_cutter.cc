#include "connectors/line_cutter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "connectors/csv_records.h"

namespace vigie {
namespace {

constexpr std::size_t kKeptOfOverlong = LineCutter::kMaxLineBytes + 1;

}  // namespace

LineCutter::LineCutter(std::uint64_t offset, Unit unit) : unit_(unit), offset_(offset) {}

std::span<char> LineCutter::room() {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t bytes = end_ < kPieceBytes ? kPieceBytes - end_ : kPieceBytes;
  if (capacity_ < end_ + bytes) {
    renew(std::max(end_ + bytes, 2 * capacity_), 0);
  }
  return {buffer_.get() + end_, bytes};
}

std::optional<LineCutter::Piece> LineCutter::cut() {
  if (overlong_) {
    return cut_overlong();
  }
  const std::string_view lines = held();
  const std::size_t end = last_end(lines);
  if (end != std::string_view::npos) {
    return take(std::min(end, kKeptOfOverlong), end);
  }
  if (lines.size() > kMaxLineBytes) {
    overlong_ = true;
    return cut_overlong();
  }
  return std::nullopt;
}

std::size_t LineCutter::last_end(std::string_view lines) const {
  if (unit_ == Unit::kCsvRecord) {
    std::size_t last = csv_record_end(lines);
    while (last < kPieceBytes) {
      const std::size_t length = csv_record_end(lines.substr(last));
      if (length == std::string_view::npos || last + length > kPieceBytes) {
        break;
      }
      last += length;
    }
    return last;
  }
  std::size_t last = lines.substr(0, kPieceBytes).rfind('\n');
  if (last == std::string_view::npos) {
    last = lines.find('\n', std::min(kPieceBytes, lines.size()));
  }
  return last == std::string_view::npos ? last : last + 1;
}

std::optional<LineCutter::Piece> LineCutter::cut_overlong() {
  const std::size_t line_end = held().find('\n', kKeptOfOverlong);
  if (line_end == std::string_view::npos) {
    dropped_ += held().size() - kKeptOfOverlong;
    end_ = begin_ + kKeptOfOverlong;
    return std::nullopt;
  }
  overlong_ = false;
  return take(kKeptOfOverlong, line_end + 1);
}

std::optional<LineCutter::Piece> LineCutter::rest() {
  if (held().empty()) {
    return std::nullopt;
  }
  overlong_ = false;
  Piece piece = take(std::min(held().size(), kKeptOfOverlong), held().size());
  piece.torn = true;
  return piece;
}

/// The buffer itself, which the first `bytes` fill for the most part; a new one takes the rest.
Payload LineCutter::hand_over(std::size_t bytes) {
  return {renew(std::max(kPieceBytes, end_ - bytes), bytes), bytes};
}

std::unique_ptr<char[]> LineCutter::renew(std::size_t capacity, std::size_t skipped) {
  auto next = std::make_unique_for_overwrite<char[]>(capacity + Payload::kPaddingBytes);
  const std::string_view rest = held().substr(skipped);
  rest.copy(next.get(), rest.size());
  begin_ = 0;
  end_ = rest.size();
  capacity_ = capacity;
  return std::exchange(buffer_, std::move(next));
}

LineCutter::Piece LineCutter::take(std::size_t kept, std::size_t taken) {
  Piece piece;
  if (begin_ == 0 && kept == taken && kept >= capacity_ / 2) {
    piece.bytes = hand_over(taken);
  } else {
    piece.bytes = Payload(held().substr(0, kept));
    begin_ += taken;
  }
  offset_ += taken + std::exchange(dropped_, 0);
  piece.end = offset_;
  return piece;
}

}  // namespace vigie
