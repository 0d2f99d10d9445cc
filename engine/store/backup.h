#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/time.h"
#include "engine/store/key_value.h"

namespace vigie {

// A backup of a store is a folder:
//
//   data/<family>.rows           every family but the authors' keys
//   identities/author_keys.rows  these alone open the sealed identities: to be held apart
//   identities/…                 further files that the caller puts there
//   manifest.json                written last: a folder without one is half a backup
//
// <family>.rows: "vigie-rows 1\n", then per row u32 size of the key, u32 size of the value (big
// endian), key, value, ascending by key. Rows as they are at one moment: nothing that was erased
// before is in it. The manifest says of each file its bytes, rows and BLAKE2b-256, and its last
// member is the BLAKE2b-256 of all before it.

inline constexpr std::uint32_t kBackupFormat = 1;
inline constexpr std::string_view kIdentitiesFolder = "identities";

struct BackupFile {
  std::string name;  ///< relative to the folder: "data/mentions.rows"
  std::uint64_t rows = 0, bytes = 0;
  std::string digest;  ///< BLAKE2b-256, hexadecimal
};

struct BackupManifest {
  std::uint32_t format = kBackupFormat, store_format = 0;
  std::string made_at;  ///< RFC 3339
  std::vector<BackupFile> files;

  std::uint64_t rows() const;
  std::uint64_t bytes() const;
};

/// A file beside the rows, which goes into the manifest without rows. kUnavailable.
Result<BackupFile> describe_file(const std::string& folder, const std::string& name);

/// Writes every row that `key_value` holds at this moment below `folder`, which must not be there
/// yet; then what `more` adds and gives (files that belong to the same backup), synced, and last
/// the manifest. kUnavailable: the disk does not take it; kCorrupt: a row could not be read. On
/// failure the folder is left without a manifest.
Result<BackupManifest> write_backup(
    const KeyValue& key_value, const std::string& folder, Time at,
    const std::function<Result<std::vector<BackupFile>>(const std::string&)>& more = {});

/// Reads every byte again: kNotFound: no manifest, a half-written backup or none; kCorrupt: a file
/// is missing, longer, shorter or other than what was written; kTooNew: a newer Vigie made it.
/// `without_identities`: that folder may be elsewhere.
Result<BackupManifest> verify_backup(const std::string& folder, bool without_identities);

/// Puts all rows of a verified backup into `into`, which must be empty, and counts them again
/// there. Families that this Vigie does not know are kTooNew.
Result<void> restore_rows(const std::string& folder, const BackupManifest& manifest,
                          KeyValue& into);

}  // namespace vigie
