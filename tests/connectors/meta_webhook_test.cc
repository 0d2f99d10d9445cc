// What Meta pushes, as its pages describe it, through a real HTTP server; its Graph API is a peer.
#include "connectors/meta_webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/api_peer.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/hook_server.h"
#include "tests/connectors/hub_signing.h"
#include "tests/connectors/mapped.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using State = ConnectorStatus::State;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSecret = "the-secret-of-the-app";
constexpr const char* kVerifyToken = "meaty-ham-hock-of-town";
constexpr const char* kToken = "EAAB-a-token-of-the-page";

/// How one of the networks tells of a comment below the town's own things.
struct Network {
  std::string type;
  std::string (*comment)(const std::string& id, const std::string& text, const std::string& verb);
  std::string first_id;
  bool tells_of_edits;
  std::string created_at;  ///< of every comment of these tests
};
std::ostream& operator<<(std::ostream& out, const Network& network) { return out << network.type; }

/// What goes between the brackets of "changes".
std::string facebook_comment(const std::string& id, const std::string& text,
                             const std::string& verb) {
  return R"({"field":"feed","value":{"item":"comment","comment_id":"444_)" + id +
         R"(","post_id":"444_44","parent_id":"444_44","verb":")" + verb +
         R"(","published":1,"created_time":1590054191,"message":")" + text +
         R"(","from":{"name":"Anna","id":"1067280970047460"}}})";
}
std::string instagram_comment(const std::string& id, const std::string& text, const std::string&) {
  return R"({"field":"comments","value":{"id":"178)" + id +
         R"(","from":{"id":"99","username":"anna"},"text":")" + text +
         R"(","media":{"id":"1801","media_product_type":"FEED"}}})";
}
std::string pushed(const std::string& object, const std::string& changes,
                   const std::string& time = "1590054192") {
  return R"({"object":")" + object + R"(","entry":[{"id":"17841405726653026","time":)" + time +
         R"(,"changes":[)" + changes + "]}]}";
}

const Network kFacebook{"facebook_webhook", facebook_comment, "444_1", true,
                        "2020-05-21T09:43:11Z"};
const Network kInstagram{"instagram_webhook", instagram_comment, "1781", false,
                         "2020-05-21T09:43:12Z"};

class MetaWebhook : public testing::TestWithParam<Network> {
 protected:
  struct Town {
    Town(const MetaWebhook& test, const std::string& type, std::size_t capacity = 64)
        : engine(type, {}, capacity) {
      auto made = connector_types().at(type).make(engine.context(test.yaml()));
      EXPECT_TRUE(made) << made.error().text;
      connector = std::move(*made);
      server = std::make_unique<HookServer>(engine, *connector);
    }
    ConnectorStatus::Snapshot status() { return engine.status().snapshot(); }
    EngineStandIn engine;
    std::unique_ptr<Connector> connector;
    std::unique_ptr<HookServer> server;
  };

  std::string yaml() const {
    return "id: town\nallow_private: true\napi: " + graph_.url() + "\nsecret_file: " + secret_ +
           "\nverify_token_file: " + verify_ + "\ntoken_file: " + token_ + "\n";
  }
  static std::string signed_post(const std::string& body, const std::string& secret = kSecret) {
    return HookServer::post(
        body, "Content-Type: application/json\r\nUser-Agent: facebookexternalua\r\n" +
                  ("X-Hub-Signature-256: " + hub_signature("sha256", EVP_sha256(), body, secret)) +
                  "\r\n");
  }
  std::string comment(const std::string& id, const std::string& text,
                      const std::string& verb = "add") const {
    return GetParam().comment(id, text, verb);
  }
  /// What the engine was handed, as it maps.
  static Mapped mapped(const std::string& type, const EngineStandIn& engine) {
    const auto mapping = mappings().at(type)();
    Mapped all(*mapping, "");
    for (const EngineStandIn::Arrival& arrival : engine.arrivals()) {
      const Mapped one(*mapping, arrival.bytes);
      all.told.insert(all.told.end(), one.told.begin(), one.told.end());
      all.ids.insert(all.ids.end(), one.ids.begin(), one.ids.end());
      all.keys.insert(all.keys.end(), one.keys.begin(), one.keys.end());
      all.dates.insert(all.dates.end(), one.dates.begin(), one.dates.end());
      all.rejected += one.rejected;
    }
    return all;
  }
  Mapped mapped(const Town& town) const { return mapped(GetParam().type, town.engine); }

  std::function<ApiPeer::Answer(const ApiPeer::Request&)> answer_ = [](const auto&) {
    return ApiPeer::Answer{404, {}, R"({"error":{"code":1}})"};
  };
  ApiPeer graph_{[this](const ApiPeer::Request& request) { return answer_(request); }};
  TempFolder folder_;
  std::string secret_ = folder_.write_private("secret", kSecret),
              verify_ = folder_.write_private("verify", kVerifyToken),
              token_ = folder_.write_private("token", kToken);
};

TEST_P(MetaWebhook, IsVerifiedByItsOwnTokenOnly) {
  Town town(*this, GetParam().type);
  const std::string query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
  const RawAnswer good = town.server->send(HookServer::get(query + kVerifyToken));
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.body, "1158201444");
  EXPECT_THAT(good.headers.at("content-type"), HasSubstr("text/plain"));
  EXPECT_EQ(town.server->send(HookServer::get(query + "guessed")).status, 403);
  EXPECT_EQ(town.server->send(HookServer::get("hub.mode=subscribe")).status, 403);
  EXPECT_EQ(town.status().errors, 2U);
}

TEST_P(MetaWebhook, TakesWhatIsSaidOnceItIsStored) {
  shows(GetParam().type, "takes");
  Town town(*this, GetParam().type);
  const RawAnswer answer = town.server->send(
      signed_post(pushed("page", comment("1", "Une fuite") + "," + comment("2", "Merci"))));
  EXPECT_EQ(answer.status, 200);
  const Mapped all = mapped(town);
  EXPECT_EQ(all.rejected, 0);
  EXPECT_EQ(all.ids.size(), 2U);
  EXPECT_EQ(all.ids.front(), GetParam().first_id);
  EXPECT_EQ(format_time(all.dates.front()), GetParam().created_at);
  EXPECT_THAT(all.told.front(), HasSubstr("Une fuite"));
  EXPECT_EQ(town.status().last_success_at, town.engine.clock().now());
}

TEST_P(MetaWebhook, WhatWasNotAnsweredIsRepeatedAndStoredOnce) {
  shows(GetParam().type, "resumes");
  const std::string push = signed_post(pushed("page", comment("1", "Une fuite")));
  {
    Town killed(*this, GetParam().type);
    killed.engine.pause();
    int turns = 0;
    killed.server->send_and_leave(push, [&] { return ++turns > 30; });
    EXPECT_TRUE(killed.engine.arrivals().empty()) << "nothing was stored, so nobody said 200";
  }
  Town town(*this, GetParam().type);
  EXPECT_EQ(town.server->send(push).status, 200);
  EXPECT_EQ(town.server->send(push).status, 200) << "the answer was lost on its way";
  const std::vector<std::string> keys = mapped(town).keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0], keys[1]) << "the same mention in the same version: the store has it once";
}

TEST_P(MetaWebhook, TakesNothingOfAPushThatIsCutOff) {
  shows(GetParam().type, "cut");
  Town town(*this, GetParam().type);
  const std::string push = signed_post(pushed("page", comment("1", "Une fuite")));
  EXPECT_NE(town.server->cut(push).status, 200);
  EXPECT_TRUE(town.engine.arrivals().empty());
  EXPECT_EQ(town.server->send(push).status, 200);
  EXPECT_THAT(mapped(town).ids, ElementsAre(GetParam().first_id));
}

TEST_P(MetaWebhook, AsksToBeToldAgainWhileTheEngineIsBusy) {
  shows(GetParam().type, "limited");
  Town town(*this, GetParam().type, 2);
  town.engine.pause();
  for (Port::Parcel filler;;) {
    filler.bytes = Payload(std::string_view("{}"));
    if (!town.engine.port().try_send(filler)) {
      break;
    }
  }
  const std::string push = signed_post(pushed("page", comment("1", "Une fuite")));
  const RawAnswer busy = town.server->send(push);
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.headers.at("retry-after"), "1");
  town.engine.resume();
  while (town.engine.arrivals().size() < 2) {
    std::this_thread::yield();
  }
  EXPECT_EQ(town.server->send(push).status, 200);
}

TEST_P(MetaWebhook, RefusesWhatTheAppsSecretDidNotSign) {
  shows(GetParam().type, "refused");
  Town town(*this, GetParam().type);
  const std::string body = pushed("page", comment("1", "Une fuite"));
  EXPECT_EQ(town.server->send(signed_post(body, "another-secret-of-an-app")).status, 401);
  EXPECT_EQ(town.server->send(HookServer::post(body, "")).status, 401);
  const std::string sha1 =
      "X-Hub-Signature-256: " + hub_signature("sha1", EVP_sha1(), body, kSecret) + "\r\n";
  EXPECT_EQ(town.server->send(HookServer::post(body, sha1)).status, 401);
  EXPECT_TRUE(town.engine.arrivals().empty());
  EXPECT_EQ(town.status().errors, 3U);
  EXPECT_THAT(town.status().detail, HasSubstr("did not sign"));
}

TEST_P(MetaWebhook, IsPatientWithASlowTrickle) {
  shows(GetParam().type, "trickle");
  Town town(*this, GetParam().type);
  EXPECT_EQ(town.server->trickle(signed_post(pushed("page", comment("1", "Une fuite")))).status,
            200);
  EXPECT_THAT(mapped(town).ids, ElementsAre(GetParam().first_id));
}

TEST_P(MetaWebhook, OneBadChangeDoesNotCostTheOthers) {
  shows(GetParam().type, "malformed");
  Town town(*this, GetParam().type);
  std::string bad = comment("9", "perdu");
  const std::string key = GetParam().type == "facebook_webhook" ? "comment_id" : "id";
  bad.replace(bad.find('"' + key + '"'), key.size() + 2, R"("no_id")");
  const std::string body = pushed("page", bad + "," + comment("1", "Une fuite"));
  EXPECT_EQ(town.server->send(signed_post(body)).status, 200) << "to repeat it would not help";
  EXPECT_EQ(town.server->send(signed_post("<html>")).status, 200);
  const Mapped all = mapped(town);
  EXPECT_THAT(all.ids, ElementsAre(GetParam().first_id));
  EXPECT_EQ(all.rejected, 2);
}

TEST_P(MetaWebhook, TakesAnEditAsALaterVersion) {
  shows(GetParam().type, GetParam().tells_of_edits ? "edit" : "no edit");
  if (!GetParam().tells_of_edits) {
    GTEST_SKIP() << "the source does not tell of edits";
  }
  Town town(*this, GetParam().type);
  town.server->send(signed_post(pushed("page", comment("1", "Une fuite"))));
  town.server->send(
      signed_post(pushed("page", comment("1", "Une grosse fuite", "edited"), "1590054300")));
  const Mapped all = mapped(town);
  ASSERT_EQ(all.told.size(), 2U);
  EXPECT_THAT(all.keys[0], HasSubstr(" 1590054191000000 "));
  EXPECT_THAT(all.keys[1], HasSubstr(" 1590054300000000 "));
  EXPECT_THAT(all.told[1], HasSubstr("Une grosse fuite"));
  EXPECT_EQ(all.dates[0], all.dates[1]) << "it was written when it was written";
}

TEST_P(MetaWebhook, DeletesWhatWasRemoved) {
  shows(GetParam().type, GetParam().tells_of_edits ? "deletion" : "no deletion");
  if (!GetParam().tells_of_edits) {
    GTEST_SKIP() << "the source does not tell of deletions";
  }
  Town town(*this, GetParam().type);
  town.server->send(signed_post(pushed("page", comment("1", "Une fuite"))));
  town.server->send(signed_post(pushed("page", comment("1", "", "remove"))));
  const Mapped all = mapped(town);
  ASSERT_EQ(all.told.size(), 2U);
  EXPECT_THAT(all.told[1], HasSubstr(R"("deleted":true)"));
  EXPECT_EQ(all.ids[1], GetParam().first_id);
}

TEST_P(MetaWebhook, ATokenThatIsNotAcceptedIsToldBeforeAnybodyPushes) {
  answer_ = [](const auto&) {
    return ApiPeer::Answer{400, {}, R"({"error":{"code":190,"message":"expired"}})"};
  };
  Town town(*this, GetParam().type);
  town.engine.run(*town.connector, [&] { return town.status().requests > 0; });
  EXPECT_EQ(town.status().state, State::kUnauthorised);
  EXPECT_EQ(town.status().detail.find(kToken), std::string::npos);
  const auto asked = graph_.requests();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].path, "/v21.0/me");
  EXPECT_EQ(asked[0].headers.at("authorization"), std::string("Bearer ") + kToken);
}

INSTANTIATE_TEST_SUITE_P(Networks, MetaWebhook, testing::Values(kFacebook, kInstagram),
                         [](const auto& one) { return one.param.type; });

/// What is told by its id only.
class MetaLookups : public MetaWebhook {
 protected:
  static constexpr const char* kMention =
      R"({"field":"mentions","value":{"comment_id":"17873440459141021","media_id":"1801"}})";
  static constexpr const char* kAnswer =
      R"({"mentioned_comment":{"timestamp":"2017-05-03T16:09:08+0000","like_count":185,)"
      R"("text":"Merci @mairie","id":"17873440459141021","media":{"id":"1801"}},"id":"178"})";
};

TEST_F(MetaLookups, TheWordsOfAMentionAreAskedFor) {
  answer_ = [](const auto&) { return ApiPeer::Answer{200, {}, kAnswer}; };
  Town town(*this, "instagram_webhook");
  EXPECT_EQ(town.server->send(signed_post(pushed("instagram", kMention))).status, 200);
  const auto asked = graph_.requests();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].path, "/v21.0/17841405726653026");
  EXPECT_EQ(asked[0].parameter("fields"),
            "mentioned_comment.comment_id(17873440459141021)"
            "{id,text,username,timestamp,like_count,media}");
  const Mapped all = mapped("instagram_webhook", town.engine);
  ASSERT_THAT(all.ids, ElementsAre("17873440459141021"));
  EXPECT_EQ(format_time(all.dates[0]), "2017-05-03T16:09:08Z");
  EXPECT_THAT(all.told[0], HasSubstr(R"("text":"Merci @mairie")"));
  EXPECT_THAT(all.told[0], HasSubstr(R"("likes":185)"));
}

TEST_F(MetaLookups, ACaptionIsAskedForByItsMedia) {
  answer_ = [](const auto&) {
    return ApiPeer::Answer{
        200, {}, R"({"mentioned_media":{"id":"1801","caption":"A la @mairie"},"id":"178"})"};
  };
  Town town(*this, "instagram_webhook");
  town.server->send(
      signed_post(pushed("instagram", R"({"field":"mentions","value":{"media_id":"1801"}})")));
  ASSERT_EQ(graph_.requests().size(), 1U);
  EXPECT_EQ(graph_.requests()[0].parameter("fields"),
            "mentioned_media.media_id(1801)"
            "{id,caption,username,timestamp,like_count,comments_count}");
  EXPECT_THAT(mapped("instagram_webhook", town.engine).ids, ElementsAre("1801"));
}

TEST_F(MetaLookups, APageIsMentionedElsewhere) {
  answer_ = [](const auto&) {
    return ApiPeer::Answer{200,
                           {},
                           R"({"id":"5_6","message":"Bravo a la mairie",)"
                           R"("created_time":"2020-05-21T09:43:11+0000"})"};
  };
  Town town(*this, "facebook_webhook");
  town.server->send(signed_post(pushed(
      "page", R"({"field":"mention","value":{"post_id":"5_6","sender_name":"Anna","item":"post",)"
              R"("sender_id":"7","verb":"add"}})")));
  ASSERT_EQ(graph_.requests().size(), 1U);
  EXPECT_EQ(graph_.requests()[0].path, "/v21.0/5_6");
  EXPECT_THAT(mapped("facebook_webhook", town.engine).ids, ElementsAre("5_6"));
}

TEST_F(MetaLookups, WhatCannotBeAskedForNowIsToBeToldAgain) {
  Town town(*this, "instagram_webhook");
  const std::string push = signed_post(
      pushed("instagram",
             std::string(R"({"field":"mentions","value":{"comment_id":"55","media_id":"1801"}},)") +
                 kMention));
  int asked = 0;
  answer_ = [&](const ApiPeer::Request&) {
    ++asked;
    return asked == 1   ? ApiPeer::Answer{200, {}, kAnswer}
           : asked == 2 ? ApiPeer::Answer{400, {}, R"({"error":{"code":4}})"}
                        : ApiPeer::Answer{200, {}, kAnswer};
  };
  const RawAnswer refused = town.server->send(push);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "60");
  EXPECT_EQ(town.status().state, State::kQuotaSpent);
  EXPECT_EQ(town.server->send(push).status, 200);
  EXPECT_EQ(graph_.requests().size(), 3U) << "what was asked for is not asked for again";
  EXPECT_EQ(town.status().state, State::kActive);
}

TEST_F(MetaLookups, AMentionThatIsNoMoreIsPassedOver) {
  answer_ = [](const auto&) { return ApiPeer::Answer{400, {}, R"({"error":{"code":100}})"}; };
  Town town(*this, "instagram_webhook");
  EXPECT_EQ(town.server->send(signed_post(pushed("instagram", kMention))).status, 200);
  EXPECT_TRUE(mapped("instagram_webhook", town.engine).ids.empty());
  EXPECT_EQ(town.status().errors, 1U);
}

TEST_F(MetaLookups, NothingThatIsNoIdComesIntoAnAddress) {
  Town town(*this, "instagram_webhook");
  town.server->send(signed_post(pushed(
      "instagram", R"({"field":"mentions","value":{"comment_id":"1)&x=(","media_id":"/"}})")));
  EXPECT_TRUE(graph_.requests().empty());
}

TEST(MetaWebhookShapes, PostsReviewsAndOtherChanges) {
  const auto map = [](const std::string& change) {
    const auto mapping = mappings().at("facebook_webhook")();
    return Mapped(*mapping, pushed("page", change)).told;
  };
  EXPECT_THAT(map(R"({"field":"feed","value":{"item":"status","post_id":"4_5","verb":"add",)"
                  R"("message":"Un banc est cassé","created_time":1590054191}})"),
              ElementsAre(HasSubstr(R"("id":"4_5")")));
  EXPECT_THAT(map(R"({"field":"feed","value":{"item":"post","post_id":"4_5","verb":"remove"}})"),
              ElementsAre(HasSubstr(R"("deleted":true)")));
  EXPECT_THAT(
      map(R"({"field":"ratings","value":{"item":"rating","verb":"add","open_graph_story_id":"8",)"
          R"("review_text":"Accueil parfait","recommendation_type":"POSITIVE"}})"),
      ElementsAre(testing::AllOf(HasSubstr(R"("kind":"review")"), HasSubstr(R"("rating":5)"))));
  for (const char* no_mention :
       {R"({"field":"feed","value":{"item":"reaction","post_id":"4_5","verb":"add"}})",
        R"({"field":"feed","value":{"item":"comment","comment_id":"4_6","verb":"hide"}})",
        R"({"field":"feed","value":{"item":"photo","post_id":"4_5","verb":"add","link":"x"}})",
        R"({"field":"leadgen","value":{"leadgen_id":"1"}})"}) {
    EXPECT_THAT(map(no_mention), testing::IsEmpty()) << no_mention;
  }
}

TEST(MetaWebhookShapes, InstagramsOwnLoginPutsTheChangeIntoItsEntry) {
  const auto mapping = mappings().at("instagram_webhook")();
  const Mapped one(*mapping,
                   R"({"object":"instagram","entry":[{"id":"1","time":1590054192,)"
                   R"("field":"comments","value":{"id":"17","from":{"id":"2","username":"anna"},)"
                   R"("text":"Merci","media":{"id":"18","media_product_type":"FEED"}}}]})");
  EXPECT_THAT(one.ids, ElementsAre("17"));
  EXPECT_EQ(format_time(one.dates.at(0)), "2020-05-21T09:43:12Z");
}

TEST(MetaWebhookSettings, NameEverySecretThatIsMissing) {
  EngineStandIn engine;
  const auto made = connector_types().at("instagram_webhook").make(engine.context("id: a\n"));
  ASSERT_FALSE(made);
  for (const char* part : {"'secret_file'", "'verify_token_file'", "'token_file'"}) {
    EXPECT_THAT(made.error().text, HasSubstr(part));
  }
}

}  // namespace
}  // namespace vigie
