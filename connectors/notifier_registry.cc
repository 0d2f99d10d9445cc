#include "connectors/notifier_registry.h"

#include <utility>

#include "connectors/mail_notifier.h"
#include "connectors/webhook_notifier.h"

namespace vigie {

const std::map<std::string, NotifierFactory, std::less<>>& notifier_types() {
  static const std::map<std::string, NotifierFactory, std::less<>> kTypes = {
      {"mail", [](const Settings& settings, const Clock&,
                  std::stop_token stop) { return make_mail_notifier(settings, std::move(stop)); }},
      {"webhook", make_webhook_notifier},
  };
  return kTypes;
}

}  // namespace vigie
