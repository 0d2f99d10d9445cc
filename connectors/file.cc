#include "connectors/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "connectors/line_cutter.h"
#include "connectors/mention_dates.h"

namespace vigie {
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kFingerprintBytes = 4096;
constexpr std::size_t kMaxFiles = 100'000;
constexpr std::chrono::milliseconds kFollowInterval{500};
constexpr std::chrono::seconds kRetryInterval{5};

enum class Speed { kFull, kOriginal };

struct FileOptions {
  std::string path;
  Mode mode = Mode::kLive;
  Speed speed = Speed::kFull;
  std::int64_t speed_factor = 1;
  bool shift_to_now = false;
  bool follow = false;

  bool is_stdin() const { return path == "-"; }
};

tl::unexpected<Error> system_failure(const std::string& what) {
  return fail(ErrorCode::kUnavailable, what + ": " + std::strerror(errno));
}

/// A file that is open for reading; regular files by plain reads, pipes and terminals through the
/// reactor.
class OpenFile {
 public:
  static Result<OpenFile> open(asio::any_io_executor executor, const std::string& path) {
    const int fd =
        path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
      return system_failure("cannot open " + path);
    }
    OpenFile file(executor, fd, path);
    struct stat facts {};
    if (::fstat(fd, &facts) != 0) {
      return system_failure("cannot look at " + path);
    }
    if (S_ISDIR(facts.st_mode)) {
      return fail(ErrorCode::kInvalidInput, path + " is a directory inside a directory");
    }
    file.regular_ = S_ISREG(facts.st_mode);
    file.size_ = file.regular_ ? static_cast<std::uint64_t>(facts.st_size) : 0;
    return file;
  }

  std::uint64_t size() const { return size_; }
  bool regular() const { return regular_; }

  /// FNV-1a of the first kFingerprintBytes, or of the first `offset` bytes if that is less.
  std::uint64_t fingerprint(std::uint64_t offset) {
    std::array<char, kFingerprintBytes> head;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(offset, head.size()));
    const ssize_t got = ::pread(descriptor_.native_handle(), head.data(), wanted, 0);
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (ssize_t i = 0; i < got; ++i) {
      hash =
          (hash ^ static_cast<unsigned char>(head[static_cast<std::size_t>(i)])) * 0x100000001b3ULL;
    }
    return hash;
  }

  void seek(std::uint64_t offset) {
    if (regular_) {
      ::lseek(descriptor_.native_handle(), static_cast<off_t>(offset), SEEK_SET);
    }
  }

  /// Some bytes; 0 at the end. Lets others on the thread have their turn.
  asio::awaitable<Result<std::size_t>> read(std::span<char> room) {
    if (!regular_) {
      const auto [error, got] = co_await descriptor_.async_read_some(
          asio::buffer(room.data(), room.size()), asio::as_tuple(asio::use_awaitable));
      if (error == asio::error::operation_aborted) {
        throw boost::system::system_error(error);
      }
      if (error && error != asio::error::eof) {
        co_return fail(ErrorCode::kUnavailable, "cannot read " + path_ + ": " + error.message());
      }
      co_return got;
    }
    co_await asio::post(descriptor_.get_executor(), asio::use_awaitable);
    const ssize_t got = ::read(descriptor_.native_handle(), room.data(), room.size());
    if (got < 0) {
      co_return system_failure("cannot read " + path_);
    }
    co_return static_cast<std::size_t>(got);
  }

 private:
  OpenFile(asio::any_io_executor executor, int fd, std::string path)
      : descriptor_(executor, fd), path_(std::move(path)) {}

  asio::posix::stream_descriptor descriptor_;
  std::string path_;
  bool regular_ = true;
  std::uint64_t size_ = 0;
};

/// The files to read, by name, and the directory they are in.
struct Listing {
  fs::path directory;
  std::vector<std::string> names;
  bool is_series = false;  ///< a whole directory: what sorts before the cursor was read before
  std::uint64_t total_bytes = 0;
};

Result<Listing> list_directory(const fs::path& directory) {
  Listing listing{directory, {}, true, 0};
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".ndjson" && !entry->is_directory(error)) {
      listing.names.push_back(entry->path().filename().string());
    }
    if (listing.names.size() > kMaxFiles) {
      return fail(ErrorCode::kInvalidInput,
                  directory.string() + " holds more than " + std::to_string(kMaxFiles) + " files");
    }
  }
  if (error) {
    return fail(ErrorCode::kUnavailable,
                "cannot list " + directory.string() + ": " + error.message());
  }
  std::ranges::sort(listing.names);
  return listing;
}

Result<Listing> list_files(const std::string& path) {
  if (path == "-") {
    return Listing{{}, {"-"}, false, 0};
  }
  std::error_code error;
  Listing listing;
  if (fs::is_directory(path, error)) {
    auto files = list_directory(path);
    if (!files) {
      return files;
    }
    listing = std::move(*files);
  } else {
    listing = {fs::path(path).parent_path(), {fs::path(path).filename().string()}, false, 0};
  }
  for (const std::string& name : listing.names) {
    const auto size = fs::file_size(listing.directory / name, error);
    listing.total_bytes += error ? 0 : size;
  }
  return listing;
}

class FileConnector final : public Connector {
 public:
  FileConnector(const ConnectorContext& context, FileOptions options)
      : port_(context.port),
        status_(context.status),
        executor_(context.executor),
        timer_(context.executor),
        options_(std::move(options)) {}

  asio::awaitable<void> run() override {
    if (!options_.is_stdin()) {
      at_ = parse_file_cursor(port_.resume_cursor()).value_or(FileCursor{});
    }
    for (;;) {
      const Result<void> done = co_await read_all();
      if (!done) {
        note_failure(done.error());
        co_await sleep_for(kRetryInterval);
      } else if (options_.follow) {
        co_await sleep_for(kFollowInterval);
      } else {
        break;
      }
    }
    co_await port_.committed(last_sequence_);
    status_.update([](auto& now) { now.state = ConnectorStatus::State::kFinished; });
  }

 private:
  /// Everything that is there and was not read yet.
  asio::awaitable<Result<void>> read_all() {
    const Result<Listing> listing = list_files(options_.path);
    if (!listing) {
      co_return tl::make_unexpected(listing.error());
    }
    status_.update([&](auto& now) { now.total_bytes = listing->total_bytes; });
    const std::string directory = (listing->directory / "file").parent_path().string();
    if (at_.directory != directory) {  // names of another one say nothing about what was read here
      at_ = FileCursor{};
      at_.directory = directory;
    }
    if (options_.shift_to_now && at_.name.empty()) {
      const Result<void> shifted = co_await choose_time_shift(*listing);
      if (!shifted) {
        co_return shifted;
      }
    }
    done_before_file_ = 0;
    for (const std::string& name : listing->names) {
      const bool is_last = name == listing->names.back();
      const Result<void> done = co_await read_file(*listing, name, is_last);
      if (!done) {
        co_return done;
      }
    }
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> read_file(const Listing& listing, const std::string& name,
                                          bool is_last) {
    Result<OpenFile> file = OpenFile::open(executor_, full_path(listing, name));
    if (!file) {
      co_return tl::make_unexpected(file.error());
    }
    const std::uint64_t size = file->size();
    const std::uint64_t start = where_to_start(listing, name, *file);
    const bool nothing_new = file->regular() && start == size;
    if (!nothing_new) {
      const bool wait_for_line_end = options_.follow && is_last;
      const Result<void> done = co_await read_lines(*file, name, start, wait_for_line_end);
      if (!done) {
        co_return done;
      }
    }
    done_before_file_ += size;
    note_progress(done_before_file_);
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> read_lines(OpenFile& file, const std::string& name,
                                           std::uint64_t start, bool wait_for_line_end) {
    file.seek(start);
    LineCutter cutter(start);
    for (;;) {
      const Result<std::size_t> got = co_await file.read(cutter.room());
      if (!got) {
        co_return tl::make_unexpected(got.error());
      }
      if (*got == 0) {
        break;
      }
      cutter.filled(*got);
      while (auto piece = cutter.cut()) {
        co_await deliver(file, name, std::move(*piece));
      }
    }
    if (!wait_for_line_end) {
      if (auto piece = cutter.rest()) {
        co_await deliver(file, name, std::move(*piece));
      }
    }
    co_return Result<void>{};
  }

  asio::awaitable<void> deliver(OpenFile& file, const std::string& name, LineCutter::Piece piece) {
    if (options_.speed == Speed::kOriginal) {
      co_await deliver_as_it_happened(file, name, std::move(piece));
      co_return;
    }
    Port::Parcel parcel;
    parcel.bytes = std::move(piece.bytes);
    co_await send(file, name, std::move(parcel), piece.end);
  }

  /// Line by line at their own times; what is due at once goes together.
  asio::awaitable<void> deliver_as_it_happened(OpenFile& file, const std::string& name,
                                               LineCutter::Piece piece) {
    const std::string_view lines = piece.bytes.view();
    const std::uint64_t start = piece.end - lines.size();
    std::size_t sent = 0;
    for (std::size_t line = 0; line < lines.size();) {
      const std::size_t line_end = std::min(lines.find('\n', line), lines.size() - 1) + 1;
      const auto due = due_at(lines.substr(line, line_end - line));
      if (due > std::chrono::steady_clock::now()) {
        co_await send_part(file, name, lines.substr(sent, line - sent), start + line);
        sent = line;
        timer_.expires_at(due);
        co_await timer_.async_wait(asio::use_awaitable);
      }
      line = line_end;
    }
    co_await send_part(file, name, lines.substr(sent), piece.end);
  }

  asio::awaitable<void> send_part(OpenFile& file, const std::string& name, std::string_view lines,
                                  std::uint64_t end) {
    if (lines.empty()) {
      co_return;
    }
    Port::Parcel parcel;
    parcel.bytes = Payload(lines);
    co_await send(file, name, std::move(parcel), end);
  }

  asio::awaitable<void> send(OpenFile& file, const std::string& name, Port::Parcel parcel,
                             std::uint64_t end) {
    at_.name = name;
    at_.offset = end;
    at_.fingerprint = file.fingerprint(end);
    parcel.cursor = file.regular() ? to_string(at_) : std::string();
    parcel.mode = options_.mode;
    parcel.time_shift = at_.time_shift;
    last_sequence_ = co_await port_.send(std::move(parcel));
    note_progress(done_before_file_ + end);
  }

  /// When a line is to be sent: the first dated one now, the others as long after it as they were
  /// written, divided by the factor. What has no date goes with what came before.
  std::chrono::steady_clock::time_point due_at(std::string_view line) {
    const auto dates = dates_.range(line);
    if (!dates) {
      return {};
    }
    if (!played_from_) {
      played_from_ = {dates->first, std::chrono::steady_clock::now()};
    }
    return played_from_->second + (dates->first - played_from_->first) / options_.speed_factor;
  }

  /// The constant that makes the newest date of all files now.
  asio::awaitable<Result<void>> choose_time_shift(const Listing& listing) {
    std::optional<Time> newest;
    for (const std::string& name : listing.names) {
      Result<OpenFile> file = OpenFile::open(executor_, full_path(listing, name));
      if (!file) {
        co_return tl::make_unexpected(file.error());
      }
      LineCutter cutter(0);
      for (;;) {
        const Result<std::size_t> got = co_await file->read(cutter.room());
        if (!got) {
          co_return tl::make_unexpected(got.error());
        }
        cutter.filled(*got);
        while (auto piece = *got == 0 ? cutter.rest() : cutter.cut()) {
          if (const auto dates = dates_.range(piece->bytes.view())) {
            newest = std::max(newest.value_or(dates->last), dates->last);
          }
        }
        if (*got == 0) {
          break;
        }
      }
    }
    at_.time_shift = newest ? port_.clock().now() - *newest : microseconds(0);
    co_return Result<void>{};
  }

  /// Behind what was read before, if this is still the same file.
  std::uint64_t where_to_start(const Listing& listing, const std::string& name,
                               OpenFile& file) const {
    if (!file.regular()) {
      return 0;
    }
    if (name != at_.name) {
      const bool read_already = listing.is_series && name < at_.name;
      return read_already ? file.size() : 0;
    }
    const bool same_file =
        file.size() >= at_.offset && file.fingerprint(at_.offset) == at_.fingerprint;
    return same_file ? at_.offset : 0;
  }

  std::string full_path(const Listing& listing, const std::string& name) const {
    return options_.is_stdin() ? "-" : (listing.directory / name).string();
  }

  asio::awaitable<void> sleep_for(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    co_await timer_.async_wait(asio::use_awaitable);
  }

  void note_progress(std::uint64_t done_bytes) {
    const Time now = port_.clock().now();
    status_.update([&](auto& snapshot) {
      snapshot.state = ConnectorStatus::State::kActive;
      snapshot.detail.clear();
      snapshot.done_bytes = done_bytes;
      snapshot.last_success_at = now;
    });
  }

  void note_failure(const Error& error) {
    const Time now = port_.clock().now();
    status_.update([&](auto& snapshot) {
      snapshot.state = ConnectorStatus::State::kWaiting;
      snapshot.detail = error.text;
      snapshot.last_error_at = now;
      snapshot.next_attempt_at = now + kRetryInterval;
      ++snapshot.errors;
    });
  }

  Port& port_;
  ConnectorStatus& status_;
  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  FileOptions options_;
  MentionDates dates_;
  FileCursor at_;  ///< behind what was sent last
  std::uint64_t last_sequence_ = 0;
  std::uint64_t done_before_file_ = 0;
  std::optional<std::pair<Time, std::chrono::steady_clock::time_point>> played_from_;
};

/// One of `words`, by position; complains otherwise. The first is what a missing field means.
std::size_t read_word(const Settings& settings, std::string_view key,
                      std::initializer_list<std::string_view> words,
                      std::vector<Problem>& problems) {
  const std::string said = settings.text(key, problems, std::string(*words.begin()));
  const auto* found = std::ranges::find(words, said);
  if (found != words.end()) {
    return static_cast<std::size_t>(found - words.begin());
  }
  std::string allowed;
  for (const std::string_view word : words) {
    allowed += (allowed.empty() ? "" : ", ") + std::string(word);
  }
  const Settings* field = settings.find(key);
  (field ? *field : settings)
      .complain("'" + std::string(key) + "' is '" + said + "', but must be one of " + allowed,
                problems);
  return 0;
}

FileOptions read_options(const Settings& settings, std::vector<Problem>& problems) {
  allow_connector_settings(
      settings, {"path", "mode", "speed", "speed_factor", "shift_to_now", "follow"}, problems);
  FileOptions options;
  options.path = settings.text("path", problems);
  if (!options.is_stdin()) {
    options.path = settings.resolve(options.path);
  }
  options.mode = std::array{
      Mode::kLive, Mode::kReplay,
      Mode::kBackfill}[read_word(settings, "mode", {"live", "replay", "backfill"}, problems)];
  options.speed = std::array{
      Speed::kFull, Speed::kOriginal}[read_word(settings, "speed", {"full", "original"}, problems)];
  options.speed_factor = settings.integer("speed_factor", 1, 1'000'000, problems, 1);
  options.shift_to_now = settings.boolean("shift_to_now", problems, false);
  options.follow = settings.boolean("follow", problems, false);
  return options;
}

void check_options(const FileOptions& options, const Settings& settings, const std::string& format,
                   std::vector<Problem>& problems) {
  const bool needs_dates = options.shift_to_now || options.speed == Speed::kOriginal;
  if (needs_dates && format != "canonical") {
    settings.complain(
        "'shift_to_now' and 'speed: original' need canonical mentions, not '" + format + "'",
        problems);
  }
  if (options.shift_to_now && options.speed == Speed::kOriginal) {
    settings.complain("'shift_to_now' makes the last mention happen now: it needs 'speed: full'",
                      problems);
  }
  if (options.is_stdin() && (options.shift_to_now || options.follow)) {
    settings.complain("the standard input can be read once only: no 'shift_to_now', no 'follow'",
                      problems);
  }
}

}  // namespace

Result<std::unique_ptr<Connector>> make_file_connector(const ConnectorContext& context) {
  std::vector<Problem> problems;
  FileOptions options = read_options(context.settings, problems);
  check_options(options, context.settings, context.port.origin().format, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<FileConnector>(context, std::move(options));
}

std::string to_string(const FileCursor& cursor) {
  return std::to_string(cursor.offset) + ' ' + std::to_string(cursor.fingerprint) + ' ' +
         std::to_string(cursor.time_shift.count()) + ' ' +
         (fs::path(cursor.directory) / cursor.name).string();
}

std::optional<FileCursor> parse_file_cursor(std::string_view text) {
  FileCursor cursor;
  std::int64_t shift = 0;
  const auto take_number = [&text](auto& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return true;
  };
  if (!take_number(cursor.offset) || !take_number(cursor.fingerprint) || !take_number(shift) ||
      text.empty()) {
    return std::nullopt;
  }
  cursor.time_shift = microseconds(shift);
  const fs::path path(text);
  cursor.directory = path.parent_path().string();
  cursor.name = path.filename().string();
  return cursor;
}

}  // namespace vigie
