// /api/v1/tenants/{tenant}/cards: what the town has to say; …/stories/{ref}/drafts: replies made of
// it, which people send themselves.
#include <simdjson.h>

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/alert/alert.h"
#include "engine/alert/town_time.h"
#include "engine/core/catalogue.h"
#include "engine/guidance/draft.h"
#include "engine/web/api_routes.h"
#include "engine/web/card_json.h"
#include "engine/web/work_json.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxDraftBody = 16 << 10;
constexpr const char* kCards = "/api/v1/tenants/{tenant}/cards";

void write_texts(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json) {
  json.key(name).begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

void write_card(const Card& card, JsonWriter& json) {
  json.begin_object().key("id").value(card.id).key("title").value(card.title);
  write_texts("rules", card.rules, json);
  write_texts("topics", card.topics, json);
  write_texts("first", card.first, json);
  write_texts("facts", card.facts, json);
  write_texts("avoid", card.avoid, json);
  json.key("links").begin_array();
  for (const Card::Link& link : card.links) {
    json.begin_object().key("title").value(link.title).key("url").value(link.url).end_object();
  }
  json.end_array().key("answered_in_public").value(!card.reply.empty()).key("valid_until");
  card.valid_until
      ? json.value(format_time(Time(std::chrono::days(*card.valid_until))).substr(0, 10))
      : json.null();
  json.end_object();
}

Response list_cards(const ApiParts& parts, TenantId tenant) {
  const std::shared_ptr<const CardBook> book = parts.cards();
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("cards").begin_array();
  for (const Card& card : book->of(tenant).cards) {
    write_card(card, json);
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

/// What is asked for: a card, and a network or a text of somebody's.
struct Wanted {
  std::string card;
  std::optional<std::string> network, text;
};

/// Nothing if the body is not of that form.
std::optional<Wanted> read_wanted(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Wanted wanted;
  for (const auto& [name, value] : members) {
    std::string_view said;
    if (value.get(said) != simdjson::SUCCESS || said.empty()) {
      return std::nullopt;
    }
    if (name == "card") {
      wanted.card = said;
    } else if (name == "network") {
      wanted.network = said;
    } else if (name == "text") {
      wanted.text = said;
    } else {
      return std::nullopt;
    }
  }
  return wanted.card.empty() ? std::nullopt : std::optional(std::move(wanted));
}

/// The reply as the card makes it, or what somebody made of it.
Result<ReplyDraft> make_draft(const TownCards& town, const Card& card, const Network& network,
                              const std::optional<std::string>& text, bool french) {
  if (!text) {
    return draft_reply(town, card, network, french);
  }
  ReplyDraft draft{*text, length_on(network, *text), 0};
  if (draft.length > network.limit) {
    return fail(ErrorCode::kInvalidInput, "that is " + std::to_string(draft.length) +
                                              " characters; " + std::string(network.name) +
                                              " takes " + std::to_string(network.limit));
  }
  return draft;
}

Response show_draft(const WorkEvent& event, const ReplyDraft& draft, const Network& network) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("draft").value(event.number).key("card").value(event.done.card);
  json.key("network").value(event.done.network).key("text").value(event.done.text);
  json.key("length").value(draft.length).key("limit").value(network.limit);
  json.key("facts_left_out").value(draft.facts_left_out).end_object();
  Response response = json_response(std::move(body));
  response.status = 201;
  response.made = "draft " + std::to_string(event.number);
  return response;
}

void write_fitting(const ApiParts& parts, TenantId tenant, const std::set<std::string_view>& rules,
                   const std::set<std::string_view>& topics, JsonWriter& json) {
  const std::shared_ptr<const CardBook> book = parts.cards();
  const Day today = town_today(parts.tenants.at(tenant).time_zone, parts.clock.now());
  json.begin_array();
  for (const Card* card : fitting_cards(book->of(tenant), rules, topics, today)) {
    json.value(card->id);
  }
  json.end_array();
}

asio::awaitable<Response> prepare(SharedParts parts, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  const std::optional<MentionRef> ref =
      tenant ? parse_mention_ref(*tenant, request.parameter("ref")) : std::nullopt;
  if (!ref) {
    co_return not_found();
  }
  const auto stored = parts->store.mention(*ref);
  if (!stored) {
    co_return store_failed(stored.error());
  }
  if (!*stored) {
    co_return not_found();
  }
  const std::optional<Wanted> wanted = read_wanted(request.body);
  if (!wanted) {
    co_return problem(400, "the body is an object of card, and network or text (or neither)");
  }
  const std::shared_ptr<const CardBook> book = parts->cards();
  const TownCards& town = book->of(*tenant);
  const Card* const card = town.find(wanted->card);
  if (card == nullptr) {
    co_return problem(422, "there is no card '" + wanted->card + "' here");
  }
  const Network& network = network_of(wanted->network ? std::string_view(*wanted->network)
                                                      : (*stored)->record.mention.source);
  const bool french = parts->tenants[*tenant].language.starts_with("fr");
  const Result<ReplyDraft> draft = make_draft(town, *card, network, wanted->text, french);
  if (!draft) {
    co_return problem(draft.error().code == ErrorCode::kRefused ? 409 : 422, draft.error().text);
  }
  WorkRequest step;
  step.act = WorkAct::kDraft;
  step.by = request.caller->account;
  step.at = parts->clock.now();
  step.text = draft->text;
  step.card = card->id;
  step.network = network.name;
  step.about_day = ref->day;
  step.about = ref->sequence;
  const WorkSubject subject = work_on(founder_of(**stored));
  const std::optional<WorkDone> done = co_await do_work(parts, subject, step);
  if (!done) {
    co_return problem(503, "too many changes are under way").with("Retry-After", "1");
  }
  if (!*done) {
    co_return work_refused(done->error());
  }
  co_return show_draft(***done, *draft, network);
}

}  // namespace

void write_fitting_cards(const ApiParts& parts, const StoredMention& stored, JsonWriter& json) {
  std::set<std::string_view> rules, topics;
  for (const Evidence& evidence : stored.record.verdict.evidence) {
    rules.insert(spell(*stored.catalogue, evidence.name));
  }
  for (const std::uint32_t topic : stored.record.topics) {
    topics.insert(stored.catalogue->names.at(topic));
  }
  write_fitting(parts, stored.ref.tenant, rules, topics, json);
}

void write_fitting_cards(const ApiParts& parts, const Store::StoredAlert& stored,
                         JsonWriter& json) {
  const Result<Alert> alert = parse_alert(stored.body);
  std::set<std::string_view> rules, topics;
  if (alert && alert->news != News::kClosed) {
    for (const Alert::Reason& reason : alert->reasons) {
      rules.insert(reason.rule);
    }
    topics.insert(alert->topic);
  }
  write_fitting(parts, stored.tenant, rules, topics, json);
}

std::vector<Route> card_routes(const SharedParts& parts) {
  RouteDescription draft = {
      "draftReply",
      "Make a reply to a story from an argument card, filled with the town's words and no longer "
      "than the network of the mention takes, or keep what somebody made of one. Nothing is sent: "
      "people do that. It is an event of the story's work",
      {},
      "DraftRequest",
      {{201, "The draft", "Draft"},
       {400, "The body is not of this form", "Problem"},
       {409, "The card says not to answer in public, or too much was done already", "Problem"},
       {422, "There is no such card, or it is too long for the network", "Problem"},
       {503, "Too many changes are under way; Retry-After says when", "Problem"}}};
  return {
      api_get(Right::kReadFigures, kCards, "listCards",
              "Argument cards: what the town has to say, filled with its own words. Which fit a "
              "mention is said in its `cards`",
              "CardList", {},
              for_tenant(parts, [parts](TenantId tenant,
                                        const Request&) { return list_cards(*parts, tenant); })),
      api_post(
          Right::kWork, "/api/v1/tenants/{tenant}/stories/{ref}/drafts", kMaxDraftBody,
          [parts](Request request) { return prepare(parts, std::move(request)); },
          std::move(draft)),
  };
}

}  // namespace vigie
