#include "engine/app/engine.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <random>
#include <utility>

#include "connectors/counter.h"
#include "connectors/notifier_registry.h"
#include "connectors/registry.h"
#include "engine/alert/town_time.h"
#include "engine/app/data_folder.h"
#include "engine/app/library.h"
#include "engine/app/own_pack_history.h"
#include "engine/app/own_packs.h"
#include "engine/app/pack_tests.h"
#include "engine/app/parts_check.h"
#include "engine/app/secrets.h"
#include "engine/app/service_gauges.h"
#include "engine/app/tenant_gauges.h"
#include "engine/web/action_pages.h"

namespace vigie {
namespace {

/// What the feeds that towns set for themselves are counted as, together.
constexpr const char* kTownFeeds = "town-feeds";

Metrics::Labels labels_of(const Config& config) {
  Metrics::Labels labels;
  for (const ConnectorConfig& connector : config.connectors) {
    labels.connectors.push_back(connector.id);
  }
  labels.connectors.resize(labels.connectors.size() + Sources::kMaxTownFeeds, kTownFeeds);
  for (const Tenant& tenant : config.tenants) {
    labels.tenants.push_back(tenant.id);
  }
  for (const ReceiverConfig& receiver : config.receivers) {
    labels.receivers.push_back(receiver.id);
  }
  for (const auto& [receiver, town] : config.alerting.town_receivers) {
    labels.receivers.push_back(receiver);
  }
  labels.version = VIGIE_VERSION;
  return labels;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::make(Config config, Log& log) {
  std::unique_ptr<Engine> engine(new Engine(std::move(config), log));
  const Result<void> built = engine->build();
  if (!built) {
    return tl::make_unexpected(built.error());
  }
  return engine;
}

Engine::Engine(Config config, Log& log)
    : config_(std::move(config)), now_(std::make_shared<const Config>(config_)), log_(log) {}

Engine::~Engine() { stop(); }

Result<void> Engine::build() {
  metrics_ = std::make_unique<Metrics>(labels_of(config_));
  for (const Problem& problem : config_.town_problems) {
    log_.error("town_settings_refused", to_string({problem}));
  }

  std::vector<Problem> problems;
  auto [knowledge, refused] = read_guarded_knowledge(config_, nullptr, problems);
  word_shares_ =
      read_word_shares(config_.rules_directory, term_language(config_.tenants), problems);
  const Result<void> checked = check_parts(config_);
  if (knowledge == nullptr || word_shares_ == nullptr || !checked) {
    const std::string rules = to_string(problems), parts = checked ? "" : checked.error().text;
    return fail(ErrorCode::kInvalidInput,
                rules + (rules.empty() || parts.empty() ? "" : "\n") + parts);
  }
  note_refused(std::move(refused));
  metrics_->rules_in_force(knowledge->catalogue->ruleset, knowledge->catalogue->model);
  shelf_ = std::make_unique<KnowledgeShelf>(std::move(knowledge));
  rules_loaded_at_ = clock_.now();

  disk_.emplace(config_.data_directory).step();
  Result<std::unique_ptr<Store>> store = open_store(config_, StoreAccess::kReadWrite);
  if (!store) {
    return tl::make_unexpected(store.error());
  }
  store_ = std::move(*store);
  Result<std::unique_ptr<Silences>> silences = Silences::recall(*store_, clock_.now());
  if (!silences) {
    return tl::make_unexpected(silences.error());
  }
  silences_ = std::move(*silences);
  const Result<std::vector<TenantKey>> keys =
      read_or_make_tenant_keys(config_.data_directory, config_.tenants);
  if (!keys) {
    return tl::make_unexpected(keys.error());
  }
  pseudonyms_ = std::make_unique<Pseudonymiser>(*keys);
  std::map<std::string, ActionLinks::Key, std::less<>> secrets;
  for (std::size_t i = 0; i < config_.tenants.size(); ++i) {
    secrets.emplace(config_.tenants[i].id, (*keys)[i]);
  }
  action_links_ = std::make_unique<ActionLinks>(secrets);
  policy_ = std::make_unique<TenantPolicy>(config_.tenants);
  for (std::size_t i = 0; i < config_.connectors.size(); ++i) {
    if (config_.connectors[i].type == kCounterType) {
      policy_->private_connectors.insert(static_cast<std::uint16_t>(i));
    }
  }
  mappings_ = mappings();
  Result<std::unique_ptr<AlertRaiser>> raiser =
      AlertRaiser::recall(*store_, *policy_, clock_, *metrics_);
  if (!raiser) {
    return tl::make_unexpected(raiser.error());
  }
  alert_raiser_ = std::move(*raiser);
  Result<std::unique_ptr<StoryTeller>> stories = StoryTeller::recall(*store_, *policy_);
  if (!stories) {
    return tl::make_unexpected(stories.error());
  }
  story_teller_ = std::move(*stories);

  pipeline_ = std::make_unique<Pipeline>(Pipeline::Parts{
      .store = *store_,
      .mappings = mappings_,
      .policy = *policy_,
      .pseudonyms = *pseudonyms_,
      .shelf = *shelf_,
      .clock = clock_,
      .metrics = *metrics_,
      .alerts = *alert_raiser_,
      .stories = *story_teller_,
      .word_shares = word_shares_,
      .connectors = config_.connectors.size() + Sources::kMaxTownFeeds,
      .workers = config_.workers,
      .inbox_capacity_envelopes = config_.inbox_capacity_envelopes,
      .outbox_capacity_envelopes = config_.outbox_capacity_envelopes,
      .committed = [this] { sources_->notify_committed(); },
      .shown =
          [this](std::span<const MentionRef> mentions, std::span<const RaisedAlert> alerts) {
            on_shown(mentions, alerts);
            if (!alerts.empty()) {
              ring_deliveries();
            }
          },
      .clock_doubted =
          [this](Day day) {
            log_.error("clock_doubted",
                       "The clock has jumped far ahead: nothing is removed by it for a day.",
                       {{"shows", format_time(Time(std::chrono::days(day)))}});
          },
  });
  Result<std::unique_ptr<Sources>> sources =
      Sources::make({config_, pipeline_->inlet(), pipeline_->ledger(), *store_, clock_, log_});
  if (!sources) {
    return tl::make_unexpected(sources.error());
  }
  sources_ = std::move(*sources);
  if (const Result<void> built = build_alerter(); !built) {
    return built;
  }
  Result<std::unique_ptr<ErasureDesk>> erasures =
      ErasureDesk::open(config_.data_directory,
                        {.store = *store_,
                         .pseudonyms = *pseudonyms_,
                         .tenants = config_.tenants,
                         .clock = clock_,
                         .backup_days = config_.backup_days,
                         .on_writer = [this](auto purge) { change_and_wait(std::move(purge)); }});
  if (!erasures) {
    return tl::make_unexpected(erasures.error());
  }
  erasures_ = std::move(*erasures);
  cleaner_ = std::make_unique<Cleaner>(*store_, *erasures_, log_);
  register_gauges();
  return {};
}

/// For threads that may wait; not the writer's.
void Engine::change_and_wait(std::function<void(Store&, const Store::Deleted&)> purge) {
  constexpr std::chrono::milliseconds kAgain{20};
  std::promise<void> is_durable;
  const ChangeDesk::Change change{{}, [&is_durable] { is_durable.set_value(); }, std::move(purge)};
  while (!pipeline_->change(change)) {
    std::this_thread::sleep_for(kAgain);
  }
  is_durable.get_future().wait();
}

Result<void> Engine::build_alerter() {
  std::vector<Alerter::Receiver> receivers;
  for (const ReceiverConfig& receiver : config_.receivers) {
    Result<std::unique_ptr<Notifier>> notifier =
        notifier_types()
            .find(receiver.type)
            ->second(receiver.settings, clock_, stop_delivering_.get_token());
    if (!notifier) {
      return tl::make_unexpected(notifier.error());
    }
    receivers.push_back({receiver.id, std::move(*notifier)});
  }
  for (const auto& [receiver, town] : config_.alerting.town_receivers) {
    auto mail = std::make_unique<TownMail>(config_.towns.mail, stop_delivering_.get_token());
    if (const auto set = config_.town_settings.find(town); set != config_.town_settings.end()) {
      mail->set(set->second.mail_to);
    }
    town_mails_.emplace(receiver, mail.get());
    receivers.push_back({receiver, std::move(mail)});
  }
  config_.alerting.is_on = [this](const std::string& receiver) {
    const auto mail = town_mails_.find(receiver);
    return mail != town_mails_.end() && mail->second->is_on();
  };
  Alerter::Rules rules;
  rules.public_url = config_.public_url;
  rules.rulings = Rulings(silences_.get(), &config_.alerting);
  rules.actions = [this](const Alert& alert, std::uint64_t number, const std::string& receiver) {
    return actions(alert, number, receiver);
  };
  rules.cards = [this](const Alert& alert) { return cards(alert); };
  alerter_ = std::make_unique<Alerter>(*store_, std::move(receivers), std::move(rules), clock_,
                                       *metrics_, std::random_device()());
  alerter_->on_clock_set_back = [this](microseconds by) { log_clock_set_back(by); };
  alerter_->on_mishap = [this](const Delivery& delivery) { log_mishap(delivery); };
  for (std::size_t i = 0; i < alerter_->receivers(); ++i) {
    delivery_bells_.push_back(std::make_unique<Doorbell>());
  }
  return {};
}

/// Whoever holds a link may use it: none leaves the town's control.
ActionUrls Engine::actions(const Alert& alert, std::uint64_t number,
                           const std::string& receiver) const {
  constexpr std::chrono::hours kLinksLast{48};
  const auto terms = config_.alerting.terms.find(receiver);
  const bool is_outside = terms != config_.alerting.terms.end() && terms->second.is_outside;
  if (config_.public_url.empty() || is_outside) {
    return {};
  }
  const auto url = [&](LinkAction action) {
    const std::string token =
        action_links_->token({alert.tenant, number, action, receiver, clock_.now() + kLinksLast});
    return token.empty() ? "" : config_.public_url + action_path(token);
  };
  return {url(LinkAction::kTake), url(LinkAction::kNotUseful), url(LinkAction::kMute)};
}

/// The best few: a message is read in seconds.
std::vector<CardLink> Engine::cards(const Alert& alert) const {
  constexpr std::size_t kMaxCards = 3;
  std::vector<CardLink> links;
  const auto town = std::ranges::find(config_.tenants, alert.tenant, &Tenant::id);
  if (town == config_.tenants.end() || alert.news == News::kClosed) {
    return links;
  }
  std::set<std::string_view> rules, topics;
  for (const Alert::Reason& reason : alert.reasons) {
    rules.insert(reason.rule);
  }
  topics.insert(alert.topic);
  const std::shared_ptr<const Knowledge> knowledge = shelf_->in_force();
  const auto tenant = static_cast<TenantId>(town - config_.tenants.begin());
  const Day today = town_today(town->time_zone, clock_.now());
  for (const Card* card : fitting_cards(knowledge->cards->of(tenant), rules, topics, today)) {
    if (links.size() < kMaxCards) {
      links.push_back({card->title,
                       config_.public_url.empty()
                           ? ""
                           : config_.public_url + "/#/" + alert.tenant + "/arguments/" + card->id});
    }
  }
  return links;
}

void Engine::start() {
  pipeline_threads_.emplace(*pipeline_);
  alerter_->give_up_orphans();
  look_at_disk();
  for (std::size_t i = 0; i < alerter_->receivers(); ++i) {
    deliveries_.emplace_back([this, i] { deliver_to(i, *delivery_bells_[i]); });
  }
  ingest_ = std::jthread([this] { sources_->run(); });
  cleaning_ = std::jthread([this](std::stop_token stop) { cleaner_->run(stop); });
  if (keeper_) {
    keeping_ = std::jthread([this](std::stop_token stop) { keep_sources(stop); });
  }
}

std::vector<Watchdog::Thread> Engine::threads() {
  std::vector<Watchdog::Thread> threads = {
      {"ingest", sources_->pulse(), [this] { sources_->ask_pulse(); }},
      {"writer", pipeline_->writer_pulse()},
      {"syncer", pipeline_->syncer_pulse()}};
  for (std::size_t i = 0; i < pipeline_->workers(); ++i) {
    threads.push_back({"worker", pipeline_->worker_pulse(i)});
  }
  return threads;
}

/// Woken by new alerts; looks by itself for those that are to be tried again.
void Engine::deliver_to(std::size_t receiver, Doorbell& bell) {
  constexpr std::chrono::seconds kRetryCheck{1};
  const std::stop_token stop = stop_delivering_.get_token();
  while (!stop.stop_requested()) {
    const std::uint32_t heard = bell.heard();
    if (!alerter_->step(receiver, stop)) {
      bell.wait(heard, kRetryCheck);
    }
  }
}

void Engine::ring_deliveries() {
  for (const std::unique_ptr<Doorbell>& bell : delivery_bells_) {
    bell->ring();
  }
}

void Engine::log_clock_set_back(microseconds by) {
  log_.warning("clock_set_back", "The clock was set back; what alerts were waiting for is due now.",
               {{"seconds", std::chrono::floor<std::chrono::seconds>(by).count()}});
}

void Engine::log_mishap(const Delivery& delivery) {
  const auto alert = static_cast<std::int64_t>(delivery.alert);
  if (delivery.dead) {
    log_.error("delivery_given_up", "An alert did not reach its receiver and is not tried again.",
               {{"alert", alert},
                {"receiver", delivery.receiver},
                {"attempts", std::int64_t{delivery.attempts}},
                {"reason", delivery.last_error}});
  } else {
    log_.warning(
        "delivery_incomplete", "An alert did not reach all addresses of its receiver.",
        {{"alert", alert}, {"receiver", delivery.receiver}, {"refused", delivery.last_error}});
  }
}

std::vector<SourceKeeper::Watched> Engine::watched() const {
  std::vector<SourceKeeper::Watched> watched;
  for (std::size_t i = 0; i < sources_->size(); ++i) {
    watched.push_back({sources_->id(i), &sources_->status(i), &sources_->meter(i)});
  }
  for (const Sources::TownFeed& feed : sources_->town_feeds()) {
    watched.push_back(feed.watched);
  }
  return watched;
}

Result<void> Engine::keep_sources() {
  Result<std::unique_ptr<SourceKeeper>> keeper = SourceKeeper::begin(*store_, watched(), clock_);
  if (!keeper) {
    return tl::make_unexpected(keeper.error());
  }
  keeper_ = std::move(*keeper);
  alerter_->blind_now = [this] { return keeper_->blind_now(); };
  sources_->on_town_feeds = [this] { keeper_->watch(watched()); };
  return {};
}

/// Whoever waits for room learns that there is some again.
void Engine::look_at_disk() {
  const std::optional<DiskGuard::Disk> disk = disk_->step();
  Inlet& inlet = pipeline_->inlet();
  if (!disk || disk_->holds() == inlet.is_held()) {
    return;
  }
  inlet.hold(disk_->holds());
  const auto free = static_cast<std::int64_t>(disk->free_bytes);
  if (disk_->holds()) {
    log_.error("disk_full", "The disk is nearly full: no mentions are taken.",
               {{"free_bytes", free}});
  } else {
    log_.info("disk_has_room", "There is room on the disk again.", {{"free_bytes", free}});
    sources_->notify_committed();
  }
}

/// The first look comes an interval late: by then connectors have said that they begin.
void Engine::keep_sources(std::stop_token stop) {
  pthread_setname_np(pthread_self(), "sources");
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  while (!bell.wait_for(lock, stop, SourceKeeper::kLookInterval,
                        [&stop] { return stop.stop_requested(); })) {
    look_at_disk();
    keeper_->step();
  }
  keeper_->finish();
}

void Engine::stop() {
  if (!pipeline_threads_) {
    return;
  }
  cleaning_ = std::jthread();  // joins
  keeping_ = std::jthread();
  sources_->stop();
  ingest_.join();
  pipeline_threads_.reset();
  stop_delivering_.request_stop();
  ring_deliveries();
  deliveries_.clear();  // joins
}

void Engine::register_gauges() {
  const auto gauge = [&](std::string_view name, std::string_view help,
                         std::vector<std::pair<std::string, std::string>> labels,
                         std::function<double()> read) {
    metrics_->gauge(name, help, std::move(labels), std::move(read));
  };
  gauge("vigie_ring_depth", "Envelopes waiting in the rings of a stage.", {{"ring", "inbox"}},
        [this] { return static_cast<double>(pipeline_->inlet().depth()); });
  gauge("vigie_ring_depth", "Envelopes waiting in the rings of a stage.", {{"ring", "outbox"}},
        [this] { return static_cast<double>(pipeline_->outbox_depth()); });
  gauge("vigie_store_bytes", "Bytes of the store on disk.", {},
        [this] { return static_cast<double>(store_->stats().disk_bytes); });
  gauge("vigie_store_mentions", "Mentions in the store, over all tenants.", {},
        [this] { return static_cast<double>(store_->stats().mentions); });
  gauge("vigie_store_suppressed_mentions",
        "Copies not stored since the start: their authors were erased or objected.", {},
        [this] { return static_cast<double>(store_->stats().suppressed); });
  gauge("vigie_store_unscrubbed",
        "1 while files may still hold bytes of what retention or an erasure removed.", {},
        [this] { return store_->unscrubbed() == 0 ? 0.0 : 1.0; });
  gauge("vigie_ingest_held", "1 while no mentions are taken because the disk is nearly full.", {},
        [this] { return pipeline_->inlet().is_held() ? 1.0 : 0.0; });
  gauge("vigie_store_stalled", "1 while the store slows down or stops writes to catch up.", {},
        [this] { return store_->stats().is_stalled ? 1.0 : 0.0; });
  for (std::size_t i = 0; i < sources_->size(); ++i) {
    register_connector_gauges(i);
  }
  for (const auto& [ring, capacity] : {std::pair{"inbox", config_.inbox_capacity_envelopes},
                                       {"outbox", config_.outbox_capacity_envelopes}}) {
    gauge("vigie_ring_capacity", "Envelopes that fit into the rings of a stage.", {{"ring", ring}},
          [all = double{static_cast<double>(capacity)} * static_cast<double>(config_.workers)] {
            return all;
          });
  }
  for (TenantId tenant = 0; tenant < config_.tenants.size(); ++tenant) {
    gauge("vigie_own_pack_refused",
          "1 while a town's own rules are not in force as they stand on the server, because "
          "something is wrong with them.",
          {{"tenant", config_.tenants[tenant].id}},
          [this, tenant] { return refused_own_pack(tenant) ? 1.0 : 0.0; });
  }
  for (const ConnectorStatus::State state : ConnectorStatus::kStates) {
    gauge("vigie_town_feeds", "Feeds that towns set for themselves, by the state they are in.",
          {{"state", std::string(to_string(state))}}, [this, state] {
            const std::vector<Sources::TownFeed> feeds = sources_->town_feeds();
            return static_cast<double>(std::ranges::count_if(
                feeds, [state](const auto& feed) { return feed.status.state == state; }));
          });
  }
  register_service_gauges(config_.data_directory, clock_.now(), *metrics_);
  register_tenant_gauges(config_.tenants, *store_, clock_, *metrics_);
}

void Engine::register_connector_gauges(std::size_t connector) {
  using State = ConnectorStatus::State;
  const auto gauge = [&](std::string_view name, std::string_view help,
                         std::function<double(const ConnectorStatus::Snapshot&)> read,
                         std::vector<std::pair<std::string, std::string>> more = {}) {
    more.insert(more.begin(), {"connector", sources_->id(connector)});
    metrics_->gauge(name, help, std::move(more), [this, connector, read = std::move(read)] {
      return read(sources_->status(connector).snapshot());
    });
  };
  gauge("vigie_connector_up",
        "1 while the connector works or has finished; 0 while it waits after a fault, gets only a "
        "part, or is retired.",
        [](const auto& now) {
          return now.state == State::kActive || now.state == State::kFinished ? 1.0 : 0.0;
        });
  for (const State state : ConnectorStatus::kStates) {
    gauge("vigie_connector_state", "1 for the state the connector is in.",
          [state](const auto& now) { return now.state == state ? 1.0 : 0.0; },
          {{"state", std::string(to_string(state))}});
  }
  gauge("vigie_connector_last_success_timestamp_seconds",
        "When the connector last heard from its source.", [](const auto& now) {
          return std::chrono::duration<double>(now.last_success_at.time_since_epoch()).count();
        });
  gauge("vigie_connector_newest_timestamp_seconds",
        "Creation of the latest mention the connector took, by its source's word; 0 if unknown.",
        [](const auto& now) {
          return std::chrono::duration<double>(now.newest_at.time_since_epoch()).count();
        });
  gauge("vigie_connector_budget_spent_units", "Of the source's budget of a day or month.",
        [](const auto& now) { return static_cast<double>(now.budget_spent); });
  gauge("vigie_connector_budget_units", "The source's budget of a day or month; 0 if it has none.",
        [](const auto& now) { return static_cast<double>(now.budget_units); });
  gauge("vigie_connector_lag_bytes",
        "Bytes of a file that are not stored yet; 0 for a source that has no end.",
        [](const auto& now) {
          return static_cast<double>(now.total_bytes - std::min(now.done_bytes, now.total_bytes));
        });
}

}  // namespace vigie
