#include "engine/app/backup.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include "engine/access/erasure_journal.h"
#include "engine/access/signing_key.h"
#include "engine/app/data_folder.h"
#include "engine/core/private_file.h"
#include "engine/store/rocks_key_value.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

/// Beside the store, in the order in which they are copied: the audit's head before its lines, so
/// that no line is missing that the head knows.
struct KeptFile {
  const char *from, *to;  ///< below the data folder, below the backup; folders with all they hold
};
constexpr KeptFile kKept[] = {{"access.json", "data/access.json"},
                              {"audit/head", "data/audit/head"},
                              {"audit", "data/audit"},
                              {"access.key", "identities/access.key"},
                              {"keys", "identities/keys"},
                              {SigningKey::kFile, "identities/signing.key"},
                              {"rules", "data/rules"},
                              {"towns", "data/towns"}};
constexpr std::string_view kUnfinished = ".new";
/// In the data folder: the folder of backups it was last backed up to, just then.
constexpr const char* kLastBackup = "/last-backup";
/// In a folder of backups: which one was last put back, just then.
constexpr const char* kLastRestore = "/last-restore";

Error cannot(std::string_view what, const fs::path& path, const std::error_code& error) {
  return {ErrorCode::kUnavailable,
          "cannot " + std::string(what) + " " + path.string() + ": " + error.message()};
}

/// Whoever changes a folder of backups holds it alone, commands and engines alike; the system lets
/// go of it with the process.
class BackupsLock {
 public:
  /// `how`: LOCK_EX, or LOCK_SH to read. kRefused: somebody else is at work.
  static Result<std::unique_ptr<BackupsLock>> take(const std::string& directory, int how) {
    std::unique_ptr<BackupsLock> lock(
        new BackupsLock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
    if (lock->file_ < 0) {
      return tl::make_unexpected(
          cannot("read", directory, std::error_code(errno, std::generic_category())));
    }
    if (::flock(lock->file_, how | LOCK_NB) != 0) {
      return fail(ErrorCode::kRefused,
                  directory + " is being backed up to, rewritten or restored from");
    }
    return lock;
  }
  ~BackupsLock() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }
  BackupsLock(const BackupsLock&) = delete;

 private:
  explicit BackupsLock(int file) : file_(file) {}
  int file_;
};

/// Makes a file, or the names in a folder, outlive a power cut.
Result<void> sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const std::error_code error(errno, std::generic_category());
  if (file >= 0) {
    ::close(file);
  }
  return synced ? Result<void>() : tl::make_unexpected(cannot("sync", path, error));
}

/// Copied and synced, the folder's names too.
Result<void> copy_synced(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  fs::copy_file(from, to, error);
  if (error) {
    return tl::make_unexpected(cannot("copy", from, error));
  }
  const Result<void> synced = sync(to);
  return synced ? sync(to.parent_path()) : synced;
}

/// What is there already stays. Gives what was copied, relative to `to`'s root.
Result<std::vector<std::string>> copy_kept(const fs::path& from_root, const fs::path& to_root,
                                           bool is_restore) {
  std::vector<std::string> copied;
  const auto copy = [&](const fs::path& from, const fs::path& to) -> Result<void> {
    std::error_code error;
    if (fs::exists(to_root / to, error)) {
      return {};
    }
    const Result<void> done = copy_synced(from_root / from, to_root / to);
    if (!done && !fs::exists(from_root / from, error)) {
      return {};  // a month of the audit that expired meanwhile
    }
    if (done) {
      copied.push_back(to.string());
    }
    return done;
  };
  for (const KeptFile& kept : kKept) {
    const fs::path from = is_restore ? kept.to : kept.from, to = is_restore ? kept.from : kept.to;
    std::error_code error;
    std::vector<std::pair<fs::path, fs::path>> files;
    if (fs::is_directory(from_root / from, error)) {
      for (const auto& entry : fs::directory_iterator(from_root / from, error)) {
        if (entry.path().extension() != kUnfinished) {  // of a file that is being written
          files.emplace_back(from / entry.path().filename(), to / entry.path().filename());
        }
      }
    } else if (fs::exists(from_root / from, error)) {
      files.emplace_back(from, to);
    }
    for (const auto& [one, other] : files) {
      if (const Result<void> done = copy(one, other); !done) {
        return tl::make_unexpected(done.error());
      }
    }
  }
  return copied;
}

/// "2026-11-28T08-15-00.250Z": sorts by time, and is a name on every file system.
std::string folder_name(Time at) {
  std::string name = format_time(std::chrono::floor<std::chrono::milliseconds>(at));
  std::ranges::replace(name, ':', '-');
  return name;
}
std::optional<Time> time_of(std::string name) {
  constexpr std::size_t kHour = 13, kMinute = 16;
  if (name.size() > kMinute) {
    name[kHour] = name[kMinute] = ':';
  }
  return parse_time(name);
}

/// By time; `unfinished` gets those that were begun and left.
Result<std::vector<fs::path>> backups_in(const std::string& directory,
                                         std::vector<fs::path>* unfinished = nullptr) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (time_of(name)) {
      found.push_back(entry.path());
    } else if (unfinished != nullptr && name.ends_with(kUnfinished)) {
      unfinished->push_back(entry.path());
    }
  }
  if (error) {
    return tl::make_unexpected(cannot("read", directory, error));
  }
  std::ranges::sort(found);
  return found;
}

/// What write_backup() adds to its rows: these files, which were copied into the folder.
Result<std::vector<BackupFile>> describe_all(const std::string& folder,
                                             const Result<std::vector<std::string>>& copied) {
  if (!copied) {
    return tl::make_unexpected(copied.error());
  }
  std::vector<BackupFile> described;
  for (const std::string& name : *copied) {
    Result<BackupFile> one = describe_file(folder, name);
    if (!one) {
      return tl::make_unexpected(one.error());
    }
    described.push_back(std::move(*one));
  }
  return described;
}

bool has_identities(const fs::path& backup) {
  std::error_code error;
  return fs::exists(backup / kIdentitiesFolder, error);
}

/// A store that lives as long as this, for rows of a backup.
class ScratchStore {
 public:
  explicit ScratchStore(std::string path) : path_(std::move(path)) { remove(); }
  ~ScratchStore() { remove(); }
  ScratchStore(const ScratchStore&) = delete;
  ScratchStore& operator=(const ScratchStore&) = delete;
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  std::string path_;
};

Result<void> put_rows_back(const std::string& backup, const BackupManifest& manifest,
                           const std::string& store) {
  const Result<std::unique_ptr<KeyValue>> key_value = open_rocks(store);
  return key_value ? restore_rows(backup, manifest, **key_value)
                   : tl::make_unexpected(key_value.error());
}

/// Whether it changed.
Result<bool> rewrite(const fs::path& backup, const std::vector<ErasureEntry>& journal,
                     const std::vector<std::string>& tenants) {
  if (!has_identities(backup)) {  // its keys are part of what is written anew
    return fail(ErrorCode::kRefused, "put " + std::string(kIdentitiesFolder) + "/ of " +
                                         backup.string() + " back first: keys in it go, too");
  }
  const Result<BackupManifest> manifest = verify_backup(backup.string(), false);
  if (!manifest) {
    return tl::make_unexpected(manifest.error());
  }
  const std::string fresh = backup.string() + std::string(kUnfinished);
  std::error_code error;
  fs::remove_all(fresh, error);
  const ScratchStore scratch(backup.string() + ".rows" + std::string(kUnfinished));
  if (const Result<void> back = put_rows_back(backup.string(), *manifest, scratch.path()); !back) {
    return tl::make_unexpected(back.error());
  }
  const Result<std::size_t> replayed = replay_journal(scratch.path(), journal, tenants);
  if (!replayed || *replayed == 0) {
    return replayed ? Result<bool>(false) : tl::make_unexpected(replayed.error());
  }
  const Result<std::unique_ptr<KeyValue>> key_value = open_rocks(scratch.path());
  if (!key_value) {
    return tl::make_unexpected(key_value.error());
  }
  const auto keep = [&](const std::string& folder) -> Result<std::vector<BackupFile>> {
    std::vector<BackupFile> files;
    for (const BackupFile& file : manifest->files) {
      std::error_code failed;
      if (file.name.ends_with(".rows") || !fs::exists(backup / file.name, failed)) {
        continue;
      }
      if (const Result<void> done = copy_synced(backup / file.name, fs::path(folder) / file.name);
          !done) {
        return tl::make_unexpected(done.error());
      }
      files.push_back(file);
    }
    return files;
  };
  const Time made_at = parse_time(manifest->made_at).value_or(Time{});
  const Result<BackupManifest> written = write_backup(**key_value, fresh, made_at, keep);
  if (!written) {
    return tl::make_unexpected(written.error());
  }
  // Both change their names at once: there is a whole backup at every moment.
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, backup.c_str(), RENAME_EXCHANGE) != 0) {
    return tl::make_unexpected(
        cannot("replace", backup, std::error_code(errno, std::generic_category())));
  }
  fs::remove_all(fresh, error);
  return true;
}

}  // namespace

Result<BackupDone> back_up(const Store& store, const Config& config, const std::string& directory,
                           Time now) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return tl::make_unexpected(cannot("make", directory, error));
  }
  const auto lock = BackupsLock::take(directory, LOCK_EX);
  if (!lock) {
    return tl::make_unexpected(lock.error());
  }
  const std::string folder = directory + "/" + folder_name(now),
                    fresh = folder + std::string(kUnfinished);
  if (fs::exists(folder, error)) {
    return fail(ErrorCode::kRefused, folder + " is there already");
  }
  BackupDone done{folder, {}, {}};
  std::vector<fs::path> old;
  const Result<std::vector<fs::path>> others = backups_in(directory, &old);
  if (!others) {
    return tl::make_unexpected(others.error());
  }
  fs::remove_all(fresh, error);
  Result<BackupManifest> manifest =
      write_backup(store.key_value(), fresh, now, [&](const std::string& into) {
        return describe_all(into, copy_kept(config.data_directory, into, false));
      });
  if (!manifest) {
    return tl::make_unexpected(manifest.error());
  }
  done.manifest = std::move(*manifest);
  const auto journal = read_erasure_journal(erasure_journal_of(config.data_directory));
  const Result<void> merged =
      journal ? merge_into_erasure_journal(erasure_journal_of(directory), *journal)
              : tl::make_unexpected(journal.error());
  if (!merged) {
    return tl::make_unexpected(merged.error());
  }
  fs::rename(fresh, folder, error);
  if (error) {
    return tl::make_unexpected(cannot("rename", fresh, error));
  }
  if (const Result<void> synced = sync(directory); !synced) {
    return tl::make_unexpected(synced.error());
  }
  for (const fs::path& one : *others) {
    if (*time_of(one.filename().string()) + std::chrono::days(config.backup_days) < now) {
      old.push_back(one);
    }
  }
  for (const fs::path& one : old) {
    fs::remove_all(one, error);
    if (error) {
      return tl::make_unexpected(cannot("remove", one, error));
    }
    done.removed.push_back(one.filename().string());
  }
  const Result<void> noted =
      write_private_file(config.data_directory + kLastBackup, directory + "\n");
  return noted ? Result<BackupDone>(std::move(done)) : tl::make_unexpected(noted.error());
}

BackupTimes backup_times(const std::string& data_directory) {
  const auto written = [](const std::string& path) -> std::optional<Time> {
    std::error_code error;
    const fs::file_time_type at = fs::last_write_time(path, error);
    return error ? std::nullopt
                 : std::optional(
                       std::chrono::floor<microseconds>(fs::file_time_type::clock::to_sys(at)));
  };
  BackupTimes times;
  times.made = written(data_directory + kLastBackup);
  std::string folder;
  if (std::ifstream note(data_directory + kLastBackup); std::getline(note, folder)) {
    times.restored = written(folder + kLastRestore);
  }
  return times;
}

std::string summary(const BackupDone& done) {
  std::string text = done.folder + ": " + std::to_string(done.manifest.rows()) + " rows, " +
                     std::to_string(done.manifest.bytes()) + " bytes";
  for (const std::string& removed : done.removed) {
    text += "\nremoved " + removed;
  }
  return text;
}

Result<std::string> newest_backup(const std::string& directory) {
  const Result<std::vector<fs::path>> found = backups_in(directory);
  if (!found) {
    return tl::make_unexpected(found.error());
  }
  if (found->empty()) {
    return fail(ErrorCode::kNotFound, "there is no whole backup in " + directory);
  }
  return found->back().filename().string();
}

Result<RestoreDone> restore(const Config& config, const std::string& directory,
                            const std::string& backup, bool without_identities) {
  const std::string& data = config.data_directory;
  const std::string store = data + "/store", folder = directory + "/" + backup;
  std::error_code error;
  if (fs::exists(store, error)) {
    return fail(ErrorCode::kRefused, store + " is there: move it away first");
  }
  const auto lock = BackupsLock::take(directory, LOCK_SH);
  if (!lock) {
    return tl::make_unexpected(lock.error());
  }
  Result<BackupManifest> manifest = verify_backup(folder, without_identities);
  if (!manifest) {
    return tl::make_unexpected(manifest.error());
  }
  const auto journal = read_erasure_journal(erasure_journal_of(directory));
  const Result<void> merged = journal
                                  ? merge_into_erasure_journal(erasure_journal_of(data), *journal)
                                  : tl::make_unexpected(journal.error());
  const auto whole =
      merged ? read_erasure_journal(erasure_journal_of(data)) : tl::make_unexpected(merged.error());
  if (!whole) {
    return tl::make_unexpected(whole.error());
  }
  const ScratchStore scratch(store + std::string(kUnfinished));
  if (const Result<void> back = put_rows_back(folder, *manifest, scratch.path()); !back) {
    return tl::make_unexpected(back.error());
  }
  RestoreDone done{std::move(*manifest), 0};
  const Result<std::size_t> replayed =
      replay_journal(scratch.path(), *whole, ids_of(config.tenants));
  if (!replayed) {
    return tl::make_unexpected(replayed.error());
  }
  done.erased = *replayed;
  const Result<std::vector<std::string>> copied = copy_kept(folder, data, true);
  if (!copied) {
    return tl::make_unexpected(copied.error());
  }
  fs::rename(scratch.path(), store, error);
  if (error) {
    return tl::make_unexpected(cannot("rename", scratch.path(), error));
  }
  // Only a note for whoever watches: backups that cannot be written to can be put back all the
  // same.
  std::ofstream(directory + kLastRestore) << backup << "\n";
  return done;
}

Result<std::vector<std::string>> rewrite_backups(const Config& config,
                                                 const std::string& directory) {
  const auto lock = BackupsLock::take(directory, LOCK_EX);
  if (!lock) {
    return tl::make_unexpected(lock.error());
  }
  const Result<std::vector<fs::path>> backups = backups_in(directory);
  if (!backups) {
    return tl::make_unexpected(backups.error());
  }
  const auto own = read_erasure_journal(erasure_journal_of(config.data_directory));
  const Result<void> merged = own ? merge_into_erasure_journal(erasure_journal_of(directory), *own)
                                  : tl::make_unexpected(own.error());
  const auto entries = merged ? read_erasure_journal(erasure_journal_of(directory))
                              : tl::make_unexpected(merged.error());
  if (!entries) {
    return tl::make_unexpected(entries.error());
  }
  std::vector<std::string> changed;
  for (const fs::path& backup : *backups) {
    const Result<bool> done = rewrite(backup, *entries, ids_of(config.tenants));
    if (!done) {
      return tl::make_unexpected(done.error());
    }
    if (*done) {
      changed.push_back(backup.filename().string());
    }
  }
  return changed;
}

}  // namespace vigie
