#include "engine/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <mutex>
#include <set>

#include "engine/core/check.h"

namespace vigie {
namespace {

using CounterFamily = prometheus::Family<prometheus::Counter>;
using HistogramFamily = prometheus::Family<prometheus::Histogram>;
using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

constexpr std::size_t kMaxTopicsPerTenant = 200;
constexpr std::size_t kMaxRefusalReasons = 50;
constexpr std::array<std::string_view, 4> kStages = {"judge", "apply", "commit", "sync"};
constexpr std::array<std::string_view, 5> kDeliveryResults = {"sent", "failed", "dead", "held",
                                                              "dropped"};

// From a parse of one mention to a stall of the disk.
const Histogram::BucketBoundaries kStageSeconds = {1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3,
                                                   1e-2, 3e-2, 0.1,  0.3,  1,    3};
// The engine answers for the first seconds, a source's polling for minutes, its own delay for
// hours.
const Histogram::BucketBoundaries kEngineLagSeconds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                       0.5,   1,    2.5,   5,    10,  60};
const Histogram::BucketBoundaries kDetectionLagSeconds = {1,   5,   15,   30,    60,    120,
                                                          300, 900, 3600, 14400, 43200, 86400};
const Histogram::BucketBoundaries kHttpSeconds = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10};

double seconds(std::chrono::nanoseconds took) {
  return std::chrono::duration<double>(took).count();
}

template <class Builder>
auto& family(Builder builder, std::string_view name, std::string_view help,
             prometheus::Registry& registry) {
  return builder.Name(std::string(name)).Help(std::string(help)).Register(registry);
}

}  // namespace

struct Metrics::Catalogue {
  explicit Catalogue(const Labels& names) : labels(names) {
    per_connector(envelopes, "vigie_envelopes_received_total",
                  "Pieces of input received from a source (a file's chunk, a feed, a push).");
    per_connector(bytes, "vigie_received_bytes_total", "Bytes received from a source.");
    per_connector(mentions, "vigie_mentions_received_total",
                  "Mentions read from a source's input, kept or not.");
    per_connector(matched, "vigie_mentions_matched_total",
                  "Mentions that at least one tenant keeps, already known or not.");
    per_connector(dropped, "vigie_mentions_dropped_total",
                  "Mentions that no tenant keeps: counted and forgotten.");
    per_connector(duplicate, "vigie_mentions_duplicate_total",
                  "Mentions that were already known in this version or a later one.");
    for (const std::string& tenant : labels.tenants) {
      edited.push_back(&edited_family.Add({{"tenant", tenant}}));
      deleted.push_back(&deleted_family.Add({{"tenant", tenant}}));
      for (const Urgency level : {Urgency::kHigh, Urgency::kCritical}) {
        raised_family.Add({{"tenant", tenant}, {"level", std::string(to_string(level))}});
      }
    }
    for (const std::string& receiver : labels.receivers) {
      for (const std::string_view result : kDeliveryResults) {
        deliveries_family.Add({{"receiver", receiver}, {"result", std::string(result)}});
      }
    }
    for (std::size_t stage = 0; stage < kStages.size(); ++stage) {
      stages[stage] = &stage_family.Add({{"stage", std::string(kStages[stage])}}, kStageSeconds);
    }
    for (const char* result : {"ok", "refused"}) {
      reloads_family.Add({{"result", result}});
    }
    build_family.Add({{"version", labels.version}, {"compiler", __VERSION__}}).Set(1);
    topics.resize(labels.tenants.size());
  }

  CounterFamily& counters(std::string_view name, std::string_view help) {
    return family(prometheus::BuildCounter(), name, help, registry);
  }
  HistogramFamily& histograms(std::string_view name, std::string_view help) {
    return family(prometheus::BuildHistogram(), name, help, registry);
  }
  void per_connector(std::vector<Counter*>& out, std::string_view name, std::string_view help) {
    CounterFamily& counter = counters(name, help);
    for (const std::string& connector : labels.connectors) {
      out.push_back(&counter.Add({{"connector", connector}}));
    }
  }
  /// `topic`, or "other" once the tenant has its full number of them.
  std::string bounded_topic(std::size_t tenant, std::string_view topic) {
    const std::scoped_lock lock(mutex);
    std::set<std::string, std::less<>>& known = topics.at(tenant);
    if (known.contains(topic)) {
      return std::string(topic);
    }
    if (known.size() == kMaxTopicsPerTenant) {
      return "other";
    }
    return *known.emplace(topic).first;
  }

  const Labels labels;
  prometheus::Registry registry;
  std::vector<Counter*> envelopes, bytes, mentions, matched, dropped, duplicate, edited, deleted;
  std::array<Histogram*, kStages.size()> stages{};

  CounterFamily& dead_letter_family = counters(
      "vigie_dead_letters_total", "Pieces of input that could not be read, kept as dead letters.");
  CounterFamily& refused_family =
      counters("vigie_refused_total", "Pushes that were refused, by reason.");
  CounterFamily& stored_family =
      counters("vigie_mentions_stored_total",
               "Mentions stored for a tenant. One with several topics counts under each of them.");
  CounterFamily& edited_family =
      counters("vigie_mentions_edited_total", "Mentions replaced by a later version.");
  CounterFamily& deleted_family =
      counters("vigie_mentions_deleted_total", "Mentions deleted because their source did.");
  HistogramFamily& stage_family =
      histograms("vigie_stage_seconds",
                 "Time of one step: judge per envelope; apply, commit and sync per batch.");
  Histogram& engine_lag =
      histograms("vigie_engine_lag_seconds", "From received to durably stored and visible.")
          .Add({}, kEngineLagSeconds);
  Histogram& detection_lag =
      histograms("vigie_detection_lag_seconds", "From published to durably stored and visible.")
          .Add({}, kDetectionLagSeconds);
  CounterFamily& raised_family =
      counters("vigie_alerts_raised_total", "Alerts raised for a tenant.");
  CounterFamily& deliveries_family =
      counters("vigie_alert_deliveries_total",
               "Deliveries of alerts: sent, failed (to be tried again), dead (given up), held (a "
               "silence, quiet hours) or dropped (nobody needs it any more).");
  Histogram& alert_handover =
      histograms("vigie_alert_handover_seconds",
                 "From the receipt of a mention to its alert taken by a receiver, of those told at "
                 "once.")
          .Add({}, kEngineLagSeconds);
  prometheus::Family<Gauge>& ruleset_family =
      family(prometheus::BuildGauge(), "vigie_ruleset_info",
             "1 for the rule set and model in force.", registry);
  prometheus::Family<Gauge>& build_family =
      family(prometheus::BuildGauge(), "vigie_build_info", "1; what is running here.", registry);
  CounterFamily& reloads_family =
      counters("vigie_ruleset_reloads_total", "Reloads of the rules, taken over or refused.");
  CounterFamily& http_family =
      counters("vigie_http_requests_total", "HTTP requests answered, by route and status.");
  HistogramFamily& http_seconds_family =
      histograms("vigie_http_request_seconds", "Time from a request's head to its answer.");

  struct Reading {
    Gauge& gauge;
    std::function<double()> read;
  };
  std::vector<Reading> readings;

  std::mutex mutex;  // guards the three below
  std::vector<std::set<std::string, std::less<>>> topics;
  std::set<std::string, std::less<>> refusal_reasons;
  Gauge* rules_in_force = nullptr;
};

Metrics::Metrics(const Labels& labels) : catalogue_(std::make_unique<Catalogue>(labels)) {}
Metrics::~Metrics() = default;

void Metrics::received(std::size_t connector, std::uint64_t mentions, std::uint64_t bytes) {
  catalogue_->envelopes.at(connector)->Increment();
  catalogue_->mentions.at(connector)->Increment(static_cast<double>(mentions));
  catalogue_->bytes.at(connector)->Increment(static_cast<double>(bytes));
}

void Metrics::sorted(std::size_t connector, std::uint64_t kept, std::uint64_t dropped,
                     std::uint64_t duplicates) {
  catalogue_->matched.at(connector)->Increment(static_cast<double>(kept + duplicates));
  catalogue_->dropped.at(connector)->Increment(static_cast<double>(dropped));
  catalogue_->duplicate.at(connector)->Increment(static_cast<double>(duplicates));
}

Metrics::Sorted Metrics::sorted_so_far(std::size_t connector) const {
  const auto count = [connector](const std::vector<Counter*>& counters) {
    return static_cast<std::uint64_t>(counters.at(connector)->Value());
  };
  const std::uint64_t duplicates = count(catalogue_->duplicate);
  return {count(catalogue_->matched) - duplicates, count(catalogue_->dropped), duplicates};
}

void Metrics::dead_letter(std::size_t connector, RejectReason reason) {
  catalogue_->dead_letter_family
      .Add({{"connector", catalogue_->labels.connectors.at(connector)},
            {"reason", std::string(to_string(reason))}})
      .Increment();
}

void Metrics::refused(std::size_t connector, std::string_view reason) {
  std::string bounded(reason);
  {
    const std::scoped_lock lock(catalogue_->mutex);
    std::set<std::string, std::less<>>& known = catalogue_->refusal_reasons;
    if (!known.contains(reason) && known.size() == kMaxRefusalReasons) {
      bounded = "other";
    } else {
      known.insert(bounded);
    }
  }
  catalogue_->refused_family
      .Add({{"connector", catalogue_->labels.connectors.at(connector)}, {"reason", bounded}})
      .Increment();
}

void Metrics::stored(std::size_t tenant, std::string_view topic, Tone tone, Urgency urgency,
                     std::uint64_t mentions) {
  catalogue_->stored_family
      .Add({{"tenant", catalogue_->labels.tenants.at(tenant)},
            {"topic", catalogue_->bounded_topic(tenant, topic)},
            {"sentiment", std::string(to_string(tone))},
            {"urgency", std::string(to_string(urgency))}})
      .Increment(static_cast<double>(mentions));
}

void Metrics::edited(std::size_t tenant, std::uint64_t mentions) {
  catalogue_->edited.at(tenant)->Increment(static_cast<double>(mentions));
}

void Metrics::deleted(std::size_t tenant, std::uint64_t mentions) {
  catalogue_->deleted.at(tenant)->Increment(static_cast<double>(mentions));
}

void Metrics::stage(Stage stage, std::chrono::nanoseconds took) {
  catalogue_->stages.at(static_cast<std::size_t>(stage))->Observe(seconds(took));
}

void Metrics::lag(std::chrono::microseconds engine, std::chrono::microseconds detection) {
  catalogue_->engine_lag.Observe(seconds(engine));
  catalogue_->detection_lag.Observe(seconds(detection));
}

void Metrics::alert_raised(std::size_t tenant, Urgency level) {
  catalogue_->raised_family
      .Add({{"tenant", catalogue_->labels.tenants.at(tenant)},
            {"level", std::string(to_string(level))}})
      .Increment();
}

void Metrics::delivery(std::size_t receiver, std::string_view result) {
  catalogue_->deliveries_family
      .Add({{"receiver", catalogue_->labels.receivers.at(receiver)},
            {"result", std::string(result)}})
      .Increment();
}

void Metrics::alert_handed_over(std::chrono::microseconds since_receipt) {
  catalogue_->alert_handover.Observe(seconds(since_receipt));
}

void Metrics::orphaned_delivery() {
  catalogue_->deliveries_family.Add({{"receiver", "(unknown)"}, {"result", "dead"}}).Increment();
}

void Metrics::rules_in_force(std::string_view ruleset, std::string_view model) {
  const std::scoped_lock lock(catalogue_->mutex);
  if (catalogue_->rules_in_force != nullptr) {
    catalogue_->ruleset_family.Remove(catalogue_->rules_in_force);
  }
  Gauge& gauge = catalogue_->ruleset_family.Add(
      {{"ruleset", std::string(ruleset)}, {"model", std::string(model)}});
  gauge.Set(1);
  catalogue_->rules_in_force = &gauge;
}

void Metrics::reloaded(bool ok) {
  catalogue_->reloads_family.Add({{"result", ok ? "ok" : "refused"}}).Increment();
}

void Metrics::http(std::string_view route, unsigned status, std::chrono::nanoseconds took) {
  catalogue_->http_family.Add({{"route", std::string(route)}, {"status", std::to_string(status)}})
      .Increment();
  catalogue_->http_seconds_family.Add({{"route", std::string(route)}}, kHttpSeconds)
      .Observe(seconds(took));
}

void Metrics::gauge(std::string_view name, std::string_view help,
                    std::vector<std::pair<std::string, std::string>> labels,
                    std::function<double()> read) {
  auto& gauges = family(prometheus::BuildGauge(), name, help, catalogue_->registry);
  const prometheus::Labels label_map(labels.begin(), labels.end());
  check(!gauges.Has(label_map), "a gauge is registered once");
  catalogue_->readings.push_back({gauges.Add(label_map), std::move(read)});
}

std::string Metrics::expose() const {
  for (const Catalogue::Reading& reading : catalogue_->readings) {
    reading.gauge.Set(reading.read());
  }
  return prometheus::TextSerializer().Serialize(catalogue_->registry.Collect());
}

}  // namespace vigie
