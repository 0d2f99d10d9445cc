#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/app/engine.h"
#include "engine/app/own_packs.h"
#include "engine/core/result.h"
#include "engine/web/api.h"

namespace vigie {

/// Answers what /api/v1/tenants/{tenant}/rules asks, as JSON (schemas TownRules, RulesCheck, …).
/// Takes up to seconds: not for a thread that others wait for. The engine outlives it.
class RulesDesk {
 public:
  explicit RulesDesk(Engine& engine) : engine_(engine) {}

  /// See ApiParts::rules_desk.
  Result<RulesAnswer> answer(TenantId tenant, const RulesQuestion& question);

 private:
  /// A test and what is wrong, if anything.
  struct Tested {
    RuleTest test;
    std::vector<std::string> faults;
  };

  Result<RulesAnswer> show(TenantId tenant);
  RulesAnswer check(TenantId tenant, const std::string& text) const;
  Result<RulesAnswer> preview(TenantId tenant, const RulesQuestion& question) const;
  Result<RulesAnswer> publish(TenantId tenant, const RulesQuestion& question);
  Result<RulesAnswer> history(TenantId tenant) const;
  Result<RulesAnswer> version(TenantId tenant, std::uint64_t number) const;
  Result<RulesAnswer> restore(TenantId tenant, const RulesQuestion& question);
  const std::vector<Tested>* tests_of(const std::string& pack, const Knowledge& in_force);
  std::string own_text(TenantId tenant) const;
  void write_problems(std::string_view key, TenantId tenant, const std::vector<Problem>& problems,
                      std::string_view text, JsonWriter& json) const;
  void write_tests(TenantId tenant, const std::vector<Tested>& tests, JsonWriter& json) const;

  Engine& engine_;
  /// Of the shared packs, by the files they were run on.
  std::string tested_files_;
  std::map<std::string, std::vector<Tested>> tested_;
};

}  // namespace vigie
