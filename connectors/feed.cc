#include "connectors/feed.h"

#include <simdjson.h>
#include <array>
#include <random>

#include "connectors/http_client.h"
#include "connectors/http_fields.h"
#include "connectors/link_header.h"
#include "connectors/poll_schedule.h"
#include "connectors/robots.h"
#include "connectors/validators.h"
#include "engine/core/json_writer.h"
#include "engine/ingest/signal.h"
#include "engine/parse/feed_links.h"
#include "engine/parse/web_address.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kAccept =
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, "
    "application/json;q=0.8, */*;q=0.1";
/// A feed that moved and then fails this often is looked for at its configured address again.
constexpr std::uint32_t kFailuresBeforeTheOldAddress = 5;
constexpr std::chrono::milliseconds kPollWhilePushed{3'600'000};
/// A feed without items: only the cursor moves.
constexpr std::string_view kNothingNew = "<rss/>";

struct FeedOptions {
  std::string url;
  PollPolicy policy;
  std::chrono::seconds timeout{30};
  std::size_t max_body_bytes = 0;
  bool allow_private = false;
  bool obeys_robots = true;
  bool wants_pushes = false;
};

class FeedConnector final : public Connector {
 public:
  FeedConnector(const ConnectorContext& context, FeedOptions options)
      : port_(context.port),
        status_(context.status),
        http_(context.http),
        robots_(context.robots),
        wake_(context.executor),
        options_(std::move(options)),
        random_(std::random_device{}()) {
    const FeedCursor begin = begun();
    const bool has_hub = !begin.subscription.hub.empty() || !begin.leaving.empty();
    if (!context.hook_url.empty() && (options_.wants_pushes || has_hub)) {
      hub_.emplace(http_, port_.clock(), context.hook_url, options_.allow_private);
      hub_->resume(begin.subscription, begin.leaving);  // it may push before run()
    }
    if (hub_ && !options_.wants_pushes) {
      hub_->leave();
    }
  }

  asio::awaitable<void> run() override {
    at_ = begun();
    if (!at_.gone_at.empty()) {
      stay_retired();
      co_return;
    }
    status_.update([](auto& snapshot) {
      snapshot.state = ConnectorStatus::State::kStarting;
      snapshot.detail = "has not heard from its source yet";
    });
    PollState state;
    for (;;) {
      const PollOutcome outcome = co_await poll();
      const double jitter = std::uniform_real_distribution<double>(0, 1)(random_);
      const PollDecision decision = decide_next_poll(options_.policy, state, outcome, jitter);
      state = decision.state;
      note(outcome, decision);
      if (decision.retired) {
        co_return;
      }
      if (state.failures > 0 && state.failures % kFailuresBeforeTheOldAddress == 0) {
        at_.url = options_.url;
      }
      co_await rest(decision.wait);
    }
  }

  asio::awaitable<PushAnswer> push(PushRequest request) override {
    if (!hub_) {
      asio::awaitable<PushAnswer> nothing_here = Connector::push(std::move(request));
      co_return co_await std::move(nothing_here);
    }
    PushAnswer answer = co_await hub_->answer(request, port_, status_);
    wake_.notify();
    co_return answer;
  }

 private:
  /// Where this feed stood when the engine was stopped, or its beginning. The subscriptions of the
  /// feed that was here before are given up.
  FeedCursor begun() const {
    FeedCursor kept = parse_feed_cursor(port_.resume_cursor()).value_or(FeedCursor{});
    if (kept.feed == options_.url) {
      return kept;
    }
    FeedCursor fresh;
    fresh.feed = fresh.url = options_.url;
    fresh.leaving = std::move(kept.leaving);
    if (!kept.subscription.hub.empty()) {
      fresh.leaving.push_back(std::move(kept.subscription));
      fresh.leaving.back().ask_next_at = {};
    }
    return fresh;
  }

  /// Until the next poll is due, which depends on whether a hub pushes. Sees to the hub meanwhile.
  asio::awaitable<void> rest(std::chrono::milliseconds wait) {
    const auto since = std::chrono::steady_clock::now();
    for (;;) {
      if (hub_) {
        co_await see_to_the_hub();
      }
      const bool is_pushed = hub_ && hub_->has_lease();
      const auto due = since + (is_pushed ? std::max(wait, kPollWhilePushed) : wait);
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(due - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        co_return;
      }
      auto pause = left;
      if (hub_) {
        tell_of_the_hub(left);
        pause = std::min(pause, hub_->until_asked(pause));
      }
      co_await wake_.next(pause);
    }
  }

  void tell_of_the_hub(std::chrono::milliseconds until_polled) {
    status_.update([&](auto& snapshot) {
      snapshot.next_attempt_at = port_.clock().now() + until_polled;
      if (snapshot.state == ConnectorStatus::State::kActive) {
        snapshot.detail = hub_->words();
      }
    });
  }

  /// What the hub may push by is stored before it is told.
  asio::awaitable<void> see_to_the_hub() {
    if (hub_->ask_next_at() <= port_.clock().now()) {
      hub_->begin_request();
      co_await store_subscription();
      co_await hub_->ask();
    }
    co_await store_subscription();
  }

  asio::awaitable<void> store_subscription() {
    if (hub_->subscription() != at_.subscription || hub_->leaving() != at_.leaving) {
      at_.subscription = hub_->subscription();
      at_.leaving = hub_->leaving();
      co_await send(kNothingNew, at_);
    }
  }

  /// Which hub pushes the feed: its answer's header says so, or else the feed itself.
  void discover(const HttpResponse& response) {
    FeedLinks links{link_to("self", response.header("link")),
                    link_to("hub", response.header("link"))};
    if (links.hub.empty() && response.status != 200) {
      return;  // without the feed nobody knows whether it still has one
    }
    links.self = resolved_address(links.self, response.url);
    links.hub = resolved_address(links.hub, response.url);
    if (links.hub.empty()) {
      links = find_feed_links(response.body, response.url);
    }
    hub_->discover(links.hub, links.self.empty() ? response.permanent_url : links.self);
  }

  void stay_retired() {
    status_.update([&](auto& snapshot) {
      snapshot.state = ConnectorStatus::State::kRetired;
      snapshot.detail = "answered 410 (gone) on " + at_.gone_at + " and is not asked any more";
    });
  }

  asio::awaitable<PollOutcome> poll() {
    robots_answer_ = {};
    std::string url = at_.url;
    const Result<void> allowed = co_await ask_robots(std::move(url));
    if (!allowed) {
      co_return unanswered(allowed.error());
    }
    HttpRequest request = make_request();
    Result<HttpResponse> response = co_await http_.fetch(std::move(request));
    if (!response) {
      co_return unanswered(response.error());
    }
    if (options_.obeys_robots) {
      robots_answer_ = robots_.may_read(*response);
      if (robots_answer_.kind != Robots::Answer::Kind::kAllowed) {
        co_return unanswered({ErrorCode::kRefused, robots_answer_.reason});
      }
    }
    PollOutcome outcome;
    outcome.kind = judge(*response);
    outcome.retry_after = parse_retry_after(response->header("retry-after"), port_.clock().now());
    outcome.max_age = parse_max_age(response->header("cache-control"));
    detail_ = outcome.kind == PollOutcome::Kind::kSuccess
                  ? (hub_ ? hub_->words() : "")
                  : "answered " + std::to_string(response->status);
    if (outcome.kind == PollOutcome::Kind::kSuccess) {
      at_.url = response->permanent_url;
      if (hub_ && options_.wants_pushes) {
        discover(*response);
      }
    }
    if (response->status == 200) {
      co_await take(std::move(*response));
    }
    if (outcome.kind == PollOutcome::Kind::kGone) {
      at_.gone_at = format_time(std::chrono::floor<std::chrono::seconds>(port_.clock().now()));
      co_await send(kNothingNew, at_);
      if (hub_) {
        hub_->leave();
        co_await see_to_the_hub();
      }
    }
    co_return outcome;
  }

  /// An error: robots.txt does not let us, or nobody knows whether it does.
  asio::awaitable<Result<void>> ask_robots(std::string url) {
    if (!options_.obeys_robots) {
      co_return Result<void>();
    }
    robots_answer_ = co_await robots_.may_fetch(std::move(url), options_.allow_private);
    using Kind = Robots::Answer::Kind;
    if (robots_answer_.kind == Kind::kAllowed) {
      co_return Result<void>();
    }
    co_return fail(
        robots_answer_.kind == Kind::kDisallowed ? ErrorCode::kRefused : ErrorCode::kUnavailable,
        robots_answer_.reason);
  }

  PollOutcome unanswered(const Error& error) {
    detail_ = error.text;
    PollOutcome outcome;
    outcome.kind = error.code == ErrorCode::kRefused ? PollOutcome::Kind::kRefusal
                                                     : PollOutcome::Kind::kFailure;
    if (robots_answer_.kind != Robots::Answer::Kind::kAllowed) {
      outcome.retry_after = std::chrono::ceil<std::chrono::seconds>(robots_answer_.ask_again_at -
                                                                    port_.clock().now());
    }
    return outcome;
  }

  HttpRequest make_request() {
    HttpRequest request;
    request.url = at_.url;
    request.headers.emplace_back("Accept", kAccept);
    if (!at_.etag.empty()) {
      request.headers.emplace_back("If-None-Match", at_.etag);
    }
    if (!at_.last_modified.empty()) {
      request.headers.emplace_back("If-Modified-Since", at_.last_modified);
    }
    request.may_follow = [this](std::string url) { return ask_robots(std::move(url)); };
    request.allow_private = options_.allow_private;
    request.max_body_bytes = options_.max_body_bytes;
    request.timeout = options_.timeout;
    return request;
  }

  static PollOutcome::Kind judge(const HttpResponse& response) {
    const unsigned status = response.status;
    if (status == 200 || status == 204 || status == 304) {
      return PollOutcome::Kind::kSuccess;
    }
    if (status == 410 && response.url == response.permanent_url) {
      return PollOutcome::Kind::kGone;
    }
    return says_try_again(status) ? PollOutcome::Kind::kFailure : PollOutcome::Kind::kRefusal;
  }

  /// A body that is new becomes an envelope. The validators are those of what is stored, so they
  /// change only with it.
  asio::awaitable<void> take(HttpResponse response) {
    FeedCursor next = at_;
    next.etag = kept_validator(response.header("etag"));
    next.last_modified = kept_validator(response.header("last-modified"));
    next.digest = digest_of(response.body);
    if (next.digest == at_.digest) {
      at_ = std::move(next);
      co_return;
    }
    const std::string body = std::exchange(response, {}).body;
    co_await send(body, next);
    at_ = std::move(next);
  }

  /// Returns when it is stored.
  asio::awaitable<void> send(std::string_view body, const FeedCursor& cursor) {
    Port::Parcel parcel;
    parcel.bytes = Payload(body);
    parcel.cursor = to_string(cursor);
    const std::uint64_t sequence = co_await port_.send(std::move(parcel));
    co_await port_.committed(sequence);
  }

  void note(const PollOutcome& outcome, const PollDecision& decision) {
    const Time now = port_.clock().now();
    status_.update([&](auto& snapshot) {
      ++snapshot.requests;
      snapshot.detail = detail_;
      snapshot.next_attempt_at = decision.retired ? Time{} : now + decision.wait;
      if (outcome.kind == PollOutcome::Kind::kSuccess) {
        snapshot.state = ConnectorStatus::State::kActive;
        snapshot.last_success_at = now;
        return;
      }
      snapshot.state = decision.retired ? ConnectorStatus::State::kRetired
                       : robots_answer_.kind == Robots::Answer::Kind::kDisallowed
                           ? ConnectorStatus::State::kDisallowed
                           : ConnectorStatus::State::kWaiting;
      snapshot.last_error_at = now;
      ++snapshot.errors;
    });
  }

  Port& port_;
  ConnectorStatus& status_;
  HttpClient& http_;
  Robots& robots_;
  Signal wake_;  ///< the hub's word has come
  FeedOptions options_;
  std::minstd_rand random_;  ///< for jitter only
  FeedCursor at_;
  std::optional<WebSubSubscriber> hub_;
  std::string detail_;            ///< of the last poll
  Robots::Answer robots_answer_;  ///< the last one of that poll
};

FeedOptions read_options(const Settings& settings, const std::string& hook_url,
                         std::vector<Problem>& problems) {
  allow_connector_settings(
      settings,
      {"url", "interval_s", "timeout_s", "max_body_bytes", "allow_private", "robots_txt", "websub"},
      problems);
  FeedOptions options;
  options.url = settings.text("url", problems);
  const bool is_http = options.url.starts_with("http://") || options.url.starts_with("https://");
  if (const Settings* field = settings.find("url"); field && !is_http) {
    field->complain("'url' must begin with http:// or https://", problems);
  }
  options.policy.interval =
      std::chrono::seconds(settings.integer("interval_s", 60, 86'400, problems, 300));
  options.timeout = std::chrono::seconds(settings.integer("timeout_s", 1, 120, problems, 30));
  options.max_body_bytes = static_cast<std::size_t>(
      settings.integer("max_body_bytes", 1024, 64 << 20, problems, 8 << 20));
  options.allow_private = settings.boolean("allow_private", problems, false);
  const std::string robots_txt = settings.text("robots_txt", problems, "obey");
  if (robots_txt != "obey" && robots_txt != "ignore") {
    settings.find("robots_txt")->complain("'robots_txt' is obey or ignore", problems);
  }
  options.obeys_robots = robots_txt != "ignore";
  options.wants_pushes = settings.boolean("websub", problems, false);
  if (options.wants_pushes && hook_url.empty()) {
    settings.find("websub")->complain("'websub' needs http.public_url: where hubs reach us",
                                      problems);
  }
  return options;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_feed_connector(const ConnectorContext& context) {
  std::vector<Problem> problems;
  FeedOptions options = read_options(context.settings, context.hook_url, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<FeedConnector>(context, std::move(options));
}

std::string to_string(const FeedCursor& cursor) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("feed").value(cursor.feed).key("url").value(cursor.url);
  json.key("etag").value(cursor.etag).key("last_modified").value(cursor.last_modified);
  json.key("digest").value(cursor.digest).key("gone_at").value(cursor.gone_at);
  if (!cursor.subscription.hub.empty()) {
    json.key("subscription");
    write_hub_subscription(cursor.subscription, json);
  }
  if (!cursor.leaving.empty()) {
    json.key("leaving").begin_array();
    for (const HubSubscription& left : cursor.leaving) {
      write_hub_subscription(left, json);
    }
    json.end_array();
  }
  json.end_object();
  return text;
}

std::optional<FeedCursor> parse_feed_cursor(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::object fields;
  if (parser.parse(json).get(fields) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  FeedCursor cursor;
  const auto read = [&fields](std::string_view name, std::string& value) {
    std::string_view text;
    if (fields[name].get(text) != simdjson::SUCCESS) {
      return false;
    }
    value = text;
    return true;
  };
  if (!read("feed", cursor.feed) || !read("url", cursor.url) || !read("etag", cursor.etag) ||
      !read("last_modified", cursor.last_modified) || !read("digest", cursor.digest)) {
    return std::nullopt;
  }
  read("gone_at", cursor.gone_at);  // cursors of earlier versions have none
  simdjson::dom::element subscription;
  if (fields["subscription"].get(subscription) == simdjson::SUCCESS) {
    cursor.subscription = parse_hub_subscription(simdjson::minify(subscription));
  }
  simdjson::dom::array leaving;
  if (fields["leaving"].get(leaving) == simdjson::SUCCESS) {
    for (const simdjson::dom::element left : leaving) {
      cursor.leaving.push_back(parse_hub_subscription(simdjson::minify(left)));
    }
  }
  return cursor;
}

}  // namespace vigie
