#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

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
/// after five minutes, twice as long each time, up to a day; after a day if it denies. Whoever owns
/// this polls the feed all the while, less often while the hub pushes.
///
/// Ingest thread only.
class WebSubSubscriber {
 public:
  /// `callback`: where the hub reaches us, without the token.
  WebSubSubscriber(HttpClient& http, const Clock& clock, std::string callback, bool allow_private);

  void resume(HubSubscription kept) { subscription_ = std::move(kept); }
  /// What the feed said last: its hub (empty: none) and its topic, its own address.
  void discover(const std::string& hub, const std::string& topic);

  /// When there is something to ask the hub; Time::max(): never.
  Time ask_next_at() const;
  /// Notes that the hub is being asked; to be stored, then ask().
  void begin_request();
  boost::asio::awaitable<void> ask();

  /// Answers a GET of the callback: the hub wants to know whether we meant it, or denies.
  PushAnswer verify(const PushRequest& request);
  /// Whether a push comes to the address that only the hub was told.
  bool is_for_us(const PushRequest& request) const;
  bool is_genuine(const PushRequest& request) const;

  bool has_lease() const { return clock_.now() < subscription_.expires_at; }
  const HubSubscription& subscription() const { return subscription_; }
  /// How it stands, a sentence; empty if the feed has no hub.
  std::string words() const;

 private:
  HttpClient& http_;
  const Clock& clock_;
  std::string callback_;
  bool allow_private_;
  HubSubscription subscription_;
  std::uint32_t failures_ = 0;  ///< requests in a row that were not confirmed
  std::string trouble_;         ///< of the last request
};

}  // namespace vigie
