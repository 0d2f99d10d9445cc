#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/alert/notifier.h"
#include "engine/core/clock.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

using NotifierFactory = std::function<Result<std::unique_ptr<Notifier>>(
    const Settings& settings, const Clock& clock, std::stop_token stop)>;

/// All ways to reach people that Vigie knows, by the `type` of the configuration.
const std::map<std::string, NotifierFactory, std::less<>>& notifier_types();

/// Whether what a receiver is told leaves the town's control: the setting `outside`; by default
/// chats, telephones and push services are outside, mail, our own webhook and an Alertmanager not.
bool is_outside(const Settings& receiver, std::vector<Problem>& problems);

}  // namespace vigie
