#pragma once

#include "engine/ingest/connector.h"

namespace vigie {

/// Type `file`: lines (NDJSON) from a file, from all *.ndjson files of a directory in the order of
/// their names, or from the standard input.
///
///   - path: FILE | DIRECTORY | "-"
///   - mode: live | replay | backfill (live)
///   - speed: full | original (full): original waits between mentions as their created_at did
///   - speed_factor: 1..1000000 (1): original speed, that many times faster
///   - shift_to_now: true | false (false): moves all dates by a constant so that the last one is
///     now
///   - follow: true | false (false): stays, and reads what is appended; of a directory also new
///     files, whose names must sort behind those already read
///
/// Cursor: file and offset, with a fingerprint of the file's first bytes: a file that was replaced
/// by another is read from its beginning. The standard input has no cursor. A file that is missing
/// is looked for again every 5 s. Bounds: 256 KiB per envelope, one line at most 1 MiB (longer:
/// rejected, nothing else lost), 100,000 files.
Result<std::unique_ptr<Connector>> make_file_connector(const ConnectorContext& context);

/// How far a file has been read, as it is kept in the store.
struct FileCursor {
  std::string name;               ///< of the file in its directory
  std::uint64_t offset = 0;       ///< bytes, behind a line end
  std::uint64_t fingerprint = 0;  ///< of the first 4 KiB, or of `offset` bytes if that is less
  microseconds time_shift{0};     ///< must stay the same after a restart
  std::string directory{};        ///< of another one, nothing was read yet
  bool operator==(const FileCursor&) const = default;
};
std::string to_string(const FileCursor& cursor);
std::optional<FileCursor> parse_file_cursor(std::string_view text);

}  // namespace vigie
