#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/time.h"

namespace vigie {

/// One text of a town's own pack (own_packs.h) and how it came.
struct OwnPackVersion {
  std::uint64_t number = 0;  ///< counted from 1
  Time at{};
  std::string by, reason;  ///< both empty: the file was changed on the server
  std::string text;
  bool is_pending = false;  ///< its text may never have reached the file
};

/// `rules/TOWN.history` in the data folder: the newest 100 versions, of 8 MiB at most, oldest
/// first. A version is written here before its text is, as pending, and marked once it is: what is
/// pending, unless the file holds it, never was in force and is left out. Its number is not given
/// again. A text that was written on the server, be it an older one, is a version once another one
/// is published.
inline constexpr std::size_t kMaxOwnPackVersions = 100;
inline constexpr std::size_t kMaxOwnPackHistoryBytes = 8U << 20;

/// The versions so far; `in_force`: the text that is. kCorrupt: the file is not as it was written.
Result<std::vector<OwnPackVersion>> read_own_pack_history(const std::string& data_directory,
                                                          std::string_view tenant,
                                                          std::string_view in_force);

/// Notes `version` (its number is the next one) and writes its text, both whole or not at all, mode
/// 0600. Gives the number. kCorrupt; kUnavailable: the text before stands in the file, or the error
/// says that it could not be put back.
Result<std::uint64_t> write_own_pack(const std::string& data_directory, std::string_view tenant,
                                     OwnPackVersion version);

}  // namespace vigie
