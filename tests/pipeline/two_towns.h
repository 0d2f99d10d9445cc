#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/match/town.h"
#include "tests/pipeline/pipeline_under_test.h"
#include "tests/pipeline/stored.h"

namespace vigie {

constexpr TenantId kRouen = 0, kCaen = 1;
/// Two connectors; the desk is owned by Rouen.
constexpr std::size_t kWall = 0, kDesk = 1;

inline constexpr std::string_view kRouenRules = R"(rules:
  - {id: rouen.veille, watch: true, any: [rouen]}
  - {id: rouen.eau, topic: eau, any: [eau, robinet]}
  - {id: danger.feu, urgency: 600, any: [incendie]}
  - {id: danger.explosion, urgency: 900, any: [explosion]}
  - {id: ton.nul, tone: -600, any: [nul]}
  - {id: ton.bien, tone: 600, any: [bien]}
)";
inline constexpr std::string_view kCaenRules = R"(rules:
  - {id: caen.veille, watch: true, any: [caen]}
  - {id: caen.voirie, topic: voirie, any: [route, trottoir]}
)";

/// Each town has its own rules, accounts and people to be told.
inline std::vector<Tenant> two_towns() {
  Tenant rouen = tenant("rouen", {"rouen"}), caen = tenant("caen", {"caen"});
  rouen.official_accounts = {{"mastodon", "mairie-de-rouen"}};
  rouen.receivers = {"mail"};
  caen.receivers = {"mail", "chat"};
  return {rouen, caen};
}

inline std::shared_ptr<const Knowledge> knowledge(std::string_view rouen_rules = kRouenRules,
                                                  std::string ruleset = "first",
                                                  std::vector<Tenant> tenants = two_towns()) {
  const TempFolder folder;
  folder.write("rouen.yaml", rouen_rules);
  folder.write("caen.yaml", kCaenRules);
  std::vector<Problem> problems;
  const std::vector<RulePack> packs = read_packs(folder.path(), problems);
  auto catalogue = std::make_shared<Catalogue>();
  auto made = std::make_shared<Knowledge>();
  made->rules = RuleSet::compile(packs, tenants, TextFolder::fold_phrase, *catalogue, problems);
  EXPECT_TRUE(problems.empty()) << to_string(problems);
  made->lexicons = std::make_shared<const Lexicons>(Lexicon(), Lexicon());
  made->models = std::make_shared<const Models>();
  catalogue->ruleset = std::move(ruleset);
  catalogue->model = "none";
  made->catalogue = std::move(catalogue);
  return made;
}

/// The canonical line of a post. `more`: further fields, each with a comma before it.
inline std::string post(std::string_view id, std::string_view text, std::string_view more = {}) {
  return R"({"id":")" + std::string(id) + R"(","source":"mastodon","text":")" + std::string(text) +
         R"(")" +
         (more.find("created_at") == std::string_view::npos
              ? R"(,"created_at":"2026-10-14T06:00:00Z")"
              : "") +
         std::string(more) + "}\n";
}
inline std::string deletion(std::string_view id) {
  return R"({"id":")" + std::string(id) + R"(","source":"mastodon","deleted":true})" + "\n";
}

/// How an envelope arrives.
struct How {
  std::string cursor = {};
  Mode mode = Mode::kLive;
  microseconds time_shift{0};
  std::size_t connector = kWall;
};

/// Two towns' pipeline, at 2026-10-14T06:30 if nothing else is said.
class TwoTowns : public PipelineUnderTest {
 public:
  explicit TwoTowns(MemoryDisk& disk, std::size_t workers = 1,
                    const std::vector<Tenant>& tenants = two_towns(),
                    Time now = at("2026-10-14T06:30:00Z"))
      : PipelineUnderTest(disk, {.tenants = tenants,
                                 .knowledge = knowledge(kRouenRules, "first", tenants),
                                 .keys = {TenantKey{1}, TenantKey{2}},
                                 .connectors = {"wall", "desk"},
                                 .receivers = {"mail", "chat"},
                                 .now = now,
                                 .workers = workers,
                                 .mentions_per_pack = 4}) {
    for (std::size_t connector : {kWall, kDesk}) {
      auto origin = std::make_shared<Origin>();
      origin->connector = static_cast<std::uint16_t>(connector);
      origin->connector_id = connector == kWall ? "wall" : "desk";
      origin->format = "canonical";
      origin->network = origin->connector_id;
      if (connector == kDesk) {
        origin->owned_by = {kRouen};
      }
      origins.push_back(std::move(origin));
    }
  }
  /// Puts one envelope on its way; the receipt is filled in once it is committed.
  std::shared_ptr<const Receipt> send(std::string_view lines, const How& how = {}) {
    auto receipt = std::make_shared<Receipt>();
    Envelope envelope;
    envelope.origin = origins[how.connector];
    envelope.bytes = Payload(lines);
    envelope.received_at = clock.now();
    envelope.cursor = how.cursor;
    envelope.mode = how.mode;
    envelope.time_shift = how.time_shift;
    envelope.receipt = receipt;
    EXPECT_NE(pipeline->inlet().offer(envelope), 0U);
    return receipt;
  }
  void settle() {
    while (pipeline->step()) {
    }
  }
  Receipt take(std::string_view lines, const How& how = {}) {
    const auto receipt = send(lines, how);
    settle();
    return *receipt;
  }
  /// Worker `index` alone does all it can, then the writer.
  void run_worker_and_writer(std::size_t index) {
    std::stop_source stop;
    stop.request_stop();
    pipeline->run_worker(index, stop.get_token());
    pipeline->run_writer(stop.get_token());
  }

  std::uint64_t committed(std::size_t connector = kWall) const {
    return pipeline->ledger().committed(connector);
  }
  std::string cursor() const { return store->cursor("wall").value().value_or("none"); }
  std::vector<std::string> texts(TenantId tenant) const {
    std::vector<std::string> found;
    EXPECT_TRUE(store->scan(tenant, {}, 0, [&](const StoredMention& stored) {
      found.emplace_back(stored.record.mention.text);
      return true;
    }));
    std::ranges::sort(found);
    return found;
  }
  /// The one mention that the tenant keeps under this id.
  StoredMention mention(TenantId tenant, std::string_view id) const {
    std::optional<MentionRef> ref;
    EXPECT_TRUE(store->scan(tenant, {}, 0, [&](const StoredMention& stored) {
      if (stored.record.mention.id == id) {
        ref = stored.ref;
      }
      return !ref;
    }));
    EXPECT_TRUE(ref) << id;
    return ref ? std::move(**store->mention(*ref)) : StoredMention{};
  }

  std::vector<std::shared_ptr<const Origin>> origins;
};

}  // namespace vigie
