#pragma once

#include <memory>

#include "connectors/json_shape.h"
#include "connectors/registry.h"

namespace vigie {

/// Archives that are no JSON, as JSON: what is in them is described by the same shapes
/// (connectors/json_shape.h).
///
/// Format `csv`: a header and records (connectors/csv_records.h), in UTF-8 or windows-1252. Each
/// record is an object whose members are named by the header: `items: /*`, `text: /Description`
/// ("/Date~1heure" for a column Date/heure). Of a column that comes twice, the first counts. The
/// description stands in the connector's configuration, beside:
///
///   csv:
///     separator: ";"             # if absent, the one the header has most of: , ; tab |
///     id_from: [Titre, Date]     # columns whose digest is the member "#id", where no column is
///     one
///
/// Format `services_publics_plus_csv`: the export of what users tell, by the portal's own columns.
/// Format `open311_xml`: GeoReport v2's <service_requests>, to the shape of `open311`.
/// Format `vine`: the archive's JSON of one post; Vine itself is retired.
///
/// A record with more fields than the header has names, or a document that is none, is rejected.

/// What a `csv` connector's own configuration may hold, for who checks a map's fields.
inline constexpr std::array<std::string_view, 4> kCsvSettings = {"csv", "mentions", "time_format",
                                                                 "time_zone"};
/// Complains of what is wrong with them.
void check_csv_settings(const Settings& settings, std::vector<Problem>& problems);

void add_archive_formats(MappingFactories& formats);

}  // namespace vigie
