#pragma once

#include "engine/ingest/connector.h"

namespace vigie {

/// Type `file`: what stands in a file, in all files of a directory that end as its format does, in
/// the order of their names, or on the standard input. Of most formats that is lines (*.ndjson); of
/// `csv` and `services_publics_plus_csv` records below a header (*.csv), of `open311_xml` and
/// `feed`
/// (*.xml) and `vine` (*.json) a whole document a file (connectors/table_mapping.h).
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
///   - forget_at_end: true | false (false): once all is read, the next start reads all anew
///   - csv, mentions, time_format, time_zone: of format `csv`
///
/// Cursor (file_cursor.h): the path and an offset per file, with a fingerprint of the bytes before
/// it: what was replaced by something else is read from its beginning. Of a directory, only the
/// last 32 files read are looked at again. A last line without its end is sent as it is and, when
/// it has grown, once more. The standard input has no cursor. A file that is missing is looked for
/// again every 5 s. Bounds: 256 KiB per envelope, one line at most 1 MiB (longer:
/// rejected, nothing else lost), a header 64 KiB, a document 16 MiB, 100,000 files.
Result<std::unique_ptr<Connector>> make_file_connector(const ConnectorContext& context);

}  // namespace vigie
