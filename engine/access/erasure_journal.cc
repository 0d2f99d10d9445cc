#include "engine/access/erasure_journal.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/access/secret.h"
#include "engine/core/private_file.h"
#include "engine/core/pseudonym.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigestDigits = 16;

std::string line_of(const ErasureEntry& entry) {
  std::string line = "1 " + entry.number + " " + entry.tenant + " " + to_text(entry.author) + " " +
                     format_time(entry.at) + " " + std::string(to_string(entry.kind));
  const std::string digest = fingerprint(line).substr(0, kDigestDigits);
  return line + " " + digest + "\n";
}

std::optional<ErasureEntry> parse_line(const std::string& line) {
  std::istringstream words(line);
  std::string version, author, at, kind, digest;
  ErasureEntry entry;
  if (!(words >> version >> entry.number >> entry.tenant >> author >> at >> kind >> digest) ||
      version != "1") {
    return std::nullopt;
  }
  const std::optional<Pseudonym> pseudonym = parse_pseudonym(author);
  const std::optional<Time> time = parse_time(at);
  const std::optional<ErasureKind> read_kind = parse_erasure_kind(kind);
  if (!pseudonym || !time || !read_kind) {
    return std::nullopt;
  }
  entry.author = *pseudonym;
  entry.at = *time;
  entry.kind = *read_kind;
  return line_of(entry) == line + "\n" ? std::optional(std::move(entry)) : std::nullopt;
}

tl::unexpected<Error> cannot_write(const std::string& path) {
  return fail(ErrorCode::kUnavailable, "cannot write " + path + ": " + std::strerror(errno));
}

Result<std::string> read_all(const std::string& path) {
  if (std::error_code error; !fs::exists(path, error)) {
    return std::string();
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) {
    return fail(ErrorCode::kUnavailable, "cannot read " + path);
  }
  return std::move(content).str();
}

}  // namespace

std::string_view to_string(ErasureKind kind) {
  return kind == ErasureKind::kErasure ? "erasure" : "objection";
}

std::optional<ErasureKind> parse_erasure_kind(std::string_view text) {
  for (const ErasureKind kind : {ErasureKind::kErasure, ErasureKind::kObjection}) {
    if (text == to_string(kind)) {
      return kind;
    }
  }
  return std::nullopt;
}

std::string new_erasure_number(Time at) {
  std::array<unsigned char, 4> random;
  randombytes_buf(random.data(), random.size());
  std::array<char, 2 * random.size() + 1> digits;
  sodium_bin2hex(digits.data(), digits.size(), random.data(), random.size());
  return format_time(at).substr(0, 10) + "-" + digits.data();
}

std::string erasure_journal_of(const std::string& folder) { return folder + "/erasures/journal"; }

Result<std::unique_ptr<ErasureJournal>> ErasureJournal::open(const std::string& data_directory) {
  const std::string path = erasure_journal_of(data_directory);
  // What was torn is cut off, so that the next line begins where one should.
  const Result<std::vector<ErasureEntry>> whole = read_erasure_journal(path);
  const Result<std::string> text = whole ? read_all(path) : tl::make_unexpected(whole.error());
  if (!text) {
    return tl::make_unexpected(text.error());
  }
  if (!text->empty() && text->back() != '\n') {
    const std::size_t end = text->rfind('\n');
    const Result<void> cut = write_private_file(
        path, std::string_view(*text).substr(0, end == std::string::npos ? 0 : end + 1));
    if (!cut) {
      return tl::make_unexpected(cut.error());
    }
  }
  return std::unique_ptr<ErasureJournal>(new ErasureJournal(path));
}

Result<void> ErasureJournal::append(const ErasureEntry& entry) {
  const std::scoped_lock lock(mutex_);
  return merge_into_erasure_journal(path_, {entry});
}

Result<std::vector<ErasureEntry>> read_erasure_journal(const std::string& path) {
  const Result<std::string> text = read_all(path);
  if (!text) {
    return tl::make_unexpected(text.error());
  }
  std::vector<ErasureEntry> entries;
  std::size_t start = 0;
  for (std::size_t end; (end = text->find('\n', start)) != std::string::npos; start = end + 1) {
    std::optional<ErasureEntry> entry = parse_line(text->substr(start, end - start));
    if (!entry) {
      return fail(ErrorCode::kCorrupt,
                  path + ":" + std::to_string(entries.size() + 1) +
                      ": is not as it was written; put the journal back from the newest backup");
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<void> merge_into_erasure_journal(const std::string& path,
                                        const std::vector<ErasureEntry>& entries) {
  const Result<std::vector<ErasureEntry>> known = read_erasure_journal(path);
  if (!known) {
    return tl::make_unexpected(known.error());
  }
  std::string lines;
  for (const ErasureEntry& entry : entries) {
    if (std::ranges::find(*known, entry) == known->end()) {
      lines += line_of(entry);
    }
  }
  if (lines.empty()) {
    return {};
  }
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  const bool is_new = fs::create_directories(folder, error);
  if (error) {
    return fail(ErrorCode::kUnavailable, "cannot make " + folder.string() + ": " + error.message());
  }
  if (is_new) {
    fs::permissions(folder, fs::perms::owner_all, error);
  }
  if (!fs::exists(path, error)) {
    return write_private_file(path, lines);  // the folder's entry is synced, too
  }
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  const bool written =
      file >= 0 &&
      ::write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) &&
      ::fsync(file) == 0;
  const Result<void> done = written ? Result<void>() : cannot_write(path);
  if (file >= 0) {
    ::close(file);
  }
  return done;
}

}  // namespace vigie
