#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "connectors/http_client.h"
#include "connectors/registry.h"
#include "connectors/robots.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/core/clock.h"
#include "engine/core/json_writer.h"
#include "engine/core/verdict_json.h"
#include "engine/ingest/connector.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kPatience{60};
constexpr std::size_t kShown = 3;

/// Prints the first mentions, counts all.
class FirstMentions final : public MentionSink {
 public:
  void mention(const Mention& mention) override {
    if (is_wordless(mention)) {
      return reject(RejectReason::kMissingText, kWordless, mention.id);
    }
    if (++mentions_ > kShown) {
      return;
    }
    const std::string line = mention_line(mention);
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  void reject(RejectReason, std::string_view detail, std::string_view) override {
    ++rejected_;
    std::fprintf(stderr, "vigie: unreadable: %.*s\n", static_cast<int>(detail.size()),
                 detail.data());
  }
  std::size_t mentions() const { return mentions_; }
  std::size_t rejected() const { return rejected_; }

 private:
  std::size_t mentions_ = 0, rejected_ = 0;
};

std::string format_of(const ConnectorConfig& config) {
  return config.format.empty() ? connector_types().find(config.type)->second.format : config.format;
}

std::shared_ptr<const Origin> origin_of(const ConnectorConfig& config) {
  auto origin = std::make_shared<Origin>();
  origin->connector_id = config.id;
  origin->format = format_of(config);
  origin->network = config.network;
  origin->base_url = config.base_url;
  origin->settings = std::make_shared<const Settings>(config.settings);
  return origin;
}

/// One connector with nothing behind it: mentions it sends are looked at and never committed, so
/// no source is told that we have them.
class Probe {
 public:
  Probe(const ConnectorConfig& config, const std::string& contact)
      : http_(context_.get_executor(), {user_agent_of(contact), {}}),
        origin_(origin_of(config)),
        port_(origin_, inlet_, ledger_, signal_, clock_, {}),
        mapping_(mappings().at(origin_->format)()) {}

  Result<void> run(const ConnectorConfig& config, const std::string& hook_url) {
    const ConnectorType& type = connector_types().find(config.type)->second;
    auto connector = type.make(
        {port_, status_, context_.get_executor(), http_, robots_, config.settings, hook_url});
    if (!connector) {
      return tl::make_unexpected(connector.error());
    }
    asio::cancellation_signal cancel;
    asio::co_spawn(context_, (*connector)->run(),
                   asio::bind_cancellation_slot(
                       cancel.slot(), [this](const std::exception_ptr&) { has_ended_ = true; }));
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!has_ended_ && !has_heard() && std::chrono::steady_clock::now() < give_up) {
      context_.restart();
      context_.run_for(std::chrono::milliseconds(10));
    }
    ended_by_itself_ = has_ended_;
    cancel.emit(asio::cancellation_type::terminal);
    context_.restart();
    context_.run_for(std::chrono::seconds(1));
    return {};
  }

  const FirstMentions& found() const { return found_; }
  ConnectorStatus::Snapshot status() const { return status_.snapshot(); }
  bool has_answer() const { return pages_ > 0; }
  /// By itself, before it was stopped.
  bool has_ended() const { return ended_by_itself_; }

 private:
  bool has_heard() {
    for (Envelope envelope; inbox_.take(envelope);) {
      if (envelope.bytes.size() == 0) {  // only a cursor: nobody is told anything by it
        ledger_.publish(0, envelope.sequence);
        signal_.notify();
        continue;
      }
      ++pages_;
      mapping_->map(envelope, found_);
    }
    return pages_ > 0 || status_.snapshot().requests > 0;
  }

  asio::io_context context_;
  HttpClient http_;
  WorkerInbox inbox_{64, 1};
  Inlet inlet_{{&inbox_}, 1};
  CommitLedger ledger_{1};
  CommitSignal signal_{context_.get_executor()};
  SystemClock clock_;
  Robots robots_{context_.get_executor(), http_, clock_};
  std::shared_ptr<const Origin> origin_;
  Port port_;
  ConnectorStatus status_;
  std::unique_ptr<Mapping> mapping_;
  FirstMentions found_;
  std::size_t pages_ = 0;
  bool has_ended_ = false, ended_by_itself_ = false;
};

int report(const Probe& probe) {
  const ConnectorStatus::Snapshot status = probe.status();
  if (!probe.has_answer() && status.errors > 0) {
    return failed(
        {ErrorCode::kUnavailable, std::string(to_string(status.state)) + ": " + status.detail});
  }
  if (!probe.has_answer() && status.requests == 0) {
    return probe.has_ended() ? usage("it waits for what is pushed: there is nothing to ask")
                             : failed({ErrorCode::kUnavailable, "no answer within a minute"});
  }
  std::fprintf(stderr, "vigie: it answers; %zu mentions on its first page, %zu unreadable%s%s\n",
               probe.found().mentions(), probe.found().rejected(),
               status.state == ConnectorStatus::State::kLimited ? "; limited: " : "",
               status.state == ConnectorStatus::State::kLimited ? status.detail.c_str() : "");
  return probe.found().rejected() == 0 ? kOk : kInputHadProblems;
}

}  // namespace

int connectors_list(const ConnectorsOptions& options) {
  std::vector<Problem> problems;
  const auto config = read_config(options.config, problems);
  if (!config) {
    return usage(problems);
  }
  for (const ConnectorConfig& connector : config->connectors) {
    if (options.json) {
      std::string line;
      JsonWriter json(line);
      json.begin_object().key("id").value(connector.id).key("type").value(connector.type);
      json.key("format").value(format_of(connector)).key("network").value(connector.network);
      json.key("cents_per_1000_reads").value(connector.cents_per_1000_reads);
      write_disclosure(disclosure_of(connector), json);
      json.end_object().line();
      std::fwrite(line.data(), 1, line.size(), stdout);
      continue;
    }
    std::printf("%s\t%s\t%s\t%s\n", connector.id.c_str(), connector.type.c_str(),
                format_of(connector).c_str(), connector.network.c_str());
  }
  return kOk;
}

int connectors_probe(const ConnectorsOptions& options) {
  std::vector<Problem> problems;
  const auto config = read_config(options.config, problems);
  if (!config) {
    return usage(problems);
  }
  for (const ConnectorConfig& connector : config->connectors) {
    if (connector.id != options.name) {
      continue;
    }
    Probe probe(connector, config->contact);
    if (const Result<void> ran = probe.run(connector, hook_url_of(*config, connector.id)); !ran) {
      return usage(ran.error().text);
    }
    return report(probe);
  }
  return usage("there is no connector '" + options.name + "' in " + options.config);
}

}  // namespace vigie
