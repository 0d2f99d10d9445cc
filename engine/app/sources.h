#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/feed_look.h"
#include "connectors/http_client.h"
#include "connectors/robots.h"
#include "engine/app/config.h"
#include "engine/app/log.h"
#include "engine/app/source_keeper.h"
#include "engine/core/clock.h"
#include "engine/core/connector_status.h"
#include "engine/core/pulse.h"
#include "engine/ingest/connector.h"
#include "engine/store/store.h"

namespace vigie {

/// All connectors of the configuration and the ingest thread's event loop they live on; beside them
/// the feeds that towns set for themselves in the screens, which come and go. Such a feed is its
/// town's affair: nobody else keeps anything of it.
class Sources {
 public:
  /// So many feeds of towns may be read at a time, over all towns. Their numbers as connectors
  /// follow those of the configuration.
  static constexpr std::size_t kMaxTownFeeds = 500;

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

  /// Any thread: these are the town's feeds from now on; what it read before and is not among them
  /// ends. `afresh`: those that stay are read again from their beginning, too, as after a change of
  /// what the town keeps. Beyond kMaxTownFeeds they are not read.
  void set_town_feeds(std::uint32_t tenant, std::vector<std::string> urls, bool afresh);
  /// "techniville.courrier-du-val.example.3f09a1": how such a feed is known everywhere.
  static std::string town_feed_id(std::string_view town, const std::string& url);
  /// Hears, on the ingest thread, that other feeds are read. Set before run().
  std::function<void()> on_town_feeds = [] {};

  struct TownFeed {
    std::uint32_t tenant = 0;
    std::string id, url;
    ConnectorStatus::Snapshot status;
    TrafficMeter::Reading traffic;
    SourceKeeper::Watched watched;
  };
  /// What goes to it, and where that is.
  static SourceDisclosure disclosure_of_feed(const std::string& url);
  /// As they are now. Any thread.
  std::vector<TownFeed> town_feeds() const;

  /// Any thread but the ingest thread: looks at what is at an address, see feed_look.h.
  boost::asio::awaitable<FeedLook> look_at(std::string url);

 private:
  struct Source {
    std::string type;
    std::string url;  ///< of a town's feed
    std::shared_ptr<const Origin> origin;
    std::unique_ptr<Port> port;
    ConnectorStatus status;
    std::shared_ptr<TrafficMeter> meter = std::make_shared<TrafficMeter>();
    std::unique_ptr<HttpClient> http;
    std::unique_ptr<Connector> connector;
    boost::asio::cancellation_signal cancel;
  };

  explicit Sources(const Parts& parts);
  Result<std::shared_ptr<Source>> build(const ConnectorConfig& config, std::uint16_t number,
                                        std::optional<std::uint32_t> only_for, bool afresh);
  void replace_town_feeds(std::uint32_t tenant, const std::vector<std::string>& urls, bool afresh);
  void add_town_feed(std::uint32_t tenant, const std::string& url, bool afresh);
  void start(const std::shared_ptr<Source>& source);
  void cancel(const std::shared_ptr<Source>& source);

  Parts parts_;
  Log& log_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_;
  CommitSignal committed_;
  HttpClient http_;
  Robots robots_;
  std::vector<std::shared_ptr<Source>> sources_;
  mutable std::mutex town_mutex_;                      // guards the next
  std::vector<std::shared_ptr<Source>> town_sources_;  ///< changed on the ingest thread
  std::set<std::uint16_t> taken_numbers_;              ///< of towns' feeds, ending ones too
  bool is_running_ = false, is_stopping_ = false;      ///< on the ingest thread
  std::atomic<std::size_t> running_{0};
  Pulse pulse_;
};

}  // namespace vigie
