#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/app/data_folder.h"
#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/app/progress.h"
#include "engine/pipeline/analyser.h"

namespace vigie {
namespace {

/// Of one tenant's mentions.
struct Changes {
  std::uint64_t mentions = 0, judged = 0, tone = 0, urgency = 0, topics = 0;
};

Changes reclassify_tenant(Store& store, TenantId tenant, Analyser& analyser, bool all,
                          Progress& progress) {
  const std::shared_ptr<const Catalogue>& in_force = analyser.knowledge().catalogue;
  Changes changes;
  const Store::Rejudge rejudge = [&](TenantId of, const Catalogue& before, Record& record) {
    const Tone tone = record.verdict.tone;
    const Urgency urgency = record.verdict.urgency;
    const std::vector<std::string_view> topics = spell_topics(before, record.topics);
    analyser.judge(of, record);
    changes.tone += record.verdict.tone != tone;
    changes.urgency += record.verdict.urgency != urgency;
    changes.topics += spell_topics(*in_force, record.topics) != topics;
  };
  std::optional<MentionRef> from = MentionRef{tenant, 0, 0};
  while (from) {
    const Store::Reclassified step = store.reclassify_some(*from, all, in_force, rejudge);
    changes.mentions += step.mentions;
    changes.judged += step.judged;
    progress.add(step.mentions);
    from = step.next;
  }
  store.sync();
  return changes;
}

void print(const std::string& tenant, const Changes& changes) {
  const auto number = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
  std::printf(
      "%s: %llu of %llu mentions judged anew; tone of %llu, urgency of %llu, topics of %llu "
      "changed\n",
      tenant.c_str(), number(changes.judged), number(changes.mentions), number(changes.tone),
      number(changes.urgency), number(changes.topics));
}

}  // namespace

int reclassify(const ReclassifyOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  std::shared_ptr<const Knowledge> knowledge;
  if (config) {
    knowledge = read_knowledge(*config, problems);
  }
  if (!knowledge) {
    return usage(problems);
  }
  const Result<std::unique_ptr<Store>> store = open_store(*config, StoreAccess::kReadWrite);
  if (!store) {
    return failed(store.error());
  }
  Analyser analyser(knowledge);
  std::vector<Changes> changes;
  {
    Progress progress((*store)->stats().mentions);
    for (TenantId tenant = 0; tenant < config->tenants.size(); ++tenant) {
      changes.push_back(reclassify_tenant(**store, tenant, analyser, options.all, progress));
    }
  }
  for (TenantId tenant = 0; tenant < config->tenants.size(); ++tenant) {
    print(config->tenants[tenant].id, changes[tenant]);
  }
  std::printf("rule set %s, model %s\n", knowledge->catalogue->ruleset.c_str(),
              knowledge->catalogue->model.c_str());
  return kOk;
}

}  // namespace vigie
