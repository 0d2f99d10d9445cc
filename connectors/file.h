#pragma once

#include "engine/ingest/connector.h"

namespace vigie {

/// Type `file`: lines (NDJSON) from a file, from all *.ndjson files of a directory in the order of
/// their names, or from the standard input.
///
///   - path: FILE | DIRECTORY | "-"
///   - mode: live | replay | backfill (live)
///   - speed: full | original (full): original waits between mentions as their created_at did
///     (playback.h), an hour at most
///   - speed_factor: 1..1000000 (1): original speed, that many times faster
///   - shift_to_now: true | false (false): moves all dates by a constant so that the last one is
///     now, or the first one in 1970
///   - follow: true | false (false): stays, and reads what is appended; of a directory also new
///     files. The last file's last line is waited for until it has its end
///   - resume: true | false (true): false reads all anew at each start, and keeps no cursor
///
/// Cursor (file_cursor.h): the path and an offset per file, with a fingerprint of the bytes before
/// it: what was replaced by something else is read from its beginning. Of a directory, only the
/// last 32 files read are looked at again. A last line without its end is sent as it is and, when
/// it has grown, once more. The standard input has no cursor. A file that is missing is looked for
/// again every 5 s. Bounds: 256 KiB per envelope, one line at most 1 MiB (longer:
/// rejected, nothing else lost), 100,000 files.
Result<std::unique_ptr<Connector>> make_file_connector(const ConnectorContext& context);

}  // namespace vigie
