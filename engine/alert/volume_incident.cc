#include "engine/alert/volume_incident.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxAlerts = 1'000;

/// "3,2" in French.
std::string one_decimal(double number, bool french) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f", number);
  std::string said = text;
  if (french) {
    std::ranges::replace(said, '.', ',');
  }
  return said;
}
std::string chance(double p) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0e", std::max(p, 1e-99));
  return text;
}

std::string figures(const VolumeNews& news, bool french) {
  const std::string minutes = std::to_string(news.window_minutes) + " min";
  const std::string expected = one_decimal(news.expected, french);
  if (!french) {
    return std::to_string(news.mentions) + " mentions by " + std::to_string(news.authors) +
           " authors in " + minutes + "; usual at this hour: " + expected;
  }
  return std::to_string(news.mentions) + " mentions de " + std::to_string(news.authors) +
         " auteurs en " + minutes + " ; habituel à cette heure : " + expected;
}
std::string figures_without_baseline(const VolumeNews& news, bool french) {
  const std::string counted =
      std::to_string(news.mentions) + (french ? " mentions de " : " mentions by ") +
      std::to_string(news.authors) + (french ? " auteurs en " : " authors in ") +
      std::to_string(news.window_minutes) + " min";
  return counted + (french ? " ; seuil fixe, l'habitude n'est pas encore connue"
                           : "; fixed threshold, what is usual is not known yet");
}

Alert::Reason reason(const VolumeNews& news, bool french) {
  Alert::Reason reason{std::string(kVolumeSubject), {}, {}, 0};
  if (news.is_over) {
    reason.title = french ? "Le volume est revenu à l'habitude" : "The volume is as usual again";
  } else if (!news.has_baseline) {
    reason.title = french ? "Volume au-dessus du seuil fixe" : "Volume above the fixed threshold";
  } else {
    reason.title = (french ? "Volume inhabituel, p = " : "Unusual volume, p = ") + chance(news.p);
  }
  return reason;
}

}  // namespace

Alert describe(const Tenant& tenant, const VolumeNews& news, Time now) {
  const bool french = tenant.language.starts_with("fr");
  Alert alert;
  alert.incident = incident_name(kVolumeSubject, news.opened_at);
  alert.tenant = tenant.id;
  alert.tenant_name = tenant.name;
  alert.language = tenant.language;
  alert.time_zone = tenant.time_zone;
  alert.level = Urgency::kHigh;
  alert.news = news.is_over ? News::kClosed : News::kOpened;
  alert.subject = kVolumeSubject;
  alert.headline = french ? "Volume inhabituel" : "Unusual volume";
  alert.title = news.has_baseline ? figures(news, french) : figures_without_baseline(news, french);
  alert.reasons = {reason(news, french)};
  alert.mentions = news.mentions;
  alert.authors = news.authors;
  alert.opened_at = news.opened_at;
  alert.last_at = news.at;
  alert.created_at = alert.received_at = news.at;
  alert.raised_at = now;
  return alert;
}

Result<std::vector<TimeSpan>> volume_incidents(const Store& store, TenantId tenant) {
  const Result<std::vector<Store::StoredAlert>> alerts = store.alerts(tenant, 0, kMaxAlerts);
  if (!alerts) {
    return tl::make_unexpected(alerts.error());
  }
  std::vector<TimeSpan> incidents;
  for (auto stored = alerts->rbegin(); stored != alerts->rend(); ++stored) {
    if (stored->body.find(kVolumeSubject) == std::string::npos) {
      continue;
    }
    const Result<Alert> alert = parse_alert(stored->body);
    if (!alert) {
      return tl::make_unexpected(alert.error());
    }
    if (alert->subject != kVolumeSubject) {
      continue;
    }
    const std::string opening = alert->incident.substr(alert->incident.rfind('@') + 1);
    const std::optional<Time> opened_at = parse_time(opening);
    check(opened_at.has_value(), "an incident's name holds its opening");
    const bool is_known = !incidents.empty() && incidents.back().from == *opened_at;
    if (!is_known) {
      incidents.push_back({*opened_at, Time::max()});
    }
    if (alert->news == News::kClosed) {
      incidents.back().to = alert->received_at;
    }
  }
  return incidents;
}

}  // namespace vigie
