#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "connectors/http_client.h"
#include "connectors/robots.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// What stands behind a connector's Port in these tests: a thread that takes envelopes from the
/// real ring and commits them through the real ledger, as workers and writer do.
class EngineStandIn {
 public:
  struct Arrival {
    std::string bytes, cursor;
    Mode mode = Mode::kLive;
    microseconds time_shift{0};
    Time received_at{};
  };

  explicit EngineStandIn(const std::string& format = "canonical", std::string resume_cursor = {},
                         std::size_t capacity = 64)
      : worker_(capacity, 1) {
    auto origin = std::make_shared<Origin>();
    origin->connector_id = "town";
    origin->format = format;
    origin_ = origin;
    port_ = std::make_unique<Port>(origin_, inlet_, ledger_, signal_, *clock_,
                                   std::move(resume_cursor));
    thread_ = std::jthread([this](std::stop_token stop) { work(stop); });
  }

  /// The connector's part of a configuration, as YAML.
  ConnectorContext context(const std::string& yaml) {
    std::vector<Problem> problems;
    settings_ = Settings::parse(yaml, "vigie.yaml", problems);
    if (!settings_) {
      throw std::invalid_argument(to_string(problems));
    }
    return {*port_, status_, io_.get_executor(), http_, robots_, *settings_, hook_url_};
  }

  /// Runs `connector` on this thread until it has nothing more to do, or until `stop_when` says so.
  void run(Connector& connector, const std::function<bool()>& stop_when = {}) {
    boost::asio::cancellation_signal cancel;
    bool done = false;
    boost::asio::co_spawn(io_, connector.run(),
                          boost::asio::bind_cancellation_slot(
                              cancel.slot(), [&](std::exception_ptr) { done = true; }));
    io_.restart();
    while (!done) {
      io_.run_for(std::chrono::milliseconds(2));
      io_.restart();
      if (stop_when && stop_when()) {
        cancel.emit(boost::asio::cancellation_type::terminal);
        io_.run();
        return;
      }
    }
  }

  /// What a push is answered.
  PushAnswer push(Connector& connector, PushRequest request) {
    PushAnswer answer;
    bool done = false;
    boost::asio::co_spawn(io_, connector.push(std::move(request)),
                          [&](const std::exception_ptr& failed, PushAnswer given) {
                            if (failed) {
                              std::rethrow_exception(failed);
                            }
                            answer = std::move(given);
                            done = true;
                          });
    while (!done) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(2));
    }
    return answer;
  }

  /// Where the world is told that it reaches push(); before context().
  void set_hook_url(std::string url) { hook_url_ = std::move(url); }
  /// Takes nothing more until resume(): rings fill.
  void pause() { paused_ = true; }
  void resume() {
    paused_ = false;
    worker_.bell().ring();
  }
  /// What each envelope's mentions are said to have become, by its bytes.
  void answer_with(std::function<Receipt(std::string_view)> receipt_of) {
    const std::scoped_lock lock(mutex_);
    receipt_of_ = std::move(receipt_of);
  }
  std::vector<Arrival> arrivals() const {
    const std::scoped_lock lock(mutex_);
    return arrivals_;
  }
  std::string received() const {
    std::string all;
    for (const Arrival& arrival : arrivals()) {
      all += arrival.bytes;
    }
    return all;
  }

  boost::asio::io_context& io() { return io_; }
  Port& port() { return *port_; }
  ConnectorStatus& status() { return status_; }
  ManualClock& clock() { return *clock_; }

 private:
  void work(std::stop_token stop) {
    Envelope envelope;
    while (!stop.stop_requested()) {
      const auto heard = worker_.bell().heard();
      if (paused_ || !worker_.take(envelope)) {
        worker_.bell().wait(heard, std::chrono::milliseconds(5));
        continue;
      }
      const std::scoped_lock lock(mutex_);
      arrivals_.push_back({std::string(envelope.bytes.view()), envelope.cursor, envelope.mode,
                           envelope.time_shift, envelope.received_at});
      if (envelope.receipt) {
        *envelope.receipt = receipt_of_(envelope.bytes.view());
      }
      ledger_.publish(0, envelope.sequence);
      boost::asio::post(io_, [this] { signal_.notify(); });
    }
  }

  boost::asio::io_context io_;
  HttpClient http_{io_.get_executor(), {"Vigie/test", {}}};
  WorkerInbox worker_;
  Inlet inlet_{{&worker_}, 1};
  CommitLedger ledger_{1};
  CommitSignal signal_{io_.get_executor()};
  std::unique_ptr<ManualClock> clock_ =
      std::make_unique<ManualClock>(Time(std::chrono::seconds(1'790'000'000)));
  Robots robots_{io_.get_executor(), http_, *clock_};
  std::string hook_url_;
  std::shared_ptr<const Origin> origin_;
  std::unique_ptr<Port> port_;
  ConnectorStatus status_;
  std::optional<Settings> settings_;
  mutable std::mutex mutex_;
  std::vector<Arrival> arrivals_;
  std::function<Receipt(std::string_view)> receipt_of_ = [](auto) { return Receipt{}; };
  std::atomic<bool> paused_{false};
  std::jthread thread_;
};

/// For run(): acts once, as soon as `when` says so; after that stops as soon as `end` says so.
inline std::function<bool()> once(std::function<bool()> when, std::function<void()> act,
                                  std::function<bool()> end) {
  auto done = std::make_shared<bool>(false);
  return [=] {
    if (!*done && when()) {
      act();
      *done = true;
      return false;
    }
    return *done && end();
  };
}

}  // namespace vigie
