#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http_client.h"
#include "engine/core/clock.h"
#include "engine/core/json_writer.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// A feed's subscription at its hub, as it is kept over restarts.
struct HubSubscription {
  std::string hub, topic;  ///< empty: none
  std::string token;       ///< in the callback's address: nobody guesses it
  std::string secret;      ///< what the hub signs with
  Time asked_at{};         ///< of the request that is not confirmed yet; epoch: none
  Time expires_at{};       ///< of the lease; epoch: the hub has never confirmed
  Time ask_next_at{};
  bool operator==(const HubSubscription&) const = default;
};
void write_hub_subscription(const HubSubscription& subscription, JsonWriter& json);
/// Nothing subscribed if it is not one.
HubSubscription parse_hub_subscription(std::string_view json);

/// The subscriber's side of WebSub (W3C Recommendation, 2018-01-23) for one feed.
///
/// The hub is asked for a lease of ten days, confirms it by a GET of the callback, and is asked
/// again when four fifths of the lease it gave are over. If it does not confirm, it is asked again
/// after five minutes, twice as long each time, up to a day; after a day if it denies.
///
/// A subscription that is no longer wanted, because the feed names another hub or the configuration
/// wants no pushes any more, is given up: its hub is asked to unsubscribe, again every hour until
/// it confirms, for as long as the lease lasts; what it pushes meanwhile is answered 410. A
/// subscription outlives restarts, so the end of the process gives up none.
///
/// Ingest thread only.
class WebSubSubscriber {
 public:
  /// More that are being given up: the one that ends first is forgotten.
  static constexpr std::size_t kMaxLeaving = 8;

  /// `callback`: where the hub reaches us, without the token.
  WebSubSubscriber(HttpClient& http, const Clock& clock, std::string callback, bool allow_private);

  void resume(HubSubscription kept, std::vector<HubSubscription> leaving);
  /// What the feed said last: its hub (empty: none) and its topic, its own address.
  void discover(const std::string& hub, const std::string& topic);
  /// Nothing is wanted any more.
  void leave() { discover({}, {}); }

  /// When there is something to ask a hub; Time::max(): never.
  Time ask_next_at() const;
  /// The same as a wait from now on, `at_most`, at least a millisecond.
  std::chrono::milliseconds until_asked(std::chrono::milliseconds at_most) const;
  /// Notes that the hubs are being asked; to be stored, then ask().
  void begin_request();
  boost::asio::awaitable<void> ask();

  /// Answers a request to the callback: a hub's question whether we meant it, or a push, which is
  /// stored through `port` before it is answered. A push with a wrong signature is discarded and
  /// noted, without telling its sender (8.1).
  boost::asio::awaitable<PushAnswer> answer(const PushRequest& request, Port& port,
                                            ConnectorStatus& status);

  bool has_lease() const { return clock_.now() < subscription_.expires_at; }
  const HubSubscription& subscription() const { return subscription_; }
  const std::vector<HubSubscription>& leaving() const { return leaving_; }
  /// How it stands, a sentence; empty if the feed has no hub.
  std::string words() const;

 private:
  struct Request {
    HubSubscription subscription;
    bool is_wanted = false;  ///< else it is given up
  };

  PushAnswer verify(const PushRequest& request);
  PushAnswer verify_leaving(std::string_view token, std::string_view mode, std::string_view topic,
                            std::string_view challenge);
  boost::asio::awaitable<Result<HttpResponse>> post(const HubSubscription& subscription,
                                                    bool is_wanted);
  bool is_leaving(std::string_view token) const;

  HttpClient& http_;
  const Clock& clock_;
  std::string callback_;
  bool allow_private_;
  HubSubscription subscription_;
  std::vector<HubSubscription> leaving_;
  std::vector<Request> to_ask_;  ///< noted, and not asked yet
  std::uint32_t failures_ = 0;   ///< requests in a row that were not confirmed
  std::string trouble_;          ///< of the last request
};

}  // namespace vigie
