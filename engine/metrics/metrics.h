#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/mapping.h"
#include "engine/core/verdict.h"

namespace vigie {

/// Per envelope (judge: parse to encode), per batch of the writer (apply, commit, sync).
enum class Stage : std::uint8_t { kJudge, kApply, kCommit, kSync };

/// The whole catalogue of what Vigie counts, in one place. Names, types, labels and help texts are
/// in metrics.cc. All methods are thread-safe and cheap enough for once per envelope or batch (not
/// per mention).
class Metrics {
 public:
  /// The labels that may occur, fixed at start: cardinality is bounded by the configuration.
  struct Labels {
    std::vector<std::string> connectors, tenants, receivers;
    std::string version = "unversioned";  ///< of the program, in vigie_build_info
  };
  explicit Metrics(const Labels& labels);
  ~Metrics();

  // vigie_envelopes_received_total, vigie_received_bytes_total, vigie_mentions_received_total
  // {connector}
  void received(std::size_t connector, std::uint64_t mentions, std::uint64_t bytes);
  // vigie_mentions_dropped_total, vigie_mentions_duplicate_total, vigie_mentions_matched_total
  // {connector}
  void sorted(std::size_t connector, std::uint64_t kept, std::uint64_t dropped,
              std::uint64_t duplicates);
  struct Sorted {
    std::uint64_t kept = 0, dropped = 0, duplicates = 0;
  };
  Sorted sorted_so_far(std::size_t connector) const;
  // vigie_dead_letters_total {connector,reason}
  void dead_letter(std::size_t connector, RejectReason reason);
  // vigie_refused_total {connector,reason}: pushes answered 4xx; reasons beyond the first 50 count
  // as "other"
  void refused(std::size_t connector, std::string_view reason);
  // vigie_mentions_stored_total {tenant,topic,sentiment,urgency}: topics beyond the first 200 of a
  // tenant count as "other"
  void stored(std::size_t tenant, std::string_view topic, Tone tone, Urgency urgency,
              std::uint64_t mentions);
  // vigie_mentions_edited_total, vigie_mentions_deleted_total {tenant}
  void edited(std::size_t tenant, std::uint64_t mentions);
  void deleted(std::size_t tenant, std::uint64_t mentions);
  // vigie_stage_seconds {stage}: histogram
  void stage(Stage stage, std::chrono::nanoseconds took);
  // vigie_engine_lag_seconds: received → visible; vigie_detection_lag_seconds: published → visible.
  // Histograms
  void lag(std::chrono::microseconds engine, std::chrono::microseconds detection);
  // vigie_alerts_raised_total {tenant,level}; vigie_alert_deliveries_total
  // {receiver,result="sent|failed|dead|held|dropped"}; receiver "(unknown)": of a receiver that is
  // configured no more
  void alert_raised(std::size_t tenant, Urgency level);
  void delivery(std::size_t receiver, std::string_view result);
  void orphaned_delivery();
  // vigie_alert_handover_seconds: from a mention's receipt to its alert taken by a receiver, of
  // those told at once. Histogram
  void alert_handed_over(std::chrono::microseconds since_receipt);
  // vigie_ruleset_info {ruleset,model}: 1 for the one in force; vigie_ruleset_reloads_total
  // {result="ok|refused"}
  void rules_in_force(std::string_view ruleset, std::string_view model);
  void reloaded(bool ok);
  // vigie_http_requests_total {route,status}, vigie_http_request_seconds {route}
  void http(std::string_view route, unsigned status, std::chrono::nanoseconds took);

  /// Gauges that are read when somebody scrapes: vigie_ring_depth{ring},
  /// vigie_connector_state{connector,state}, vigie_store_bytes, … `read` is called on the scraping
  /// thread. Register before serving.
  void gauge(std::string_view name, std::string_view help,
             std::vector<std::pair<std::string, std::string>> labels, std::function<double()> read);

  /// Prometheus text format 0.0.4.
  std::string expose() const;

 private:
  struct Catalogue;
  std::unique_ptr<Catalogue> catalogue_;
};

}  // namespace vigie
