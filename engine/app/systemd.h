#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace vigie {

/// systemd, told how the service does (sd_notify(3)). Where no service manager asked to be told
/// ($NOTIFY_SOCKET), nothing happens.
class Systemd {
 public:
  /// Within this it wants to hear alive(), or it starts the service anew; nothing: it does not.
  std::optional<std::chrono::microseconds> patience() const;

  void ready() const;
  /// Followed by ready(), whatever came of it.
  void reloading() const;
  void stopping() const;
  void alive() const;
  /// A line for whoever reads `systemctl status`.
  void status(const std::string& line) const;
};

}  // namespace vigie
