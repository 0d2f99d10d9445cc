#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "connectors/counter.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/app/web_side.h"
#include "engine/core/clock.h"
#include "engine/core/private_file.h"
#include "engine/report/html_document.h"
#include "engine/report/privacy_documents.h"
#include "engine/report/security_file.h"

namespace vigie {
namespace {

ProcessingFacts facts_of(const Config& config, TenantId id, const Knowledge& knowledge) {
  const Tenant& tenant = config.tenants[id];
  ProcessingFacts facts;
  facts.tenant = tenant.name;
  facts.purpose = tenant.purpose;
  facts.legal_basis = tenant.legal_basis;
  facts.contact = config.contact;
  facts.retention_days = tenant.retention_days;
  facts.keeps_all = tenant.keep_all;
  facts.packs = tenant.packs;
  for (const ConnectorConfig& connector : config.connectors) {
    const bool is_owner =
        std::ranges::find(connector.owned_by, tenant.id) != connector.owned_by.end();
    if (connector.type == kCounterType && !is_owner) {
      continue;  // another town's counter
    }
    facts.sources.push_back({connector.id, connector.type, is_owner, disclosure_of(connector)});
  }
  const auto set = config.town_settings.find(tenant.id);
  if (set != config.town_settings.end()) {
    for (const TownSettings::Feed& feed : set->second.feeds) {
      facts.sources.push_back({Sources::town_feed_id(tenant.id, feed.url), "feed", false,
                               Sources::disclosure_of_feed(feed.url)});
    }
    if (!set->second.mail_to.empty()) {
      facts.recipients.push_back({town_receiver(tenant.id), "mail", false, true});
    }
  }
  const std::vector<std::string> told = config.alerting.receivers_of(tenant.id);
  for (const ReceiverConfig& receiver : config.receivers) {
    if (std::ranges::find(told, receiver.id) == told.end()) {
      continue;
    }
    const auto terms = config.alerting.terms.find(receiver.id);
    facts.recipients.push_back({receiver.id, receiver.type,
                                terms != config.alerting.terms.end() && terms->second.is_outside,
                                config.alerting.may_quote(receiver.id, tenant.id)});
  }
  facts.dead_letter_days = Store::kDeadLetterDays;
  facts.tombstone_days = Store::kTombstoneDays;
  facts.heard_terms_days = Store::kHeardTermsDays;
  facts.audit_days = static_cast<std::uint32_t>(WebSide::kAuditKept.count());
  facts.software = VIGIE_VERSION;
  facts.ruleset = knowledge.catalogue->ruleset;
  facts.made_at = format_time(SystemClock().now()).substr(0, 10);
  return facts;
}

struct Read {
  Config config;
  ProcessingFacts facts;
};
std::optional<Read> read_facts(const RgpdExportOptions& options, std::vector<Problem>& problems) {
  std::optional<Config> config = read_config(options.config, problems);
  const auto knowledge = config ? read_knowledge(*config, problems) : nullptr;
  TenantId tenant = 0;
  if (config) {
    const auto found = std::ranges::find(config->tenants, options.tenant, &Tenant::id);
    if (found == config->tenants.end()) {
      problems.push_back({"--tenant", 0, 0, "there is no tenant '" + options.tenant + "'"});
    }
    tenant = static_cast<TenantId>(found - config->tenants.begin());
  }
  if (!problems.empty()) {
    return std::nullopt;
  }
  ProcessingFacts facts = facts_of(*config, tenant, *knowledge);
  return Read{std::move(*config), std::move(facts)};
}

int write_documents(const std::string& folder,
                    const std::vector<std::pair<std::string, std::string>>& documents) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return failed({ErrorCode::kUnavailable, "cannot make " + folder + ": " + error.message()});
  }
  for (const auto& [name, document] : documents) {
    const std::string path = folder + "/" + name;
    if (const Result<void> written = write_private_file(path, document); !written) {
      return failed(written.error());
    }
    std::printf("%s: %zu places to complete\n", path.c_str(), places_to_complete(document));
  }
  return kOk;
}

}  // namespace

int rgpd_export(const RgpdExportOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Read> read = read_facts(options, problems);
  if (!read) {
    return usage(problems);
  }
  PrivacyDocuments documents = privacy_documents(read->facts);
  return write_documents(options.out,
                         {{"registre.html", std::move(documents.register_entry)},
                          {"aipd.html", std::move(documents.impact)},
                          {"information-du-public.html", std::move(documents.notice)}});
}

int rgs_export(const RgpdExportOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Read> read = read_facts(options, problems);
  if (!read) {
    return usage(problems);
  }
  return write_documents(options.out, {{"dossier-de-securite.html", security_file(read->facts)}});
}

}  // namespace vigie
