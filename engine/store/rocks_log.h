#pragma once

#include <memory>
#include <string>

namespace rocksdb {
class Logger;
}

namespace vigie {

/// What RocksDB tells of itself, into the file LOG of the database's folder; the one before is
/// LOG.old. RocksDB's own logger ends the process at the line after one that the disk refused; a
/// full disk is no reason to: what cannot be written here is left out.
std::shared_ptr<rocksdb::Logger> make_rocks_log(const std::string& folder);

/// Tells nobody: for readers.
std::shared_ptr<rocksdb::Logger> make_silent_rocks_log();

}  // namespace vigie
