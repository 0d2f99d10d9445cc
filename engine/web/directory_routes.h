#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "engine/access/audit_trail.h"
#include "engine/access/directory.h"
#include "engine/access/sign_in.h"
#include "engine/core/clock.h"
#include "engine/core/result.h"
#include "engine/web/gate.h"
#include "engine/web/router.h"

namespace vigie {

/// One question to the directory. With a form it is a POST, else a GET.
struct DirectoryQuestion {
  std::string url;
  std::string authorization;  ///< the field's value; may be empty
  std::string form;
};
struct DirectoryAnswer {
  unsigned status = 0;
  std::string body;
};

/// What signing in through the town's directory needs. All of it outlives the routes and is used on
/// the web thread.
struct DirectoryParts {
  const DirectorySettings& settings;
  SignIn& sign_in;
  const Clock& clock;
  PublicSide side;
  std::function<void(const AuditEntry&)> audit;
  /// Follows no redirect, waits a bounded time, does not block. kUnavailable: no answer.
  std::function<boost::asio::awaitable<Result<DirectoryAnswer>>(DirectoryQuestion)> ask;
};

/// Where the provider sends browsers back to, under the screens' address.
inline constexpr const char* kDirectoryCallback = "/auth/directory/callback";

/// GET /auth/directory sends the browser to the provider, GET /auth/directory/callback takes its
/// code (OpenID Connect Core 1.0, 3.1, with PKCE S256, state and nonce), checks the ID token, and
/// begins a session with the roles that the token's groups give. What the provider says of itself
/// is kept for an hour; its keys are asked for anew when a token names an unknown one, once a
/// minute at most. Whatever fails is a page that says what to do, and an entry of the audit trail
/// that says why, one a second.
std::vector<Route> directory_routes(const DirectoryParts& parts);

/// Whether a provider may be asked there: https, or http on this machine.
bool is_directory_url(std::string_view url);

}  // namespace vigie
