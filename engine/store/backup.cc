#include "engine/store/backup.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <utility>

#include "engine/core/private_file.h"
#include "engine/store/bytes.h"
#include "engine/store/keys.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRowsHead = "vigie-rows 1\n";
constexpr std::string_view kManifest = "manifest.json";
constexpr std::string_view kManifestHead = "{\"vigie_backup\":";
constexpr std::string_view kManifestCode = "\"code\":\"";
constexpr std::size_t kDigestDigits = 2 * crypto_generichash_BYTES;
/// Rows are put back in batches of about this size.
constexpr std::size_t kRestoreBatchBytes = 8U << 20;
constexpr std::size_t kBufferBytes = 1U << 20;
/// Nothing that is stored comes near: a length beyond is damage.
constexpr std::uint32_t kMaxPartBytes = 1U << 30;

class Digest {
 public:
  Digest() { crypto_generichash_init(&state_, nullptr, 0, crypto_generichash_BYTES); }
  void add(std::string_view bytes) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
  }
  std::string finish() {
    std::array<unsigned char, crypto_generichash_BYTES> code;
    crypto_generichash_final(&state_, code.data(), code.size());
    std::string text(kDigestDigits + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), code.data(), code.size());
    text.pop_back();  // its NUL
    return text;
  }

 private:
  crypto_generichash_state state_;
};

tl::unexpected<Error> cannot(std::string_view what, const std::string& path) {
  return fail(ErrorCode::kUnavailable,
              "cannot " + std::string(what) + " " + path + ": " + std::strerror(errno));
}
tl::unexpected<Error> not_as_written(const std::string& path, std::string_view why) {
  return fail(ErrorCode::kCorrupt, path + " is not as it was written: " + std::string(why));
}

/// A new file for its owner only, which is digested while it is written.
class FileWriter {
 public:
  explicit FileWriter(std::string path)
      : path_(std::move(path)),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  ~FileWriter() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void add(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() >= kBufferBytes) {
      flush();
    }
  }
  /// Synced when it returns.
  Result<BackupFile> finish(std::string name, std::uint64_t rows) {
    flush();
    if (failed_ || file_ < 0 || ::fsync(file_) != 0) {
      return cannot("write", path_);
    }
    return BackupFile{std::move(name), rows, bytes_, digest_.finish()};
  }
  bool failed() const { return failed_ || file_ < 0; }

 private:
  void flush() {
    digest_.add(buffer_);
    bytes_ += buffer_.size();
    for (std::string_view left = buffer_; !failed() && !left.empty();) {
      const ssize_t written = ::write(file_, left.data(), left.size());
      failed_ = written <= 0;
      left.remove_prefix(failed_ ? 0 : static_cast<std::size_t>(written));
    }
    buffer_.clear();
  }

  std::string path_, buffer_;
  int file_;
  Digest digest_;
  std::uint64_t bytes_ = 0;
  bool failed_ = false;
};

std::string name_of(Family family) {
  const std::string folder =
      family == Family::kAuthorKeys ? std::string(kIdentitiesFolder) : std::string("data");
  return folder + "/" + std::string(to_string(family)) + ".rows";
}

Result<BackupFile> write_rows(Family family, KeyValue::Iterator& at, const std::string& folder) {
  const std::string name = name_of(family);
  FileWriter file(folder + "/" + name);
  file.add(kRowsHead);
  std::uint64_t rows = 0;
  std::string lengths;
  for (at.seek({}); at.valid() && !file.failed(); at.next()) {
    lengths.clear();
    put_u32(lengths, static_cast<std::uint32_t>(at.key().size()));
    put_u32(lengths, static_cast<std::uint32_t>(at.value().size()));
    file.add(lengths);
    file.add(at.key());
    file.add(at.value());
    ++rows;
  }
  if (const Result<void> status = at.status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return file.finish(name, rows);
}

/// One member a line; names hold nothing that JSON escapes. The last says what the others are.
std::string to_json(const BackupManifest& manifest) {
  std::ostringstream json;
  json << kManifestHead << manifest.format << ",\n\"store_format\":" << manifest.store_format
       << ",\n\"made_at\":\"" << manifest.made_at << "\",\n\"files\":[";
  for (std::size_t i = 0; i < manifest.files.size(); ++i) {
    const BackupFile& file = manifest.files[i];
    json << (i == 0 ? "\n" : ",\n") << "{\"name\":\"" << file.name << "\",\"rows\":" << file.rows
         << ",\"bytes\":" << file.bytes << ",\"digest\":\"" << file.digest << "\"}";
  }
  json << "],\n";
  Digest digest;
  digest.add(json.view());
  json << kManifestCode << digest.finish() << "\"}\n";
  return std::move(json).str();
}

/// Reads to_json()'s own shape, front to back.
class ManifestReader {
 public:
  explicit ManifestReader(std::string_view text) : left_(text) {}
  bool ok() const { return ok_; }
  bool done() const { return ok_ && left_.empty(); }
  ManifestReader& skip(std::string_view expected) {
    ok_ = ok_ && left_.starts_with(expected);
    left_.remove_prefix(ok_ ? expected.size() : 0);
    return *this;
  }
  bool next_is(std::string_view expected) const { return ok_ && left_.starts_with(expected); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), value);
    ok_ = ok_ && error == std::errc();
    left_.remove_prefix(ok_ ? static_cast<std::size_t>(end - left_.data()) : 0);
    return value;
  }
  std::string text() {
    const std::size_t end = left_.find('"');
    ok_ = ok_ && end != std::string_view::npos;
    const std::string value(left_.substr(0, ok_ ? end : 0));
    left_.remove_prefix(ok_ ? end : 0);
    return value;
  }

 private:
  std::string_view left_;
  bool ok_ = true;
};

Result<BackupManifest> read_manifest(const std::string& folder) {
  const std::string path = folder + "/" + std::string(kManifest);
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(ErrorCode::kNotFound,
                folder + " holds no whole backup: " + std::string(kManifest) + " is missing");
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  const std::string text = std::move(content).str();
  ManifestReader reader(text);
  BackupManifest manifest;
  manifest.format = static_cast<std::uint32_t>(reader.skip(kManifestHead).number());
  if (reader.ok() && manifest.format > kBackupFormat) {  // whatever else stands in it
    return fail(ErrorCode::kTooNew, folder + " was made by a newer Vigie");
  }
  manifest.store_format = static_cast<std::uint32_t>(reader.skip(",\n\"store_format\":").number());
  manifest.made_at = reader.skip(",\n\"made_at\":\"").text();
  reader.skip("\",\n\"files\":[");
  while (reader.ok() && !reader.next_is("]")) {
    reader.skip(manifest.files.empty() ? "\n" : ",\n");
    BackupFile file;
    file.name = reader.skip("{\"name\":\"").text();
    file.rows = reader.skip("\",\"rows\":").number();
    file.bytes = reader.skip(",\"bytes\":").number();
    file.digest = reader.skip(",\"digest\":\"").text();
    reader.skip("\"}");
    manifest.files.push_back(std::move(file));
  }
  Digest digest;
  digest.add(std::string_view(text).substr(0, text.rfind(kManifestCode)));
  const std::string code = reader.skip("],\n").skip(kManifestCode).text();
  if (!reader.skip("\"}\n").done() || code != digest.finish()) {
    return not_as_written(path, "it does not fit its own code");
  }
  if (manifest.store_format > kStoreFormat) {
    return fail(ErrorCode::kTooNew, folder + " holds the data of a newer Vigie");
  }
  if (manifest.store_format < kFormatWithoutFacts) {
    return fail(ErrorCode::kRefused,
                folder + " holds the data of an older Vigie, which this one cannot read");
  }
  return manifest;
}

bool is_of_identities(const BackupFile& file) {
  return file.name.starts_with(std::string(kIdentitiesFolder) + "/");
}

/// Calls `visit(key, value)` of each row, in order. kCorrupt: it does not end where it should.
Result<std::uint64_t> read_rows(
    const std::string& path,
    const std::function<Result<void>(std::string_view, std::string_view)>& visit) {
  std::ifstream in(path, std::ios::binary);
  std::string head(kRowsHead.size(), '\0');
  if (!in.read(head.data(), static_cast<std::streamsize>(head.size())) || head != kRowsHead) {
    return not_as_written(path, "it does not begin as rows do");
  }
  std::uint64_t rows = 0;
  std::string lengths(8, '\0'), row;
  while (in.peek() != std::ifstream::traits_type::eof()) {
    if (!in.read(lengths.data(), 8)) {
      return not_as_written(path, "a row is torn");
    }
    ByteReader reader(lengths);
    const std::uint32_t key = reader.u32(), value = reader.u32();
    if (key > kMaxPartBytes || value > kMaxPartBytes) {
      return not_as_written(path, "a row's length is impossible");
    }
    row.resize(std::size_t{key} + value);
    if (!in.read(row.data(), static_cast<std::streamsize>(row.size()))) {
      return not_as_written(path, "a row is torn");
    }
    const std::string_view bytes = row;
    if (const Result<void> visited = visit(bytes.substr(0, key), bytes.substr(key)); !visited) {
      return tl::make_unexpected(visited.error());
    }
    ++rows;
  }
  return rows;
}

std::optional<Family> family_of(const BackupFile& file) {
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    if (name_of(static_cast<Family>(i)) == file.name) {
      return static_cast<Family>(i);
    }
  }
  return std::nullopt;
}

Result<void> restore_family(const std::string& path, Family family, KeyValue& into) {
  WriteBatch batch;
  const auto put = [&](std::string_view key, std::string_view value) -> Result<void> {
    batch.put(family, key, value);
    if (batch.bytes() < kRestoreBatchBytes) {
      return {};
    }
    Result<void> written = into.write(batch);
    batch.clear();
    return written;
  };
  const Result<std::uint64_t> read = read_rows(path, put);
  return read ? into.write(batch) : tl::make_unexpected(read.error());
}

Result<std::uint64_t> count_rows(const KeyValue& key_value, Family family) {
  std::uint64_t rows = 0;
  const auto at = key_value.iterate(family);
  for (at->seek({}); at->valid(); at->next()) {
    ++rows;
  }
  const Result<void> status = at->status();
  return status ? Result<std::uint64_t>(rows) : tl::make_unexpected(status.error());
}

}  // namespace

std::uint64_t BackupManifest::rows() const {
  return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const BackupFile& file) { return sum + file.rows; });
}
std::uint64_t BackupManifest::bytes() const {
  return std::accumulate(
      files.begin(), files.end(), std::uint64_t{0},
      [](std::uint64_t sum, const BackupFile& file) { return sum + file.bytes; });
}

Result<BackupFile> describe_file(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  std::ifstream in(path, std::ios::binary);
  BackupFile file{name, 0, 0, ""};
  Digest digest;
  std::string buffer(kBufferBytes, '\0');
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto size = static_cast<std::size_t>(in.gcount());
    digest.add(std::string_view(buffer).substr(0, size));
    file.bytes += size;
  }
  if (!in.eof()) {
    return cannot("read", path);
  }
  file.digest = digest.finish();
  return file;
}

Result<BackupManifest> write_backup(
    const KeyValue& key_value, const std::string& folder, Time at,
    const std::function<Result<std::vector<BackupFile>>(const std::string&)>& more) {
  std::error_code error;
  if (fs::exists(folder, error)) {
    return fail(ErrorCode::kRefused, folder + " is there already");
  }
  for (const std::string& part : {std::string("data"), std::string(kIdentitiesFolder)}) {
    fs::create_directories(folder + "/" + part, error);
    if (error) {
      return fail(ErrorCode::kUnavailable, "cannot make " + folder + ": " + error.message());
    }
  }
  auto iterators = key_value.iterate_all();
  if (!iterators) {
    return tl::make_unexpected(iterators.error());
  }
  BackupManifest manifest;
  manifest.store_format = kStoreFormat;
  manifest.made_at = format_time(at);
  for (std::size_t i = 0; i < iterators->size(); ++i) {
    Result<BackupFile> file = write_rows(static_cast<Family>(i), *(*iterators)[i], folder);
    if (!file) {
      return tl::make_unexpected(file.error());
    }
    manifest.files.push_back(std::move(*file));
    (*iterators)[i].reset();  // what it read may go
  }
  if (more) {
    Result<std::vector<BackupFile>> files = more(folder);
    if (!files) {
      return tl::make_unexpected(files.error());
    }
    std::ranges::move(*files, std::back_inserter(manifest.files));
  }
  const Result<void> written =
      write_private_file(folder + "/" + std::string(kManifest), to_json(manifest));
  return written ? Result<BackupManifest>(std::move(manifest))
                 : tl::make_unexpected(written.error());
}

Result<BackupManifest> verify_backup(const std::string& folder, bool without_identities) {
  Result<BackupManifest> manifest = read_manifest(folder);
  if (!manifest) {
    return manifest;
  }
  for (const BackupFile& file : manifest->files) {
    if (without_identities && is_of_identities(file)) {
      continue;
    }
    const std::string path = folder + "/" + file.name;
    if (std::error_code error; !fs::exists(path, error)) {
      return not_as_written(path, "it is missing");
    }
    const Result<BackupFile> found = describe_file(folder, file.name);
    if (!found) {
      return tl::make_unexpected(found.error());
    }
    if (found->bytes != file.bytes || found->digest != file.digest) {
      return not_as_written(path, "its bytes are others");
    }
    const bool is_rows = file.name.ends_with(".rows");
    if (!is_rows) {
      continue;
    }
    const Result<std::uint64_t> rows =
        read_rows(path, [](std::string_view, std::string_view) { return Result<void>(); });
    if (!rows) {
      return tl::make_unexpected(rows.error());
    }
    if (*rows != file.rows) {
      return not_as_written(path, "it has another number of rows");
    }
  }
  return manifest;
}

Result<void> restore_rows(const std::string& folder, const BackupManifest& manifest,
                          KeyValue& into) {
  for (const BackupFile& file : manifest.files) {
    if (!file.name.ends_with(".rows")) {
      continue;
    }
    const std::string path = folder + "/" + file.name;
    const std::optional<Family> family = family_of(file);
    if (!family) {
      return fail(ErrorCode::kTooNew, path + " is of a newer Vigie: there is no such family");
    }
    if (std::error_code error; is_of_identities(file) && !fs::exists(path, error)) {
      continue;  // it is elsewhere
    }
    if (const Result<void> restored = restore_family(path, *family, into); !restored) {
      return restored;
    }
    const Result<std::uint64_t> rows = count_rows(into, *family);
    if (!rows) {
      return tl::make_unexpected(rows.error());
    }
    if (*rows != file.rows) {
      return fail(ErrorCode::kCorrupt, path + ": " + std::to_string(file.rows) +
                                           " rows were put back, " + std::to_string(*rows) +
                                           " are there");
    }
  }
  return into.sync();
}

}  // namespace vigie
