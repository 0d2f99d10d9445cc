// Nine facts about the generic webhook, through the engine's own HTTP server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/signature.h"
#include "connectors/webhook.h"
#include "engine/parse/canonical.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/hook_server.h"
#include "tests/connectors/mapped.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSecret = "a-secret-of-the-desk";
constexpr const char* kSource = "webhook";

std::string mention(const std::string& id, const std::string& text, const std::string& more = {}) {
  return R"({"id":")" + id + R"(","source":"desk","text":")" + text +
         R"(","created_at":"2026-10-05T04:00:00Z")" + more + "}\n";
}

class WebhookFacts : public testing::Test {
 protected:
  struct Town {
    explicit Town(const TempFolder& folder, std::size_t capacity = 64)
        : engine("canonical", {}, capacity) {
      auto made = make_webhook_connector(
          engine.context("secret_file: " + (folder.path() / "secret").string() + "\n"));
      EXPECT_TRUE(made) << made.error().text;
      connector = std::move(*made);
      server = std::make_unique<HookServer>(engine, *connector);
    }
    std::string push(const std::string& body, const std::string& secret = kSecret) {
      return HookServer::post(body, "Content-Type: application/x-ndjson\r\nX-Vigie-Signature: " +
                                        sign(body, secret, engine.clock().now()) + "\r\n");
    }
    Mapped mapped() const {
      const auto mapping = make_canonical_mapping(Requirement::kIngest);
      return {*mapping, engine.received()};
    }
    EngineStandIn engine;
    std::unique_ptr<Connector> connector;
    std::unique_ptr<HookServer> server;
  };
  TempFolder folder_;
  std::string secret_ = folder_.write_private("secret", kSecret);
};

TEST_F(WebhookFacts, TakesWhatIsPushed) {
  shows(kSource, "takes");
  Town town(folder_);
  EXPECT_EQ(town.server->send(town.push(mention("1", "Une fuite") + mention("2", "x"))).status,
            202);
  const Mapped all = town.mapped();
  EXPECT_THAT(all.ids, ElementsAre("1", "2"));
  EXPECT_EQ(format_time(all.dates[0]), "2026-10-05T04:00:00Z");
}

TEST_F(WebhookFacts, WhatWasNotAnsweredIsPushedAgainAndStoredOnce) {
  shows(kSource, "resumes");
  {
    Town killed(folder_);
    killed.engine.pause();
    int turns = 0;
    killed.server->send_and_leave(killed.push(mention("1", "x")), [&] { return ++turns > 30; });
    EXPECT_TRUE(killed.engine.arrivals().empty());
  }
  Town town(folder_);
  EXPECT_EQ(town.server->send(town.push(mention("1", "x"))).status, 202);
  EXPECT_EQ(town.server->send(town.push(mention("1", "x"))).status, 202);
  const auto keys = town.mapped().keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0], keys[1]) << "the same mention in the same version: the store has it once";
}

TEST_F(WebhookFacts, TakesNothingOfAPushThatIsCutOff) {
  shows(kSource, "cut");
  Town town(folder_);
  EXPECT_NE(town.server->cut(town.push(mention("1", "x") + mention("2", "y"))).status, 202);
  EXPECT_TRUE(town.engine.arrivals().empty());
}

TEST_F(WebhookFacts, AsksToComeAgainWhileTheEngineIsBusy) {
  shows(kSource, "limited");
  Town town(folder_, 2);
  town.engine.pause();
  for (Port::Parcel filler;;) {
    filler.bytes = Payload(std::string_view());
    if (!town.engine.port().try_send(filler)) {
      break;
    }
  }
  const RawAnswer busy = town.server->send(town.push(mention("1", "x")));
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.headers.at("retry-after"), "1");
  town.engine.resume();
}

TEST_F(WebhookFacts, RefusesWhoDoesNotKnowTheSecret) {
  shows(kSource, "refused");
  Town town(folder_);
  EXPECT_EQ(town.server->send(town.push(mention("1", "x"), "another-secret")).status, 401);
  EXPECT_TRUE(town.engine.arrivals().empty());
  EXPECT_THAT(town.engine.status().snapshot().detail, HasSubstr("answered 401"));
}

TEST_F(WebhookFacts, IsPatientWithASlowTrickle) {
  shows(kSource, "trickle");
  Town town(folder_);
  EXPECT_EQ(town.server->trickle(town.push(mention("1", "x"))).status, 202);
  EXPECT_THAT(town.mapped().ids, ElementsAre("1"));
}

TEST_F(WebhookFacts, OneBadLineDoesNotCostTheOthers) {
  shows(kSource, "malformed");
  Town town(folder_);
  EXPECT_EQ(town.server->send(town.push("{no json\n" + mention("1", "x"))).status, 202);
  EXPECT_THAT(town.mapped().ids, ElementsAre("1"));
  EXPECT_EQ(town.mapped().rejected, 1);
}

TEST_F(WebhookFacts, EditsAndDeletionsReachTheMention) {
  shows(kSource, "edit, deletion");
  Town town(folder_);
  town.server->send(town.push(mention("1", "avant")));
  town.server->send(town.push(mention("1", "après", R"(,"edited_at":"2026-10-05T05:00:00Z")")));
  town.server->send(town.push("{\"id\":\"1\",\"source\":\"desk\",\"deleted\":true}\n"));
  const Mapped all = town.mapped();
  ASSERT_THAT(all.ids, ElementsAre("1", "1", "1"));
  EXPECT_LT(all.keys[0], all.keys[1]);
  EXPECT_THAT(all.told[1], HasSubstr("après"));
  EXPECT_THAT(all.told[2], HasSubstr(R"("deleted":true)"));
}

}  // namespace
}  // namespace vigie
