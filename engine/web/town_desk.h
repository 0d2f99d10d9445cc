#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/verdict.h"
#include "engine/guidance/town_settings.h"

namespace vigie {

/// What is answered about a town's settings, as JSON.
struct TownAnswer {
  bool has_problems = false;  ///< nothing was changed; `body` says why
  std::string body;
  std::string made = {};  ///< for the audit
};

/// Who answers what the screen of a town's settings asks for. kRefused: somebody else changed it
/// meanwhile; kUnavailable: it cannot be written; kFull: too much waits.
struct TownDesk {
  using Answer = boost::asio::awaitable<Result<TownAnswer>>;
  /// Schema TownSettings.
  std::function<Answer(TenantId)> show = {};
  /// Likewise, as they are then. `base`: hash of the settings that were edited.
  std::function<Answer(TenantId, TownSettings, std::string base)> change = {};
  /// Schema FeedLook.
  std::function<Answer(TenantId, std::string url)> look_at_feed = {};
  /// Schema MailTrial. Takes as long as the mail server does, 10 seconds at most an address.
  std::function<Answer(TenantId, std::vector<std::string> to)> try_mail = {};
  /// At once.
  std::function<std::vector<TownDate>(TenantId)> calendar = [](TenantId) {
    return std::vector<TownDate>();
  };
};

}  // namespace vigie
