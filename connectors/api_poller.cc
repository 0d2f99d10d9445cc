#include "connectors/api_poller.h"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

#include "connectors/api_answer.h"
#include "connectors/api_cursor.h"
#include "connectors/http_client.h"
#include "connectors/poll_schedule.h"
#include "connectors/robots.h"
#include "connectors/url.h"
#include "connectors/validators.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using Paging = ApiPaging::Kind;
using Meaning = ApiFault::Meaning;
using State = ConnectorStatus::State;

constexpr std::size_t kMostKnownIds = 5000;
constexpr std::size_t kMaxPlaceBytes = 4096;  ///< a longer one ends the walk: it cannot be kept

std::int64_t seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// "20261014"
std::string day_digits(Time time) {
  std::string digits = format_time(time).substr(0, 10);
  std::erase(digits, '-');
  return digits;
}

/// What a walk came to.
struct WalkEnd {
  PollOutcome outcome;
  State state = State::kActive;
  std::string words;
};

class ApiPoller final : public Connector {
 public:
  ApiPoller(const ConnectorContext& context, ApiDescription api)
      : port_(context.port),
        status_(context.status),
        http_(context.http),
        robots_(context.robots),
        timer_(context.executor),
        api_(std::move(api)),
        mapping_(make_json_mapping(api_.shape)),
        random_(std::random_device{}()) {}

  asio::awaitable<void> run() override {
    begin();
    PollState state;
    for (;;) {
      const WalkEnd end = co_await walk();
      const double jitter = std::uniform_real_distribution<double>(0, 1)(random_);
      const PollDecision decision = decide_next_poll(api_.policy, state, end.outcome, jitter);
      state = decision.state;
      note(end, decision);
      if (decision.retired) {
        co_return;
      }
      timer_.expires_after(decision.wait);
      co_await timer_.async_wait(asio::use_awaitable);
    }
  }

 private:
  void begin() {
    at_ = parse_api_cursor(port_.resume_cursor()).value_or(ApiCursor{});
    const std::string source = digest_of(api_.request.url + '\n' + url_of({}));
    if (at_.source != source) {
      const QuotaLedger spent = at_.quota;
      at_ = ApiCursor{};
      at_.source = source;
      at_.quota = spent;
    }
    stored_ = at_;
    status_.update([&](auto& snapshot) {
      snapshot.state = State::kStarting;
      snapshot.detail = "has not heard from its source yet";
      snapshot.budget_units = api_.quota.units;
      snapshot.newest_at = std::max(at_.since, at_.newest);
    });
  }

  Time now() const { return port_.clock().now(); }
  bool follows() const { return api_.paging.kind == Paging::kFollow; }
  bool is_first_page() const { return follows() || at_.next.empty(); }

  asio::awaitable<WalkEnd> walk() {
    if (at_.next.empty() || follows()) {
      const Time back =
          at_.since == Time{} ? now() - api_.first_look_back : at_.since - api_.look_back;
      at_.from = std::max(back, Time{});
      at_.newest = at_.since;
      seen_.clear();
      sees_all_ = true;
    }
    for (std::size_t page = 0; page < api_.max_pages; ++page) {
      at_.quota = quota_at(api_.quota, at_.quota, now());
      if (quota_left(api_.quota, at_.quota) < api_.quota.units_per_request) {
        co_return out_of_quota();
      }
      std::string address = page_request().url;
      const auto forbidden = co_await ask_robots(std::move(address));
      if (forbidden) {
        co_return disallowed(*forbidden);
      }
      Result<HttpResponse> response = co_await ask();
      if (!response) {
        co_return unanswered(response.error());
      }
      if (const auto reserved = objection(robots_.may_read(*response))) {
        co_return disallowed(*reserved);
      }
      const ApiVerdict verdict = judge_api_answer(api_, *response, now(), document_);
      if (!verdict.is_good) {
        give_up_place(*response);
        co_await store_if_changed();
        co_return blamed(verdict);
      }
      const bool goes_on = co_await take(std::move(*response), verdict);
      if (verdict.ask_again_at) {
        co_return limited_until(*verdict.ask_again_at);
      }
      if (!verdict.words.empty()) {
        co_return WalkEnd{{}, State::kLimited, verdict.words};
      }
      if (!goes_on) {
        break;
      }
    }
    co_return WalkEnd{{}, api_.limited.empty() ? State::kActive : State::kLimited, api_.limited};
  }

  // ── asking ──

  /// What a site says against it, if this source is a public page; nothing: it may be read.
  std::optional<Robots::Answer> objection(Robots::Answer answer) const {
    const bool may = !api_.obeys_robots || answer.kind == Robots::Answer::Kind::kAllowed;
    return may ? std::nullopt : std::optional(std::move(answer));
  }

  asio::awaitable<std::optional<Robots::Answer>> ask_robots(std::string url) {
    if (!api_.obeys_robots) {
      co_return std::nullopt;
    }
    Robots::Answer answer = co_await robots_.may_fetch(std::move(url), api_.allow_private);
    co_return objection(std::move(answer));
  }

  /// Before a redirect is followed.
  asio::awaitable<Result<void>> may_follow(std::string url) {
    const auto forbidden = co_await ask_robots(std::move(url));
    if (forbidden) {
      co_return fail(ErrorCode::kRefused, forbidden->reason);
    }
    co_return Result<void>();
  }

  ApiValues values_at(const std::string& place) const {
    ApiValues values = api_.values;
    for (const auto& [name, prelude] : obtained_) {
      values[name] = prelude.value;
    }
    const std::string& at = place.empty() ? api_.paging.first : place;
    values["cursor"] = values["page"] = values["offset"] = at;
    const std::string since = format_time(std::chrono::floor<std::chrono::seconds>(at_.from));
    values["since"] = since;
    values["since_day"] = day_digits(at_.from);
    values["since_unix"] = std::to_string(seconds_of(at_.from));
    values["now_day"] = day_digits(now());
    return values;
  }

  /// What is asked, apart from time and secrets: whoever changes it begins anew.
  std::string url_of(const std::string& place) const {
    ApiValues values = values_at(place);
    for (const char* varying :
         {"secret", "since", "secret_base64", "since_day", "since_unix", "now_day"}) {
      values[varying].clear();
    }
    return expand_url(api_.request.url, values);
  }

  HttpRequest request_of(const ApiRequest& from, const ApiValues& values) const {
    HttpRequest request;
    request.method = from.method;
    request.url = expand_url(from.url, values);
    for (const auto& [name, value] : from.headers) {
      request.headers.emplace_back(name, expand(value, values));
    }
    request.body = expand_body(from.body, values);
    request.allow_private = api_.allow_private;
    request.max_body_bytes = api_.max_body_bytes;
    request.timeout = api_.timeout;
    return request;
  }

  asio::awaitable<Result<HttpResponse>> ask() {
    for (bool is_second_try = false;; is_second_try = true) {
      const bool had_all = std::ranges::all_of(
          api_.before, [&](const ApiPrelude& prelude) { return is_fresh(prelude); });
      for (const ApiPrelude& prelude : api_.before) {
        if (!is_fresh(prelude)) {
          Result<HttpResponse> refused = co_await obtain(prelude);
          if (!refused || refused->status != 200) {
            co_return refused;
          }
        }
      }
      Result<HttpResponse> response = co_await http_.fetch(page_request());
      at_.quota.spent += api_.quota.units == 0 ? 0 : api_.quota.units_per_request;
      const bool may_be_stale = had_all && !api_.before.empty() && !is_second_try;
      if (!response || !may_be_stale || !says_not_authorised(*response)) {
        co_return response;
      }
      obtained_.clear();
    }
  }

  /// By 401; or by 400 and the source's own words, as Bluesky says that a session has expired.
  bool says_not_authorised(const HttpResponse& response) {
    return (response.status == 400 || response.status == 401) &&
           judge_api_answer(api_, response, now(), document_).fault == Meaning::kUnauthorised;
  }

  HttpRequest page_request() {
    HttpRequest request = request_of(api_.request, values_at(at_.next));
    const bool is_link =
        api_.paging.kind == Paging::kNextLink || api_.paging.kind == Paging::kLinkHeader;
    if (is_link && !at_.next.empty()) {
      request.url = at_.next;
    }
    request.headers.emplace_back("Accept", "application/json");
    request.may_follow = [this](std::string url) { return may_follow(std::move(url)); };
    const bool asks_for_change = is_first_page() && at_.missing.empty();
    if (asks_for_change && !at_.etag.empty()) {
      request.headers.emplace_back("If-None-Match", at_.etag);
    }
    if (asks_for_change && !at_.last_modified.empty()) {
      request.headers.emplace_back("If-Modified-Since", at_.last_modified);
    }
    return request;
  }

  bool is_fresh(const ApiPrelude& prelude) const {
    const auto found = obtained_.find(prelude.name);
    return found != obtained_.end() && now() < found->second.until;
  }

  /// What the prelude answered; of status 200, its value is kept.
  asio::awaitable<Result<HttpResponse>> obtain(const ApiPrelude& prelude) {
    obtained_.erase(prelude.name);
    Result<HttpResponse> response =
        co_await http_.fetch(request_of(prelude.request, values_at({})));
    if (!response || response->status != 200) {
      co_return response;
    }
    const bool is_json = !document_.parse(response->body);
    const JsonNode* node = is_json ? document_.find(document_.root(), prelude.value) : nullptr;
    const auto value = node ? document_.text(*node) : std::nullopt;
    if (!value || value->empty()) {
      co_return fail(ErrorCode::kRefused, "the answer to '" + prelude.name + "' holds none");
    }
    obtained_[prelude.name] = {std::string(*value), now() + prelude.lives};
    co_return response;
  }

  // ── taking ──

  /// False: the walk is complete.
  asio::awaitable<bool> take(HttpResponse response, const ApiVerdict& verdict) {
    const bool is_first = is_first_page();
    if (verdict.is_unchanged) {
      co_await store_if_changed();
      co_return false;
    }
    const std::string digest = digest_of(response.body);
    const PageSurvey survey = survey_page(*mapping_, port_.origin(), response.body);
    std::string place = next_place(api_.paging, response, document_, current_place(), survey.items);
    place = acceptable(std::move(place), response.url);
    if (is_first && !follows() && digest == at_.digest && at_.missing.empty() &&
        (place.empty() || !api_.vanished_is_deleted)) {
      co_await store_if_changed();
      co_return false;
    }
    remember(survey);
    const bool is_old = api_.paging.newest_first && !survey.seen.empty() &&
                        survey.newest != Time{} && survey.newest < at_.from;
    const bool ends = follows() ? survey.items == 0 && place == at_.next : place.empty() || is_old;
    if (is_first && !follows()) {
      at_.etag = kept_validator(response.header("etag"));
      at_.last_modified = kept_validator(response.header("last-modified"));
      at_.digest = digest;
    }
    std::vector<std::string> vanished;
    if (ends) {
      vanished = complete(place.empty());
    } else {
      at_.next = std::move(place);
    }
    if (survey.items > 0) {
      co_await store(Payload(std::string_view(response.body)));
    }
    if (!vanished.empty()) {
      for (const std::string& id : vanished) {
        at_.known.erase(id);
      }
      co_await store(Payload(std::string_view(deletion_note(vanished))));
    }
    co_await store_if_changed();
    co_return !ends;
  }

  const std::string& current_place() const {
    return at_.next.empty() ? api_.paging.first : at_.next;
  }

  /// A link is followed only to where the source lives.
  std::string acceptable(std::string place, const std::string& page_url) {
    const bool is_link =
        api_.paging.kind == Paging::kNextLink || api_.paging.kind == Paging::kLinkHeader;
    if (is_link && place.starts_with('/')) {
      place = site_of(page_url) + place;
    }
    const bool is_elsewhere = is_link && site_of(place) != site_of(page_request().url);
    return is_elsewhere || place.size() > kMaxPlaceBytes ? std::string() : place;
  }

  void remember(const PageSurvey& survey) {
    at_.newest = std::max(at_.newest, survey.newest);
    if (api_.vanished_is_deleted) {
      for (const PageSurvey::Seen& seen : survey.seen) {
        seen_[seen.id] = seconds_of(seen.created_at);
      }
    }
  }

  /// The walk has come to its end: what it did not show any more, for the second time, is no more.
  std::vector<std::string> complete(bool to_the_last_page) {
    at_.since = std::max(at_.since, at_.newest);
    if (!follows()) {
      at_.next.clear();
    }
    std::vector<std::string> vanished;
    if (!api_.vanished_is_deleted || !sees_all_) {
      return vanished;
    }
    const bool is_bounded =
        !to_the_last_page || api_.request.url.find("{since") != std::string::npos;
    const std::int64_t covered_from = is_bounded ? seconds_of(at_.from) : -1;
    std::set<std::string> missing;
    for (const auto& [id, created] : at_.known) {
      if (created > covered_from && !seen_.contains(id)) {
        if (at_.missing.contains(id)) {
          vanished.push_back(id);
        } else {
          missing.insert(id);
        }
      }
    }
    at_.missing = std::move(missing);
    at_.known.insert(seen_.begin(), seen_.end());
    forget_the_oldest();
    return vanished;
  }

  void forget_the_oldest() {
    while (at_.known.size() > kMostKnownIds) {
      at_.known.erase(std::ranges::min_element(
          at_.known, [](const auto& a, const auto& b) { return a.second < b.second; }));
    }
  }

  /// A place that the source no longer knows is not asked for again: the walk begins anew.
  void give_up_place(const HttpResponse& response) {
    const bool is_wrong =
        response.status == 400 || response.status == 404 || response.status == 410;
    if (is_wrong && !follows() && !at_.next.empty()) {
      at_.next.clear();
      at_.etag.clear();
      at_.last_modified.clear();
      at_.digest.clear();
    }
  }

  asio::awaitable<void> store(Payload bytes) {
    Port::Parcel parcel;
    parcel.bytes = std::move(bytes);
    parcel.cursor = to_string(at_);
    const std::uint64_t sequence = co_await port_.send(std::move(parcel));
    co_await port_.committed(sequence);
    stored_ = at_;
  }

  asio::awaitable<void> store_if_changed() {
    if (at_.quota != stored_.quota || at_.next != stored_.next || at_.since != stored_.since ||
        at_.digest != stored_.digest || at_.etag != stored_.etag ||
        at_.missing != stored_.missing) {
      co_await store(Payload());
    }
  }

  // ── saying what it came to ──

  WalkEnd out_of_quota() {
    const Time until = quota_resets_at(api_.quota, now());
    return {waiting_until(until), State::kQuotaSpent,
            "today's budget of " + std::to_string(api_.quota.units) +
                " units is spent; it is given back at " + format_time(until)};
  }

  WalkEnd limited_until(Time until) {
    return {waiting_until(until), State::kQuotaSpent,
            "the source's rate limit is spent until " +
                format_time(std::chrono::ceil<std::chrono::seconds>(until))};
  }

  PollOutcome waiting_until(Time until) const {
    PollOutcome outcome;
    outcome.kind = PollOutcome::Kind::kFailure;
    outcome.retry_after =
        std::max(std::chrono::ceil<std::chrono::seconds>(until - now()), std::chrono::seconds(0));
    return outcome;
  }

  WalkEnd disallowed(const Robots::Answer& answer) const {
    const bool is_known = answer.kind == Robots::Answer::Kind::kDisallowed;
    return {waiting_until(answer.ask_again_at), is_known ? State::kDisallowed : State::kWaiting,
            answer.reason};
  }

  static WalkEnd unanswered(const Error& error) {
    WalkEnd end{{}, State::kWaiting, error.text};
    end.outcome.kind = error.code == ErrorCode::kRefused ? PollOutcome::Kind::kRefusal
                                                         : PollOutcome::Kind::kFailure;
    return end;
  }

  WalkEnd blamed(const ApiVerdict& verdict) {
    WalkEnd end;
    end.words = verdict.words;
    if (verdict.ask_again_at) {
      end.outcome = waiting_until(*verdict.ask_again_at);
    }
    const bool refused = verdict.will_hardly_change || verdict.fault == Meaning::kUnauthorised;
    end.outcome.kind = verdict.fault == Meaning::kGone ? PollOutcome::Kind::kGone
                       : refused && verdict.fault != Meaning::kQuotaSpent
                           ? PollOutcome::Kind::kRefusal
                           : PollOutcome::Kind::kFailure;
    if (verdict.fault == Meaning::kQuotaSpent && !verdict.ask_again_at && api_.quota.units > 0) {
      end.outcome = waiting_until(quota_resets_at(api_.quota, now()));
    }
    end.state = verdict.fault == Meaning::kQuotaSpent     ? State::kQuotaSpent
                : verdict.fault == Meaning::kUnauthorised ? State::kUnauthorised
                : verdict.fault == Meaning::kGone         ? State::kRetired
                                                          : State::kWaiting;
    return end;
  }

  void note(const WalkEnd& end, const PollDecision& decision) {
    const Time at = now();
    status_.update([&](auto& snapshot) {
      ++snapshot.requests;
      snapshot.state = end.state;
      snapshot.detail = end.words;
      snapshot.next_attempt_at = decision.retired ? Time{} : at + decision.wait;
      snapshot.newest_at = std::max(at_.since, at_.newest);
      snapshot.budget_spent = at_.quota.spent;
      if (end.outcome.kind == PollOutcome::Kind::kSuccess) {
        snapshot.last_success_at = at;
        return;
      }
      snapshot.last_error_at = at;
      ++snapshot.errors;
    });
  }

  struct Obtained {
    std::string value;
    Time until{};
  };

  Port& port_;
  ConnectorStatus& status_;
  HttpClient& http_;
  Robots& robots_;
  asio::steady_timer timer_;
  ApiDescription api_;
  std::unique_ptr<Mapping> mapping_;
  JsonDocument document_;
  std::minstd_rand random_;  ///< for jitter only
  ApiCursor at_, stored_;
  std::map<std::string, std::int64_t> seen_;  ///< by the walk under way
  bool sees_all_ = false;                     ///< of which this process saw every page
  std::map<std::string, Obtained> obtained_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_api_connector(const ConnectorContext& context,
                                                      const Settings* built_in) {
  std::vector<Problem> problems;
  ApiDescription api = read_api_description(context.settings, built_in, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<ApiPoller>(context, std::move(api));
}

Result<std::unique_ptr<Connector>> make_http_json_connector(const ConnectorContext& context) {
  return make_api_connector(context, nullptr);
}

}  // namespace vigie
