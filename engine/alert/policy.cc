#include "engine/alert/policy.h"

#include <algorithm>

#include "engine/alert/town_time.h"

namespace vigie {
namespace {

bool holds(const std::vector<std::string>& values, const std::string& value) {
  return std::ranges::find(values, value) != values.end();
}

bool is_or_is_any(const std::vector<std::string>& values, const std::string& value) {
  return values.empty() || holds(values, value);
}

bool begins_on(const WeekSpan& span, std::chrono::weekday day) {
  return (span.weekdays >> (day.iso_encoding() - 1) & 1) != 0;
}

bool spans_contain(const std::vector<WeekSpan>& spans, std::chrono::weekday day, int minute) {
  return std::ranges::any_of(spans, [&](const WeekSpan& span) {
    if (span.from_minute < span.to_minute) {
      return begins_on(span, day) && minute >= span.from_minute && minute < span.to_minute;
    }
    return (begins_on(span, day) && minute >= span.from_minute) ||
           (begins_on(span, day - std::chrono::days(1)) && minute < span.to_minute);
  });
}

void add_new(const std::vector<std::string>& some, std::vector<std::string>& all) {
  for (const std::string& one : some) {
    if (!holds(all, one)) {
      all.push_back(one);
    }
  }
}

}  // namespace

bool WeekTimes::contain(const std::string& zone, Time time) const {
  const TownTime at = town_time(zone, time);
  return spans_contain(spans, at.weekday, at.minute_of_day);
}

Time WeekTimes::end(const std::string& zone, Time time) const {
  const TownTime at = town_time(zone, time);
  if (!spans_contain(spans, at.weekday, at.minute_of_day)) {
    return time;
  }
  constexpr int kWeek = 7 * WeekSpan::kMinutesPerDay;
  for (int minute = at.minute_of_day + 1; minute <= at.minute_of_day + kWeek; ++minute) {
    const std::chrono::days days(minute / WeekSpan::kMinutesPerDay);
    const int of_day = minute % WeekSpan::kMinutesPerDay;
    if (!spans_contain(spans, at.weekday + days, of_day)) {
      return moment_of(zone, at.day + days, of_day);
    }
  }
  return time + std::chrono::days(7);
}

bool AlertFilter::match(const Alert& alert) const {
  return is_or_is_any(tenants, alert.tenant) && is_or_is_any(topics, alert.topic) &&
         alert.level >= at_least;
}

std::uint32_t AlertPolicy::budget_of(const std::string& receiver) const {
  const auto its = terms.find(receiver);
  return its == terms.end() ? 0 : its->second.budget_per_day;
}

bool AlertPolicy::may_quote(const std::string& receiver, const std::string& tenant) const {
  const auto its = terms.find(receiver);
  if (its == terms.end() || !its->second.is_outside) {
    return true;
  }
  const auto allowed = quotes_to.find(tenant);
  return allowed != quotes_to.end() && holds(allowed->second, receiver);
}

std::vector<const AlertRoute*> AlertPolicy::routes_of(const Alert& alert) const {
  const auto takes = [&](const AlertRoute& route) {
    return route.filter.match(alert) &&
           (!route.times || times[*route.times].contain(alert.time_zone, alert.raised_at));
  };
  std::vector<const AlertRoute*> taken;
  const auto first = std::ranges::find_if(routes, takes);
  if (first == routes.end()) {
    return taken;
  }
  taken.push_back(&*first);
  for (const AlertRoute* route = &*first; route->next;) {
    route = &routes[*route->next];
    if (takes(*route)) {
      taken.push_back(route);
    }
  }
  return taken;
}

AlertPolicy::Duty AlertPolicy::duty_of(const std::string& receiver, const Alert& alert) const {
  if (const auto town = town_receivers.find(receiver); town != town_receivers.end()) {
    const bool is_told = town->second == alert.tenant && is_on(receiver);
    return {is_told ? Duty::Kind::kFirst : Duty::Kind::kNone, nullptr, {}};
  }
  const std::vector<const AlertRoute*> taken = routes_of(alert);
  if (taken.empty()) {
    const auto own = tenant_receivers.find(alert.tenant);
    const bool is_named = own == tenant_receivers.end() || holds(own->second, receiver);
    return {is_named ? Duty::Kind::kFirst : Duty::Kind::kNone, nullptr, {}};
  }
  for (const AlertRoute* route : taken) {
    if (holds(route->receivers, receiver)) {
      return {Duty::Kind::kFirst, route, {}};
    }
  }
  for (const AlertRoute* route : taken) {
    const std::chrono::minutes after =
        alert.level == Urgency::kCritical ? route->escalate_critical : route->escalate_high;
    if (holds(route->escalation, receiver) && after.count() > 0) {
      return {Duty::Kind::kEscalation, route, after};
    }
  }
  return {};
}

std::vector<std::string> AlertPolicy::receivers_of(const std::string& tenant) const {
  std::vector<std::string> all;
  if (const auto own = tenant_receivers.find(tenant); own != tenant_receivers.end()) {
    add_new(own->second, all);
  }
  for (const AlertRoute& route : routes) {
    if (is_or_is_any(route.filter.tenants, tenant)) {
      add_new(route.receivers, all);
      add_new(route.escalation, all);
    }
  }
  for (const auto& [receiver, town] : town_receivers) {
    if (town == tenant) {
      add_new({receiver}, all);
    }
  }
  return all;
}

Time AlertPolicy::quiet_until(const AlertRoute* route, const Alert& alert, Time time) const {
  const bool may_wait = alert.level < Urgency::kCritical || alert.news == News::kClosed;
  const bool has_quiet = route != nullptr && route->quiet && may_wait;
  return has_quiet ? times[*route->quiet].end(alert.time_zone, time) : time;
}

bool AlertPolicy::is_inhibited(const Alert& alert, TenantId tenant, Time now,
                               Standings& standings) const {
  for (const Inhibition& rule : inhibitions) {
    if (!rule.target.match(alert)) {
      continue;
    }
    for (const KnownAlert& other : standings.newest(tenant)) {
      const bool inhibits =
          rule.source.match(other.alert) && other.alert.incident != alert.incident &&
          other.alert.level >= alert.level && now - other.alert.raised_at < kMaxInhibition;
      if (inhibits && !standings.of(tenant, other.alert.incident).is_over) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace vigie
