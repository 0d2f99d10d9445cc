#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/store/key_value.h"

namespace vigie {

struct RocksOptions {
  std::uint64_t cache_bytes = 64U << 20;         ///< blocks, indexes and filters
  std::uint64_t write_buffer_bytes = 64U << 20;  ///< of the mentions; the other families have less
  int background_threads = 2;
  bool read_only = false;  ///< what was there at opening, also while another process writes
};

/// Opens the folder `path`; makes it unless read-only. kUnavailable if another process has it open;
/// kCorrupt if bytes are damaged or if less is there than was once synced (the file HIGH_WATER
/// remembers how much).
Result<std::unique_ptr<KeyValue>> open_rocks(const std::string& path,
                                             const RocksOptions& options = {});

}  // namespace vigie
