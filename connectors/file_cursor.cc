#include "connectors/file_cursor.h"

#include <charconv>

// "SHIFT/DONE_UP_TO/OFFSET SEEN FINGERPRINT NAME/…//PATH": a name holds no '/' and is not empty.

namespace vigie {
namespace {

/// Up to the next '/', which is taken, too; nothing if there is none.
std::optional<std::string_view> take_part(std::string_view& text) {
  const std::size_t end = text.find('/');
  if (end == text.npos) {
    return std::nullopt;
  }
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end + 1);
  return part;
}

/// A number and the character behind it.
template <class Number>
bool take_number(std::string_view& text, char behind, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data() + text.size() || *end != behind) {
    return false;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

bool add_file(std::string_view part, FileCursor& cursor) {
  FileCursor::Position position;
  if (!take_number(part, ' ', position.offset) || !take_number(part, ' ', position.seen) ||
      !take_number(part, ' ', position.fingerprint) || position.seen < position.offset) {
    return false;
  }
  return !part.empty() && cursor.files.emplace(part, position).second &&
         cursor.files.size() <= FileCursor::kMaxFiles + 1;
}

}  // namespace

void FileCursor::forget_first_files() {
  while (files.size() > kMaxFiles) {
    done_up_to = files.begin()->first;
    files.erase(files.begin());
  }
}

std::string to_string(const FileCursor& cursor) {
  std::string text = std::to_string(cursor.time_shift.count()) + '/' + cursor.done_up_to + '/';
  for (const auto& [name, position] : cursor.files) {
    text += std::to_string(position.offset) + ' ' + std::to_string(position.seen) + ' ' +
            std::to_string(position.fingerprint) + ' ' + name + '/';
  }
  return text + '/' + cursor.path;
}

std::optional<FileCursor> parse_file_cursor(std::string_view text) {
  FileCursor cursor;
  std::int64_t shift = 0;
  if (!take_number(text, '/', shift)) {
    return std::nullopt;
  }
  cursor.time_shift = microseconds(shift);
  const auto done_up_to = take_part(text);
  auto file = take_part(text);
  for (; file && !file->empty(); file = take_part(text)) {
    if (!add_file(*file, cursor)) {
      return std::nullopt;
    }
  }
  if (!done_up_to || !file || text.empty()) {
    return std::nullopt;
  }
  cursor.done_up_to = *done_up_to;
  cursor.path = text;
  return cursor;
}

}  // namespace vigie
