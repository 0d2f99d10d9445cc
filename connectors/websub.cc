#include "connectors/websub.h"

#include <simdjson.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "connectors/hub_signature.h"
#include "connectors/pushes.h"
#include "connectors/url.h"
#include "engine/core/form.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using std::chrono::seconds;

constexpr seconds kLeaseWanted{10 * 86'400};
constexpr std::int64_t kLeastLeaseSeconds = 60;
constexpr std::int64_t kLongestLeaseSeconds = 365LL * 86'400;
constexpr seconds kFirstBackOff{300};
constexpr seconds kLongestBackOff{86'400};
constexpr seconds kBetweenFarewells{3600};
constexpr std::chrono::hours kOpenFor{1};  ///< a request may be confirmed as long
constexpr std::chrono::milliseconds kTimeout{30'000};
constexpr std::size_t kMaxHubAnswerBytes = 64 << 10;
constexpr std::size_t kMaxChallengeBytes = 4096;

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0'), hex(2 * bytes + 1, '\0');
  randombytes_buf(raw.data(), raw.size());
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                 raw.size());
  hex.pop_back();
  return hex;
}

std::int64_t seconds_of(Time time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

/// What the hub grants; what we wanted if it does not say.
seconds lease_in(std::string_view text) {
  std::int64_t count = kLeaseWanted.count();
  std::from_chars(text.data(), text.data() + text.size(), count);
  return seconds(std::clamp(count, kLeastLeaseSeconds, kLongestLeaseSeconds));
}

}  // namespace

void write_hub_subscription(const HubSubscription& subscription, JsonWriter& json) {
  json.begin_object().key("hub").value(subscription.hub).key("topic").value(subscription.topic);
  json.key("token").value(subscription.token).key("secret").value(subscription.secret);
  json.key("asked_at").value(seconds_of(subscription.asked_at));
  json.key("expires_at").value(seconds_of(subscription.expires_at));
  json.key("ask_next_at").value(seconds_of(subscription.ask_next_at)).end_object();
}

HubSubscription parse_hub_subscription(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object fields;
  if (parser.parse(json).get(fields) != simdjson::SUCCESS) {
    return {};
  }
  bool is_whole = true;
  const auto text = [&](std::string_view name) {
    std::string_view value;
    is_whole &= fields[name].get(value) == simdjson::SUCCESS;
    return std::string(value);
  };
  const auto time = [&](std::string_view name) {
    std::int64_t value = 0;
    is_whole &= fields[name].get(value) == simdjson::SUCCESS;
    return Time(seconds(value));
  };
  HubSubscription read{text("hub"),      text("topic"),      text("token"),      text("secret"),
                       time("asked_at"), time("expires_at"), time("ask_next_at")};
  return is_whole ? read : HubSubscription{};
}

WebSubSubscriber::WebSubSubscriber(HttpClient& http, const Clock& clock, std::string callback,
                                   bool allow_private)
    : http_(http), clock_(clock), callback_(std::move(callback)), allow_private_(allow_private) {}

void WebSubSubscriber::resume(HubSubscription kept, std::vector<HubSubscription> leaving) {
  subscription_ = std::move(kept);
  leaving_ = std::move(leaving);
}

void WebSubSubscriber::discover(const std::string& hub, const std::string& topic) {
  if (hub == subscription_.hub && (hub.empty() || topic == subscription_.topic)) {
    return;
  }
  if (subscription_.asked_at != Time{} || has_lease()) {
    HubSubscription& left = leaving_.emplace_back(std::move(subscription_));
    left.expires_at = std::max(left.expires_at, left.asked_at + kLeaseWanted);
    left.ask_next_at = clock_.now();
    left.asked_at = {};
  }
  if (leaving_.size() > kMaxLeaving) {
    leaving_.erase(std::ranges::min_element(leaving_, {}, &HubSubscription::expires_at));
  }
  subscription_ = {};
  failures_ = 0;
  trouble_.clear();
  if (!hub.empty()) {
    subscription_.hub = hub;
    subscription_.topic = topic;
    subscription_.token = random_hex(16);
    subscription_.secret = random_hex(32);
    subscription_.ask_next_at = clock_.now();
  }
}

Time WebSubSubscriber::ask_next_at() const {
  Time next = subscription_.hub.empty() ? Time::max() : subscription_.ask_next_at;
  for (const HubSubscription& left : leaving_) {
    next = std::min(next, left.ask_next_at);
  }
  return next;
}

std::chrono::milliseconds WebSubSubscriber::until_asked(std::chrono::milliseconds at_most) const {
  const Time next = ask_next_at(), now = clock_.now();
  const bool is_later = next > now + at_most;
  return is_later ? at_most
                  : std::max(std::chrono::ceil<std::chrono::milliseconds>(next - now),
                             std::chrono::milliseconds(1));
}

void WebSubSubscriber::begin_request() {
  const Time now = clock_.now();
  std::erase_if(leaving_, [&](const HubSubscription& left) { return left.expires_at <= now; });
  for (HubSubscription& left : leaving_) {
    if (left.ask_next_at <= now) {
      left.asked_at = now;
      left.ask_next_at = now + kBetweenFarewells;
      to_ask_.push_back({left, false});
    }
  }
  if (subscription_.hub.empty() || subscription_.ask_next_at > now) {
    return;
  }
  subscription_.asked_at = now;
  const seconds back_off = kFirstBackOff * (1 << std::min(failures_, 10U));
  subscription_.ask_next_at = now + std::min(back_off, kLongestBackOff);
  ++failures_;
  trouble_.clear();
  to_ask_.push_back({subscription_, true});
}

/// Hubs confirm, and so change what is known, while others are being asked.
asio::awaitable<void> WebSubSubscriber::ask() {
  const std::vector<Request> requests = std::exchange(to_ask_, {});
  for (const Request& request : requests) {
    const Result<HttpResponse> response = co_await post(request.subscription, request.is_wanted);
    const bool is_accepted = response && response->status >= 200 && response->status < 300;
    if (!request.is_wanted || is_accepted) {
      continue;
    }
    trouble_ = response ? "its hub answered " + std::to_string(response->status)
                        : "its hub cannot be asked: " + response.error().text;
  }
}

asio::awaitable<Result<HttpResponse>> WebSubSubscriber::post(const HubSubscription& subscription,
                                                             bool is_wanted) {
  std::vector<std::pair<std::string, std::string>> fields = {
      {"hub.callback", callback_ + "?token=" + subscription.token},
      {"hub.mode", is_wanted ? "subscribe" : "unsubscribe"},
      {"hub.topic", subscription.topic}};
  if (is_wanted) {
    fields.emplace_back("hub.secret", subscription.secret);
    fields.emplace_back("hub.lease_seconds", std::to_string(kLeaseWanted.count()));
  }
  HttpRequest request;
  request.method = "POST";
  request.url = subscription.hub;
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = form_of(fields);
  request.allow_private = allow_private_;
  request.max_body_bytes = kMaxHubAnswerBytes;
  request.timeout = kTimeout;
  co_return co_await http_.fetch(std::move(request));
}

asio::awaitable<PushAnswer> WebSubSubscriber::answer(const PushRequest& request, Port& port,
                                                     ConnectorStatus& status) {
  const auto query = parse_form(request.query);
  const std::string_view token = value_of(query, "token");
  if (request.method == "GET") {
    co_return verify(request);
  }
  if (request.method == "POST" && is_leaving(token)) {
    co_return plain_answer(410, "this is no longer wanted\n");
  }
  if (request.method != "POST" || subscription_.token.empty() ||
      !are_equal(token, subscription_.token)) {
    co_return plain_answer(404, "there is nothing here\n");
  }
  const std::string_view signature = value_of(request.headers, "x-hub-signature");
  if (!hub_signature_fits(signature, request.body, subscription_.secret)) {
    note_bad_push(status, clock_.now(), "a push without the hub's signature was discarded");
    co_return plain_answer(202);
  }
  const bool is_stored = co_await store_push(port, request.body);
  if (!is_stored) {
    co_return busy_answer();
  }
  status.update([&](auto& snapshot) {
    snapshot.last_success_at = clock_.now();
    if (snapshot.state == ConnectorStatus::State::kActive) {
      snapshot.detail = words();
    }
  });
  co_return plain_answer(202);
}

bool WebSubSubscriber::is_leaving(std::string_view token) const {
  return std::ranges::any_of(
      leaving_, [&](const HubSubscription& left) { return are_equal(left.token, token); });
}

PushAnswer WebSubSubscriber::verify(const PushRequest& request) {
  const auto query = parse_form(request.query);
  const std::string_view mode = value_of(query, "hub.mode"), topic = value_of(query, "hub.topic");
  const std::string challenge(value_of(query, "hub.challenge"));
  if (is_leaving(value_of(query, "token"))) {
    return verify_leaving(value_of(query, "token"), mode, topic, challenge);
  }
  const bool is_ours = !subscription_.token.empty() &&
                       are_equal(value_of(query, "token"), subscription_.token) &&
                       topic == subscription_.topic;
  const Time now = clock_.now();
  if (is_ours && mode == "denied") {
    subscription_.asked_at = subscription_.expires_at = {};
    subscription_.ask_next_at = now + kLongestBackOff;
    trouble_ = "its hub denies the subscription";
    return plain_answer(200);
  }
  const bool is_open = subscription_.asked_at != Time{} && now < subscription_.asked_at + kOpenFor;
  if (!is_ours || mode != "subscribe" || !is_open || challenge.empty() ||
      challenge.size() > kMaxChallengeBytes) {
    return plain_answer(404, "this was not asked for\n");
  }
  const seconds lease = lease_in(value_of(query, "hub.lease_seconds"));
  subscription_.asked_at = {};
  subscription_.expires_at = now + lease;
  subscription_.ask_next_at = now + lease * 4 / 5;
  failures_ = 0;
  trouble_.clear();
  return plain_answer(200, challenge);
}

PushAnswer WebSubSubscriber::verify_leaving(std::string_view token, std::string_view mode,
                                            std::string_view topic, std::string_view challenge) {
  const auto left = std::ranges::find_if(
      leaving_, [&](const HubSubscription& one) { return are_equal(one.token, token); });
  if (mode != "unsubscribe" || topic != left->topic || challenge.empty() ||
      challenge.size() > kMaxChallengeBytes) {
    return plain_answer(404, "this was not asked for\n");
  }
  leaving_.erase(left);
  return plain_answer(200, std::string(challenge));
}

std::string WebSubSubscriber::words() const {
  if (subscription_.hub.empty()) {
    return {};
  }
  const std::string hub = site_of(subscription_.hub);
  if (has_lease()) {
    return "pushed by " + hub + " until " +
           format_time(std::chrono::floor<seconds>(subscription_.expires_at)) +
           (trouble_.empty() ? "" : "; " + trouble_);
  }
  return "polled: " + (trouble_.empty() ? "its hub " + hub + " has not confirmed yet" : trouble_);
}

}  // namespace vigie
