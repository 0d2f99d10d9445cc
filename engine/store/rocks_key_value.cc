#include "engine/store/rocks_key_value.h"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <vector>

#include "engine/store/counts.h"
#include "engine/store/keys.h"
#include "engine/store/log_pages.h"
#include "engine/store/manifest.h"
#include "engine/store/rocks_log.h"

namespace vigie {
namespace {

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

tl::unexpected<Error> fail_with(const rocksdb::Status& status, std::string_view doing) {
  const ErrorCode code = status.IsCorruption() ? ErrorCode::kCorrupt : ErrorCode::kUnavailable;
  return fail(code, std::string(doing) + ": " + status.ToString());
}

class AddCounts final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value,
             std::string* sum, rocksdb::Logger*) const override {
    sum->clear();
    if (existing != nullptr) {
      sum->assign(existing->data(), existing->size());
    }
    return add_counts(*sum, view(value));
  }
  const char* Name() const override { return "vigie.AddCounts"; }
};

/// Which rows are looked for, when they are written, from where the one before of their tenant was
/// put: a batch's lie in order (store_stories.cc). One place is remembered for rows and for erased
/// ranges, which RocksDB keeps in lists of their own (its issue 5118, mended in 9.2): no range may
/// be taken for a row.
class StoryRows final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "vigie.StoryRows"; }
  bool InDomain(const rocksdb::Slice& key) const override { return key.size() == kStoryRowSize; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), sizeof(std::uint32_t)};
  }
};

class RocksIterator final : public KeyValue::Iterator {
 public:
  explicit RocksIterator(rocksdb::Iterator* at) : at_(at) {}
  bool valid() const override { return at_->Valid(); }
  void seek(std::string_view key) override { at_->Seek(slice(key)); }
  void seek_for_prev(std::string_view key) override { at_->SeekForPrev(slice(key)); }
  void next() override { at_->Next(); }
  void prev() override { at_->Prev(); }
  std::string_view key() const override { return view(at_->key()); }
  std::string_view value() const override { return view(at_->value()); }
  Result<void> status() const override {
    if (!at_->status().ok()) {
      return fail_with(at_->status(), "reading the data folder");
    }
    return {};
  }

 private:
  std::unique_ptr<rocksdb::Iterator> at_;
};

/// The sequence number that was reached at the last sync, and the manifest's length, in a file
/// beside the database: a log that comes back shorter has lost what was acknowledged. Not synced
/// itself: it may lag, never lead, so what it says before the database is opened must be there
/// afterwards, whoever writes meanwhile.
class HighWater {
 public:
  explicit HighWater(int file) : file_(file) {}
  ~HighWater() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }
  HighWater(const HighWater&) = delete;
  HighWater& operator=(const HighWater&) = delete;

  struct Mark {
    std::uint64_t sequence = 0;
    ManifestMark manifest;
  };
  /// Nothing is known where there is none yet.
  Mark read() const {
    Mark mark;
    const ssize_t size = ::pread(file_, &mark, sizeof mark, 0);
    if (size < ssize_t{sizeof mark}) {
      mark.manifest = {};
    }
    if (size < kSequenceBytes) {
      mark.sequence = 0;
    }
    return mark;
  }
  bool write(const Mark& mark) const {
    return ::pwrite(file_, &mark, sizeof mark, 0) == sizeof mark;
  }

 private:
  static constexpr ssize_t kSequenceBytes = sizeof(std::uint64_t);  ///< all that it was at first

  int file_;
};

class RocksKeyValue final : public KeyValue {
 public:
  RocksKeyValue(std::unique_ptr<rocksdb::DB> db,
                const std::vector<rocksdb::ColumnFamilyHandle*>& handles,
                std::unique_ptr<HighWater> high_water)
      : db_(std::move(db)),
        high_water_(std::move(high_water)),
        manifest_(db_->GetName()),
        log_pages_(*db_) {
    std::copy(handles.begin() + 1, handles.end(), families_.begin());
    db_->DestroyColumnFamilyHandle(handles[0]);
  }
  ~RocksKeyValue() override {
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      db_->DestroyColumnFamilyHandle(family);
    }
  }

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    std::string value;
    const rocksdb::Status status =
        db_->Get(rocksdb::ReadOptions(), handle(family), slice(key), &value);
    if (status.IsNotFound()) {
      return std::nullopt;
    }
    if (!status.ok()) {
      return fail_with(status, "reading the data folder");
    }
    return std::optional(std::move(value));
  }

  std::unique_ptr<Iterator> iterate(Family family) const override {
    return std::make_unique<RocksIterator>(
        db_->NewIterator(rocksdb::ReadOptions(), handle(family)));
  }

  Result<std::vector<std::unique_ptr<Iterator>>> iterate_all() const override {
    std::vector<rocksdb::Iterator*> made;
    const rocksdb::Status status =
        db_->NewIterators(rocksdb::ReadOptions(), {families_.begin(), families_.end()}, &made);
    if (!status.ok()) {
      return fail_with(status, "reading the data folder");
    }
    std::vector<std::unique_ptr<Iterator>> iterators;
    for (rocksdb::Iterator* at : made) {
      iterators.push_back(std::make_unique<RocksIterator>(at));
    }
    return iterators;
  }

  Result<void> write(const WriteBatch& batch) override {
    // Of this thread: nobody reads what it would count at each comparison of keys.
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    const std::scoped_lock lock(write_mutex_);
    write_batch_.Clear();
    rocksdb::Status status;
    batch.for_each([&](const WriteBatch::Entry& entry) {
      if (status.ok()) {
        status = append(entry, write_batch_);
      }
    });
    if (status.ok()) {
      status = db_->Write(rocksdb::WriteOptions(), &write_batch_);
    }
    const std::size_t bytes = write_batch_.GetDataSize();
    if (write_batch_.Data().capacity() > kMostKeptBytes) {
      write_batch_ = rocksdb::WriteBatch();
    }
    if (!status.ok()) {
      return fail_with(status, "writing to the data folder");
    }
    log_pages_.wrote(bytes);
    return {};
  }

  Result<void> sync() override {
    const std::scoped_lock lock(sync_mutex_);
    const std::uint64_t reached = db_->GetLatestSequenceNumber();
    if (const rocksdb::Status status = db_->SyncWAL(); !status.ok()) {
      return fail_with(status, "syncing the data folder");
    }
    if (!high_water_->write({reached, manifest_.mark()})) {
      return fail(ErrorCode::kUnavailable, "writing HIGH_WATER in the data folder failed");
    }
    log_pages_.synced();
    return {};
  }

  /// Logs go once no family's memory needs them: all are flushed.
  Result<void> scrub(std::span<const Family> families, std::atomic<bool>& cancelled) override {
    rocksdb::Status status =
        db_->Flush(rocksdb::FlushOptions(), {families_.begin(), families_.end()});
    rocksdb::CompactRangeOptions whole;
    whole.canceled = &cancelled;
    whole.exclusive_manual_compaction = false;
    whole.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    for (const Family family : families) {
      if (status.ok()) {
        status = db_->CompactRange(whole, handle(family), nullptr, nullptr);
      }
    }
    if (!status.ok()) {
      return fail_with(status, "rewriting the data folder");
    }
    return {};
  }

  bool is_stalled() const override {
    std::uint64_t stopped = 0, delayed = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kIsWriteStopped, &stopped);
    db_->GetIntProperty(rocksdb::DB::Properties::kActualDelayedWriteRate, &delayed);
    return stopped != 0 || delayed != 0;
  }

  std::uint64_t size_bytes() const override {
    std::uint64_t bytes = 0;
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      std::uint64_t files = 0;
      db_->GetIntProperty(family, rocksdb::DB::Properties::kTotalSstFilesSize, &files);
      bytes += files;
    }
    rocksdb::VectorLogPtr logs;
    db_->GetSortedWalFiles(logs);
    for (const auto& log : logs) {
      bytes += log->SizeFileBytes();
    }
    return bytes;
  }

 private:
  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return families_[static_cast<std::size_t>(family)];
  }

  rocksdb::Status append(const WriteBatch::Entry& entry, rocksdb::WriteBatch& rocks) const {
    rocksdb::ColumnFamilyHandle* family = handle(entry.family);
    switch (entry.op) {
      case WriteBatch::Op::kPut:
        return rocks.Put(family, slice(entry.key), slice(entry.value));
      case WriteBatch::Op::kErase:
        return rocks.Delete(family, slice(entry.key));
      case WriteBatch::Op::kEraseRange:
        return rocks.DeleteRange(family, slice(entry.key), slice(entry.value));
      case WriteBatch::Op::kAdd:
        return rocks.Merge(family, slice(entry.key), slice(entry.value));
    }
    return rocksdb::Status::InvalidArgument("unknown operation");
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
  std::unique_ptr<HighWater> high_water_;
  ManifestWatch manifest_;
  LogPages log_pages_;
  /// What a batch may leave for the next: memory not used yet is dear where a host has to give it.
  static constexpr std::size_t kMostKeptBytes = 4U << 20;
  std::mutex write_mutex_;
  rocksdb::WriteBatch write_batch_;  ///< guarded by write_mutex_
  std::mutex sync_mutex_;
};

rocksdb::ColumnFamilyOptions family_options(Family family, const RocksOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  const bool is_looked_up_by_key =
      family == Family::kOverlay || family == Family::kIds || family == Family::kAuthorKeys;
  if (is_looked_up_by_key) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  }
  table.block_size = 16U << 10;
  rocksdb::ColumnFamilyOptions made;
  made.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // Packs come compressed; the others of these are noise.
  const bool is_dense = family == Family::kMentions || family == Family::kAuthorKeys ||
                        family == Family::kIdentities || family == Family::kIds;
  made.compression = is_dense ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  made.write_buffer_size = options.write_buffer_bytes / 8;
  made.paranoid_file_checks = false;  // reading back every file would double the write cost
  if (family == Family::kMentions) {
    made.compaction_style = rocksdb::kCompactionStyleUniversal;
    // Keys ascend with time: files that do not overlap are put in order without being rewritten.
    made.compaction_options_universal.allow_trivial_move = true;
    made.write_buffer_size = options.write_buffer_bytes;
  }
  if (family == Family::kStories) {
    made.memtable_insert_with_hint_prefix_extractor = std::make_shared<StoryRows>();
  }
  if (family == Family::kRollups || family == Family::kUsage) {
    made.merge_operator = std::make_shared<AddCounts>();
  }
  return made;
}

rocksdb::DBOptions database_options(const RocksOptions& options) {
  rocksdb::DBOptions made;
  made.create_missing_column_families = true;
  made.paranoid_checks = true;
  // A log that the manifest knows must be there, and as long as it was.
  made.track_and_verify_wals_in_manifest = true;
  // The default mode hides loss: one flipped bit and everything after it is dropped in silence.
  made.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  made.allow_concurrent_memtable_write = false;  // one thread writes nearly everything
  made.max_background_jobs = options.background_threads;
  made.max_total_wal_size = options.write_buffer_bytes * 4;
  return made;
}

/// Whether the folder holds what was written to a database, be it damaged: one made anew in its
/// place would sweep away what is left. (A manifest alone is one whose making was interrupted.)
bool holds_data(const std::string& path, const HighWater& high_water) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(path, none)) {
    const std::filesystem::path ending = entry.path().extension();
    if (ending == ".sst" || ending == ".log") {
      return true;
    }
  }
  return high_water.read().sequence != 0;
}

/// Whether the file system lets files there be written past the page cache.
bool takes_direct_writes(const std::string& path) {
  const int file = ::open((path + "/HIGH_WATER").c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC);
  if (file >= 0) {
    ::close(file);
  }
  return file >= 0;
}

rocksdb::Status open_for_writing(const std::string& path, const RocksOptions& options,
                                 bool may_be_made,
                                 const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                                 std::vector<rocksdb::ColumnFamilyHandle*>& handles,
                                 std::unique_ptr<rocksdb::DB>& db) {
  rocksdb::DBOptions database = database_options(options);
  database.create_if_missing = may_be_made;
  // Little of what goes into tables is read soon: the page cache is for what is read.
  database.use_direct_io_for_flush_and_compaction = takes_direct_writes(path);
  database.info_log = make_rocks_log(path);
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(database, path, families, &handles, &opened);
  db.reset(opened);
  return status;
}

/// All files are opened at once, so that a writer that removes some later takes nothing away. If it
/// does so during the opening, the next attempt finds the new ones: also if what misses is a log,
/// which shows by less than what was `synced` before.
rocksdb::Status open_for_reading(const std::string& path, std::uint64_t synced,
                                 const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                                 std::vector<rocksdb::ColumnFamilyHandle*>& handles,
                                 std::unique_ptr<rocksdb::DB>& db) {
  constexpr int kAttempts = 5;
  rocksdb::DBOptions options = database_options({});
  options.create_missing_column_families = false;
  options.info_log = make_silent_rocks_log();
  options.max_open_files = -1;
  rocksdb::Status status;
  for (int attempt = 0; attempt < kAttempts && db == nullptr; ++attempt) {
    rocksdb::DB* opened = nullptr;
    status = rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &opened);
    db.reset(opened);
    if (db != nullptr && db->GetLatestSequenceNumber() < synced && attempt + 1 < kAttempts) {
      for (rocksdb::ColumnFamilyHandle* handle : handles) {
        db->DestroyColumnFamilyHandle(handle);
      }
      handles.clear();
      db.reset();
    }
  }
  return status;
}

}  // namespace

Result<std::unique_ptr<KeyValue>> open_rocks(const std::string& path, const RocksOptions& options) {
  if (!options.read_only) {
    std::error_code made;
    std::filesystem::create_directories(path, made);
    if (made) {
      return fail(ErrorCode::kUnavailable,
                  "cannot make the folder " + path + ": " + made.message());
    }
  }
  const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    families.emplace_back(std::string(to_string(family)), family_options(family, options, cache));
  }
  const int flags = options.read_only ? O_RDONLY : O_RDWR | O_CREAT;
  const int file = ::open((path + "/HIGH_WATER").c_str(), flags | O_CLOEXEC, 0600);
  auto high_water = std::make_unique<HighWater>(file);
  if (file < 0 && !options.read_only) {
    return fail(ErrorCode::kUnavailable, "cannot open HIGH_WATER in the data folder " + path);
  }
  const HighWater::Mark mark = high_water->read();
  const std::uint64_t synced = mark.sequence;
  if (!is_whole(path, mark.manifest)) {
    return fail(ErrorCode::kCorrupt,
                "the data folder " + path + " has a damaged MANIFEST or CURRENT; restore a backup");
  }
  const bool is_new = !holds_data(path, *high_water);
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status =
      options.read_only ? open_for_reading(path, synced, families, handles, db)
                        : open_for_writing(path, options, is_new, families, handles, db);
  if (!status.ok()) {
    if (status.IsIOError() && status.ToString().find("lock") != std::string::npos) {
      return fail(ErrorCode::kUnavailable, "another process has the data folder " + path + " open");
    }
    if (options.read_only &&
        status.ToString().find("Column family not found") != std::string::npos) {
      return fail(ErrorCode::kUnavailable, "the data folder " + path +
                                               " is an earlier Vigie's: start the service once, "
                                               "which brings it up to date");
    }
    return fail_with(status, "opening the data folder " + path);
  }
  const std::uint64_t found = db->GetLatestSequenceNumber();
  auto key_value = std::make_unique<RocksKeyValue>(std::move(db), handles, std::move(high_water));
  if (found < synced) {
    return fail(ErrorCode::kCorrupt, "the data folder " + path + " has lost acknowledged writes: " +
                                         std::to_string(synced) + " were synced, " +
                                         std::to_string(found) + " are there; restore a backup");
  }
  return key_value;
}

}  // namespace vigie
