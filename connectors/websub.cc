#include "connectors/websub.h"

#include <simdjson.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "connectors/form.h"
#include "connectors/hub_signature.h"
#include "connectors/url.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using std::chrono::seconds;

constexpr seconds kLeaseWanted{10 * 86'400};
constexpr std::int64_t kLeastLeaseSeconds = 60;
constexpr std::int64_t kLongestLeaseSeconds = 365LL * 86'400;
constexpr seconds kFirstBackOff{300};
constexpr seconds kLongestBackOff{86'400};
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

bool are_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
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

std::string_view field(const std::map<std::string, std::string, std::less<>>& fields,
                       std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

PushAnswer plain(unsigned status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body), {}};
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

void WebSubSubscriber::discover(const std::string& hub, const std::string& topic) {
  if (hub == subscription_.hub && (hub.empty() || topic == subscription_.topic)) {
    return;
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
  return subscription_.hub.empty() ? Time::max() : subscription_.ask_next_at;
}

void WebSubSubscriber::begin_request() {
  const Time now = clock_.now();
  subscription_.asked_at = now;
  const seconds back_off = kFirstBackOff * (1 << std::min(failures_, 10U));
  subscription_.ask_next_at = now + std::min(back_off, kLongestBackOff);
  ++failures_;
  trouble_.clear();
}

asio::awaitable<void> WebSubSubscriber::ask() {
  HttpRequest request;
  request.method = "POST";
  request.url = subscription_.hub;
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = form_of({{"hub.callback", callback_ + "?token=" + subscription_.token},
                          {"hub.mode", "subscribe"},
                          {"hub.topic", subscription_.topic},
                          {"hub.secret", subscription_.secret},
                          {"hub.lease_seconds", std::to_string(kLeaseWanted.count())}});
  request.allow_private = allow_private_;
  request.max_body_bytes = kMaxHubAnswerBytes;
  request.timeout = kTimeout;
  const Result<HttpResponse> response = co_await http_.fetch(std::move(request));
  if (!response) {
    trouble_ = "its hub cannot be asked: " + response.error().text;
  } else if (response->status < 200 || response->status >= 300) {
    trouble_ = "its hub answered " + std::to_string(response->status);
  }
}

PushAnswer WebSubSubscriber::verify(const PushRequest& request) {
  const auto query = parse_form(request.query);
  const std::string_view mode = field(query, "hub.mode");
  const bool is_ours = is_for_us(request) && field(query, "hub.topic") == subscription_.topic;
  const Time now = clock_.now();
  if (is_ours && mode == "denied") {
    subscription_.asked_at = subscription_.expires_at = {};
    subscription_.ask_next_at = now + kLongestBackOff;
    trouble_ = "its hub denies the subscription";
    return plain(200, {});
  }
  const std::string challenge(field(query, "hub.challenge"));
  const bool is_open = subscription_.asked_at != Time{} && now < subscription_.asked_at + kOpenFor;
  if (!is_ours || mode != "subscribe" || !is_open || challenge.empty() ||
      challenge.size() > kMaxChallengeBytes) {
    return plain(404, "this was not asked for\n");
  }
  const seconds lease = lease_in(field(query, "hub.lease_seconds"));
  subscription_.asked_at = {};
  subscription_.expires_at = now + lease;
  subscription_.ask_next_at = now + lease * 4 / 5;
  failures_ = 0;
  trouble_.clear();
  return plain(200, challenge);
}

bool WebSubSubscriber::is_for_us(const PushRequest& request) const {
  const auto query = parse_form(request.query);
  return !subscription_.token.empty() && are_equal(field(query, "token"), subscription_.token);
}

bool WebSubSubscriber::is_genuine(const PushRequest& request) const {
  const auto header = request.headers.find("x-hub-signature");
  return header != request.headers.end() &&
         hub_signature_fits(header->second, request.body, subscription_.secret);
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
