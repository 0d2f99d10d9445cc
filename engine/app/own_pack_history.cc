#include "engine/app/own_pack_history.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>

#include "engine/app/own_packs.h"
#include "engine/core/json_writer.h"
#include "engine/core/private_file.h"
#include "engine/core/settings.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

std::string history_path(const std::string& data_directory, std::string_view tenant) {
  return data_directory + "/rules/" + std::string(tenant) + ".history";
}

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool same_text(std::string_view one, std::string_view other) {
  return own_pack_hash(one) == own_pack_hash(other);
}

/// A JSON document is a YAML document.
Result<std::vector<OwnPackVersion>> parse_history(const std::string& path) {
  std::vector<OwnPackVersion> versions;
  std::error_code error;
  if (!fs::exists(path, error)) {
    return versions;
  }
  std::vector<Problem> problems;
  const std::optional<Settings> entries = Settings::read_file(path, problems);
  for (const Settings& entry : entries ? entries->items() : std::vector<Settings>()) {
    OwnPackVersion version;
    version.number = static_cast<std::uint64_t>(
        entry.integer("number", 1, std::numeric_limits<std::int64_t>::max(), problems));
    const std::optional<Time> at = parse_time(entry.text("at", problems));
    version.at = at.value_or(Time());
    version.by = entry.text("by", problems);
    version.reason = entry.text("reason", problems);
    version.text = entry.text("text", problems);
    version.is_pending = entry.boolean("pending", problems, false);
    if (!at) {
      entry.complain("'at' is a time", problems);
    }
    versions.push_back(std::move(version));
  }
  if (!problems.empty() || entries->type() != Settings::Type::kList) {
    return fail(ErrorCode::kCorrupt, path + " is not as it was written");
  }
  return versions;
}

std::string spell_history(const std::vector<OwnPackVersion>& versions) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const OwnPackVersion& version : versions) {
    json.begin_object().key("number").value(version.number);
    json.key("at").value(format_time(version.at)).key("by").value(version.by);
    json.key("reason").value(version.reason).key("text").value(version.text);
    json.key("pending").value(version.is_pending).end_object();
  }
  json.end_array();
  return out;
}

void forget_oldest(std::vector<OwnPackVersion>& versions) {
  std::size_t bytes = 0, kept = 0;
  while (kept < std::min(versions.size(), kMaxOwnPackVersions) &&
         bytes + versions[versions.size() - 1 - kept].text.size() <= kMaxOwnPackHistoryBytes) {
    bytes += versions[versions.size() - 1 - kept].text.size();
    ++kept;
  }
  versions.erase(versions.begin(), versions.end() - static_cast<std::ptrdiff_t>(kept));
}

/// Takes out what never was in force: what is pending, but for the last one, if `in_force` is its
/// text.
void settle(std::vector<OwnPackVersion>& versions, std::string_view in_force) {
  if (!versions.empty() && same_text(versions.back().text, in_force)) {
    versions.back().is_pending = false;
  }
  std::erase_if(versions, [](const OwnPackVersion& version) { return version.is_pending; });
}

/// The text before, where a new one may have reached the file although writing it failed. What is
/// wrong with the file, if that fails, too.
std::string put_back(const std::string& path, const std::string& before) {
  if (content_of(path) == before || write_private_file(path, before)) {
    return "";
  }
  return "; what was in force could not be put back either: whoever operates this server looks at "
         "the file and reloads the rules";
}

}  // namespace

Result<std::vector<OwnPackVersion>> read_own_pack_history(const std::string& data_directory,
                                                          std::string_view tenant,
                                                          std::string_view in_force) {
  Result<std::vector<OwnPackVersion>> versions =
      parse_history(history_path(data_directory, tenant));
  if (versions) {
    settle(*versions, in_force);
  }
  return versions;
}

Result<std::uint64_t> write_own_pack(const std::string& data_directory, std::string_view tenant,
                                     OwnPackVersion version) {
  const std::string path = own_pack_path(data_directory, tenant);
  const std::string history = history_path(data_directory, tenant);
  const std::string in_force = content_of(path);
  auto versions = parse_history(history);
  if (!versions) {
    return tl::make_unexpected(versions.error());
  }
  std::uint64_t number = versions->empty() ? 0 : versions->back().number;
  settle(*versions, in_force);
  const std::string_view last = versions->empty() ? std::string_view() : versions->back().text;
  if (!same_text(last, in_force)) {  // written on the server
    versions->push_back({++number, version.at, "", "", in_force});
  }
  version.number = ++number;
  version.is_pending = true;
  const std::string text = version.text;
  versions->push_back(std::move(version));
  forget_oldest(*versions);
  Result<void> noted = make_private_folder(data_directory + "/rules");
  if (noted) {
    noted = write_private_file(history, spell_history(*versions));
  }
  if (!noted) {
    return tl::make_unexpected(noted.error());
  }
  if (const Result<void> written = write_private_file(path, text); !written) {
    return fail(ErrorCode::kUnavailable, written.error().text + put_back(path, in_force));
  }
  versions->back().is_pending = false;
  // Should this fail, the text in the file says the same until another one is there.
  static_cast<void>(write_private_file(history, spell_history(*versions)));
  return number;
}

}  // namespace vigie
