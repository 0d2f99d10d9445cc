#include "connectors/stream_connector.h"

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "connectors/http_fields.h"
#include "connectors/signature.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxAnswerBytes = 8 << 20;
constexpr std::size_t kMaxQuotedBytes = 200;

/// Seconds since 1970 (X), or a date (Mastodon).
std::optional<milliseconds> until_reset(std::string_view value, Time now) {
  std::optional<Time> reset = parse_time(value);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (!reset && error == std::errc() && end == value.data() + value.size() && seconds > 0 &&
      seconds < 10'000'000'000) {
    reset = Time(std::chrono::seconds(seconds));
  }
  return reset && *reset > now ? std::optional(std::chrono::ceil<milliseconds>(*reset - now))
                               : std::nullopt;
}

StreamEnd::Kind kind_of(unsigned status) {
  if (status == 429) {
    return StreamEnd::Kind::kLimited;
  }
  const bool try_again = status >= 500 || status == 408 || status == 425;
  return try_again ? StreamEnd::Kind::kHttp : StreamEnd::Kind::kRefused;
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
    const milliseconds wait = std::max(next.wait, ended.limited_for);
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
    snapshot.state = attempt.limited_for > milliseconds(0) ? ConnectorStatus::State::kLimited
                                                           : ConnectorStatus::State::kWaiting;
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
  if (response.status == 401 || response.status == 403) {
    attempt.detail += ": the token is missing, wrong, or may not do this";
  } else if (!response.body.empty()) {
    attempt.detail += ": " + response.body.substr(0, kMaxQuotedBytes);
  }
  const Time now = port_.clock().now();
  attempt.end.retry_after = parse_retry_after(response.header("retry-after"), now);
  if (const std::string_view reset = !response.header("x-ratelimit-reset").empty()
                                         ? response.header("x-ratelimit-reset")
                                         : response.header("x-rate-limit-reset");
      response.status == 429 && !attempt.end.retry_after) {
    attempt.end.retry_after = until_reset(reset, now);
  }
  return attempt;
}

asio::awaitable<Result<HttpResponse>> StreamConnector::get(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Accept", "application/json");
  if (!token_.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + token_);
  }
  request.allow_private = allow_private_;
  request.max_body_bytes = kMaxAnswerBytes;
  status_.update([](auto& snapshot) { ++snapshot.requests; });
  return http_.fetch(std::move(request));
}

std::string read_token(const Settings& settings, std::vector<Problem>& problems) {
  const Settings* field = settings.find("token_file");
  if (field == nullptr) {
    return {};
  }
  const std::string path = settings.text("token_file", problems);
  Result<std::string> token = read_secret_file(settings.resolve(path));
  if (!token) {
    field->complain(token.error().text, problems);
    return {};
  }
  if (!std::ranges::all_of(*token, [](char c) { return c > ' ' && c < 0x7f; })) {
    field->complain("the token in " + path + " must be one line of visible ASCII characters",
                    problems);
    return {};
  }
  return std::move(*token);
}

std::string read_base_url(const Settings& settings, std::string_view name,
                          std::vector<Problem>& problems, std::string fallback) {
  const bool is_needed = fallback.empty();
  std::string url = is_needed ? settings.text(name, problems)
                              : settings.text(name, problems, std::move(fallback));
  while (url.ends_with('/')) {
    url.pop_back();
  }
  const std::size_t host = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  const bool is_base =
      host > 0 && host < url.size() && url.find_first_of("/?#@ ", host) == std::string::npos;
  if (const Settings* field = settings.find(name); field && !is_base) {
    field->complain("'" + std::string(name) + "' must be https://HOST, without a path", problems);
  }
  return url;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace vigie
