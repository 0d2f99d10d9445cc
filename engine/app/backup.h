#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/app/config.h"
#include "engine/core/result.h"
#include "engine/core/time.h"
#include "engine/store/backup.h"
#include "engine/store/store.h"

namespace vigie {

// A folder of backups: `2026-11-28T08-15-00.250Z/`, one per backup (store/backup.h), and
// `erasures/journal`, which every new backup brings up to date: it is true for all of them, and a
// restore carries it out first. Each backup's `identities/` holds the authors' keys, the tenants'
// keys, the key of second factors and the signing key; it can be moved elsewhere, so that who has
// one half knows nobody.

struct BackupDone {
  std::string folder;
  BackupManifest manifest;
  std::vector<std::string> removed;  ///< older than Config::backup_days, or never finished
};
/// Backs up the store and the files beside it into a new folder below `directory`; then removes
/// what is too old there. Any thread; the store may be written to meanwhile.
Result<BackupDone> back_up(const Store& store, const Config& config, const std::string& directory,
                           Time now);

/// Of a data folder: when it was backed up last, and when a backup of that folder of backups was
/// put back last, anywhere. Nothing: never, or whoever restored could write nothing down there.
struct BackupTimes {
  std::optional<Time> made, restored;
};
BackupTimes backup_times(const std::string& data_directory);

/// A line for a person, and one for each that was removed.
std::string summary(const BackupDone& done);

/// The newest whole backup below `directory`; kNotFound.
Result<std::string> newest_backup(const std::string& directory);

struct RestoreDone {
  BackupManifest manifest;
  std::size_t erased = 0;  ///< people whose erasure is younger than the backup
};
/// Puts a backup back into the configuration's data folder, which must hold no store yet. All is
/// verified before and counted after; the erasure journals of the data folder and of the backups
/// are put together and carried out before the store gets its name. Errors are verify_backup()'s;
/// kRefused: there is a store already.
Result<RestoreDone> restore(const Config& config, const std::string& directory,
                            const std::string& backup, bool without_identities);

/// Writes every backup below `directory` anew without those who were erased since. Gives the
/// folders that changed. kUnavailable, kCorrupt; kRefused: `identities/` of one is elsewhere, or
/// somebody else is at work there.
Result<std::vector<std::string>> rewrite_backups(const Config& config,
                                                 const std::string& directory);

}  // namespace vigie
