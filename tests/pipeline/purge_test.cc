#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// "mastodon ana": she is gone.
class Farewell final : public Mapping {
 public:
  void map(const Envelope& envelope, MentionSink& sink) override {
    const std::string_view said = envelope.bytes.view();
    sink.purge_author(said.substr(0, said.find(' ')), said.substr(said.find(' ') + 1));
  }
};

class Purge : public testing::Test {
 protected:
  Purge() { open(); }
  void open() {
    engine.reset();
    engine = std::make_unique<TwoTowns>(disk);
    engine->mappings.emplace("farewell", [] { return std::make_unique<Farewell>(); });
  }
  Receipt gone(const std::string& who) {
    auto origin = std::make_shared<Origin>(*engine->origins[kWall]);
    origin->format = "farewell";
    const auto before = std::exchange(engine->origins[kWall], origin);
    const auto receipt = engine->take(who);
    engine->origins[kWall] = before;
    return receipt;
  }
  static std::string by(const std::string& author, std::string_view id, std::string_view text,
                        const std::string& more = "") {
    return post(id, text, R"(,"author":{"id":")" + author + R"(","name":"N"})" + more);
  }

  MemoryDisk disk;
  std::unique_ptr<TwoTowns> engine;
};

TEST_F(Purge, TakesAllOfTheAuthorInEveryTownAndNothingElse) {
  engine->take(by("ana", "1", "rouen et caen") + by("bob", "2", "rouen"));
  engine->clock.set(at("2026-10-16T06:30:00Z"));
  engine->take(by("ana", "3", "rouen encore") + by("ana", "4", "incendie à Rouen"));
  ASSERT_EQ(stored_lines(*engine->store, kRouen).size(), 4U);
  const auto receipt = gone("mastodon ana");
  EXPECT_EQ(receipt.deleted, 1U) << "one farewell";
  EXPECT_THAT(stored_lines(*engine->store, kRouen), ElementsAre(HasSubstr("mastodon/2")));
  EXPECT_THAT(stored_lines(*engine->store, kCaen), IsEmpty());
  EXPECT_THAT(urgent_ids(*engine->store, kRouen), IsEmpty());
  for (const TenantId tenant : {kRouen, kCaen}) {
    EXPECT_EQ(rolled_up(*engine->store, tenant), recounted(*engine->store, tenant));
    const Pseudonym ana = engine->pseudonyms.name(tenant, "mastodon", "ana");
    EXPECT_EQ(engine->store->reveal(tenant, ana).value(), std::nullopt);
  }
  EXPECT_TRUE(
      engine->store->reveal(kRouen, engine->pseudonyms.name(kRouen, "mastodon", "bob")).value());
}

TEST_F(Purge, LeavesTombstonesAndHoldsAfterARestart) {
  engine->take(by("ana", "1", "rouen"));
  gone("mastodon ana");
  open();
  EXPECT_EQ(engine->take(by("ana", "1", "rouen")).duplicates, 1U) << "told again, late";
  EXPECT_THAT(stored_lines(*engine->store, kRouen), IsEmpty());
}

TEST_F(Purge, ReachesWhatTheSameBatchAndLaterDaysHold) {
  engine->take(by("ana", "1", "rouen"));
  gone("mastodon ana");
  engine->take(by("ana", "2", "rouen"));  // an account that came back
  gone("mastodon ana");
  EXPECT_THAT(stored_lines(*engine->store, kRouen), IsEmpty());
}

TEST_F(Purge, ConcernsThatNetworkOnlyAndStrangersNotAtAll) {
  engine->take(by("ana", "1", "rouen"));
  gone("bluesky ana");
  gone("mastodon nobody");
  EXPECT_EQ(stored_lines(*engine->store, kRouen).size(), 1U);
}

}  // namespace
}  // namespace vigie
