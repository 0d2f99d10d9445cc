#include "engine/app/service_manager.h"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace vigie {
namespace {

constexpr int kKeepEnvironment = 0;

/// Who cannot be told cannot be helped: the service goes on.
void tell(const std::string& state) { ::sd_notify(kKeepEnvironment, state.c_str()); }

}  // namespace

std::optional<std::chrono::microseconds> ServiceManager::patience() const {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(kKeepEnvironment, &microseconds) <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds(microseconds);
}

void ServiceManager::ready() const { tell("READY=1"); }

/// The time, on the monotonic clock, is how later versions of systemd tell one reload from the
/// next.
void ServiceManager::reloading() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  tell("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void ServiceManager::stopping() const { tell("STOPPING=1"); }

void ServiceManager::alive() const { tell("WATCHDOG=1"); }

void ServiceManager::status(const std::string& line) const { tell("STATUS=" + line); }

}  // namespace vigie
