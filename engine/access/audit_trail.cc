#include "engine/access/audit_trail.h"

#include <fcntl.h>
#include <simdjson.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/access/secret.h"
#include "engine/core/check.h"
#include "engine/core/json_writer.h"
#include "engine/core/private_file.h"
#include "engine/core/time.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSegmentEnd = ".ndjson";
/// What stands behind the coded part of a line: ,"code":"<64>"}
constexpr std::string_view kCodeField = ",\"code\":\"";
constexpr std::size_t kCodeDigits = 64, kCodeTail = kCodeField.size() + kCodeDigits + 2;
/// Nothing of ours is longer: names are cut.
constexpr std::size_t kMaxNameBytes = 300;

using Key = std::array<unsigned char, crypto_generichash_KEYBYTES>;

std::string hex(const unsigned char* bytes, std::size_t size) {
  std::string text(2 * size + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, size);
  text.pop_back();  // its NUL
  return text;
}

std::string code_of(std::string_view text, const Key& key) {
  std::array<unsigned char, crypto_generichash_BYTES> code;
  crypto_generichash(code.data(), code.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), key.data(), key.size());
  return hex(code.data(), code.size());
}

std::string folder_of(const std::string& data_directory) { return data_directory + "/audit"; }

tl::unexpected<Error> cannot(std::string_view what, const std::string& path) {
  return fail(ErrorCode::kUnavailable,
              "cannot " + std::string(what) + " " + path + ": " + std::strerror(errno));
}

Result<std::string> read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream content;
  content << in.rdbuf();
  if (!in) {
    errno = errno == 0 ? EIO : errno;
    return cannot("read", path);
  }
  return std::move(content).str();
}

Result<Key> read_key(const std::string& folder) {
  const std::string path = folder + "/key";
  const Result<std::string> text = read_whole(path);
  if (!text) {
    return tl::make_unexpected(text.error());
  }
  Key key{};
  std::size_t size = 0;
  if (sodium_hex2bin(key.data(), key.size(), text->data(), text->size(), "\n", &size, nullptr) !=
          0 ||
      size != key.size()) {
    return fail(ErrorCode::kCorrupt, path + " is damaged; put it back from a backup");
  }
  return key;
}

Result<Key> make_key(const std::string& folder) {
  Key key{};
  randombytes_buf(key.data(), key.size());
  const Result<void> written =
      write_private_file(folder + "/key", hex(key.data(), key.size()) + "\n");
  return written ? Result<Key>(key) : tl::make_unexpected(written.error());
}

/// "head" or "base".
std::string sealed(std::string_view what, const AuditMark& mark, const Key& key) {
  const std::string text = std::string(what) + " " + to_string(mark);
  return text + " " + code_of(text, key) + "\n";
}
/// Nothing if there is no such file.
Result<std::optional<AuditMark>> read_sealed(const std::string& folder, const std::string& what,
                                             const Key& key) {
  const std::string path = folder + "/" + what;
  if (std::error_code error; !fs::exists(path, error)) {
    return std::nullopt;
  }
  const Result<std::string> text = read_whole(path);
  if (!text) {
    return tl::make_unexpected(text.error());
  }
  const std::size_t start = what.size() + 1;
  const std::optional<AuditMark> mark =
      text->size() > start
          ? parse_audit_mark(std::string_view(*text).substr(start, text->find(' ', start) - start))
          : std::nullopt;
  if (!mark || !is_same_secret(*text, sealed(what, *mark, key))) {
    return fail(ErrorCode::kCorrupt, path + " is not what was written");
  }
  return mark;
}

/// Oldest first: "2026-10.ndjson".
std::vector<std::string> segments_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(kSegmentEnd)) {
      names.push_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

std::string segment_of(Time time) {
  return format_time(time).substr(0, 7) + std::string(kSegmentEnd);
}

struct Line {
  std::uint64_t number = 0;
  std::string at, before, code;
};
/// Nothing if it is not a line of ours.
std::optional<Line> read_line(std::string_view text, simdjson::dom::parser& parser) {
  Line line;
  std::string_view at, before, code;
  simdjson::dom::element document;
  if (text.size() < kCodeTail ||
      text.substr(text.size() - kCodeTail, kCodeField.size()) != kCodeField ||
      parser.parse(text.data(), text.size()).get(document) != simdjson::SUCCESS ||
      document["number"].get(line.number) != simdjson::SUCCESS ||
      document["at"].get(at) != simdjson::SUCCESS ||
      document["before"].get(before) != simdjson::SUCCESS ||
      document["code"].get(code) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  line.at = at;
  line.before = before;
  line.code = code;
  return line;
}

bool is_as_coded(std::string_view text, const Line& line, const Key& key) {
  return is_same_secret(code_of(text.substr(0, text.size() - kCodeTail), key), line.code);
}

/// Calls visit(line without its end, line number) for each whole line; says how many bytes they
/// have.
template <class Visit>
std::size_t visit_lines(std::string_view content, Visit&& visit) {
  std::size_t start = 0, number = 0;
  for (std::size_t end; (end = content.find('\n', start)) != content.npos; start = end + 1) {
    visit(content.substr(start, end - start), ++number);
  }
  return start;
}

std::string cut(std::string_view name) { return std::string(name.substr(0, kMaxNameBytes)); }

}  // namespace

std::string to_string(const AuditMark& mark) {
  return std::to_string(mark.number) + ":" + mark.code;
}

std::optional<AuditMark> parse_audit_mark(std::string_view text) {
  AuditMark mark;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mark.number);
  const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc{} || rest.size() != 1 + kCodeDigits || rest[0] != ':' ||
      rest.find_first_not_of("0123456789abcdef", 1) != rest.npos) {
    return std::nullopt;
  }
  mark.code = rest.substr(1);
  return mark;
}

struct AuditTrail::State {
  std::string folder;
  const Clock& clock;
  Key key = {};
  AuditMark head = {};
  std::string segment = {};  ///< its name; empty: there is none yet
  int file = -1;

  Result<void> open_segment(const std::string& name) {
    const std::string path = folder + "/" + name;
    const int opened = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (opened < 0) {
      return cannot("write", path);
    }
    if (file >= 0) {
      ::close(file);
    }
    file = opened;
    segment = name;
    return {};
  }

  /// Goes on where the newest segment ends. What a crash tore off there is cut away: it was never
  /// reported as done. Lines behind the sealed head were written just before a crash, if they
  /// follow from it; lines that are missing stay missing for every later review.
  Result<void> recall() {
    const Result<std::optional<AuditMark>> known = read_sealed(folder, "head", key);
    if (!known && known.error().code != ErrorCode::kCorrupt) {
      return tl::make_unexpected(known.error());
    }
    const bool has_head = known && *known;
    head = has_head ? **known : AuditMark{};
    const std::vector<std::string> names = segments_in(folder);
    if (names.empty()) {
      return {};
    }
    const std::string path = folder + "/" + names.back();
    const Result<std::string> content = read_whole(path);
    if (!content) {
      return tl::make_unexpected(content.error());
    }
    simdjson::dom::parser parser;
    const std::size_t whole = visit_lines(*content, [&](std::string_view text, std::size_t) {
      const std::optional<Line> line = read_line(text, parser);
      if (line && is_as_coded(text, *line, key) &&
          (!has_head || (line->number == head.number + 1 && line->before == head.code))) {
        head = {line->number, line->code};
      }
    });
    if (whole != content->size() && ::truncate(path.c_str(), static_cast<off_t>(whole)) != 0) {
      return cannot("cut", path);
    }
    return open_segment(names.back());
  }
};

AuditTrail::AuditTrail(std::unique_ptr<State> state) : state_(std::move(state)) {}

AuditTrail::~AuditTrail() {
  if (state_->file >= 0) {
    ::close(state_->file);
  }
  sodium_memzero(state_->key.data(), state_->key.size());
}

Result<std::unique_ptr<AuditTrail>> AuditTrail::open(const std::string& data_directory,
                                                     const Clock& clock) {
  check(sodium_init() >= 0, "libsodium starts");
  auto state = std::make_unique<State>(State{folder_of(data_directory), clock});
  std::error_code error;
  if (fs::create_directory(state->folder, error)) {
    ::chmod(state->folder.c_str(), 0700);
  }
  if (error) {
    return fail(ErrorCode::kUnavailable, "cannot make " + state->folder + ": " + error.message());
  }
  const bool is_new =
      !fs::exists(state->folder + "/key", error) && segments_in(state->folder).empty();
  Result<Key> key = is_new ? make_key(state->folder) : read_key(state->folder);
  if (!key) {
    return tl::make_unexpected(key.error());
  }
  state->key = *key;
  if (const Result<void> recalled = state->recall(); !recalled) {
    return tl::make_unexpected(recalled.error());
  }
  return std::unique_ptr<AuditTrail>(new AuditTrail(std::move(state)));
}

Result<void> AuditTrail::append(const AuditEntry& entry) {
  const std::scoped_lock lock(mutex_);
  State& state = *state_;
  const Time now = state.clock.now();
  // A clock that was set back must not reopen a month: the files are read in their order.
  const std::string segment = std::max(segment_of(now), state.segment);
  if (segment != state.segment) {
    if (const Result<void> opened = state.open_segment(segment); !opened) {
      return opened;
    }
  }
  std::string line;
  JsonWriter json(line);
  json.begin_object().key("number").value(state.head.number + 1);
  json.key("at").value(format_time(now)).key("actor").value(cut(entry.actor));
  json.key("action").value(cut(entry.action)).key("tenant").value(cut(entry.tenant));
  json.key("object").value(cut(entry.object)).key("result").value(cut(entry.result));
  if (!entry.address.empty()) {
    json.key("address").value(cut(entry.address));
  }
  if (entry.unlisted != 0) {
    json.key("unlisted").value(entry.unlisted);
  }
  json.key("before").value(state.head.code);
  const AuditMark next{state.head.number + 1, code_of(line, state.key)};
  json.key("code").value(next.code).end_object().line();
  if (::write(state.file, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(state.file) != 0) {
    return cannot("write", state.folder + "/" + segment);
  }
  state.head = next;
  return write_private_file(state.folder + "/head", sealed("head", next, state.key));
}

AuditMark AuditTrail::head() const {
  const std::scoped_lock lock(mutex_);
  return state_->head;
}

Result<void> AuditTrail::expire(Time time) {
  const std::scoped_lock lock(mutex_);
  State& state = *state_;
  simdjson::dom::parser parser;
  for (const std::string& name : segments_in(state.folder)) {
    if (name >= segment_of(time) || name == state.segment) {
      break;
    }
    const std::string path = state.folder + "/" + name;
    const Result<std::string> content = read_whole(path);
    if (!content) {
      return tl::make_unexpected(content.error());
    }
    std::optional<AuditMark> last;
    visit_lines(*content, [&](std::string_view text, std::size_t) {
      if (const std::optional<Line> line = read_line(text, parser)) {
        last = {line->number, line->code};
      }
    });
    if (last) {
      const Result<void> written =
          write_private_file(state.folder + "/base", sealed("base", *last, state.key));
      if (!written) {
        return written;
      }
    }
    if (std::error_code error; !fs::remove(path, error)) {
      return fail(ErrorCode::kUnavailable, "cannot remove " + path + ": " + error.message());
    }
  }
  return {};
}

Result<void> read_audit(const std::string& data_directory, std::uint64_t below,
                        const std::function<bool(std::uint64_t, std::string_view)>& visit) {
  const std::string folder = folder_of(data_directory);
  const std::vector<std::string> names = segments_in(folder);
  if (names.empty()) {
    return fail(ErrorCode::kNotFound, "there is no audit trail in " + folder);
  }
  simdjson::dom::parser parser;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const Result<std::string> content = read_whole(folder + "/" + *name);
    if (!content) {
      return tl::make_unexpected(content.error());
    }
    std::vector<std::string_view> lines;
    visit_lines(*content, [&](std::string_view text, std::size_t) { lines.push_back(text); });
    for (auto text = lines.rbegin(); text != lines.rend(); ++text) {
      const std::optional<Line> line = read_line(*text, parser);
      if (line && (below == 0 || line->number < below) && !visit(line->number, *text)) {
        return {};
      }
    }
  }
  return {};
}

namespace {

/// Walks the trail from its oldest line to its newest.
class Reviewer {
 public:
  Reviewer(std::string folder, const Key& key, const std::optional<AuditMark>& remembered)
      : folder_(std::move(folder)), key_(key), remembered_(remembered) {}

  Result<AuditReview> review() {
    const std::optional<AuditMark> base = read_mark("base");
    const std::optional<AuditMark> head = read_mark("head");
    last_ = base.value_or(AuditMark{});
    for (const std::string& name : segments_in(folder_)) {
      const Result<std::string> content = read_whole(folder_ + "/" + name);
      if (!content) {
        return tl::make_unexpected(content.error());
      }
      const std::size_t whole = visit_lines(*content, [&](std::string_view text, std::size_t line) {
        take(name, line, text);
        is_head_seen_ = is_head_seen_ || (head && *head == last_);
      });
      if (whole != content->size()) {
        flaw(name, 0, "its last line is torn off");
      }
    }
    if (head && !is_head_seen_ && *head != base.value_or(AuditMark{})) {
      flaw("head", 0,
           "entry " + std::to_string(head->number) +
               ", the newest that was written, is missing or not what it was");
    } else if (!head && review_.entries != 0) {
      flaw("head", 0, "it is missing: the trail may have been cut off");
    }
    if (remembered_ && !is_remembered_seen_) {
      flaw("", 0,
           "entry " + std::to_string(remembered_->number) +
               " is not the one that was remembered: this is not the trail of then");
    }
    review_.head = last_;
    return std::move(review_);
  }

 private:
  std::optional<AuditMark> read_mark(const std::string& what) {
    const Result<std::optional<AuditMark>> mark = read_sealed(folder_, what, key_);
    if (!mark) {
      flaw(what, 0, mark.error().text);
      return std::nullopt;
    }
    return *mark;
  }

  void take(const std::string& name, std::size_t number, std::string_view text) {
    ++review_.entries;
    const std::optional<Line> line = read_line(text, parser_);
    if (!line) {
      flaw(name, number, "this is not an entry");
      return;
    }
    if (!is_as_coded(text, *line, key_)) {
      flaw(name, number, "entry " + std::to_string(line->number) + " was changed");
    } else if (line->number != last_.number + 1) {
      flaw(name, number,
           "entry " + std::to_string(last_.number + 1) + " should stand here, not " +
               std::to_string(line->number) + ": something was removed or moved");
    } else if (line->before != last_.code) {
      flaw(name, number,
           "entry " + std::to_string(line->number) + " does not follow from the one before it");
    }
    last_ = {line->number, line->code};
    is_remembered_seen_ = is_remembered_seen_ || (remembered_ && *remembered_ == last_);
    if (review_.first_at.empty()) {
      review_.first_at = line->at;
    }
    review_.last_at = line->at;
  }

  void flaw(const std::string& file, std::size_t line, std::string text) {
    review_.flaws.push_back({file, line, std::move(text)});
  }

  std::string folder_;
  const Key& key_;
  const std::optional<AuditMark>& remembered_;
  simdjson::dom::parser parser_;
  AuditReview review_;
  AuditMark last_;
  bool is_head_seen_ = false, is_remembered_seen_ = false;
};

}  // namespace

Result<AuditReview> review_audit(const std::string& data_directory,
                                 const std::optional<AuditMark>& remembered) {
  check(sodium_init() >= 0, "libsodium starts");
  const std::string folder = folder_of(data_directory);
  if (segments_in(folder).empty()) {
    std::error_code error;
    if (!fs::exists(folder + "/head", error)) {
      return fail(ErrorCode::kNotFound, "there is no audit trail in " + folder);
    }
  }
  const Result<Key> key = read_key(folder);
  if (!key) {
    return tl::make_unexpected(key.error());
  }
  return Reviewer(folder, *key, remembered).review();
}

}  // namespace vigie
