#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vigie {

/// RocksDB's MANIFEST: the list of changes that says which files make up the database. RocksDB
/// takes an end that is cut off, or a length in it that points beyond the end, for a change that
/// was being written when the power failed, and leaves it out in silence, with the tables it names.
/// So we remember how long the list was once it was on disk, and check it up to there before it is
/// used.
struct ManifestMark {
  std::uint64_t number = 0;  ///< of the file MANIFEST-…; 0: nothing is known
  std::uint64_t bytes = 0;   ///< that were on disk, a whole number of records
};

/// Of the manifest that the folder's CURRENT names; nothing if that cannot be read.
std::optional<std::uint64_t> current_manifest(const std::string& folder);
std::string manifest_path(const std::string& folder, std::uint64_t number);

/// Whether all that was on disk still is, as it was written: every record within has its checksum
/// (CRC-32C, "log format" of the RocksDB wiki). A manifest begun later than the mark is not known.
bool is_whole(const std::string& folder, const ManifestMark& mark);

/// Follows the manifest of an open database as it grows. One thread.
class ManifestWatch {
 public:
  explicit ManifestWatch(const std::string& folder);
  ~ManifestWatch();
  ManifestWatch(const ManifestWatch&) = delete;
  ManifestWatch& operator=(const ManifestWatch&) = delete;

  /// The last length that is known to be on disk; waits for the disk where it has grown.
  const ManifestMark& mark();

 private:
  std::uint64_t size() const;

  int file_ = -1;
  ManifestMark mark_;
};

}  // namespace vigie
