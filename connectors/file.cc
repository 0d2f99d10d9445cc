#include "connectors/file.h"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

#include "connectors/csv_records.h"
#include "connectors/file_cursor.h"
#include "connectors/file_listing.h"
#include "connectors/line_cutter.h"
#include "connectors/mention_dates.h"
#include "connectors/open_file.h"
#include "connectors/playback.h"
#include "connectors/table_mapping.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxDocumentBytes = 16 << 20;
constexpr std::chrono::milliseconds kFollowInterval{500};
constexpr std::chrono::seconds kRetryInterval{5};

enum class Speed { kFull, kOriginal };
enum class Content { kLines, kTable, kDocument };

/// What a file of a format holds, and how its name ends.
struct FileKind {
  Content content = Content::kLines;
  const char* extension = ".ndjson";
};

FileKind kind_of(std::string_view format) {
  if (format == "csv" || format == "services_publics_plus_csv") {
    return {Content::kTable, ".csv"};
  }
  if (format == "open311_xml" || format == "feed") {
    return {Content::kDocument, ".xml"};
  }
  return format == "vine" ? FileKind{Content::kDocument, ".json"} : FileKind{};
}

struct FileOptions {
  std::string path;
  Mode mode = Mode::kLive;
  Speed speed = Speed::kFull;
  std::int64_t speed_factor = 1;
  bool shift_to_now = false;
  bool follow = false;
  bool resume = true, forget_at_end = false;
  FileKind kind;

  bool is_stdin() const { return path == "-"; }
};

class FileConnector final : public Connector {
 public:
  FileConnector(const ConnectorContext& context, FileOptions options)
      : port_(context.port),
        status_(context.status),
        executor_(context.executor),
        timer_(context.executor),
        options_(std::move(options)),
        playback_(options_.speed_factor) {}

  asio::awaitable<void> run() override {
    resume();
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
    co_await all_stored();
    // Nothing but this may be left to do of a run that was killed.
    if (options_.forget_at_end && has_begun_) {
      Port::Parcel done;
      done.cursor = kNothingRead;
      last_sequence_ = co_await port_.send(std::move(done));
      co_await port_.committed(last_sequence_);
    }
    status_.update([](auto& now) { now.state = ConnectorStatus::State::kFinished; });
  }

 private:
  static constexpr const char* kNothingRead = "{}";  ///< a cursor that is none

  void resume() {
    const std::string path = canonical_path(options_.path);
    auto cursor = parse_file_cursor(port_.resume_cursor());
    if (options_.resume && !options_.is_stdin() && cursor && cursor->path == path) {
      at_ = std::move(*cursor);
      has_begun_ = true;
    }
    at_.path = path;
  }

  /// Everything that is there and was not read yet.
  asio::awaitable<Result<void>> read_all() {
    const Result<FileListing> listing = list_files(options_.path, options_.kind.extension);
    if (!listing) {
      co_return tl::make_unexpected(listing.error());
    }
    status_.update([&](auto& now) { now.total_bytes = listing->total_bytes; });
    if (options_.shift_to_now && !has_begun_) {
      const Result<void> shifted = co_await choose_time_shift(*listing);
      if (!shifted) {
        co_return shifted;
      }
    }
    done_before_file_ = 0;
    for (const FileListing::File& file : listing->files) {
      const bool is_last = &file == &listing->files.back();
      if (!at_.is_done(file.name)) {
        const Result<void> done = co_await read_file(*listing, file.name, is_last);
        if (!done) {
          co_return done;
        }
      }
      done_before_file_ += file.bytes;
      (sent_.empty() ? stored_bytes_ : sent_.back().done_bytes) = done_before_file_;
      note_progress();
    }
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> read_file(const FileListing& listing, const std::string& name,
                                          bool is_last) {
    Result<OpenFile> file = OpenFile::open(executor_, full_path(listing, name));
    if (!file) {
      co_return tl::make_unexpected(file.error());
    }
    const FileCursor::Position from = read_before(name, *file);
    const bool nothing_new = file->regular() && from.seen == file->size();
    if (nothing_new) {
      co_return Result<void>{};
    }
    const bool wait_for_line_end = options_.follow && is_last;
    const Result<void> done = co_await read_lines(*file, name, from.offset, wait_for_line_end);
    at_.forget_first_files();
    co_return done;
  }

  asio::awaitable<Result<void>> read_lines(OpenFile& file, const std::string& name,
                                           std::uint64_t start, bool wait_for_line_end) {
    if (options_.kind.content == Content::kDocument) {
      co_return co_await read_document(file, name);
    }
    header_.clear();
    if (options_.kind.content == Content::kTable && file.regular()) {
      header_ = file.header();
      start = std::max<std::uint64_t>(start, header_.size());
    }
    file.seek(start);
    at_.files[name] = {start, start, file.fingerprint(start)};
    LineCutter cutter(start, options_.kind.content == Content::kTable ? LineCutter::Unit::kCsvRecord
                                                                      : LineCutter::Unit::kLine);
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

  /// All of it at once; what is beyond the bound is cut off, and the mapping says what is missing.
  asio::awaitable<Result<void>> read_document(OpenFile& file, const std::string& name) {
    std::string document;
    for (std::size_t got = 1; got > 0 && document.size() < kMaxDocumentBytes;) {
      std::array<char, 64 << 10> room;
      const Result<std::size_t> more = co_await file.read(room);
      if (!more) {
        co_return tl::make_unexpected(more.error());
      }
      got = *more;
      document.append(room.data(), got);
    }
    LineCutter::Piece piece;
    piece.bytes = Payload(std::string_view(document));
    piece.end = document.size();
    co_await send(file, name, std::move(piece));
    co_return Result<void>{};
  }

  asio::awaitable<void> deliver(OpenFile& file, const std::string& name, LineCutter::Piece piece) {
    if (options_.speed == Speed::kOriginal) {
      co_await deliver_as_it_happened(file, name, std::move(piece));
      co_return;
    }
    co_await send(file, name, std::move(piece));
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
        co_await send_part(file, name, lines.substr(sent, line - sent), start + line, false);
        sent = line;
        co_await all_stored();
        timer_.expires_at(due);
        co_await timer_.async_wait(asio::use_awaitable);
      }
      line = line_end;
    }
    co_await send_part(file, name, lines.substr(sent), piece.end, piece.torn);
  }

  asio::awaitable<void> send_part(OpenFile& file, const std::string& name, std::string_view lines,
                                  std::uint64_t end, bool torn) {
    if (lines.empty()) {
      co_return;
    }
    LineCutter::Piece part;
    part.bytes = Payload(lines);
    part.end = end;
    part.torn = torn;
    co_await send(file, name, std::move(part));
  }

  asio::awaitable<void> send(OpenFile& file, const std::string& name, LineCutter::Piece piece) {
    FileCursor::Position& position = at_.files[name];
    position.offset = piece.torn ? position.offset : piece.end;
    position.seen = piece.end;
    position.fingerprint = file.fingerprint(piece.end);
    Port::Parcel parcel;
    parcel.bytes = with_header(std::move(piece.bytes));
    parcel.cursor = options_.resume && file.regular() ? to_string(at_) : std::string();
    parcel.mode = options_.mode;
    parcel.time_shift = at_.time_shift;
    last_sequence_ = co_await port_.send(std::move(parcel));
    has_begun_ = true;
    sent_.push_back({last_sequence_, done_before_file_ + piece.end});
    note_progress();
  }

  /// A piece of a table with the header before it. A pipe's first piece begins with it.
  Payload with_header(Payload bytes) {
    if (options_.kind.content != Content::kTable) {
      return bytes;
    }
    if (header_.empty()) {
      header_ = bytes.view().substr(0, csv_record_end(bytes.view()));
      return bytes;
    }
    return Payload(header_ + std::string(bytes.view()));
  }

  /// When a line is to be sent. What has no date goes with what came before.
  Playback::Moment due_at(std::string_view line) {
    const auto dates = dates_.range(line);
    return dates ? playback_.due_at(dates->first, std::chrono::steady_clock::now())
                 : Playback::Moment{};
  }

  /// The constant that makes the newest date of all files now; less, if that took the oldest back
  /// beyond 1970.
  asio::awaitable<Result<void>> choose_time_shift(const FileListing& listing) {
    std::optional<MentionDates::Range> all;
    for (const FileListing::File& listed : listing.files) {
      Result<OpenFile> file = OpenFile::open(executor_, full_path(listing, listed.name));
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
            all = {std::min(all.value_or(*dates).first, dates->first),
                   std::max(all.value_or(*dates).last, dates->last)};
          }
        }
        if (*got == 0) {
          break;
        }
      }
    }
    at_.time_shift =
        all ? std::max(port_.clock().now() - all->last, Time{} - all->first) : microseconds(0);
    co_return Result<void>{};
  }

  /// What was read before, if this is still the same file.
  FileCursor::Position read_before(const std::string& name, OpenFile& file) const {
    const auto known = at_.files.find(name);
    const bool same_file = file.regular() && known != at_.files.end() &&
                           file.size() >= known->second.seen &&
                           file.fingerprint(known->second.seen) == known->second.fingerprint;
    return same_file ? known->second : FileCursor::Position{};
  }

  std::string full_path(const FileListing& listing, const std::string& name) const {
    return options_.is_stdin() ? "-" : (listing.directory / name).string();
  }

  /// Returns when everything sent is stored, and notes the progress until then.
  asio::awaitable<void> all_stored() {
    while (!sent_.empty()) {
      co_await port_.committed(sent_.front().sequence);
      note_progress();
    }
  }

  asio::awaitable<void> sleep_for(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    co_await timer_.async_wait(asio::use_awaitable);
  }

  /// How far that is stored which was sent.
  void note_progress() {
    for (; !sent_.empty() && port_.is_committed(sent_.front().sequence); sent_.pop_front()) {
      stored_bytes_ = sent_.front().done_bytes;
    }
    const Time now = port_.clock().now();
    status_.update([&](auto& snapshot) {
      snapshot.state = ConnectorStatus::State::kActive;
      snapshot.detail.clear();
      snapshot.done_bytes = stored_bytes_;
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
  std::string header_;  ///< of the table being read: stands before every piece of it
  MentionDates dates_;
  Playback playback_;
  FileCursor at_;           ///< behind what was sent last
  bool has_begun_ = false;  ///< something was sent, in this run or one before
  std::uint64_t last_sequence_ = 0;
  std::uint64_t done_before_file_ = 0, stored_bytes_ = 0;
  struct Sent {
    std::uint64_t sequence = 0, done_bytes = 0;
  };
  std::deque<Sent> sent_;  ///< what is not stored yet: no more than the rings hold
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

FileOptions read_options(const Settings& settings, const std::string& format,
                         std::vector<Problem>& problems) {
  std::vector<std::string_view> own = {"path",         "mode",   "speed",  "speed_factor",
                                       "shift_to_now", "follow", "resume", "forget_at_end"};
  if (format == "csv") {
    own.insert(own.end(), kCsvSettings.begin(), kCsvSettings.end());
    check_csv_settings(settings, problems);
  }
  allow_connector_settings(settings, own, problems);
  FileOptions options;
  options.kind = kind_of(format);
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
  options.resume = settings.boolean("resume", problems, true);
  options.forget_at_end = settings.boolean("forget_at_end", problems, false);
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
  FileOptions options = read_options(context.settings, context.port.origin().format, problems);
  check_options(options, context.settings, context.port.origin().format, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<FileConnector>(context, std::move(options));
}

}  // namespace vigie
