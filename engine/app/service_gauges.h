#pragma once

#include <string>

#include "engine/core/time.h"
#include "engine/metrics/metrics.h"

namespace vigie {

/// Of the process and of what its data folder stands on, read when somebody scrapes:
/// process_start_time_seconds, process_resident_memory_bytes, process_open_fds, process_max_fds (as
/// Prometheus' own clients name them), vigie_data_free_bytes and vigie_data_disk_bytes (the file
/// system's, free to this account), vigie_backup_made_timestamp_seconds and
/// vigie_backup_restored_timestamp_seconds (backup.h; 0: never). NaN: what the system does not say.
void register_service_gauges(const std::string& data_directory, Time started_at, Metrics& metrics);

}  // namespace vigie
