#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/parse/canonical.h"
#include "engine/pipeline/pipeline.h"
#include "engine/store/memory_key_value.h"

namespace vigie {

inline Time at(std::string_view text) { return parse_time(text).value(); }

/// The pipeline of some tenants over a disk of memory, on one thread, by a clock that a test sets.
class PipelineUnderTest {
 public:
  struct Setting {
    std::vector<Tenant> tenants;
    std::shared_ptr<const Knowledge> knowledge;
    std::vector<TenantKey> keys;  ///< one per tenant
    std::vector<std::string> connectors, receivers;
    Time now{};
    std::size_t workers = 1;
    std::size_t ring_capacity_envelopes = 64;
    std::uint32_t mentions_per_pack = StoreOptions().mentions_per_pack;
    std::shared_ptr<const WordShares> word_shares = std::make_shared<WordShares>();
  };

  PipelineUnderTest(MemoryDisk& disk, Setting setting)
      : PipelineUnderTest(disk.open(), std::move(setting)) {}
  PipelineUnderTest(std::unique_ptr<KeyValue> key_value, Setting setting)
      : clock(setting.now),
        metrics({setting.connectors, ids(setting.tenants), setting.receivers, "test"}),
        policy(std::move(setting.tenants)),
        pseudonyms(std::move(setting.keys)),
        shelf(std::move(setting.knowledge)) {
    StoreOptions options;
    options.tenants = ids(policy.tenants);
    options.mentions_per_pack = setting.mentions_per_pack;
    auto opened = Store::open(std::move(key_value), options);
    EXPECT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
    raiser = AlertRaiser::recall(*store, policy, clock, metrics).value();
    stories = StoryTeller::recall(*store, policy).value();
    mappings.emplace("canonical", [] { return make_canonical_mapping(Requirement::kIngest); });
    pipeline = std::make_unique<Pipeline>(Pipeline::Parts{
        .store = *store,
        .mappings = mappings,
        .policy = policy,
        .pseudonyms = pseudonyms,
        .shelf = shelf,
        .clock = clock,
        .metrics = metrics,
        .alerts = *raiser,
        .stories = *stories,
        .word_shares = setting.word_shares,
        .connectors = setting.connectors.size(),
        .workers = setting.workers,
        .inbox_capacity_envelopes = setting.ring_capacity_envelopes,
        .outbox_capacity_envelopes = setting.ring_capacity_envelopes,
        .shown =
            [this](std::span<const MentionRef> mentions, std::span<const RaisedAlert>) {
              shown.insert(shown.end(), mentions.begin(), mentions.end());
            },
    });
  }
  PipelineUnderTest(const PipelineUnderTest&) = delete;

  ManualClock clock;
  Metrics metrics;
  TenantPolicy policy;
  Pseudonymiser pseudonyms;
  KnowledgeShelf shelf;
  MappingFactories mappings;
  std::unique_ptr<Store> store;
  std::unique_ptr<AlertRaiser> raiser;
  std::unique_ptr<StoryTeller> stories;
  std::unique_ptr<Pipeline> pipeline;
  std::vector<MentionRef> shown;

 private:
  static std::vector<std::string> ids(const std::vector<Tenant>& tenants) {
    std::vector<std::string> all;
    for (const Tenant& tenant : tenants) {
      all.push_back(tenant.id);
    }
    return all;
  }
};

}  // namespace vigie
