#include "engine/web/action_pages.h"

#include <memory>
#include <utility>

#include "engine/alert/alert.h"
#include "engine/alert/escape.h"
#include "engine/web/plain_page.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::hours kMuteFor{2};
constexpr std::size_t kMaxFormBytes = 1'000;
constexpr std::string_view kConfirmation = "confirm=yes";
constexpr const char* kPattern = "/agir/{token}";

using Shared = std::shared_ptr<const ActionParts>;

/// A link that is ours, and what it is about.
struct Wanted {
  ActionLink link;
  TenantId tenant = 0;
  Store::StoredAlert stored;
  Alert alert;
  bool is_english = false;

  std::string say(std::string_view french, std::string_view english) const {
    return std::string(is_english ? english : french);
  }
  std::string who() const { return (is_english ? "link:" : "lien:") + link.receiver; }
};

Response not_ours() {
  return plain_page(404, false, "Lien inconnu / Unknown link",
                    "Ce lien n'a pas été fait ici. / This link was not made here.");
}

Response expired() {
  return plain_page(410, false, "Lien expiré / Link expired",
                    "Ce lien a expiré : ouvrez Vigie. / This link has expired: open Vigie.",
                    "<p><a href=\"/\">Vigie</a></p>");
}

/// Nothing, and `refusal`, if there is nothing to be done.
std::optional<Wanted> find(const ActionParts& parts, const Request& request, Response& refusal) {
  const Result<ActionLink> link = parts.links.read(request.parameter("token"), parts.clock.now());
  if (!link) {
    refusal = link.error().code == ErrorCode::kNotFound ? expired() : not_ours();
    return std::nullopt;
  }
  Result<std::optional<Store::StoredAlert>> stored = parts.store.alert(link->alert);
  refusal = expired();  // retention took the alert
  if (!stored || !*stored || (*stored)->tenant >= parts.tenants.size() ||
      parts.tenants[(*stored)->tenant].id != link->tenant) {
    return std::nullopt;
  }
  Result<Alert> alert = parse_alert((*stored)->body);
  if (!alert) {
    return std::nullopt;
  }
  const TenantId tenant = (*stored)->tenant;
  return Wanted{*link, tenant, std::move(**stored), std::move(*alert),
                !parts.tenants[tenant].language.starts_with("fr")};
}

std::string title_of(const Wanted& wanted) {
  switch (wanted.link.action) {
    case LinkAction::kTake:
      return wanted.say("Prendre en charge", "Take charge");
    case LinkAction::kNotUseful:
      return wanted.say("Pas utile", "Not useful");
    case LinkAction::kMute:
      return wanted.say("Muet pendant 2 h", "Mute for 2 h");
  }
  return {};
}

std::string headline_of(const Alert& alert) {
  return plain(alert.headline.empty() ? alert.subject : alert.headline) + " – " +
         plain(alert.tenant_name);
}

Response ask(const ActionParts& parts, const Request& request) {
  Response refusal;
  const std::optional<Wanted> wanted = find(parts, request, refusal);
  if (!wanted) {
    return refusal;
  }
  const std::string title = title_of(*wanted);
  return plain_page(200, wanted->is_english, title, headline_of(wanted->alert),
                    "<form method=\"post\"><input type=\"hidden\" name=\"confirm\" value=\"yes\">"
                    "<button type=\"submit\">" +
                        escape_html(title) + "</button></form><p><a href=\"/#/" +
                        escape_html(wanted->alert.tenant) + "/mention/" +
                        escape_html(wanted->alert.mention) + "\">" +
                        wanted->say("Ouvrir dans Vigie", "Open in Vigie") + "</a></p>");
}

/// Who came first keeps it.
asio::awaitable<std::string> take(Shared parts, const Wanted& wanted) {
  using Done = Result<std::optional<WorkEvent>>;
  const WorkSubject subject = wanted.stored.subject;
  std::function<Done(Store&)> act = [subject, who = wanted.who(),
                                     now = parts->clock.now()](Store& store) {
    return store.work(subject, {WorkAct::kTake, who, now});
  };
  const std::optional<Done> done = co_await change_store(parts->change, act);
  if (!done) {
    co_return wanted.say("Trop de demandes : réessayez.", "Too many requests: try again.");
  }
  if (!*done && (*done).error().code == ErrorCode::kNotFound) {
    co_return wanted.say("La mention n'est plus là.", "The mention is gone.");
  }
  if (!*done || !**done) {  // what holds already changes nothing
    const Work work = parts->store.work_now(subject);
    if (work.state != WorkState::kTaken) {
      co_return wanted.say("L'alerte est déjà close.", "The alert is closed already.");
    }
    co_return wanted.say("Déjà prise en charge par ", "Already taken by ") + work.by + ".";
  }
  parts->audit({wanted.who(), "takeAlert", wanted.link.tenant, std::to_string(wanted.link.alert)});
  co_return wanted.say("C'est noté : vous prenez en charge.", "Noted: you take charge.");
}

/// The incident, as long as it gets no worse.
std::string mute(const ActionParts& parts, const Wanted& wanted) {
  const Time now = parts.clock.now();
  Silence silence;
  silence.tenant = wanted.link.tenant;
  silence.matchers.incidents = {wanted.alert.incident};
  for (int level = 0; level <= static_cast<int>(wanted.alert.level); ++level) {
    silence.matchers.levels.push_back(static_cast<Urgency>(level));
  }
  silence.reason = wanted.say("Muet 2 h, depuis un message", "Muted for 2 h, from a message");
  silence.author = wanted.who();
  silence.starts_at = now;
  silence.ends_at = now + kMuteFor;
  const Result<Silence> made = parts.silences.add(std::move(silence), now);
  if (!made) {
    return made.error().text;
  }
  parts.audit({made->author, "makeSilence", made->tenant, std::to_string(made->number)});
  return wanted.say("Plus de message sur cet incident pendant 2 h, sauf s'il s'aggrave.",
                    "No message of this incident for 2 h, unless it gets worse.");
}

/// What people said of the mention before stays said.
asio::awaitable<std::string> not_useful(Shared parts, const Wanted& wanted) {
  const std::optional<MentionRef> ref = parse_mention_ref(wanted.tenant, wanted.alert.mention);
  const std::string gone = wanted.say("La mention n'est plus là.", "The mention is gone.");
  if (!ref) {
    co_return gone;
  }
  const auto stored = parts->store.mention(*ref);
  if (!stored || !*stored) {
    co_return gone;
  }
  Correction correction;
  if (!(*stored)->record.corrections.empty()) {
    correction = (*stored)->record.corrections.back();
  }
  correction.useful = false;
  correction.by = wanted.who();
  correction.at = parts->clock.now();
  std::function<bool(Store&)> act = [mention = *ref, correction](Store& store) {
    return store.correct(mention, correction);
  };
  const std::optional<bool> done = co_await change_store(parts->change, act);
  if (!done) {
    co_return wanted.say("Trop de demandes : réessayez.", "Too many requests: try again.");
  }
  parts->audit({wanted.who(), "correctMention", wanted.link.tenant, wanted.alert.mention});
  co_return wanted.say("C'est noté : la règle en tiendra compte.",
                       "Noted: it counts against "
                       "the rule's precision.");
}

asio::awaitable<Response> act(Shared parts, Request request) {
  Response refusal;
  const std::optional<Wanted> wanted = find(*parts, request, refusal);
  if (!wanted) {
    co_return refusal;
  }
  if (request.body != kConfirmation) {
    co_return plain_page(400, wanted->is_english, title_of(*wanted),
                         wanted->say("Rien n'a été fait : ouvrez le lien et confirmez.",
                                     "Nothing was done: open the link and confirm."));
  }
  std::string done;
  if (wanted->link.action == LinkAction::kTake) {
    done = co_await take(parts, *wanted);
  } else if (wanted->link.action == LinkAction::kMute) {
    done = mute(*parts, *wanted);
  } else {
    done = co_await not_useful(parts, *wanted);
  }
  co_return plain_page(200, wanted->is_english, title_of(*wanted), done);
}

}  // namespace

std::string action_path(const std::string& token) { return "/agir/" + token; }

std::vector<Route> action_routes(const ActionParts& parts) {
  const auto shared = std::make_shared<const ActionParts>(parts);
  const std::vector<RouteDescription::Answer> answers = {
      {200, "A page", "", "text/html; charset=utf-8"},
      {404, "The link is not ours", "", "text/html; charset=utf-8"},
      {410, "It has expired", "", "text/html; charset=utf-8"}};
  Route show = open_get(kPattern,
                        at_once([shared](const Request& request) { return ask(*shared, request); }),
                        {"showAction",
                         "What a link in a message would do; it asks, and does nothing",
                         {},
                         "",
                         answers});
  Route confirm = show;
  confirm.method = "POST";
  confirm.max_body_bytes = kMaxFormBytes;
  confirm.handler = [shared](Request request) { return act(shared, std::move(request)); };
  confirm.description.operation = "confirmAction";
  confirm.description.summary = "Do what the link says; from the page that asked only";
  return {std::move(show), std::move(confirm)};
}

}  // namespace vigie
