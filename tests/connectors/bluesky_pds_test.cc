// What a real Bluesky PDS says to the search of Bluesky: sessions by an app password, their end,
// its limits, and posts as it stores them. The AppView behind it is ours (peers/bluesky/pds.mjs).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "connectors/json_document.h"
#include "connectors/registry.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/mapped.h"
#include "tests/connectors/peer.h"

namespace vigie {
namespace {

using State = ConnectorStatus::State;
using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// What the installer printed last, and whether it could.
std::pair<bool, std::string> installed() {
  std::FILE* output = ::popen((Peer::peers_folder() + "bluesky/install").c_str(), "r");
  std::string text;
  for (int c; output != nullptr && (c = std::fgetc(output)) != EOF;) {
    text += static_cast<char>(c);
  }
  const bool is_there = output != nullptr && ::pclose(output) == 0;
  while (text.ends_with('\n')) {
    text.pop_back();
  }
  return {is_there, text.substr(text.rfind('\n') + 1)};
}

class BlueskyPdsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto [is_there, words] = installed();
    why_not_ = is_there ? "" : words;
    if (is_there) {
      folder_ = std::make_unique<TempFolder>();
      pds_ = std::make_unique<Peer>(std::vector<std::string>{
          words, Peer::peers_folder() + "bluesky/pds.mjs", folder_->path().string()});
    }
  }
  static void TearDownTestSuite() {
    pds_.reset();
    folder_.reset();
  }

  /// Each test has accounts of its own, and a word of its own in what they write.
  void SetUp() override {
    if (pds_ == nullptr) {
      GTEST_SKIP() << why_not_;
    }
    static int tests = 0;
    word_ = "techniville" + std::to_string(++tests);
    town_ = "mairie" + std::to_string(tests) + ".test";
    citizen_ = "ana" + std::to_string(tests) + ".test";
    town_did_ = told("account", handle(town_), "/did");
    citizen_did_ = told("account", handle(citizen_), "/did");
    password_ = told("app_password", handle(town_) + R"(, "name": "vigie")", "/password");
  }

  static std::string handle(const std::string& name) { return R"("handle": )" + json_text(name); }

  /// One value of what the PDS's keeper answers.
  std::string told(const std::string& what, const std::string& members, std::string_view pointer) {
    const std::string answer = pds_->tell(what, members);
    JsonDocument document;
    const bool is_json = !document.parse(answer);
    const JsonNode* node =
        is_json ? document.find(document.root(), *JsonPath::parse(pointer)) : nullptr;
    const auto text = node ? document.text(*node) : std::nullopt;
    if (!text) {
      ADD_FAILURE() << what << ": " << answer;
    }
    return std::string(text.value_or(""));
  }

  /// The citizen writes, so long ago; what the PDS says of it: {"uri": …, "cid": …}.
  std::string write(const std::string& text, seconds ago, const std::string& answers = {}) {
    return pds_->tell("post", handle(citizen_) + R"(, "text": )" + json_text(text + " " + word_) +
                                  R"(, "created_at": )" + json_text(format_time(now_ - ago)) +
                                  (answers.empty() ? "" : R"(, "answers": )" + answers));
  }
  static std::string uri_of(const std::string& post) {
    return post.substr(8, post.find('"', 8) - 8);  // {"uri":"
  }

  /// A started engine that goes on where the last one was killed, until it has asked, or until
  /// `until` says so. What it took is in told_.
  ConnectorStatus::Snapshot poll(const std::function<bool(EngineStandIn&)>& until = {}) {
    const std::string yaml =
        "id: town\nallow_private: true\ninterval_s: 5\napi: " + pds_->url("http") +
        "\nquery: " + word_ + "\nhandle: " + town_ +
        "\nsecret_file: " + secrets_.write_private("secret", password_);
    EngineStandIn engine("bluesky_search", cursor_);
    engine.clock().set(now_);
    auto made = connector_types().at("bluesky_search").make(engine.context(yaml));
    if (!made) {
      ADD_FAILURE() << made.error().text;
      return {};
    }
    engine.run(**made,
               [&] { return until ? until(engine) : engine.status().snapshot().requests > 0; });
    std::filesystem::remove(secrets_.path() / "secret");
    took_.clear();
    for (const EngineStandIn::Arrival& arrival : engine.arrivals()) {
      cursor_ = arrival.cursor.empty() ? cursor_ : arrival.cursor;
      if (!arrival.bytes.empty()) {
        const Mapped mapped(*mappings().at("bluesky_search")(), arrival.bytes);
        EXPECT_EQ(mapped.rejected, 0) << arrival.bytes;
        took_.insert(took_.end(), mapped.told.begin(), mapped.told.end());
      }
    }
    return engine.status().snapshot();
  }

  static inline std::unique_ptr<TempFolder> folder_;
  static inline std::unique_ptr<Peer> pds_;
  static inline std::string why_not_;

  const Time now_ = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  TempFolder secrets_;
  std::string word_, town_, citizen_, town_did_, citizen_did_, password_, cursor_;
  std::vector<std::string> took_;
};

TEST_F(BlueskyPdsTest, TakesPostsAsAPdsStoresThem) {
  shows("bluesky_search", "takes");
  const std::string first = write("La mairie & « nous »", hours(3));
  write("Réponse", hours(2), first);
  write("Trottoir cassé", hours(1));
  pds_->tell("pages_of", R"("size": 2)");
  const ConnectorStatus::Snapshot status = poll();
  EXPECT_EQ(status.state, State::kActive) << status.detail;
  ASSERT_EQ(took_.size(), 3u);
  EXPECT_THAT(took_[0], HasSubstr("Trottoir cassé " + word_)) << "the latest first";
  EXPECT_THAT(took_[1], HasSubstr(R"("in_reply_to":")" + uri_of(first)));
  EXPECT_THAT(took_[2], HasSubstr(R"("id":")" + uri_of(first) + '"'));
  EXPECT_THAT(took_[2], HasSubstr("La mairie & « nous » " + word_));
  EXPECT_THAT(took_[2], HasSubstr(R"("id":")" + citizen_did_ + R"(","name":")" + citizen_ + '"'));
  EXPECT_THAT(took_[2], HasSubstr(R"("created_at":")" + format_time(now_ - hours(3)) + '"'));
  EXPECT_EQ(status.newest_at, now_ - hours(1));
  const std::string searches = pds_->tell("searches");
  EXPECT_THAT(searches, HasSubstr(town_did_)) << "the PDS vouches for the town's account";
  EXPECT_THAT(searches, HasSubstr(R"("turned_away":0)"));
}

TEST_F(BlueskyPdsTest, DeletesWhatWasDeletedAtThePds) {
  shows("bluesky_search", "deletion");
  const std::string kept = write("Merci", hours(2)), gone = write("Pardon", hours(1));
  poll();
  EXPECT_EQ(took_.size(), 2u);
  pds_->tell("delete", handle(citizen_) + R"(, "uri": )" + json_text(uri_of(gone)));
  poll();
  poll();
  ASSERT_FALSE(took_.empty());
  EXPECT_THAT(took_.back(), HasSubstr(uri_of(gone)));
  EXPECT_THAT(took_.back(), HasSubstr(R"("deleted":true)"));
  for (const std::string& mention : took_) {
    EXPECT_FALSE(mention.find(uri_of(kept)) != std::string::npos &&
                 mention.find("deleted") != std::string::npos);
  }
}

TEST_F(BlueskyPdsTest, SignsInAgainWhenThePdsSaysThatTheSessionHasExpired) {
  shows("bluesky_search", "takes");
  write("Avant", hours(2));
  bool has_expired = false;
  const ConnectorStatus::Snapshot status = poll([&](EngineStandIn& engine) {
    if (!has_expired && engine.received().find("Avant") != std::string::npos) {
      has_expired = true;
      write("Ensuite", hours(1));
      pds_->tell("clock", R"("hours": 3)");  // a session lasts for two
    }
    const auto snapshot = engine.status().snapshot();
    return engine.received().find("Ensuite") != std::string::npos || snapshot.errors > 0;
  });
  EXPECT_EQ(status.errors, 0u) << status.detail;
  ASSERT_GE(took_.size(), 2u);
}

TEST_F(BlueskyPdsTest, SaysThatAWrongOrRevokedPasswordIsNotAccepted) {
  shows("bluesky_search", "refused");
  write("Bonjour", hours(1));
  const auto expect_refused = [&] {
    const ConnectorStatus::Snapshot status = poll();
    EXPECT_EQ(status.state, State::kUnauthorised) << status.detail;
    EXPECT_THAT(status.detail, HasSubstr("401"));
    EXPECT_THAT(status.detail, Not(HasSubstr(password_)));
    EXPECT_TRUE(took_.empty());
  };
  const std::string right = std::exchange(password_, "wxyz-wxyz-wxyz-wxyz");
  expect_refused();
  password_ = right;
  pds_->tell("revoke", handle(town_) + R"(, "name": "vigie")");
  expect_refused();
}

TEST_F(BlueskyPdsTest, WaitsAsLongAsThePdsSaysWhenTooManySessionsWereAskedFor) {
  shows("bluesky_search", "limited");
  town_ = "nobody.test";
  pds_->tell("sign_in", handle(town_) + R"(, "times": 30)");
  const ConnectorStatus::Snapshot status = poll();
  EXPECT_EQ(status.state, State::kQuotaSpent) << status.detail;
  EXPECT_GT(status.next_attempt_at, now_ + seconds(60)) << "30 in five minutes, or 300 a day";
}

}  // namespace
}  // namespace vigie
