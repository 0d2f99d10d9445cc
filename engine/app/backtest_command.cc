#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/app/backtest_json.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/app/data_folder.h"
#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/app/progress.h"
#include "engine/pipeline/backtest.h"

namespace vigie {
namespace {

constexpr std::size_t kShownExamples = 5;

/// "30d" is that long before `now`; "2026-10-01" its midnight, UTC; empty: since ever.
std::optional<Time> parse_since(const std::string& text, Time now) {
  constexpr std::size_t kDateCharacters = 10;
  constexpr int kMaxDays = 36'500;
  if (text.empty()) {
    return Time{};
  }
  if (text.ends_with('d')) {
    int days = 0;
    const char* const end = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data(), end, days);
    const bool is_number = error == std::errc() && stop == end && days > 0 && days <= kMaxDays;
    return is_number ? std::optional(std::max(now - std::chrono::days(days), Time{}))
                     : std::nullopt;
  }
  return parse_time(text.size() == kDateCharacters ? text + "T00:00:00Z" : text);
}

std::string rules_of(const Alert& alert) {
  std::string names;
  for (const Alert::Reason& reason : alert.reasons) {
    names += (names.empty() ? "" : ", ") + reason.rule;
  }
  return names;
}

unsigned long long number(std::uint64_t count) { return count; }

void print_alerts(const char* title, const std::vector<Alert>& alerts) {
  if (!alerts.empty()) {
    std::printf("  %s:\n", title);
  }
  for (std::size_t i = 0; i < std::min(alerts.size(), kShownExamples); ++i) {
    const Alert& alert = alerts[i];
    std::printf("    %s %s, %s: \"%s\" (%s)\n", format_time(alert.received_at).c_str(),
                std::string(to_string(alert.level)).c_str(), alert.subject.c_str(),
                words_of(alert).c_str(), rules_of(alert).c_str());
  }
}

void print_changes(const char* title, const std::vector<BacktestReport::Change>& changes) {
  if (!changes.empty()) {
    std::printf("  %s, for example:\n", title);
  }
  for (std::size_t i = 0; i < std::min(changes.size(), kShownExamples); ++i) {
    std::printf("    %s → %s: \"%s\"\n", changes[i].before.c_str(), changes[i].after.c_str(),
                shortened(changes[i].text).c_str());
  }
}

void print_agreement(const char* axis, const BacktestReport::Agreement& agreement) {
  if (agreement.corrections != 0) {
    std::printf(
        "  people's corrections of %s: %llu; the rules in force agree with %llu, the new ones with "
        "%llu\n",
        axis, number(agreement.corrections), number(agreement.before), number(agreement.after));
  }
}

void print_text(const std::string& tenant, const BacktestReport& report,
                const BacktestOptions& options) {
  std::printf("%s: %llu kept mentions\n", tenant.c_str(), number(report.mentions));
  std::printf("  alerts: %llu → %llu (%llu gained, %llu lost)\n", number(report.alerts_before),
              number(report.alerts_after), number(report.gained), number(report.lost));
  std::printf("  reading: %+.1f min (an alert takes %u s)\n",
              extra_reading_minutes(report, options.seconds_per_alert), options.seconds_per_alert);
  std::printf(
      "  changed: tone of %llu, urgency of %llu (%llu newly urgent, %llu no longer), topics of "
      "%llu\n",
      number(report.tone_changed), number(report.urgency_changed), number(report.newly_urgent),
      number(report.no_longer_urgent), number(report.topics_changed));
  if (report.backfilled != 0) {
    std::printf("  %llu of them were filled in and raise no alert by whatever rules\n",
                number(report.backfilled));
  }
  if (report.is_cut) {
    std::printf("  alerts are those of the newest %zu urgent mentions\n",
                BacktestReport::kMaxUrgentMentions);
  }
  print_agreement("tone", report.tone);
  print_agreement("urgency", report.urgency);
  print_alerts("gained", report.gained_alerts);
  print_alerts("lost", report.lost_alerts);
  print_changes("tone", report.tone_changes);
  print_changes("urgency", report.urgency_changes);
  print_changes("topics gained", report.topics_gained);
  print_changes("topics lost", report.topics_lost);
}

}  // namespace

int rules_backtest(const BacktestOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  std::shared_ptr<const Knowledge> in_force, next;
  const std::optional<Time> since = parse_since(options.since, SystemClock().now());
  if (!since) {
    problems.push_back(
        {"--since", 0, 0, "'" + options.since + "' is not one; for example 30d or 2026-10-01"});
  }
  if (config) {
    in_force = read_knowledge(*config, problems);
    next =
        read_knowledge(options.rules, config->tenants,
                       read_own_packs(config->data_directory, config->tenants, problems), problems);
    if (!options.tenant.empty() &&
        std::ranges::find(config->tenants, options.tenant, &Tenant::id) == config->tenants.end()) {
      problems.push_back({"--tenant", 0, 0, "there is no tenant '" + options.tenant + "'"});
    }
  }
  if (!problems.empty()) {
    return usage(problems);
  }
  const Result<std::unique_ptr<Store>> store = open_store(*config, StoreAccess::kReadOnly);
  if (!store) {
    return failed(store.error());
  }
  if (!options.json) {
    std::printf(
        "Kept mentions only: what no rule in force kept is not there to be judged.\n"
        "Rule set in force %s, new %s\n",
        in_force->catalogue->ruleset.c_str(), next->catalogue->ruleset.c_str());
  }
  Progress progress(0);
  for (TenantId tenant = 0; tenant < config->tenants.size(); ++tenant) {
    const std::string& id = config->tenants[tenant].id;
    if (!options.tenant.empty() && options.tenant != id) {
      continue;
    }
    const Result<BacktestReport> report =
        backtest(**store, tenant, config->tenants[tenant], in_force, next, *since, [&] {
          progress.add(1);
          return true;
        });
    if (!report) {
      return failed(report.error());
    }
    if (options.json) {
      const std::string line = backtest_json(id, *report, options.seconds_per_alert) + "\n";
      std::fwrite(line.data(), 1, line.size(), stdout);
    } else {
      print_text(id, *report, options);
    }
  }
  return kOk;
}

}  // namespace vigie
