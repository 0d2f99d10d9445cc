#include "connectors/stream_connector.h"

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/http_fields.h"
#include "connectors/rate_limit.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxAnswerBytes = 8 << 20;
constexpr std::size_t kMaxQuotedBytes = 200;

StreamEnd::Kind kind_of(unsigned status) {
  return status == 429            ? StreamEnd::Kind::kLimited
         : says_try_again(status) ? StreamEnd::Kind::kHttp
                                  : StreamEnd::Kind::kRefused;
}

}  // namespace

StreamConnector::StreamConnector(const ConnectorContext& context, ReconnectPolicy policy)
    : port_(context.port),
      status_(context.status),
      http_(context.http),
      executor_(context.executor),
      policy_(policy),
      timer_(context.executor),
      random_(std::random_device{}()) {}

asio::awaitable<void> StreamConnector::run() {
  status_.update([](auto& snapshot) { snapshot.state = ConnectorStatus::State::kStarting; });
  for (ReconnectState state;;) {
    has_heard_ = false;
    const auto began = std::chrono::steady_clock::now();
    status_.update([](auto& snapshot) { ++snapshot.requests; });
    Attempt ended = co_await attempt();
    ended.end.lasted =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    const double jitter = std::uniform_real_distribution<double>(0, 1)(random_);
    ReconnectDecision next =
        decide_reconnect(policy_, state, ended.end, port_.clock().now(), jitter);
    state = std::move(next.state);
    const milliseconds wait = std::max(next.wait, ended.spent_for);
    note(ended, wait);
    timer_.expires_after(wait);
    co_await timer_.async_wait(asio::use_awaitable);
  }
}

void StreamConnector::note(const Attempt& attempt, milliseconds wait) {
  const Time now = port_.clock().now();
  status_.update([&](auto& snapshot) {
    snapshot.detail = attempt.detail;
    snapshot.next_attempt_at = now + wait;
    snapshot.last_error_at = now;
    snapshot.state = attempt.state;
    ++snapshot.errors;
  });
}

void StreamConnector::heard(const std::string& note) {
  has_heard_ = true;
  const Time now = port_.clock().now();
  status_.update([&](auto& snapshot) {
    snapshot.state =
        note.empty() ? ConnectorStatus::State::kActive : ConnectorStatus::State::kLimited;
    snapshot.detail = note;
    snapshot.last_success_at = now;
  });
}

StreamConnector::Attempt StreamConnector::ended_by(const Error& error) const {
  Attempt attempt;
  attempt.detail = error.text;
  attempt.end.kind = error.code == ErrorCode::kRefused ? StreamEnd::Kind::kRefused
                     : has_heard_                      ? StreamEnd::Kind::kCut
                                                       : StreamEnd::Kind::kNetwork;
  return attempt;
}

StreamConnector::Attempt StreamConnector::ended_by(const HttpResponse& response,
                                                   std::string_view asked_for) const {
  Attempt attempt;
  attempt.end.kind = kind_of(response.status);
  attempt.detail = std::string(asked_for) + " was answered " + std::to_string(response.status);
  const Time now = port_.clock().now();
  attempt.end.retry_after = parse_retry_after(response.header("retry-after"), now);
  if (response.status == 429) {
    attempt.state = ConnectorStatus::State::kQuotaSpent;
    const RateLimit limit = read_rate_limit(response, now);
    if (limit.resets_at && !attempt.end.retry_after) {
      attempt.end.retry_after =
          std::max(std::chrono::ceil<milliseconds>(*limit.resets_at - now), milliseconds(0));
    }
  }
  if (response.status == 401 || response.status == 403) {
    attempt.state = ConnectorStatus::State::kUnauthorised;
    attempt.detail += ": the token is missing, wrong, or may not do this";
  } else if (!response.body.empty()) {
    attempt.detail += ": " + response.body.substr(0, kMaxQuotedBytes);
  }
  return attempt;
}

HttpRequest StreamConnector::request_to(std::string url) const {
  HttpRequest request;
  request.url = std::move(url);
  if (!token_.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + token_);
  }
  request.allow_private = allow_private_;
  return request;
}

asio::awaitable<std::optional<StreamConnector::Attempt>> StreamConnector::open(
    HttpRequest request, milliseconds idle, std::unique_ptr<HttpStream>& stream) {
  HttpStreamLimits limits;
  limits.idle_timeout = idle;
  auto opened = co_await http_.open(std::move(request), limits);
  if (!opened) {
    co_return ended_by(opened.error());
  }
  if ((*opened)->response().status != 200) {
    co_return ended_by((*opened)->response(), "the stream");
  }
  stream = std::move(*opened);
  co_return std::nullopt;
}

asio::awaitable<Result<HttpResponse>> StreamConnector::get(std::string url) {
  HttpRequest request = request_to(std::move(url));
  request.headers.emplace_back("Accept", "application/json");
  request.max_body_bytes = kMaxAnswerBytes;
  status_.update([](auto& snapshot) { ++snapshot.requests; });
  return http_.fetch(std::move(request));
}

}  // namespace vigie
