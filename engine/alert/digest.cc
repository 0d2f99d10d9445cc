#include "engine/alert/digest.h"

#include <algorithm>

#include "engine/alert/escape.h"
#include "engine/alert/list_message.h"
#include "engine/alert/town_time.h"
#include "engine/core/check.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

constexpr int kEightInTheMorning = 8 * 60;

std::string note_key(const std::string& digest, const std::string& tenant,
                     const std::string& receiver) {
  return "digest/" + digest + "/" + tenant + "/" + receiver + "/";
}

bool is_for(const Digest& digest, const std::string& receiver, const Tenant& tenant) {
  const auto holds = [](const std::vector<std::string>& values, const std::string& value) {
    return std::ranges::find(values, value) != values.end();
  };
  return holds(digest.receivers, receiver) &&
         (digest.tenants.empty() || holds(digest.tenants, tenant.id));
}

bool is_on(const Digest& digest, std::chrono::sys_days day) {
  return (digest.weekdays >> (std::chrono::weekday(day).iso_encoding() - 1) & 1) != 0;
}

/// The brief before the one of `day`; that day of the week before if there is none between.
std::chrono::sys_days day_before(const Digest& digest, std::chrono::sys_days day) {
  for (int back = 1; back < 7; ++back) {
    if (is_on(digest, day - std::chrono::days(back))) {
      return day - std::chrono::days(back);
    }
  }
  return day - std::chrono::days(7);
}

/// What a brief counts.
struct Figures {
  std::size_t raised = 0, closed = 0;
  std::vector<const KnownAlert*> waiting, taken;
};

/// An incident is counted once, as its newest alert says.
Figures count(TenantId tenant, Time since, Standings& standings) {
  Figures figures;
  for (const KnownAlert& one : standings.newest(tenant)) {
    const Standing standing = standings.of(tenant, one.alert.incident);
    if (standing.newest != one.number) {
      continue;
    }
    const bool is_recent = one.alert.raised_at > since;
    figures.raised += is_recent;
    figures.closed += is_recent && standing.is_over;
    if (!standing.is_over) {
      (standing.in_hand ? figures.taken : figures.waiting).push_back(&one);
    }
  }
  return figures;
}

struct Mentions {
  std::int64_t all = 0, negative = 0, urgent = 0;
};

Mentions mentions_of(const Store& store, TenantId tenant, Time since, Time now) {
  Mentions mentions;
  const Result<void> read = store.visit_totals(
      tenant, RollupGrain::kHour, hour_of(since), hour_of(now) + 1, [&](const RollupRow& row) {
        row.for_each([&](Tone tone, Urgency urgency, std::int64_t count) {
          mentions.all += count;
          mentions.negative += tone == Tone::kNegative ? count : 0;
          mentions.urgent += is_urgent(urgency) ? count : 0;
        });
      });
  check(read.has_value(), "rollups can be read");
  return mentions;
}

/// One brief, being written.
class Brief {
 public:
  /// `names`: it may say who took what in charge.
  Brief(const Tenant& tenant, const std::string& public_url, bool names)
      : tenant_(tenant),
        names_(names),
        is_english_(!tenant.language.starts_with("fr")),
        public_url_(public_url),
        list_(is_english_, plain((is_english_ ? "Morning brief – " : "Bilan du matin – ") +
                                 tenant.name.text())) {}

  void figures(const Figures& figures, const Mentions& mentions, std::size_t over_budget) {
    list_.paragraph(number(mentions.all, "mention", "mentions", "mention", "mentions") + ", " +
                    number(mentions.negative, "négative", "négatives", "negative", "negative") +
                    ", " + number(mentions.urgent, "urgente", "urgentes", "urgent", "urgent") +
                    " · " + number(figures.raised, "alerte", "alertes", "alert", "alerts") + ", " +
                    number(figures.closed, "close", "closes", "closed", "closed"));
    if (over_budget != 0) {
      list_.paragraph(number(over_budget, "alerte n'a pas été envoyée",
                             "alertes n'ont pas été envoyées", "alert was not sent",
                             "alerts were not sent") +
                      say(" : le budget du jour était atteint.", ": the day's budget was spent."));
    }
  }

  void alerts(std::string_view french, std::string_view english,
              const std::vector<const KnownAlert*>& alerts) {
    if (alerts.empty()) {
      return;
    }
    list_.heading(say(french, english) + " (" + std::to_string(alerts.size()) + ")");
    for (std::size_t i = 0; i < std::min(alerts.size(), Digests::kMaxLines); ++i) {
      list_.item(line_of(*alerts[i]), link_of(alerts[i]->alert));
    }
    if (alerts.size() > Digests::kMaxLines) {
      list_.paragraph("…");
    }
  }

  void nothing_waits() { list_.paragraph(say("Rien n'attend personne.", "Nothing is waiting.")); }

  Message finish() && { return std::move(list_).finish(); }

 private:
  std::string say(std::string_view french, std::string_view english) const {
    return std::string(is_english_ ? english : french);
  }
  std::string number(std::integral auto count, std::string_view one, std::string_view more,
                     std::string_view english_one, std::string_view english_more) const {
    const bool is_one = is_english_ ? count == 1 : count < 2;
    return std::to_string(count) + " " + (is_one ? say(one, english_one) : say(more, english_more));
  }
  std::string line_of(const KnownAlert& one) const {
    const Alert& alert = one.alert;
    const std::string level =
        alert.level == Urgency::kCritical ? say("CRITIQUE", "CRITICAL") : std::string("URGENT");
    const TownTime at = town_time(tenant_.time_zone, alert.raised_at);
    std::string line = "[" + level + "] " +
                       plain(alert.headline.empty() ? alert.subject : alert.headline) + " · " +
                       std::to_string(static_cast<unsigned>(at.date.day())) + "/" +
                       std::to_string(static_cast<unsigned>(at.date.month())) + " " +
                       clock_of(tenant_.time_zone, alert.raised_at);
    return !names_ || one.work.by.empty() ? line : line + " · " + plain(one.work.by);
  }
  std::string link_of(const Alert& alert) const {
    return public_url_.empty() ? ""
                               : public_url_ + "/#/" + alert.tenant + "/mention/" + alert.mention;
  }

  const Tenant& tenant_;
  bool names_, is_english_;
  const std::string& public_url_;
  ListMessage list_;
};

}  // namespace

std::string DueDigest::key(const std::string& receiver) const {
  return "vigie-d-" + digest->id + "-" + tenant_id + "-" + day + "-" + receiver;
}

std::vector<DueDigest> Digests::due(const std::string& receiver, Time now,
                                    Store::AlertingChange& change) const {
  std::vector<DueDigest> found;
  if (policy_ == nullptr) {
    return found;
  }
  for (const Digest& digest : policy_->digests) {
    for (TenantId id = 0; id < policy_->tenants.size(); ++id) {
      const Tenant& tenant = policy_->tenants[id];
      const TownTime at = town_time(tenant.time_zone, now);
      if (!is_for(digest, receiver, tenant) || !is_on(digest, at.day) ||
          at.minute_of_day < digest.minute) {
        continue;
      }
      const Time moment = moment_of(tenant.time_zone, at.day, digest.minute);
      DueDigest due{&digest, id, tenant.id, date_of(at.day),
                    moment_of(tenant.time_zone, day_before(digest, at.day), digest.minute)};
      const auto notes = store_.alerting_notes(note_key(digest.id, tenant.id, receiver));
      check(notes.has_value(), "notes can be read");
      const bool is_first = notes->empty();
      if (is_first && now - moment > kMaxLateAtFirst) {
        change.notes.push_back(sent(due, *policy_, receiver));
      } else if (is_first || (notes->front().second != due.day && now - moment < kMaxLate)) {
        found.push_back(std::move(due));
      }
    }
  }
  return found;
}

std::pair<std::string, std::optional<std::string>> Digests::sent(const DueDigest& digest,
                                                                 const AlertPolicy& policy,
                                                                 const std::string& receiver) {
  return {note_key(digest.digest->id, policy.tenants[digest.tenant].id, receiver), digest.day};
}

Time Digests::next(const std::string& receiver, TenantId tenant, const std::string& zone,
                   Time now) const {
  const std::chrono::sys_days today = town_time(zone, now).day;
  std::optional<Time> earliest;
  for (int ahead = 0; policy_ != nullptr && ahead <= 7; ++ahead) {
    const std::chrono::sys_days day = today + std::chrono::days(ahead);
    for (const Digest& digest : policy_->digests) {
      const bool is_ours =
          tenant < policy_->tenants.size() && is_for(digest, receiver, policy_->tenants[tenant]);
      const Time moment = moment_of(zone, day, digest.minute);
      if (is_ours && is_on(digest, day) && moment > now && (!earliest || moment < *earliest)) {
        earliest = moment;
      }
    }
  }
  const Time morning = moment_of(zone, today, kEightInTheMorning);
  return earliest.value_or(
      morning > now ? morning : moment_of(zone, today + std::chrono::days(1), kEightInTheMorning));
}

Time Digests::look_again(const std::string& receiver, Time now) const {
  Time earliest = Time::max();
  for (TenantId id = 0; policy_ != nullptr && id < policy_->tenants.size(); ++id) {
    const Tenant& tenant = policy_->tenants[id];
    if (std::ranges::any_of(policy_->digests, [&](const Digest& digest) {
          return is_for(digest, receiver, tenant);
        })) {
      earliest = std::min(earliest, next(receiver, id, tenant.time_zone, now));
    }
  }
  return earliest;
}

Message Digests::render(const DueDigest& digest, const std::string& receiver,
                        const std::string& public_url, std::size_t over_budget, Time now,
                        Standings& standings) const {
  const Tenant& tenant = policy_->tenants[digest.tenant];
  const Figures figures = count(digest.tenant, digest.since, standings);
  const Mentions mentions = mentions_of(store_, digest.tenant, digest.since, now);
  Brief brief(tenant, public_url, policy_->may_quote(receiver, tenant.id));
  brief.figures(figures, mentions, over_budget);
  brief.alerts("À prendre en charge", "Waiting for somebody", figures.waiting);
  brief.alerts("Prises en charge", "Taken", figures.taken);
  if (figures.waiting.empty() && figures.taken.empty()) {
    brief.nothing_waits();
  }
  Message message = std::move(brief).finish();
  message.idempotency_key = digest.key(receiver);
  JsonWriter json(message.json);
  json.begin_object().key("digest").value(digest.digest->id).key("day").value(digest.day);
  json.key("tenant").value(tenant.id).key("headline").value(message.subject);
  json.key("mentions").value(mentions.all).key("negative").value(mentions.negative);
  json.key("urgent").value(mentions.urgent).key("alerts").value(figures.raised);
  json.key("waiting").value(figures.waiting.size()).key("taken").value(figures.taken.size());
  json.key("closed").value(figures.closed).key("over_budget").value(over_budget).end_object();
  return message;
}

}  // namespace vigie
