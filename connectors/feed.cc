#include "connectors/feed.h"

#include <simdjson.h>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

#include "connectors/http_client.h"
#include "connectors/http_fields.h"
#include "connectors/poll_schedule.h"
#include "connectors/validators.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kAccept =
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, "
    "application/json;q=0.8, */*;q=0.1";
/// A feed that moved and then fails this often is looked for at its configured address again.
constexpr std::uint32_t kFailuresBeforeTheOldAddress = 5;

struct FeedOptions {
  std::string url;
  PollPolicy policy;
  std::chrono::seconds timeout{30};
  std::size_t max_body_bytes = 0;
  bool allow_private = false;
};

class FeedConnector final : public Connector {
 public:
  FeedConnector(const ConnectorContext& context, FeedOptions options)
      : port_(context.port),
        status_(context.status),
        http_(context.http),
        timer_(context.executor),
        options_(std::move(options)),
        random_(std::random_device{}()) {}

  asio::awaitable<void> run() override {
    at_ = parse_feed_cursor(port_.resume_cursor()).value_or(FeedCursor{});
    if (at_.feed != options_.url) {
      at_ = FeedCursor{options_.url, options_.url, {}, {}, {}};
    }
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
      timer_.expires_after(decision.wait);
      co_await timer_.async_wait(asio::use_awaitable);
    }
  }

 private:
  asio::awaitable<PollOutcome> poll() {
    HttpRequest request = make_request();
    Result<HttpResponse> response = co_await http_.fetch(std::move(request));
    PollOutcome outcome;
    if (!response) {
      detail_ = response.error().text;
      outcome.kind = response.error().code == ErrorCode::kRefused ? PollOutcome::Kind::kRefusal
                                                                  : PollOutcome::Kind::kFailure;
      co_return outcome;
    }
    outcome.kind = judge(*response);
    outcome.retry_after = parse_retry_after(response->header("retry-after"), port_.clock().now());
    outcome.max_age = parse_max_age(response->header("cache-control"));
    detail_ = outcome.kind == PollOutcome::Kind::kSuccess
                  ? ""
                  : "answered " + std::to_string(response->status);
    if (outcome.kind == PollOutcome::Kind::kSuccess) {
      at_.url = response->permanent_url;
    }
    if (response->status == 200) {
      co_await take(std::move(*response));
    }
    co_return outcome;
  }

  HttpRequest make_request() const {
    HttpRequest request;
    request.url = at_.url;
    request.headers.emplace_back("Accept", kAccept);
    if (!at_.etag.empty()) {
      request.headers.emplace_back("If-None-Match", at_.etag);
    }
    if (!at_.last_modified.empty()) {
      request.headers.emplace_back("If-Modified-Since", at_.last_modified);
    }
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
    Port::Parcel parcel;
    parcel.bytes = Payload(std::string_view(response.body));
    parcel.cursor = to_string(next);
    response = HttpResponse{};
    const std::uint64_t sequence = co_await port_.send(std::move(parcel));
    co_await port_.committed(sequence);
    at_ = std::move(next);
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
      snapshot.state =
          decision.retired ? ConnectorStatus::State::kRetired : ConnectorStatus::State::kWaiting;
      snapshot.last_error_at = now;
      ++snapshot.errors;
    });
  }

  Port& port_;
  ConnectorStatus& status_;
  HttpClient& http_;
  asio::steady_timer timer_;
  FeedOptions options_;
  std::minstd_rand random_;  ///< for jitter only
  FeedCursor at_;
  std::string detail_;  ///< of the last poll
};

FeedOptions read_options(const Settings& settings, std::vector<Problem>& problems) {
  allow_connector_settings(
      settings, {"url", "interval_s", "timeout_s", "max_body_bytes", "allow_private"}, problems);
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
  return options;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_feed_connector(const ConnectorContext& context) {
  std::vector<Problem> problems;
  FeedOptions options = read_options(context.settings, problems);
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
  json.key("digest").value(cursor.digest).end_object();
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
  return cursor;
}

}  // namespace vigie
