#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/alert/notifier.h"
#include "engine/core/settings.h"

namespace vigie {

/// One request to a receiver over HTTP.
struct HttpDelivery {
  std::string method = "POST";
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value"
  std::string body;
};

/// Sends it, blocking, within Notifier::kTimeout. 2xx: delivered. 408, 425, 429, 5xx and no answer:
/// tried again, when Retry-After says. Other answers: refused. The certificate is verified,
/// redirects are not followed, the answer's body is not read. `stop` outlives the call.
Attempt send_over_http(const HttpDelivery& delivery, const std::stop_token& stop);

/// The setting `name`: an http(s) URL. Complains of anything else.
std::string read_receiver_url(const Settings& settings, std::string_view name,
                              std::vector<Problem>& problems);

/// Complains of every field but those that all receivers have (id, type, outside, budget_per_day)
/// and `own`.
void allow_receiver_fields(const Settings& settings, std::initializer_list<std::string_view> own,
                           std::vector<Problem>& problems);

/// The secret in the file that the setting `name` says, if it is there.
std::string read_receiver_secret(const Settings& settings, std::string_view name,
                                 std::vector<Problem>& problems);

}  // namespace vigie
