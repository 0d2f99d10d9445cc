#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/finding.h"
#include "engine/core/result.h"
#include "engine/core/time.h"

namespace vigie {

/// Why somebody is forgotten: articles 17 and 21 of the RGPD. What is done is the same.
enum class ErasureKind : std::uint8_t { kErasure, kObjection };
std::string_view to_string(ErasureKind kind);
std::optional<ErasureKind> parse_erasure_kind(std::string_view text);

struct ErasureEntry {
  std::string number;  ///< "2026-11-28-3f9a01c7"
  std::string tenant;  ///< its id
  Pseudonym author{};  ///< a keyed hash: says who it was only to whoever has the tenant's key
  Time at{};
  ErasureKind kind = ErasureKind::kErasure;
  bool operator==(const ErasureEntry&) const = default;
};

/// A number that no other request has.
std::string new_erasure_number(Time at);

/// Who asked to be forgotten, written down before it is done: `erasures/journal` in the data
/// folder, a line each, mode 0600, only appended to. It is no part of the store, so that an older
/// store, restored, is told of what it does not know; backups carry it beside all of themselves.
/// A line: "1 number tenant author at kind digest", author in hexadecimal, digest the first 16
/// digits of the BLAKE2b-256 of what stands before it. From any thread.
class ErasureJournal {
 public:
  static Result<std::unique_ptr<ErasureJournal>> open(const std::string& data_directory);
  /// On disk when it returns. kUnavailable: the disk does not take it.
  Result<void> append(const ErasureEntry& entry);

 private:
  explicit ErasureJournal(std::string path) : path_(std::move(path)) {}

  std::mutex mutex_;
  std::string path_;
};

/// Where the journal of that data folder, or of those backups, lies.
std::string erasure_journal_of(const std::string& folder);
/// Oldest first; empty if there is no file. A last line without an end was never acknowledged and
/// is passed over. kCorrupt: another line is not as it was written.
Result<std::vector<ErasureEntry>> read_erasure_journal(const std::string& path);
/// Adds to the journal at `path` what it does not know of `entries`; makes it if it must.
Result<void> merge_into_erasure_journal(const std::string& path,
                                        const std::vector<ErasureEntry>& entries);

}  // namespace vigie
