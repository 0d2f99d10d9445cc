#include <cstdio>
#include <filesystem>

#include "engine/app/backup.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/control.h"
#include "engine/app/data_folder.h"
#include "engine/core/clock.h"

namespace vigie {
namespace {

Error refused_by_engine(const ControlWords& answer) {
  return {ErrorCode::kUnavailable, answer.size() > 1 ? answer[1] : "the engine refused"};
}

void print(const std::string& line) { std::printf("%s\n", line.c_str()); }

int rewrite(const Config& config, const std::string& directory) {
  const Result<std::vector<std::string>> changed = rewrite_backups(config, directory);
  if (!changed) {
    return failed(changed.error());
  }
  for (const std::string& backup : *changed) {
    print(backup + ": written anew without who was erased since");
  }
  return kOk;
}

}  // namespace

int backup(const BackupOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  if (!config) {
    return usage(problems);
  }
  if (options.rewrite) {
    return rewrite(*config, options.directory);
  }
  // The engine may run elsewhere than here.
  const std::string directory = std::filesystem::absolute(options.directory).string();
  const auto answer = ask_engine(config->data_directory, {"backup", directory});
  if (!answer) {
    return failed(answer.error());
  }
  if (*answer) {
    const bool is_done = (**answer)[0] == "done" && (*answer)->size() == 2;
    if (!is_done) {
      return failed(refused_by_engine(**answer));
    }
    print((**answer)[1]);
    return kOk;
  }
  const Result<std::unique_ptr<Store>> store = open_store(*config, StoreAccess::kReadWrite);
  if (!store) {
    return failed(store.error());
  }
  const Result<BackupDone> done = back_up(**store, *config, directory, SystemClock().now());
  if (!done) {
    return failed(done.error());
  }
  print(summary(*done));
  return kOk;
}

int restore(const RestoreOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  if (!config) {
    return usage(problems);
  }
  const Result<std::string> name = options.backup.empty() ? newest_backup(options.directory)
                                                          : Result<std::string>(options.backup);
  const Result<RestoreDone> done =
      name ? restore(*config, options.directory, *name, options.without_identities)
           : tl::make_unexpected(name.error());
  if (!done) {
    return failed(done.error());
  }
  print(*name + ": " + std::to_string(done->manifest.rows()) + " rows are back, as they were at " +
        done->manifest.made_at);
  if (done->erased != 0) {
    print(std::to_string(done->erased) + " people were erased since: they were erased here, too");
  }
  return kOk;
}

}  // namespace vigie
