#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/time.h"

namespace vigie {

/// How a push proves who sent it and when: `t=<unix seconds>,v1=<hex HMAC-SHA256(secret,
/// "<t>.<body>")>`, the value of X-Vigie-Signature. Several v1 may be given, as a sender that
/// changes its secret does.
enum class SignatureVerdict {
  kGood,
  kMissing,  ///< no header, or not of this form
  kWrong,    ///< none of the secrets made it
  kStale,    ///< right, but not within the window around now: perhaps replayed
};
SignatureVerdict verify_signature(std::string_view header, std::string_view body,
                                  const std::vector<std::string>& secrets, Time now,
                                  std::chrono::seconds window);

/// The header's value, for whoever sends.
std::string sign(std::string_view body, std::string_view secret, Time now);

}  // namespace vigie
