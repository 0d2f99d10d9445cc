#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/clock.h"
#include "engine/core/result.h"

namespace vigie {

/// Who did what to what, and what came of it. Never a post's text, never a secret.
struct AuditEntry {
  std::string actor;   ///< an account; empty: nobody who is known
  std::string action;  ///< in one word
  std::string tenant, object;
  std::string result = "done";
  std::string address = {};    ///< from where
  std::uint64_t unlisted = 0;  ///< so many like it before were only counted
};

/// A place in the trail: the number of an entry, counted from 1, and its code (hexadecimal).
struct AuditMark {
  std::uint64_t number = 0;
  std::string code = std::string(64, '0');
  bool operator==(const AuditMark&) const = default;
};
/// "12:3f…": what a person writes down.
std::string to_string(const AuditMark& mark);
std::optional<AuditMark> parse_audit_mark(std::string_view text);

/// What was done, one JSON object a line, each bound to the one before: `audit/2026-10.ndjson` in
/// the data folder, a file a month (UTC), mode 0600, never rewritten. A line's `code` is
/// BLAKE2b-256 of the line before it, keyed with `audit/key`; `before` is the code of the previous
/// line. `audit/head` holds the newest mark and `audit/base` the newest one that expired, both
/// sealed with the key: so that edited, removed, reordered and cut-off lines show. Who can read the
/// key can write a new trail; a mark that somebody wrote down elsewhere shows that, too. From any
/// thread.
class AuditTrail {
 public:
  static Result<std::unique_ptr<AuditTrail>> open(const std::string& data_directory,
                                                  const Clock& clock);
  ~AuditTrail();

  /// On disk when it returns. kUnavailable: the disk does not take it.
  Result<void> append(const AuditEntry& entry);
  AuditMark head() const;
  /// Forgets whole months that ended before `time`.
  Result<void> expire(Time time);

 private:
  struct State;
  explicit AuditTrail(std::unique_ptr<State> state);
  mutable std::mutex mutex_;
  std::unique_ptr<State> state_;
};

/// The lines numbered below `below` (0: all), newest first, until `visit(number, line)` says false.
/// What stands in a line is not checked. kNotFound: there is no trail.
Result<void> read_audit(const std::string& data_directory, std::uint64_t below,
                        const std::function<bool(std::uint64_t, std::string_view)>& visit);

struct AuditReview {
  struct Flaw {
    std::string file;
    std::size_t line = 0;  ///< counted from 1; 0: the whole file
    std::string text;
  };
  std::uint64_t entries = 0;
  std::string first_at, last_at;
  AuditMark head;
  std::vector<Flaw> flaws;  ///< empty: the trail is whole
};
/// Reads all of the trail. `remembered`: a mark from elsewhere that must be in it. kNotFound: there
/// is no trail; kUnavailable: it cannot be read.
Result<AuditReview> review_audit(const std::string& data_directory,
                                 const std::optional<AuditMark>& remembered);

}  // namespace vigie
