#include "engine/app/parts_check.h"

#include <string>

#include "connectors/notifier_registry.h"
#include "engine/app/sources.h"
#include "engine/app/town_mail.h"
#include "engine/store/memory_key_value.h"

namespace vigie {

Result<void> check_parts(const Config& config) {
  std::string problems;
  const auto note = [&](const Error& error) {
    problems += (problems.empty() ? "" : "\n") + error.text;
  };
  const SystemClock clock;
  for (const ReceiverConfig& receiver : config.receivers) {
    const auto made = notifier_types().find(receiver.type)->second(receiver.settings, clock, {});
    if (!made) {
      note(made.error());
    }
  }
  if (const auto made = make_town_mail(config.towns.mail, {"somebody@example.org"}, {}); !made) {
    note(made.error());
  }
  MemoryDisk disk;
  const Result<std::unique_ptr<Store>> store = Store::open(disk.open(), StoreOptions{});
  if (!store) {
    return tl::make_unexpected(store.error());
  }
  WorkerInbox inbox(1, config.connectors.size());
  Inlet inlet({&inbox}, config.connectors.size());
  const CommitLedger ledger(config.connectors.size());
  Log log;
  if (const auto sources = Sources::make({config, inlet, ledger, **store, clock, log}); !sources) {
    note(sources.error());
  }
  return problems.empty() ? Result<void>() : fail(ErrorCode::kInvalidInput, std::move(problems));
}

}  // namespace vigie
