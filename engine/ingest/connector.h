#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/clock.h"
#include "engine/core/connector_status.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"
#include "engine/ingest/inlet.h"
#include "engine/ingest/signal.h"

namespace vigie {

class HttpClient;  // connectors/http_client.h
class Robots;      // connectors/robots.h

/// Notified on the ingest thread after each commit: wakes coroutines that wait for room or for
/// durability. The writer publishes to the CommitLedger first and then posts notify() to the ingest
/// thread.
using CommitSignal = Signal;

/// A connector's own way into the engine. Lives on the ingest thread.
class Port {
 public:
  Port(std::shared_ptr<const Origin> origin, Inlet& inlet, const CommitLedger& ledger,
       CommitSignal& signal, const Clock& clock, std::string resume_cursor);

  struct Parcel {
    Payload bytes;
    std::string cursor;  ///< where to resume once this is committed; empty: unchanged
    Mode mode = Mode::kLive;
    microseconds time_shift{0};  ///< added to every date the mentions carry
    std::shared_ptr<Receipt> receipt;
  };

  /// Sends now and gives the sequence, or gives kFull and leaves `parcel` untouched: for pushes,
  /// which answer 429.
  Result<std::uint64_t> try_send(Parcel& parcel);
  /// Sends as soon as there is room: for pulls. Throws operation_aborted when cancelled while it
  /// waits.
  boost::asio::awaitable<std::uint64_t> send(Parcel parcel);
  /// Returns when `sequence` and all before it are durably stored: only then answer 202,
  /// acknowledge, ask for the next. Throws operation_aborted when cancelled while it waits.
  boost::asio::awaitable<void> committed(std::uint64_t sequence);
  bool is_committed(std::uint64_t sequence) const {
    return ledger_.committed(origin_->connector) >= sequence;
  }

  const Origin& origin() const { return *origin_; }
  /// What the last committed Parcel::cursor of this connector was when the engine started; empty at
  /// first.
  const std::string& resume_cursor() const { return resume_cursor_; }
  const Clock& clock() const { return clock_; }

 private:
  std::shared_ptr<const Origin> origin_;
  Inlet& inlet_;
  const CommitLedger& ledger_;
  CommitSignal& signal_;
  const Clock& clock_;
  std::string resume_cursor_;
};

/// What somebody pushed to /hooks/<connector id>. Header names are lower case.
struct PushRequest {
  std::string method;
  std::string query;
  std::map<std::string, std::string, std::less<>> headers;
  std::string body;  ///< as received, after no decoding: signatures are over these bytes
};
struct PushAnswer {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

/// A source of mentions. Everything happens on the ingest thread, in coroutines; nothing may block
/// it.
///
/// To write one: a pair of files in connectors/, holding the Connector, its Mapping if its messages
/// have a shape of their own, and a line in connectors/registry.cc. connectors/README.md walks
/// through it.
class Connector {
 public:
  virtual ~Connector() = default;
  /// Works until cancelled (asio cancellation: terminal; the await under way throws
  /// operation_aborted, let it fly) or until there is nothing more to do: a file is read, a source
  /// is no more. What failed stands in ConnectorStatus.
  virtual boost::asio::awaitable<void> run() = 0;
  /// For sources that push. May be called several times at once. By default there is nothing here:
  /// 404.
  virtual boost::asio::awaitable<PushAnswer> push(PushRequest request);
};

/// What a connector is made from.
struct ConnectorContext {
  Port& port;
  ConnectorStatus& status;
  boost::asio::any_io_executor executor;
  HttpClient& http;  ///< one for all connectors: connections, name lookups and bounds are shared
  Robots& robots;    ///< one for all: each site is asked once a day
  const Settings& settings;  ///< the connector's own part of the configuration file, a map
  std::string hook_url;  ///< where the world reaches push(); empty: the configuration does not say
};

/// Complains of every field that is neither one of the connector's `own` nor one of those that all
/// connectors have and that `app` reads: id, type, format, network, base_url, owned_by, country,
/// legal_note, cents_per_1000_reads.
void allow_connector_settings(const Settings& settings, std::initializer_list<std::string_view> own,
                              std::vector<Problem>& problems);
void allow_connector_settings(const Settings& settings, std::span<const std::string_view> own,
                              std::vector<Problem>& problems);

/// `type` in the configuration → how to make it. kInvalidInput holds every problem of its settings,
/// one a line, with file and line.
using ConnectorFactory = std::function<Result<std::unique_ptr<Connector>>(const ConnectorContext&)>;

}  // namespace vigie
