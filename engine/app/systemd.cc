#include "engine/app/systemd.h"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace vigie {
namespace {

constexpr int kKeepEnvironment = 0;

/// Who cannot be told cannot be helped: the service goes on.
void tell(const std::string& state) { ::sd_notify(kKeepEnvironment, state.c_str()); }

}  // namespace

std::optional<std::chrono::microseconds> Systemd::patience() const {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(kKeepEnvironment, &microseconds) <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds(microseconds);
}

void Systemd::ready() const { tell("READY=1"); }

/// The time, on the monotonic clock, is how later versions of systemd tell one reload from the
/// next.
void Systemd::reloading() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  tell("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void Systemd::stopping() const { tell("STOPPING=1"); }

void Systemd::alive() const { tell("WATCHDOG=1"); }

void Systemd::status(const std::string& line) const { tell("STATUS=" + line); }

}  // namespace vigie
