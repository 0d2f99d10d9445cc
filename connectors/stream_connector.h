#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "connectors/http_client.h"
#include "connectors/reconnect_schedule.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// What connectors to streams have in common: one attempt after the other, the waits between them,
/// and what people see of it.
class StreamConnector : public Connector {
 public:
  boost::asio::awaitable<void> run() final;

 protected:
  /// How one attempt ended, and why, in a sentence.
  struct Attempt {
    StreamEnd end;
    std::string detail;
    ConnectorStatus::State state = ConnectorStatus::State::kWaiting;  ///< until the next one
    /// A budget of ours is spent: wait at least so long, whatever the schedule says.
    std::chrono::milliseconds spent_for{0};
  };

  StreamConnector(const ConnectorContext& context, ReconnectPolicy policy);

  /// Opens the stream, catches up, reads until it ends.
  virtual boost::asio::awaitable<Attempt> attempt() = 0;

  /// The source said something, if only that it is alive. `note`: what people should know
  /// nevertheless; empty: all is well.
  void heard(const std::string& note = {});
  /// An attempt that ended with `error`: cut if anything was heard in it.
  Attempt ended_by(const Error& error) const;
  /// An attempt that was answered with a status that is no success. Obeys Retry-After and, of a
  /// spent limit, connectors/rate_limit.h. 401 and 403: unauthorised.
  Attempt ended_by(const HttpResponse& response, std::string_view asked_for) const;
  /// A request of this source's, with its token.
  HttpRequest request_to(std::string url) const;
  /// Opens the answer to `request` to be read while it comes, silent for `idle` at most. What it
  /// gives says how the attempt ended; nothing: `stream` is open.
  boost::asio::awaitable<std::optional<Attempt>> open(HttpRequest request,
                                                      std::chrono::milliseconds idle,
                                                      std::unique_ptr<HttpStream>& stream);
  /// An API call of this source's: nothing of it but `url` differs.
  boost::asio::awaitable<Result<HttpResponse>> get(std::string url);

  Port& port_;
  ConnectorStatus& status_;
  HttpClient& http_;
  boost::asio::any_io_executor executor_;
  std::string token_;  ///< sent as Bearer; empty: none
  bool allow_private_ = false;

 private:
  void note(const Attempt& attempt, std::chrono::milliseconds wait);

  ReconnectPolicy policy_;
  boost::asio::steady_timer timer_;
  std::minstd_rand random_;  ///< for jitter only
  bool has_heard_ = false;   ///< in the attempt under way
};

}  // namespace vigie
