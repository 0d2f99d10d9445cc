#include "connectors/notifier_registry.h"

#include <utility>

#include "connectors/alertmanager_notifier.h"
#include "connectors/mail_notifier.h"
#include "connectors/matrix_notifier.h"
#include "connectors/ntfy_notifier.h"
#include "connectors/sms_notifier.h"
#include "connectors/webhook_notifier.h"

namespace vigie {
namespace {

template <auto make>
Result<std::unique_ptr<Notifier>> without_clock(const Settings& settings, const Clock&,
                                                std::stop_token stop) {
  return make(settings, std::move(stop));
}

}  // namespace

const std::map<std::string, NotifierFactory, std::less<>>& notifier_types() {
  static const std::map<std::string, NotifierFactory, std::less<>> kTypes = {
      {"alertmanager", make_alertmanager_notifier},
      {"mail", without_clock<&make_mail_notifier>},
      {"matrix", without_clock<&make_matrix_notifier>},
      {"ntfy", without_clock<&make_ntfy_notifier>},
      {"sms", without_clock<&make_sms_notifier>},
      {"webhook", make_webhook_notifier},
  };
  return kTypes;
}

bool is_outside(const Settings& receiver, std::vector<Problem>& problems) {
  std::vector<Problem> told_by_the_factory;
  const std::string type = receiver.text("type", told_by_the_factory, "");
  const std::string shape = receiver.text("shape", told_by_the_factory, "vigie");
  const bool is_ours =
      type == "mail" || type == "alertmanager" || (type == "webhook" && shape == "vigie");
  return receiver.boolean("outside", problems, !is_ours);
}

}  // namespace vigie
