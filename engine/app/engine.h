#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/access/action_links.h"
#include "engine/alert/alerter.h"
#include "engine/alert/silence.h"
#include "engine/app/cleaner.h"
#include "engine/app/config.h"
#include "engine/app/disk_guard.h"
#include "engine/app/erasure_desk.h"
#include "engine/app/log.h"
#include "engine/app/own_pack_guard.h"
#include "engine/app/source_keeper.h"
#include "engine/app/sources.h"
#include "engine/app/town_files.h"
#include "engine/app/town_mail.h"
#include "engine/app/watchdog.h"
#include "engine/core/clock.h"
#include "engine/ingest/doorbell.h"
#include "engine/metrics/metrics.h"
#include "engine/pipeline/pipeline.h"
#include "engine/pipeline/pipeline_threads.h"
#include "engine/store/store.h"

namespace vigie {

/// The whole engine but for its web side: store, pipeline, connectors, and the threads they run on.
/// What `serve` and `ingest` share. Made in one order, stopped in the reverse.
class Engine {
 public:
  /// Opens the data folder, reads keys and rules, makes the connectors. Every mistake is an Error
  /// that says what to do.
  static Result<std::unique_ptr<Engine>> make(Config config, Log& log);
  ~Engine();

  /// What the web side wants to hear. Set before start(). Called on the writer's thread.
  std::function<void(std::span<const MentionRef>, std::span<const RaisedAlert>)> on_shown =
      [](auto, auto) {};

  /// Before start(): lets it write down how the sources are doing, as a service does whose purpose
  /// is to watch them.
  Result<void> keep_sources();
  void start();
  /// The threads that must go on between start() and stop().
  std::vector<Watchdog::Thread> threads();
  /// Connectors end, everything taken is judged, written and synced, threads end. Idempotent.
  void stop();

  /// Reads the rules again; the old ones stay in force if there is a problem, or a test beside a
  /// pack fails. What is wrong with a town's own pack, here and at the start, is that town's alone:
  /// see read_guarded_knowledge() and refused_own_pack(). Any thread.
  bool reload();
  /// The tenant's own pack as it stands on the server, if that was refused when it was last read.
  std::optional<RefusedOwnPack> refused_own_pack(TenantId tenant) const;

  /// Puts another text in the place of a town's own pack (own_packs.h): on disk and in force when
  /// it returns, or nothing changed. `base`: hash of the text that was edited. Shared files are
  /// those in force: if they changed on disk since, whoever operates the engine reloads them first.
  /// Any thread that may wait a second.
  struct OwnPackChange {
    TenantId tenant = 0;
    std::string text, base, reason, by;
  };
  struct OwnPackChanged {
    std::uint64_t number = 0;  ///< in its history
    std::string hash, ruleset;
    std::vector<Problem> problems;  ///< why nothing was changed
  };
  /// kRefused: somebody else changed it, or files, meanwhile; kUnavailable: it cannot be written.
  Result<OwnPackChanged> change_own_pack(const OwnPackChange& change);

  /// Puts other settings in the place of what a town has set for itself (town_files.h): on disk and
  /// in force when it returns, without a restart, or nothing changed. Name and variables that it
  /// does not give stay as they are; feeds, addresses and dates are all that there are from then
  /// on. Where what the town keeps changes, its feeds are read again from their beginning. `base`:
  /// hash of the settings that were edited. Any thread that may wait a second.
  struct TownChange {
    TenantId tenant = 0;
    TownSettings settings;
    std::string base;
  };
  struct TownChanged {
    std::vector<std::string> fields;        ///< that are others now
    std::vector<SettingsProblem> problems;  ///< why nothing was changed
  };
  /// kRefused: somebody else changed it, or files of rules, meanwhile; kUnavailable: it cannot be
  /// written.
  Result<TownChanged> change_town(const TownChange& change);
  /// What the town has set.
  TownSettings town_settings(TenantId tenant) const;

  /// See Pipeline::change().
  bool change(ChangeDesk::Change change) { return pipeline_->change(std::move(change)); }

  const Config& config() const { return config_; }  ///< as it was at the start
  /// With what towns have set since: names, variables. Any thread.
  std::shared_ptr<const Config> config_now() const;
  /// Whether no mentions are taken, because the disk is nearly full. Any thread.
  bool is_held() { return pipeline_->inlet().is_held(); }
  Store& store() { return *store_; }
  Silences& silences() { return *silences_; }
  const ActionLinks& action_links() const { return *action_links_; }
  ErasureDesk& erasures() { return *erasures_; }
  const Pseudonymiser& pseudonyms() const { return *pseudonyms_; }
  /// An erasure waits for its files to be rewritten.
  void clean_soon() { cleaner_->wake(); }
  Sources& sources() { return *sources_; }
  Metrics& metrics() { return *metrics_; }
  const Clock& clock() const { return clock_; }
  const TenantPolicy& policy() const { return *policy_; }
  std::shared_ptr<const Knowledge> knowledge() const { return shelf_->in_force(); }
  /// See read_word_shares(): of the language in which terms are cut.
  std::shared_ptr<const WordShares> word_shares() const { return word_shares_; }
  Time rules_loaded_at() const { return rules_loaded_at_.load(); }

 private:
  Engine(Config config, Log& log);
  Result<void> build();
  Result<void> build_alerter();
  std::vector<CardLink> cards(const Alert& alert) const;
  ActionUrls actions(const Alert& alert, std::uint64_t number, const std::string& receiver) const;
  void deliver_to(std::size_t receiver, Doorbell& bell);
  void ring_deliveries();
  void look_at_disk();
  void keep_sources(std::stop_token stop);
  void change_and_wait(std::function<void(Store&, const Store::Deleted&)> purge);
  void put_in_force(std::shared_ptr<const Knowledge> knowledge);
  void note_refused(RefusedOwnPacks refused);
  Result<void> objection_to(const OwnPackChange& change, const Knowledge& in_force) const;
  Result<void> objection_to(const TownChange& change, const Config& now) const;
  std::vector<SourceKeeper::Watched> watched() const;
  void log_clock_set_back(microseconds by);
  void log_mishap(const Delivery& delivery);
  void register_gauges();
  void register_connector_gauges(std::size_t connector);

  Config config_;
  mutable std::mutex now_mutex_;
  std::shared_ptr<const Config> now_;
  Log& log_;
  std::optional<DiskGuard> disk_;  ///< from the moment that something may be written
  SystemClock clock_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Silences> silences_;
  std::unique_ptr<ActionLinks> action_links_;
  std::unique_ptr<TenantPolicy> policy_;
  std::unique_ptr<Pseudonymiser> pseudonyms_;
  std::unique_ptr<KnowledgeShelf> shelf_;
  std::mutex changing_rules_;  ///< one at a time
  std::atomic<Time> rules_loaded_at_{};
  mutable std::mutex refused_mutex_;
  RefusedOwnPacks refused_;
  std::shared_ptr<const WordShares> word_shares_;
  MappingFactories mappings_;
  std::unique_ptr<AlertRaiser> alert_raiser_;
  std::unique_ptr<StoryTeller> story_teller_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Sources> sources_;
  std::unique_ptr<SourceKeeper> keeper_;
  std::unique_ptr<Alerter> alerter_;
  std::map<std::string, TownMail*, std::less<>> town_mails_;  ///< by receiver; the alerter's
  std::unique_ptr<ErasureDesk> erasures_;
  std::unique_ptr<Cleaner> cleaner_;
  std::stop_source stop_delivering_;
  std::vector<std::unique_ptr<Doorbell>> delivery_bells_;  ///< one per receiver
  std::jthread ingest_;
  std::jthread keeping_;
  std::jthread cleaning_;
  std::optional<PipelineThreads> pipeline_threads_;
  std::vector<std::jthread> deliveries_;  ///< one per receiver
};

}  // namespace vigie
