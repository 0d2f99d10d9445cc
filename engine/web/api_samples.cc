// /api/v1/tenants/{tenant}/samples: mentions that people judge without being told what the engine
// said of them, and how right it was.
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/core/handle_mask.h"
#include "engine/quality/sample_book.h"
#include "engine/web/api_routes.h"
#include "engine/web/sample_json.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxJudgementBytes = 1024;
constexpr const char* kPath = "/api/v1/tenants/{tenant}/samples";
constexpr const char* kNoWeek = "a week is, for example, 2026-W42";

/// Distinct places that somebody, or this account, judged.
std::set<std::uint32_t> places_judged(const std::vector<Judgement>& judgements,
                                      std::string_view by = {}) {
  std::set<std::uint32_t> places;
  for (const Judgement& one : judgements) {
    if (by.empty() || one.by == by) {
      places.insert(one.place);
    }
  }
  return places;
}

/// Nothing here says how the mentions of a stratum were judged: the strata's sizes would.
void write_sample(const WeeklySample& sample, const std::vector<Judgement>& judgements,
                  std::string_view account, JsonWriter& json) {
  json.begin_object().key("week").value(sample.week.text());
  json.key("seed").value(sample_seed(sample.tenant, sample.week));
  json.key("drawn_by").value(sample.drawn_by);
  json.key("drawn_at").value(format_time(sample.drawn_at));
  json.key("mentions").value(sample.mentions.size()).key("of").value(sample.all());
  json.key("judged").value(places_judged(judgements).size());
  json.key("judged_by_you").value(places_judged(judgements, account).size()).end_object();
}

/// What a judge sees: words, and where and when they were published.
void write_blind(const Mention& mention, std::string_view language, JsonWriter& json) {
  json.key("source").value(mention.source);
  json.key("title").value(mask_handles(mention.title));
  json.key("text").value(mask_handles(mention.text));
  json.key("lang").value(language);
  json.key("created_at").value(format_time(mention.created_at));
}

/// A sample that a request names, with what was judged of it.
struct Named {
  WeeklySample sample;
  std::vector<Judgement> judgements;
};

/// Nothing, and `why`, if it is not there.
std::optional<Named> named(const ApiParts& parts, TenantId tenant, const Request& request,
                           Response& why) {
  const std::optional<IsoWeek> week = IsoWeek::parse(request.parameter("week"));
  if (!week) {
    why = problem(400, kNoWeek);
    return std::nullopt;
  }
  const std::string& id = parts.tenants[tenant].id;
  auto sample = read_sample(parts.store, tenant, id, *week);
  auto judgements = read_judgements(parts.store, id, *week);
  if (!sample || !judgements) {
    why = store_failed(sample ? judgements.error() : sample.error());
    return std::nullopt;
  }
  if (!*sample) {
    why = not_found();
    return std::nullopt;
  }
  return Named{std::move(**sample), std::move(*judgements)};
}

Response list_samples(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::string& id = parts.tenants[tenant].id;
  const auto samples = read_samples(parts.store, tenant, id);
  if (!samples) {
    return store_failed(samples.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("samples").begin_array();
  for (auto sample = samples->rbegin(); sample != samples->rend(); ++sample) {
    const auto judgements = read_judgements(parts.store, id, sample->week);
    if (!judgements) {
      return store_failed(judgements.error());
    }
    write_sample(*sample, *judgements, request.caller->account, json);
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

/// Reads a week: not on this thread.
boost::asio::awaitable<Response> draw_sample(SharedParts shared, Request request) {
  const ApiParts& parts = *shared;
  const std::optional<TenantId> tenant = find_tenant(parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  const std::optional<IsoWeek> week = IsoWeek::parse(request.parameter("week"));
  if (!week) {
    co_return problem(400, kNoWeek);
  }
  const std::string& id = parts.tenants[*tenant].id;
  const auto known = read_sample(parts.store, *tenant, id, *week);
  std::string by = request.caller->account;
  const Result<WeeklySample> sample = co_await parts.draw_sample(*tenant, *week, std::move(by));
  const auto judgements = read_judgements(parts.store, id, *week);
  if (!sample || !known || !judgements) {
    const Error& error = !sample ? sample.error() : !known ? known.error() : judgements.error();
    if (error.code == ErrorCode::kFull) {
      co_return problem(503, error.text).with("Retry-After", "5");
    }
    if (error.code == ErrorCode::kRefused) {
      co_return problem(409, error.text);
    }
    co_return store_failed(error);
  }
  std::string body;
  JsonWriter json(body);
  write_sample(*sample, *judgements, request.caller->account, json);
  Response response = json_response(std::move(body));
  if (!*known) {
    response.status = 201;
  }
  co_return response;
}

Response list_places(const ApiParts& parts, TenantId tenant, const Request& request) {
  Response why;
  const std::optional<Named> found = named(parts, tenant, request, why);
  if (!found) {
    return why;
  }
  const std::string& account = request.caller->account;
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("mentions").begin_array();
  for (std::uint32_t place = 0; place < found->sample.mentions.size(); ++place) {
    const auto stored = parts.store.mention(found->sample.mentions[place].ref);
    if (!stored) {
      return store_failed(stored.error());
    }
    const auto mine = std::ranges::find_if(found->judgements, [&](const Judgement& one) {
      return one.place == place && one.by == account;
    });
    json.begin_object().key("place").value(place + 1).key("gone").value(!stored->has_value());
    if (*stored) {
      write_blind((*stored)->record.mention, (*stored)->record.verdict.language_view(), json);
    }
    json.key("your_judgement");
    if (mine == found->judgements.end()) {
      json.null();
    } else {
      json.begin_object().key("tone").value(to_string(mine->tone));
      json.key("urgent").value(mine->urgent).end_object();
    }
    json.end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

/// Nothing if the body is not both answers and nothing else.
std::optional<Judgement> read_judgement(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Judgement judgement;
  std::optional<Tone> tone;
  std::optional<bool> urgent;
  for (const auto& [name, value] : members) {
    std::string_view said;
    bool answer = false;
    if (name == "tone" && value.get(said) == simdjson::SUCCESS) {
      tone = parse_tone(said);
    } else if (name == "urgent" && value.get(answer) == simdjson::SUCCESS) {
      urgent = answer;
    } else {
      return std::nullopt;
    }
  }
  if (!tone || !urgent) {
    return std::nullopt;
  }
  judgement.tone = *tone;
  judgement.urgent = *urgent;
  return judgement;
}

Response judge(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::optional<IsoWeek> week = IsoWeek::parse(request.parameter("week"));
  if (!week) {
    return problem(400, kNoWeek);
  }
  const std::string_view text = request.parameter("place");
  std::uint32_t place = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place);
  if (error != std::errc() || end != text.data() + text.size() || place == 0) {
    return not_found();
  }
  std::optional<Judgement> judgement = read_judgement(request.body);
  if (!judgement) {
    return problem(400,
                   "the body is an object of tone (negative, neutral, positive) and urgent (true, "
                   "false), both of them");
  }
  judgement->place = place - 1;
  judgement->by = request.caller->account;
  judgement->at = parts.clock.now();
  const Tenant& town = parts.tenants[tenant];
  const Result<void> judged = SampleBook(parts.store).judge(tenant, town, *week, *judgement);
  if (!judged) {
    return judged.error().code == ErrorCode::kFull ? problem(409, judged.error().text)
                                                   : store_failed(judged.error());
  }
  Response response;
  response.status = 204;
  return response;
}

void write_head(std::string_view name, const Confusion& confusion, const Agreement& agreement,
                JsonWriter& json) {
  json.key(name).begin_object().key("classes").begin_array();
  for (const Confusion::Class& one : confusion.classes) {
    json.begin_object().key("name").value(one.name);
    write_estimate("precision", one.precision, json);
    write_estimate("recall", one.recall, json);
    json.end_object();
  }
  json.end_array().key("matrix").begin_array();
  for (const std::vector<double>& row : confusion.mentions) {
    json.begin_array();
    for (const double mentions : row) {
      json.value(mentions);
    }
    json.end_array();
  }
  json.end_array();
  write_estimate("accuracy", confusion.accuracy, json);
  json.key("agreement").begin_object().key("mentions").value(agreement.mentions);
  json.key("observed");
  agreement.mentions == 0 ? json.null() : json.value(agreement.observed);
  json.key("kappa");
  agreement.kappa ? json.value(*agreement.kappa) : json.null();
  json.end_object().end_object();
}

Response show_result(const ApiParts& parts, TenantId tenant, const Request& request) {
  Response why;
  const std::optional<Named> found = named(parts, tenant, request, why);
  if (!found) {
    return why;
  }
  const SampleResult result = evaluate(found->sample, found->judgements);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("sample");
  write_sample(found->sample, found->judgements, request.caller->account, json);
  json.key("rulesets").begin_array();
  for (const std::string& ruleset : found->sample.rulesets) {
    json.value(ruleset);
  }
  json.end_array().key("corrected_before").value(found->sample.corrected_before);
  json.key("judgements").value(result.judgements).key("covered").value(result.covered);
  write_judged_sentiment(result, json);
  write_head("tone", result.tone, result.tone_agreement, json);
  write_head("urgency", result.urgency, result.urgency_agreement, json);
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> sample_routes(const SharedParts& parts) {
  const std::string week = std::string(kPath) + "/{week}";
  RouteDescription draw = {
      "drawSample",
      "Draw the sample of an ISO week that is over (2026-W42), by its published "
      "seed: of each tone and urgency of the engine's, chosen at random. The same "
      "again if it was drawn",
      {},
      "",
      {{201, "Drawn", "Sample"},
       {200, "It was drawn before", "Sample"},
       {400, "That is not a week", "Problem"},
       {409, "The week is not over, or nothing was kept in it", "Problem"},
       {503, "Too many studies are under way; Retry-After says when", "Problem"}}};
  RouteDescription judged = {
      "judgeSampled",
      "Say what a mention of the sample is, without having seen what the engine says. Two people "
      "at most; saying it again replaces your own. Nothing trains on it: it measures",
      {},
      "JudgementRequest",
      {{204, "It is written down", ""},
       {400, "The body is not of this form, or that is not a week", "Problem"},
       {409, "Two others have judged it", "Problem"}}};
  return {
      api_get(Right::kReadFigures, kPath, "listSamples", "The weeks' samples, latest first",
              "SampleList", {}, for_tenant(parts, &list_samples)),
      api_post(
          Right::kJudgeSamples, week, Route::kDefaultBodyBytes,
          [parts](Request request) { return draw_sample(parts, std::move(request)); },
          std::move(draw)),
      api_get(Right::kJudgeSamples, week + "/mentions", "listSampled",
              "What is to be judged, in random order: nothing of it tells tone, urgency, rules, "
              "topics or scores",
              "SampledMentions", {}, for_tenant(parts, &list_places)),
      api_post(Right::kJudgeSamples, week + "/mentions/{place}/judgement", kMaxJudgementBytes,
               at_once(for_tenant(parts, &judge)), std::move(judged)),
      api_get(Right::kReadFigures, week + "/result", "getSampleResult",
              "How the engine's verdicts, as they were when the sample was drawn, go together "
              "with what people judged: weighted by what each mention stands for",
              "SampleResult", {}, for_tenant(parts, &show_result))};
}

}  // namespace vigie
