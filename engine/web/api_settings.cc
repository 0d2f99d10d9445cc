// /api/v1/tenants/{tenant}/settings: what a town sets for itself, feeds and mail tried before they
// count; /calendar: the days it wants to see on its charts.
#include <simdjson.h>

#include <optional>
#include <string>
#include <utility>

#include "engine/core/mail_address.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;
using simdjson::dom::element;

constexpr std::size_t kMaxSettingsBytes = 1U << 20, kMaxTrialBytes = 16U << 10;
constexpr const char* kSettings = "/api/v1/tenants/{tenant}/settings";
constexpr const char* kMalformed = "the body is not of this form";

bool read_texts(const element& list, std::vector<std::string>& texts) {
  simdjson::dom::array items;
  if (list.get(items) != simdjson::SUCCESS) {
    return false;
  }
  for (const element& item : items) {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS) {
      return false;
    }
    texts.emplace_back(text);
  }
  return true;
}

bool read_variables(const element& map, TownSettings& settings) {
  simdjson::dom::object members;
  if (map.get(members) != simdjson::SUCCESS) {
    return false;
  }
  for (const auto& [name, values] : members) {
    if (!read_texts(values, settings.variables[std::string(name)])) {
      return false;
    }
  }
  return true;
}

/// Objects of two texts, handed to `take` one by one.
template <class Take>
bool read_pairs(const element& list, const char* first, const char* second, Take&& take) {
  simdjson::dom::array items;
  if (list.get(items) != simdjson::SUCCESS) {
    return false;
  }
  for (const element& item : items) {
    simdjson::dom::object members;
    std::string_view one, other;
    if (item.get(members) != simdjson::SUCCESS || members.size() != 2 ||
        members[first].get(one) != simdjson::SUCCESS ||
        members[second].get(other) != simdjson::SUCCESS || !take(one, other)) {
      return false;
    }
  }
  return true;
}

struct Wanted {
  TownSettings settings;
  std::string base;
};

/// Nothing if the body is not of its form. What its values say is judged elsewhere.
std::optional<Wanted> read_settings(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Wanted wanted;
  TownSettings& settings = wanted.settings;
  bool has_base = false;
  for (const auto& [name, value] : members) {
    std::string_view text;
    bool is_read = false;
    if (name == "base") {
      is_read = has_base = value.get(text) == simdjson::SUCCESS;
      wanted.base = text;
    } else if (name == "name") {
      is_read = value.get(text) == simdjson::SUCCESS;
      settings.name = text;
    } else if (name == "variables") {
      is_read = read_variables(value, settings);
    } else if (name == "feeds") {
      is_read = read_pairs(value, "url", "title", [&](auto url, auto title) {
        settings.feeds.push_back({std::string(url), std::string(title)});
        return true;
      });
    } else if (name == "mail_to") {
      is_read = read_texts(value, settings.mail_to);
    } else if (name == "calendar") {
      is_read = read_pairs(value, "date", "label", [&](auto date, auto label) {
        const std::optional<Day> day = parse_date(date);
        settings.calendar.push_back({day.value_or(0), std::string(label)});
        return day.has_value();
      });
    }
    if (!is_read) {
      return std::nullopt;
    }
  }
  return has_base ? std::optional(std::move(wanted)) : std::nullopt;
}

/// The one member of a body, a list of texts; nothing if it is something else.
std::optional<std::vector<std::string>> read_list(const std::string& body, const char* name) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  element list;
  std::vector<std::string> texts;
  const bool is_read = parser.parse(body).get(members) == simdjson::SUCCESS &&
                       members.size() == 1 && members[name].get(list) == simdjson::SUCCESS &&
                       read_texts(list, texts);
  return is_read ? std::optional(std::move(texts)) : std::nullopt;
}

Response answer_of(Result<TownAnswer> answer) {
  if (!answer) {
    return answer.error().code == ErrorCode::kRefused ? problem(409, answer.error().text)
                                                      : aside_failed(answer.error());
  }
  if (answer->has_problems) {
    Response response = problem(422, "the settings have problems: nothing was changed");
    response.body.pop_back();
    response.body += "," + answer->body.substr(1);
    return response;
  }
  Response response = json_response(std::move(answer->body));
  response.made = std::move(answer->made);
  return response;
}

/// What is asked of the desk, or why it is not.
using Asked = tl::expected<TownDesk::Answer, Response>;
using Ask = Asked (*)(const ApiParts&, TenantId, const Request&);

Asked show(const ApiParts& parts, TenantId tenant, const Request&) {
  return parts.town.show(tenant);
}

Asked change(const ApiParts& parts, TenantId tenant, const Request& request) {
  std::optional<Wanted> wanted = read_settings(request.body);
  if (!wanted) {
    return tl::make_unexpected(problem(400, kMalformed));
  }
  return parts.town.change(tenant, std::move(wanted->settings), std::move(wanted->base));
}

Asked look_at_feed(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::optional<Texts> members = read_text_members(request.body, {"url"});
  if (!members || members->size() != 1) {
    return tl::make_unexpected(problem(400, kMalformed));
  }
  TownSettings settings;
  settings.feeds.push_back({members->at("url"), ""});
  settings = in_order(std::move(settings));
  if (settings.feeds.empty() || !objections_to(settings).empty()) {
    return tl::make_unexpected(problem(422, "this is no address of a feed"));
  }
  return parts.town.look_at_feed(tenant, settings.feeds.front().url);
}

Asked try_mail(const ApiParts& parts, TenantId tenant, const Request& request) {
  std::optional<std::vector<std::string>> to = read_list(request.body, "mail_to");
  if (!to) {
    return tl::make_unexpected(problem(400, kMalformed));
  }
  TownSettings settings;
  settings.mail_to = std::move(*to);
  settings = in_order(std::move(settings));
  if (settings.mail_to.empty() || !objections_to(settings).empty()) {
    return tl::make_unexpected(problem(422, "there is no address, or one that is none"));
  }
  return parts.town.try_mail(tenant, std::move(settings.mail_to));
}

asio::awaitable<Response> answer(SharedParts parts, Ask ask, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  Asked asked = ask(*parts, *tenant, request);
  if (!asked) {
    co_return std::move(asked.error());
  }
  TownDesk::Answer asking = std::move(*asked);
  Result<TownAnswer> said = co_await std::move(asking);
  co_return answer_of(std::move(said));
}

Response list_dates(const ApiParts& parts, TenantId tenant, const Request&) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("dates").begin_array();
  for (const TownDate& date : parts.town.calendar(tenant)) {
    json.begin_object().key("date").value(date_text(date.day));
    json.key("label").value(date.label).end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Route::Handler handler_of(const SharedParts& parts, Ask ask) {
  return [parts, ask](Request request) { return answer(parts, ask, std::move(request)); };
}

}  // namespace

std::vector<Route> settings_routes(const SharedParts& parts) {
  const std::string settings = kSettings;
  const RouteDescription::Answer malformed = {400, "The body is not of this form", "Problem"};
  const RouteDescription::Answer busy = {503, "Too much is under way; Retry-After says when",
                                         "Problem"};
  Route shown;
  shown.method = "GET";
  shown.pattern = settings;
  shown.right = Right::kConfigureTown;
  shown.handler = handler_of(parts, show);
  shown.description = {"getSettings",
                       "What the town has set for itself, how its feeds are doing, and whether it "
                       "has begun at all",
                       {},
                       "",
                       {{200, "The settings", "TownSettings"}, busy}};
  Route look = api_post(Right::kConfigureTown, settings + "/feed", kMaxTrialBytes,
                        handler_of(parts, look_at_feed),
                        {"lookAtFeed",
                         "What is at an address: a feed, with its title and its entries, or why it "
                         "cannot be read. Nothing is kept",
                         {},
                         "FeedLookRequest",
                         {{200, "What was found", "FeedLook"},
                          malformed,
                          {422, "This is no address of a feed", "Problem"}}});
  look.only_asks = true;
  return {
      std::move(shown),
      api_post(
          Right::kConfigureTown, settings, kMaxSettingsBytes, handler_of(parts, change),
          {"changeSettings",
           "Puts others in the place of the town's settings. In force when it is answered: the "
           "rules know the names, the feeds are read, alerts are mailed",
           {},
           "TownSettingsRequest",
           {{200, "The settings as they are now", "TownSettings"},
            malformed,
            {409, "Somebody else changed them meanwhile, or files of rules on the server",
             "Problem"},
            {422, "They have problems: nothing was changed", "SettingsRefused"},
            busy}}),
      std::move(look),
      api_post(Right::kConfigureTown, settings + "/mail", kMaxTrialBytes,
               handler_of(parts, try_mail),
               {"tryMail",
                "Sends a trial mail to these addresses, and says how that ended",
                {},
                "MailTrialRequest",
                {{200, "How it ended", "MailTrial"},
                 malformed,
                 {422, "There is no address, or one that is none", "Problem"},
                 busy}}),
      api_get(Right::kReadFigures, "/api/v1/tenants/{tenant}/calendar", "listDates",
              "The days that the town wants to see on its charts: councils, votes, feasts",
              "TownDates", {}, for_tenant(parts, list_dates)),
  };
}

}  // namespace vigie
