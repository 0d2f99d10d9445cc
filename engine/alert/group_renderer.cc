#include "engine/alert/group_renderer.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/alert/escape.h"
#include "engine/alert/list_message.h"
#include "engine/alert/town_time.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

bool is_english(const Alert& alert) { return !alert.language.starts_with("fr"); }

std::string say(const Alert& alert, std::string_view french, std::string_view english) {
  return std::string(is_english(alert) ? english : french);
}

std::string level_of(const Alert& alert) {
  return alert.level == Urgency::kCritical ? say(alert, "CRITIQUE", "CRITICAL") : "URGENT";
}

/// "[CRITIQUE] Eau du robinet impropre · 3 mentions urgentes · 02:14"
std::string line_of(const Alert& alert) {
  const std::string mentions =
      std::to_string(alert.mentions) + " " +
      (alert.mentions == 1 ? say(alert, "mention urgente", "urgent mention")
                           : say(alert, "mentions urgentes", "urgent mentions"));
  return "[" + level_of(alert) + "] " +
         plain(alert.headline.empty() ? alert.subject : alert.headline) + " · " + mentions + " · " +
         clock_of(alert.time_zone, alert.raised_at);
}

std::string link_of(const std::string& public_url, const Alert& alert) {
  return public_url.empty() ? "" : public_url + "/#/" + alert.tenant + "/mention/" + alert.mention;
}

}  // namespace

Message render_group(std::span<const NumberedAlert> alerts, std::uint64_t group,
                     const std::string& receiver, const std::string& public_url) {
  std::vector<const NumberedAlert*> order;
  for (const NumberedAlert& one : alerts) {
    order.push_back(&one);
  }
  std::ranges::sort(order, {}, [](const NumberedAlert* one) {
    return std::tuple(-static_cast<int>(one->alert.level), one->alert.raised_at, one->number);
  });
  const Alert& first = order.front()->alert;
  ListMessage list(
      is_english(first),
      plain(std::to_string(order.size()) +
            say(first, " alertes ensemble – ", " alerts together – ") + first.tenant_name));
  for (std::size_t i = 0; i < std::min(order.size(), kMaxGroupLines); ++i) {
    list.item(line_of(order[i]->alert), link_of(public_url, order[i]->alert));
  }
  if (order.size() > kMaxGroupLines) {
    list.paragraph(say(first, "… et ", "… and ") + std::to_string(order.size() - kMaxGroupLines) +
                   say(first, " autres.", " more."));
  }
  Message message = std::move(list).finish();
  message.idempotency_key = "vigie-g" + std::to_string(group) + "-" + receiver;
  message.is_critical = first.level == Urgency::kCritical;
  JsonWriter json(message.json);
  json.begin_object().key("group").value(group).key("headline").value(message.subject);
  json.key("alerts").begin_array();
  for (const NumberedAlert* one : order) {
    json.begin_object().key("number").value(one->number);
    json.key("link").value(link_of(public_url, one->alert));
    json.key("alert").raw(to_json(one->alert)).end_object();
  }
  json.end_array().end_object();
  return message;
}

}  // namespace vigie
