#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/http_client.h"
#include "connectors/robots.h"
#include "engine/app/config.h"
#include "engine/app/log.h"
#include "engine/core/clock.h"
#include "engine/core/connector_status.h"
#include "engine/core/pulse.h"
#include "engine/ingest/connector.h"
#include "engine/store/store.h"

namespace vigie {

/// All connectors of the configuration and the ingest thread's event loop they live on.
class Sources {
 public:
  struct Parts {
    const Config& config;
    Inlet& inlet;
    const CommitLedger& ledger;
    const Store& store;
    const Clock& clock;
    Log& log;
  };
  /// Makes every connector; wrong settings of all of them at once.
  static Result<std::unique_ptr<Sources>> make(const Parts& parts);

  /// The ingest thread: returns after stop(), when every connector has ended.
  void run();
  /// Any thread: tells the connectors to end.
  void stop();
  /// Any thread: the writer published new sequences.
  void notify_committed();
  /// Any thread: has the ingest thread beat its pulse, as soon as it comes to it.
  void ask_pulse();
  const Pulse& pulse() const { return pulse_; }
  /// Any thread: every connector has ended by itself (files read to their end).
  bool finished() const { return running_.load() == 0; }

  /// On any executor: hands a push to its connector, on the ingest thread; 404 for an unknown one.
  boost::asio::awaitable<PushAnswer> push(std::string connector, PushRequest request);

  /// The position of the tenant's counter (connectors/counter.h), if it has one.
  std::optional<std::size_t> counter_of(std::uint32_t tenant) const;
  /// On any executor: sends bytes in a source's name, as if it had received them; resumes once they
  /// are durable. Nothing: there is no room now.
  boost::asio::awaitable<std::optional<Receipt>> hand_in(std::size_t source, std::string bytes);

  std::size_t size() const { return sources_.size(); }
  const std::string& id(std::size_t index) const { return sources_[index]->origin->connector_id; }
  const std::string& type(std::size_t index) const { return sources_[index]->type; }
  const ConnectorStatus& status(std::size_t index) const { return sources_[index]->status; }
  const TrafficMeter& meter(std::size_t index) const { return *sources_[index]->meter; }

 private:
  struct Source {
    std::string type;
    std::shared_ptr<const Origin> origin;
    std::unique_ptr<Port> port;
    ConnectorStatus status;
    std::shared_ptr<TrafficMeter> meter = std::make_shared<TrafficMeter>();
    std::unique_ptr<HttpClient> http;
    std::unique_ptr<Connector> connector;
    boost::asio::cancellation_signal cancel;
  };

  explicit Sources(const Parts& parts);
  Result<void> add(const Parts& parts, const ConnectorConfig& config, const Settings& settings);
  void start(Source& source);

  Log& log_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_;
  CommitSignal committed_;
  HttpClient http_;
  Robots robots_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::atomic<std::size_t> running_{0};
  Pulse pulse_;
};

}  // namespace vigie
