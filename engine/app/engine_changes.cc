// What is put in force while the engine runs: rules read anew, a town's own pack, a town's
// settings.
#include <algorithm>
#include <utility>

#include "engine/app/engine.h"
#include "engine/app/library.h"
#include "engine/app/own_pack_history.h"
#include "engine/app/own_packs.h"
#include "engine/app/pack_tests.h"

namespace vigie {

bool Engine::reload() {
  const std::scoped_lock lock(changing_rules_);
  std::vector<Problem> problems;
  auto [knowledge, refused] =
      read_guarded_knowledge(*config_now(), this->knowledge().get(), problems);
  if (knowledge != nullptr) {
    run_pack_tests(
        config_.rules_directory,
        [&problems](const std::string&, const RuleTest& test,
                    const std::vector<std::string>& faults) {
          note_faults(test, faults, problems);
        },
        problems);
  }
  metrics_->reloaded(problems.empty());
  if (!problems.empty()) {
    for (const Problem& problem : problems) {
      log_.error("rules_refused", to_string({problem}));
    }
    log_.error("rules_kept", "The rules were not changed: the new ones have problems.",
               {{"problems", static_cast<std::int64_t>(problems.size())}});
    return false;
  }
  note_refused(std::move(refused));
  put_in_force(std::move(knowledge));
  return true;
}

void Engine::note_refused(RefusedOwnPacks refused) {
  for (const auto& [tenant, pack] : refused) {
    log_.error("own_pack_refused",
               "A town's own rules are not in force as they stand on the server: " +
                   to_string({pack.problems.front()}),
               {{"tenant", tenant}, {"problems", static_cast<std::int64_t>(pack.problems.size())}});
  }
  const std::scoped_lock lock(refused_mutex_);
  refused_ = std::move(refused);
}

std::optional<RefusedOwnPack> Engine::refused_own_pack(TenantId tenant) const {
  const std::scoped_lock lock(refused_mutex_);
  const auto refused = refused_.find(config_.tenants[tenant].id);
  return refused == refused_.end() ? std::nullopt : std::optional(refused->second);
}

void Engine::put_in_force(std::shared_ptr<const Knowledge> knowledge) {
  const std::string ruleset = knowledge->catalogue->ruleset;
  metrics_->rules_in_force(ruleset, knowledge->catalogue->model);
  shelf_->replace(std::move(knowledge));
  rules_loaded_at_ = clock_.now();
  log_.info("rules_reloaded", "New rules are in force.", {{"ruleset", ruleset}});
}

Result<void> Engine::objection_to(const OwnPackChange& change, const Knowledge& in_force) const {
  const std::string& town = config_.tenants[change.tenant].id;
  const auto text = in_force.own_texts.find(town);
  const std::string hash =
      text == in_force.own_texts.end() ? std::string() : own_pack_hash(text->second);
  if (hash != change.base) {
    return fail(ErrorCode::kRefused, "somebody else published meanwhile: these are other rules");
  }
  std::vector<Problem> problems;
  const OwnPacks on_disk =
      read_own_packs(config_.data_directory, {config_.tenants[change.tenant]}, problems);
  const std::string written =
      own_pack_hash(on_disk.texts.empty() ? "" : on_disk.texts.begin()->second);
  const std::optional<RefusedOwnPack> refused = refused_own_pack(change.tenant);
  // What was refused may be written over: the history keeps it.
  const bool is_known = written == hash || (refused && written == own_pack_hash(refused->text));
  if (!problems.empty() || !is_known || hash_of_files(config_.rules_directory) != in_force.files) {
    return fail(ErrorCode::kRefused,
                "files of rules were changed on the server and are not in force yet: whoever "
                "operates it reloads them first");
  }
  return {};
}

Result<Engine::OwnPackChanged> Engine::change_own_pack(const OwnPackChange& change) {
  const std::scoped_lock lock(changing_rules_);
  const std::shared_ptr<const Knowledge> in_force = knowledge();
  if (const Result<void> free = objection_to(change, *in_force); !free) {
    return tl::make_unexpected(free.error());
  }
  const std::shared_ptr<const Config> now = config_now();
  const Tenant& tenant = now->tenants[change.tenant];
  OwnPacks own{in_force->own_texts, config_.data_directory};
  own.texts.erase(tenant.id);
  OwnPackChanged changed;
  changed.hash = own_pack_hash(change.text);
  if (!changed.hash.empty()) {
    own.texts.emplace(tenant.id, change.text);
    run_own_tests(
        change.text, own_pack_subject(*now, change.tenant, in_force->models),
        [&changed](const RuleTest& test, const std::vector<std::string>& faults) {
          note_faults(test, faults, changed.problems);
        },
        changed.problems);
  }
  std::shared_ptr<const Knowledge> next;
  if (changed.problems.empty()) {
    next = with_own_packs(*in_force, own, now->rules_directory, now->tenants, changed.problems);
  }
  if (!changed.problems.empty()) {
    return changed;
  }
  const Result<std::uint64_t> number = write_own_pack(
      config_.data_directory, tenant.id,
      {.at = clock_.now(), .by = change.by, .reason = change.reason, .text = change.text});
  if (!number) {
    return tl::make_unexpected(number.error());
  }
  {
    const std::scoped_lock refused_lock(refused_mutex_);
    refused_.erase(tenant.id);
  }
  changed.number = *number;
  changed.ruleset = next->catalogue->ruleset;
  put_in_force(std::move(next));
  return changed;
}

std::shared_ptr<const Config> Engine::config_now() const {
  const std::scoped_lock lock(now_mutex_);
  return now_;
}

TownSettings Engine::town_settings(TenantId tenant) const {
  const std::shared_ptr<const Config> now = config_now();
  const auto set = now->town_settings.find(now->tenants[tenant].id);
  return set == now->town_settings.end() ? TownSettings() : set->second;
}

Result<void> Engine::objection_to(const TownChange& change, const Config& now) const {
  if (hash_of(town_settings(change.tenant)) != change.base) {
    return fail(ErrorCode::kRefused, "somebody else changed the settings meanwhile");
  }
  if (hash_of_files(now.rules_directory) != knowledge()->files) {
    return fail(ErrorCode::kRefused,
                "files of rules were changed on the server and are not in force yet: whoever "
                "operates it reloads them first");
  }
  return {};
}

Result<Engine::TownChanged> Engine::change_town(const TownChange& change) {
  const std::scoped_lock lock(changing_rules_);
  const std::shared_ptr<const Config> now = config_now();
  if (const Result<void> free = objection_to(change, *now); !free) {
    return tl::make_unexpected(free.error());
  }
  const TownSettings before = town_settings(change.tenant);
  const Tenant& town = config_.tenants[change.tenant];
  TownSettings settings = in_order(change.settings);
  settings.variables.insert(before.variables.begin(), before.variables.end());
  settings.name = settings.name.empty() ? before.name : settings.name;
  TownChanged changed{{}, objections_to(settings)};
  auto next = std::make_shared<Config>(*now);
  next->town_settings[town.id] = settings;
  std::size_t feeds = 0;
  for (const auto& [id, set] : next->town_settings) {
    feeds += set.feeds.size();
  }
  if (feeds > Sources::kMaxTownFeeds) {
    changed.problems.push_back({"feeds", "all towns together have too many"});
  }
  const bool is_renamed = !settings.name.empty() && !(town.name == settings.name);
  const bool keeps_other = settings.variables != before.variables;
  std::shared_ptr<const Knowledge> knowledge;
  if (changed.problems.empty() && (is_renamed || keeps_other)) {
    Tenant& renamed = next->tenants[change.tenant];
    renamed.name = town.name.text();  // its own, until all is written
    take_over(settings, renamed);
    std::vector<Problem> problems;
    const std::shared_ptr<const Knowledge> in_force = this->knowledge();
    knowledge = with_own_packs(*in_force, {in_force->own_texts, now->data_directory},
                               now->rules_directory, next->tenants, problems);
    for (const Problem& problem : problems) {
      changed.problems.push_back({"variables", problem.text});
    }
    renamed.name = town.name;
  }
  if (!changed.problems.empty()) {
    return changed;
  }
  if (const auto written = write_town_file(now->data_directory, town.id, settings); !written) {
    return tl::make_unexpected(written.error());
  }
  take_over(settings, next->tenants[change.tenant]);
  {
    const std::scoped_lock now_lock(now_mutex_);
    now_ = std::move(next);
  }
  if (knowledge != nullptr) {
    put_in_force(std::move(knowledge));
  }
  if (const auto mail = town_mails_.find(town_receiver(town.id)); mail != town_mails_.end()) {
    mail->second->set(settings.mail_to);
  }
  const bool has_other_feeds = settings.feeds != before.feeds;
  if (has_other_feeds || keeps_other) {
    std::vector<std::string> urls;
    for (const TownSettings::Feed& feed : settings.feeds) {
      urls.push_back(feed.url);
    }
    sources_->set_town_feeds(change.tenant, std::move(urls), keeps_other);
  }
  for (const auto& [is_other, field] : {std::pair(is_renamed, "name"),
                                        {keeps_other, "variables"},
                                        {has_other_feeds, "feeds"},
                                        {settings.mail_to != before.mail_to, "mail_to"},
                                        {settings.calendar != before.calendar, "calendar"}}) {
    if (is_other) {
      changed.fields.emplace_back(field);
    }
  }
  return changed;
}

}  // namespace vigie
