#include "engine/alert/policy_reader.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/core/time_of_week.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxItems = 1'000;  // of each list

class Reader {
 public:
  Reader(const std::vector<Tenant>& tenants, const std::set<std::string>& receivers,
         std::vector<Problem>& problems)
      : receivers_(receivers), problems_(problems) {
    policy_.tenants = tenants;
    for (const Tenant& tenant : tenants) {
      tenants_.insert(tenant.id);
      policy_.tenant_receivers[tenant.id] = tenant.receivers;
    }
  }

  AlertPolicy read(const Settings* alerting) && {
    if (alerting == nullptr) {
      return std::move(policy_);
    }
    alerting->allow_only({"times", "routes", "inhibit", "digests"}, problems_);
    for_each(*alerting, "times", [&](const Settings& item) { read_times(item); });
    for_each(*alerting, "routes", [&](const Settings& item) { read_route(item); });
    link_routes();
    for_each(*alerting, "inhibit", [&](const Settings& item) { read_inhibition(item); });
    for_each(*alerting, "digests", [&](const Settings& item) { read_digest(item); });
    return std::move(policy_);
  }

 private:
  template <class Visit>
  void for_each(const Settings& parent, std::string_view key, Visit&& visit) {
    const Settings* list = parent.find(key);
    if (list == nullptr || list->type() == Settings::Type::kNull) {
      return;
    }
    if (list->type() != Settings::Type::kList || list->items().size() > kMaxItems) {
      list->complain(
          "'" + std::string(key) + "' must be a list of at most " + std::to_string(kMaxItems),
          problems_);
      return;
    }
    for (const Settings& item : list->items()) {
      if (item.type() != Settings::Type::kMap) {
        item.complain("must be a map of fields", problems_);
      } else {
        visit(item);
      }
    }
  }

  void read_times(const Settings& item) {
    item.allow_only({"id", "spans"}, problems_);
    WeekTimes times;
    times.id = item.text("id", problems_);
    if (find_times(times.id)) {
      item.find("id")->complain("'" + times.id + "' is already taken", problems_);
    }
    for_each(item, "spans", [&](const Settings& span) { times.spans.push_back(read_span(span)); });
    if (times.spans.empty()) {
      item.complain("'spans' is missing: a list of weekdays, from and to", problems_);
    }
    policy_.times.push_back(std::move(times));
  }

  WeekSpan read_span(const Settings& item) {
    item.allow_only({"weekdays", "from", "to"}, problems_);
    WeekSpan span;
    span.weekdays = read_weekdays(item);
    span.from_minute = read_minute(item, "from", 0);
    span.to_minute = read_minute(item, "to", WeekSpan::kMinutesPerDay);
    return span;
  }

  void read_digest(const Settings& item) {
    item.allow_only({"id", "tenants", "receivers", "weekdays", "at"}, problems_);
    Digest digest;
    digest.id = item.text("id", problems_);
    if (find(policy_.digests, digest.id)) {
      item.find("id")->complain("'" + digest.id + "' is already taken", problems_);
    }
    digest.tenants = read_tenants(item);
    digest.receivers = read_receivers(item, "receivers");
    if (digest.receivers.empty()) {
      item.complain("'receivers' is missing: whom is this brief for?", problems_);
    }
    digest.weekdays = read_weekdays(item);
    if (item.find("at") == nullptr) {
      item.complain("'at' is missing: at what time, for example 08:00?", problems_);
    }
    digest.minute = read_minute(item, "at", 0);
    policy_.digests.push_back(std::move(digest));
  }

  std::uint8_t read_weekdays(const Settings& item) {
    std::uint8_t weekdays = 0x7f;
    if (const Settings* days = item.find("weekdays")) {
      weekdays = 0;
      for (const std::string& text : item.texts("weekdays", problems_)) {
        const std::uint8_t some = parse_weekdays(text);
        if (some == 0) {
          days->complain("'" + text +
                             "' is not a weekday: mon, tue, wed, thu, fri, sat, sun, or "
                             "two of them with '-' between",
                         problems_);
        }
        weekdays |= some;
      }
    }
    return weekdays;
  }

  int read_minute(const Settings& item, std::string_view key, int fallback) {
    const Settings* field = item.find(key);
    if (field == nullptr) {
      return fallback;
    }
    const std::optional<int> minute = parse_minute_of_day(field->scalar());
    if (!minute) {
      field->complain("'" + std::string(key) + "' is a time of day from 00:00 to 24:00", problems_);
    }
    return minute.value_or(fallback);
  }

  void read_route(const Settings& item) {
    item.allow_only({"id", "tenants", "topics", "urgency", "times", "receivers", "next", "quiet",
                     "group_wait_s", "group_wait_critical_s", "repeat_min", "escalate"},
                    problems_);
    AlertRoute route;
    route.id = item.text("id", problems_);
    if (find_route(route.id)) {
      item.find("id")->complain("'" + route.id + "' is already taken", problems_);
    }
    route.filter = read_filter(item);
    route.times = read_times_name(item, "times");
    route.quiet = read_times_name(item, "quiet");
    route.receivers = read_receivers(item, "receivers");
    if (item.find("receivers") == nullptr) {
      item.complain("'receivers' is missing: whom does this route lead to?", problems_);
    }
    constexpr std::int64_t kLongestWait = 60 * 60;
    route.group_wait =
        std::chrono::seconds(item.integer("group_wait_s", 0, kLongestWait, problems_, 0));
    route.group_wait_critical =
        std::chrono::seconds(item.integer("group_wait_critical_s", 0, kLongestWait, problems_, 0));
    route.repeat = std::chrono::minutes(item.integer("repeat_min", 0, 7 * 24 * 60, problems_, 0));
    if (const Settings* escalate = item.find("escalate")) {
      read_escalation(*escalate, route);
    }
    policy_.routes.push_back(std::move(route));
    places_.push_back(&item);
  }

  void read_escalation(const Settings& item, AlertRoute& route) {
    item.allow_only({"high_min", "critical_min", "to"}, problems_);
    constexpr std::int64_t kLongest = 7 * 24 * 60;
    route.escalate_high = std::chrono::minutes(item.integer("high_min", 1, kLongest, problems_, 0));
    route.escalate_critical =
        std::chrono::minutes(item.integer("critical_min", 1, kLongest, problems_, 0));
    if (route.escalate_high.count() + route.escalate_critical.count() == 0) {
      item.complain("'high_min' or 'critical_min' is missing: after how many minutes?", problems_);
    }
    route.escalation = read_receivers(item, "to");
    if (route.escalation.empty()) {
      item.complain("'to' is missing: whom to tell then?", problems_);
    }
    for (const std::string& receiver : route.escalation) {
      if (std::ranges::find(route.receivers, receiver) != route.receivers.end()) {
        item.find("to")->complain("'" + receiver + "' is told at once by this route", problems_);
      }
    }
  }

  void read_inhibition(const Settings& item) {
    item.allow_only({"source", "target"}, problems_);
    Inhibition inhibition;
    for (const auto& [key, filter] :
         {std::pair("source", &inhibition.source), std::pair("target", &inhibition.target)}) {
      const Settings* field = item.find(key);
      if (field == nullptr || field->type() != Settings::Type::kMap) {
        (field == nullptr ? item : *field)
            .complain("'" + std::string(key) + "' must be a map of tenants, topics, urgency",
                      problems_);
        continue;
      }
      field->allow_only({"tenants", "topics", "urgency"}, problems_);
      *filter = read_filter(*field);
    }
    policy_.inhibitions.push_back(std::move(inhibition));
  }

  AlertFilter read_filter(const Settings& item) {
    AlertFilter filter;
    filter.tenants = read_tenants(item);
    filter.topics = item.texts("topics", problems_);
    const std::string urgency = item.text("urgency", problems_, "low");
    const std::optional<Urgency> level = parse_urgency(urgency);
    if (!level) {
      item.find("urgency")->complain("'urgency' is low, medium, high or critical: at least that",
                                     problems_);
    }
    filter.at_least = level.value_or(Urgency::kLow);
    return filter;
  }

  std::vector<std::string> read_tenants(const Settings& item) {
    std::vector<std::string> named = item.texts("tenants", problems_);
    for (const std::string& tenant : named) {
      if (!tenants_.contains(tenant)) {
        item.find("tenants")->complain("there is no tenant '" + tenant + "'", problems_);
      }
    }
    return named;
  }

  std::vector<std::string> read_receivers(const Settings& item, std::string_view key) {
    std::vector<std::string> named = item.texts(key, problems_);
    for (const std::string& receiver : named) {
      if (!receivers_.contains(receiver)) {
        item.find(key)->complain("there is no receiver '" + receiver + "'", problems_);
      }
    }
    return named;
  }

  std::optional<std::size_t> read_times_name(const Settings& item, std::string_view key) {
    const std::string name = item.text(key, problems_, "");
    if (name.empty()) {
      return std::nullopt;
    }
    const std::optional<std::size_t> found = find_times(name);
    if (!found) {
      item.find(key)->complain("there are no times '" + name + "'", problems_);
    }
    return found;
  }

  std::optional<std::size_t> find_times(const std::string& id) const {
    return find(policy_.times, id);
  }
  std::optional<std::size_t> find_route(const std::string& id) const {
    return find(policy_.routes, id);
  }
  template <class Named>
  static std::optional<std::size_t> find(const std::vector<Named>& all, const std::string& id) {
    const auto found = std::ranges::find(all, id, &Named::id);
    return found == all.end() ? std::nullopt
                              : std::optional(static_cast<std::size_t>(found - all.begin()));
  }

  /// Once all routes are known: `next` may name one further down.
  void link_routes() {
    for (std::size_t i = 0; i < policy_.routes.size(); ++i) {
      const std::string next = places_[i]->text("next", problems_, "");
      if (next.empty()) {
        continue;
      }
      policy_.routes[i].next = find_route(next);
      if (!policy_.routes[i].next) {
        places_[i]->find("next")->complain("there is no route '" + next + "'", problems_);
      }
    }
    for (std::size_t i = 0; i < policy_.routes.size(); ++i) {
      complain_of_circle(i);
    }
  }

  /// Each circle once, at the route of it that stands first.
  void complain_of_circle(std::size_t start) {
    std::string way = policy_.routes[start].id;
    std::size_t at = start;
    for (std::size_t steps = 0; steps < policy_.routes.size() && policy_.routes[at].next; ++steps) {
      at = *policy_.routes[at].next;
      if (at < start) {
        return;
      }
      way += " → " + policy_.routes[at].id;
      if (at == start) {
        places_[start]->find("next")->complain("routes go round in a circle: " + way, problems_);
        return;
      }
    }
  }

  const std::set<std::string>& receivers_;
  std::vector<Problem>& problems_;
  std::set<std::string> tenants_;
  AlertPolicy policy_;
  std::vector<const Settings*> places_;  ///< of the routes
};

}  // namespace

AlertPolicy read_alert_policy(const Settings* alerting, const std::vector<Tenant>& tenants,
                              const std::set<std::string>& receivers,
                              std::vector<Problem>& problems) {
  return Reader(tenants, receivers, problems).read(alerting);
}

}  // namespace vigie
