// What the API, the pages and the directory's door are given of the engine.
#include "engine/app/config.h"
#include "engine/app/web_side.h"
#include "engine/web/coverage_reader.h"

namespace vigie {

namespace asio = boost::asio;

ApiParts WebSide::api_parts() {
  std::vector<std::string> connector_ids;
  for (const ConnectorConfig& connector : engine_.config().connectors) {
    connector_ids.push_back(connector.id);
  }
  return {
      .store = engine_.store(),
      .sign_in = sign_in_,
      .feed = feed_,
      .clock = engine_.clock(),
      .tenants = engine_.config().tenants,
      .connector_ids = std::move(connector_ids),
      .connectors = [this] { return connectors(); },
      .rules = [this] { return rules_in_force(); },
      .side = side_,
      .change = [this](std::function<void(Store&)> apply) { return change(std::move(apply)); },
      .accounts = [this](TenantId tenant) { return workers(engine_.config().tenants[tenant].id); },
      .silences = &engine_.silences(),
      .policy = &engine_.config().alerting,
      .audit = [this](const AuditEntry& entry) { write_audit(entry); },
      .metrics = [this] { return engine_.metrics().expose(); },
      .data_directory = engine_.config().data_directory,
      .counter = {.is_open =
                      [this](TenantId tenant) {
                        return engine_.sources().counter_of(tenant).has_value();
                      },
                  .record = [this](
                                TenantId tenant,
                                CounterEntry entry) { return record(tenant, std::move(entry)); }},
      .privacy = {.erase = [this](
                               TenantId tenant, AuthorWanted wanted,
                               ErasureKind kind) { return erase(tenant, std::move(wanted), kind); },
                  .describe = &ErasureDesk::describe,
                  .access =
                      [this](TenantId tenant, AuthorWanted wanted) {
                        return access_file(tenant, std::move(wanted));
                      },
                  .evidence = [this](MentionRef ref,
                                     std::string by) { return evidence(ref, std::move(by)); }},
      .coverage = [this](TenantId tenant, Time from, Time to) -> std::optional<double> {
        auto sources = read_coverage(engine_.store(), from, to, engine_.clock().now());
        if (!sources) {
          return std::nullopt;
        }
        std::erase_if(*sources, [&](const SourceCoverage& one) {
          return !concerns(one.source, engine_.config().tenants[tenant].id);
        });
        const CoverageSums sums = sum_of(*sources);
        return sums.share(sums.clear);
      },
      .emergent = [this](TenantId tenant, std::string group, Day first,
                         Day last) { return emergent(tenant, std::move(group), first, last); },
      .cards = [this] { return engine_.knowledge()->cards; },
      .draw_sample = [this](TenantId tenant, IsoWeek week,
                            std::string by) { return draw_sample(tenant, week, std::move(by)); },
      .rules_desk = [this](TenantId tenant,
                           RulesQuestion question) { return rules(tenant, std::move(question)); },
      .town = town_desk(),
      .thread = [this](MentionRef of) { return thread(of); },
      .explore = [this](TenantId tenant,
                        ExploreQuestion question) { return explore(tenant, std::move(question)); },
  };
}

ActionParts WebSide::action_parts() {
  return {
      .store = engine_.store(),
      .links = engine_.action_links(),
      .silences = engine_.silences(),
      .clock = engine_.clock(),
      .tenants = engine_.config().tenants,
      .change = [this](std::function<void(Store&)> apply) { return change(std::move(apply)); },
      .audit = [this](const AuditEntry& entry) { write_audit(entry); },
  };
}

PublicParts WebSide::public_parts() {
  return {
      .tenants = engine_.config().tenants,
      .weeks =
          [this](TenantId tenant) {
            return show_public({tenant, ""}, [this, tenant] { return public_weeks_.list(tenant); });
          },
      .csv =
          [this](TenantId tenant, IsoWeek week) {
            return show_public({tenant, week.text()},
                               [this, tenant, week] { return public_weeks_.csv(tenant, week); });
          }};
}

DirectoryParts WebSide::directory_parts() {
  return {
      .settings = *engine_.config().directory,
      .sign_in = sign_in_,
      .clock = engine_.clock(),
      .side = side_,
      .audit = [this](const AuditEntry& entry) { write_audit(entry); },
      .ask = [this](DirectoryQuestion question) { return directory_->ask(std::move(question)); },
  };
}

/// Of the directory's people, those who are signed in: nobody else of them is known.
std::vector<std::string> WebSide::workers(std::string_view tenant) {
  std::vector<std::string> names = accounts_->workers(tenant);
  for (std::string& name : sign_in_.sessions().directory_workers(tenant)) {
    if (sign_in_.is_free_for_directory(name)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::vector<ConnectorHealth> WebSide::connectors() const {
  std::vector<ConnectorHealth> all;
  const Sources& sources = engine_.sources();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    all.push_back({sources.id(i), sources.type(i), sources.status(i).snapshot(),
                   disclosure_of(engine_.config().connectors[i]), sources.meter(i).read()});
    if (engine_.policy().private_connectors.contains(static_cast<std::uint16_t>(i))) {
      all.back().private_to = engine_.config().connectors[i].owned_by;
    }
  }
  for (Sources::TownFeed& feed : sources.town_feeds()) {
    all.push_back({feed.id,
                   "feed",
                   std::move(feed.status),
                   Sources::disclosure_of_feed(feed.url),
                   std::move(feed.traffic),
                   {engine_.config().tenants[feed.tenant].id}});
  }
  return all;
}

RulesInForce WebSide::rules_in_force() const {
  const std::shared_ptr<const Knowledge> knowledge = engine_.knowledge();
  return {knowledge->catalogue->ruleset, knowledge->catalogue->model, engine_.rules_loaded_at(),
          knowledge->packs};
}

}  // namespace vigie
