#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigie {

/// Something wrong in a file that a person wrote.
struct Problem {
  std::string file;
  int line = 0, column = 0;  ///< from 1; 0 when it concerns the whole file
  std::string text;
};
/// "rules/packs/town.yaml:12:5: unknown field 'al'", one a line.
std::string to_string(const std::vector<Problem>& problems);

/// A YAML document as plain values that remember where they stood. The rest of the engine never
/// sees the YAML library. Reading collects problems instead of stopping at the first one: people
/// get all of them at once.
class Settings {
 public:
  enum class Type : std::uint8_t { kNull, kScalar, kList, kMap };

  /// Bounds: 16 MiB of text, 64 levels deep, no aliases (a bomb's fuse). Gives nothing when
  /// `problems` got an entry.
  static std::optional<Settings> parse(std::string_view yaml, std::string file,
                                       std::vector<Problem>& problems);
  static std::optional<Settings> read_file(const std::string& path, std::vector<Problem>& problems);

  Type type() const { return type_; }
  const std::string& file() const { return file_; }
  int line() const { return line_; }
  int column() const { return column_; }
  const std::string& scalar() const { return scalar_; }
  const std::vector<Settings>& items() const { return items_; }  ///< of a list
  const std::vector<std::pair<std::string, Settings>>& fields() const {
    return fields_;
  }                                                  ///< of a map, in order
  const Settings* find(std::string_view key) const;  ///< null if not there

  /// A path as it was written in this file: relative ones are relative to the file's folder.
  std::string resolve(const std::string& path) const;

  /// A problem at this place.
  void complain(std::string text, std::vector<Problem>& problems) const;
  /// Complains of every field that is not in `allowed`.
  void allow_only(std::initializer_list<std::string_view> allowed,
                  std::vector<Problem>& problems) const;
  void allow_only(std::span<const std::string_view> allowed, std::vector<Problem>& problems) const;

  // Typed reads of a map's field. A missing field gives the fallback, or a problem if there is
  // none; a field of the wrong type is a problem.
  std::string text(std::string_view key, std::vector<Problem>& problems,
                   std::optional<std::string> fallback = {}) const;
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most,
                       std::vector<Problem>& problems,
                       std::optional<std::int64_t> fallback = {}) const;
  bool boolean(std::string_view key, std::vector<Problem>& problems,
               std::optional<bool> fallback = {}) const;
  /// A list of scalars, or one scalar standing for a list of one.
  std::vector<std::string> texts(std::string_view key, std::vector<Problem>& problems) const;

 private:
  friend class SettingsBuilder;
  Type type_ = Type::kNull;
  std::string scalar_;
  std::vector<Settings> items_;
  std::vector<std::pair<std::string, Settings>> fields_;
  std::string file_;
  int line_ = 0, column_ = 0;
};

}  // namespace vigie
