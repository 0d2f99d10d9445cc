#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/time.h"

namespace vigie {

/// How far the file at a path, or the files of the directory there, have been read. Bound: the
/// kMaxFiles last ones by name and the one being read; what sorts before them is done with.
struct FileCursor {
  static constexpr std::size_t kMaxFiles = 32;

  /// In one file.
  struct Position {
    std::uint64_t offset = 0;  ///< bytes, behind a line end: here it goes on
    /// Not before `offset`: what lies between was given as a last line that had no end.
    std::uint64_t seen = 0;
    std::uint64_t fingerprint = 0;  ///< of the first and the last bytes before `seen`
    bool operator==(const Position&) const = default;
  };

  std::string path;            ///< without symbolic links
  microseconds time_shift{0};  ///< must stay the same after a restart
  std::string done_up_to;      ///< no file whose name is this or sorts before it is looked at again
  std::map<std::string, Position> files;  ///< by name in their directory
  bool operator==(const FileCursor&) const = default;

  bool is_done(std::string_view name) const { return name <= done_up_to; }
  /// Keeps within the bound. Every file that sorts before the last one must have been read.
  void forget_first_files();
};

/// As it is kept in the store.
std::string to_string(const FileCursor& cursor);
std::optional<FileCursor> parse_file_cursor(std::string_view text);

}  // namespace vigie
