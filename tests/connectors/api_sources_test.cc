// Ten facts about every polled source, against a peer that speaks as the source's page says.
#include "connectors/api_sources.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "connectors/api_poller.h"
#include "tests/connectors/api_pages.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/mapped.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using State = ConnectorStatus::State;
using std::chrono::hours;
using std::chrono::seconds;

constexpr Time kNow{seconds(1'790'000'000)};
constexpr std::size_t kPageSize = 2;

/// The source itself: posts, newest first, and what is wrong with it today.
class Source {
 public:
  explicit Source(const ApiPage& page)
      : page_(page), peer_([this](const auto& r) { return answer(r); }) {
    for (int number = 5; number >= 1; --number) {
      posts.push_back(
          {number, "Un nid-de-poule rue " + std::to_string(number), kNow - hours(6 - number)});
    }
  }

  std::vector<Post> posts;
  std::function<void(std::size_t page, ApiPeer::Answer&)> spoil = [](auto, auto&) {};
  std::atomic<std::size_t> hold_from{100};  ///< listings from this one on are not answered
  std::atomic<bool> is_holding{false};

  ApiPeer& peer() { return peer_; }
  std::vector<std::string> places_asked() const {
    std::vector<std::string> places;
    for (const ApiPeer::Request& request : peer_.requests()) {
      if (const auto place = page_.place(request)) {
        places.push_back(*place);
      }
    }
    return places;
  }

 private:
  ApiPeer::Answer answer(const ApiPeer::Request& request) {
    if (const auto other = page_.other(request)) {
      return *other;
    }
    const auto place = page_.place(request);
    if (!place) {
      return {404, {}, R"({"message":"no such page"})"};
    }
    if (!page_.is_authorised(request)) {
      return page_.refusal;
    }
    const std::size_t index = index_of(*place);
    if (index >= hold_from) {
      is_holding = true;
      return {200, {}, std::string(1000, ' '), true};
    }
    ApiPeer::Answer answer{200, {}, listing(*place, index)};
    spoil(index, answer);
    return answer;
  }

  std::size_t index_of(const std::string& place) const {
    std::size_t index = 0;
    while (page_.has_pages && !place.empty() && page_.place_name(index) != place && index < 9) {
      ++index;
    }
    return index;
  }

  std::string listing(const std::string& place, std::size_t index) const {
    if (page_.type == "telegram") {
      return page_.listing(updates_from(place.empty() ? 0 : std::stoi(place)), "");
    }
    if (!page_.has_pages) {
      return page_.listing(posts, "");
    }
    const std::size_t first = std::min(index * kPageSize, posts.size());
    const std::size_t last = std::min(first + kPageSize, posts.size());
    const std::vector<Post> some(posts.begin() + static_cast<std::ptrdiff_t>(first),
                                 posts.begin() + static_cast<std::ptrdiff_t>(last));
    return page_.listing(some, last < posts.size() ? page_.place_name(index + 1) : "");
  }

  /// Telegram forgets what lies before the offset.
  std::vector<Post> updates_from(int offset) const {
    std::vector<Post> left;
    for (const Post& post : posts) {
      if (1000 + post.number + (post.edited_at == Time{} ? 0 : 500) >= offset) {
        left.push_back(post);
      }
    }
    return left;
  }

  const ApiPage& page_;
  ApiPeer peer_;
};

/// What a store would know: the latest version of each mention.
class Known final : public MentionSink {
 public:
  struct One {
    std::string text;
    Time created_at{};
    Version version;
    bool deleted = false;
    int deliveries = 0;  ///< of this version
  };
  void mention(const Mention& mention) override {
    One& one = mentions[std::string(mention.id)];
    networks.insert(std::string(mention.source));
    if (mention.deleted) {
      one.deleted = true;
    } else if (mention.version >= one.version) {
      const int before = mention.version == one.version ? one.deliveries : 0;
      one = {std::string(mention.text), mention.created_at, mention.version, one.deleted,
             before + 1};
    }
  }
  void reject(RejectReason, std::string_view, std::string_view) override { ++rejected; }

  std::map<std::string, One> mentions;
  std::set<std::string> networks;
  int rejected = 0;
};

class ApiSourceTest : public testing::TestWithParam<ApiPage> {
 protected:
  struct Polled {
    ConnectorStatus::Snapshot status;
    std::size_t arrivals = 0;
  };

  /// One walk (or less, if `stop_when` says so) by a freshly started engine that goes on where the
  /// last one was killed.
  Polled poll(const std::function<bool()>& stop_when = {}) {
    const ApiPage& page = GetParam();
    std::string yaml = "id: town\nallow_private: true\napi: " + source_.peer().url() + "\n" +
                       page.yaml + "\n" + more_yaml_;
    if (const std::size_t at = yaml.find("PEER"); at != std::string::npos) {
      yaml.replace(at, 4, source_.peer().url());
    }
    if (!page.secret.empty()) {
      const std::string path = folder_.write("secret", page.secret + "\n");
      std::filesystem::permissions(path, std::filesystem::perms::owner_read);
      yaml += "\nsecret_file: " + path;
    }
    EngineStandIn engine(page.type, cursor_);
    auto made = connector_types().at(page.type).make(engine.context(yaml));
    if (!made) {
      ADD_FAILURE() << made.error().text;
      return {};
    }
    source_.peer().requests();
    engine.run(**made, [&] {
      return engine.status().snapshot().requests > 0 || (stop_when && stop_when());
    });
    source_.peer().requests();
    std::filesystem::remove(folder_.path() / "secret");
    for (const EngineStandIn::Arrival& arrival : engine.arrivals()) {
      cursor_ = arrival.cursor.empty() ? cursor_ : arrival.cursor;
      read(arrival.bytes, yaml);
    }
    return {engine.status().snapshot(), engine.arrivals().size()};
  }

  void read(const std::string& bytes, const std::string& yaml) {
    mappings().at(GetParam().type)()->map(configured_envelope(yaml, bytes), known_);
  }

  void expect_all_posts() {
    EXPECT_EQ(known_.mentions.size(), source_.posts.size());
    for (const Post& post : source_.posts) {
      const auto found = known_.mentions.find(GetParam().mention_id(post.number));
      ASSERT_NE(found, known_.mentions.end()) << post.number;
      EXPECT_EQ(found->second.text, post.text);
      EXPECT_EQ(found->second.created_at, post.created_at);
      EXPECT_FALSE(found->second.deleted);
    }
  }

  TempFolder folder_;
  Source source_{GetParam()};
  std::string cursor_, more_yaml_;
  Known known_;
};

TEST_P(ApiSourceTest, TakesEveryPageWithIdsAndTimes) {
  shows(GetParam().type, "takes");
  const Polled polled = poll();
  EXPECT_TRUE(polled.status.state == State::kActive || polled.status.state == State::kLimited)
      << to_string(polled.status.state) << " " << polled.status.detail;
  expect_all_posts();
  EXPECT_EQ(known_.rejected, 0);
  EXPECT_EQ(known_.networks, std::set<std::string>{GetParam().network});
  EXPECT_EQ(polled.status.newest_at, source_.posts.front().created_at);
  if (GetParam().has_pages) {
    const auto asked = source_.places_asked();
    ASSERT_GE(asked.size(), 3u);
    EXPECT_EQ(asked[0], "");
    EXPECT_EQ(asked[1], GetParam().place_name(1));
    EXPECT_EQ(asked[2], GetParam().place_name(2));
  }
}

TEST_P(ApiSourceTest, GoesOnWhereItWasKilledWithoutLossOrDoubles) {
  shows(GetParam().type, "resumes");
  source_.hold_from = GetParam().has_pages ? 1 : 0;
  poll([&] { return source_.is_holding.load(); });
  EXPECT_EQ(known_.mentions.size(), GetParam().has_pages ? kPageSize : 0u);
  source_.hold_from = 100;
  source_.peer().forget_requests();
  poll();
  expect_all_posts();
  for (const auto& [id, one] : known_.mentions) {
    EXPECT_EQ(one.deliveries, 1) << id;
  }
  const auto asked = source_.places_asked();
  EXPECT_EQ(std::ranges::count(asked, ""), GetParam().has_pages ? 0 : 1)
      << "the first page is stored: it is not asked for again";
}

TEST_P(ApiSourceTest, TakesNothingOfAnAnswerThatIsCutOff) {
  shows(GetParam().type, "cut");
  source_.spoil = [](std::size_t, ApiPeer::Answer& answer) { answer.is_cut = true; };
  const Polled polled = poll();
  EXPECT_EQ(polled.status.state, State::kWaiting);
  EXPECT_NE(polled.status.detail, "");
  EXPECT_TRUE(known_.mentions.empty());
  EXPECT_EQ(known_.rejected, 0);
  EXPECT_GE(polled.status.next_attempt_at, kNow + seconds(15)) << "half the first back-off";
  source_.spoil = [](auto, auto&) {};
  poll();
  expect_all_posts();
}

TEST_P(ApiSourceTest, WaitsAsLongAsTheSourceSaysWhenTooMuchWasAsked) {
  shows(GetParam().type, "limited");
  source_.spoil = [](std::size_t, ApiPeer::Answer& answer) { answer = GetParam().limit; };
  const Polled polled = poll();
  EXPECT_EQ(polled.status.state, State::kQuotaSpent)
      << to_string(polled.status.state) << " " << polled.status.detail;
  EXPECT_GE(polled.status.next_attempt_at, kNow + seconds(GetParam().limit_is_vague ? 15 : 1000));
  EXPECT_TRUE(known_.mentions.empty());
  source_.spoil = [](auto, auto&) {};
  poll();
  expect_all_posts();
}

TEST_P(ApiSourceTest, SaysThatItIsNotAuthorised) {
  shows(GetParam().type, "refused");
  source_.spoil = [](std::size_t, ApiPeer::Answer& answer) { answer = GetParam().refusal; };
  const Polled polled = poll();
  EXPECT_EQ(polled.status.state, State::kUnauthorised) << polled.status.detail;
  EXPECT_GE(polled.status.next_attempt_at, kNow + seconds(300)) << "not sooner than usual";
  if (!GetParam().secret.empty()) {
    EXPECT_EQ(polled.status.detail.find(GetParam().secret), std::string::npos);
  }
  EXPECT_TRUE(known_.mentions.empty());
}

TEST_P(ApiSourceTest, IsPatientWithASlowTrickle) {
  shows(GetParam().type, "trickle");
  source_.spoil = [](std::size_t, ApiPeer::Answer& answer) { answer.is_trickled = true; };
  poll();
  expect_all_posts();
}

TEST_P(ApiSourceTest, OneBadItemDoesNotCostTheOthers) {
  shows(GetParam().type, "malformed");
  const Post bad = source_.posts.front();
  source_.spoil = [&](std::size_t, ApiPeer::Answer& answer) {
    for (const std::string& text : {"\"" + bad.text + "\"", "\"<p>" + bad.text + "</p>\""}) {
      if (const std::size_t at = answer.body.find(text); at != std::string::npos) {
        answer.body.replace(at, text.size(), "[7]");
      }
    }
  };
  poll();
  for (const auto& [id, one] : known_.mentions) {
    EXPECT_NE(one.text, bad.text);
  }
  known_.mentions.erase(GetParam().mention_id(bad.number));  // a title or stars may stand for it
  source_.posts.erase(source_.posts.begin());
  expect_all_posts();
}

TEST_P(ApiSourceTest, AsksAgainForWhatIsNotJson) {
  source_.spoil = [](std::size_t, ApiPeer::Answer& answer) { answer.body = "<html>Sorry"; };
  const Polled polled = poll();
  EXPECT_EQ(polled.status.state, State::kWaiting);
  EXPECT_NE(polled.status.detail.find("not JSON"), std::string::npos) << polled.status.detail;
  EXPECT_EQ(known_.rejected, 0);
  source_.spoil = [](auto, auto&) {};
  poll();
  expect_all_posts();
}

TEST_P(ApiSourceTest, TakesAnEditAsALaterVersion) {
  shows(GetParam().type, GetParam().has_edits ? "edit" : "no edit");
  if (!GetParam().has_edits) {
    GTEST_SKIP() << "the source does not tell of edits";
  }
  poll();
  source_.posts[1].text = "Le nid-de-poule est rebouché";
  source_.posts[1].edited_at = kNow - seconds(30);
  poll();
  expect_all_posts();
  EXPECT_EQ(known_.mentions.at(GetParam().mention_id(4)).version.edited_at_us,
            (kNow - seconds(30)).time_since_epoch().count());
}

TEST_P(ApiSourceTest, DeletesWhatTheSourceTookBack) {
  shows(GetParam().type,
        GetParam().removal != ApiPage::Removal::kNone ? "deletion" : "no deletion");
  const auto removal = GetParam().removal;
  if (removal == ApiPage::Removal::kNone) {
    GTEST_SKIP() << "the source does not tell of deletions";
  }
  poll();
  const std::string id = GetParam().mention_id(3);
  if (removal == ApiPage::Removal::kMarked) {
    source_.posts[2].deleted = true;
  } else {
    source_.posts.erase(source_.posts.begin() + 2);
    poll();
    EXPECT_FALSE(known_.mentions.at(id).deleted) << "it may be a hiccup: seen once only";
  }
  poll();
  EXPECT_TRUE(known_.mentions.at(id).deleted);
  const auto others =
      std::ranges::count_if(known_.mentions, [](const auto& one) { return one.second.deleted; });
  EXPECT_EQ(others, 1);
}

INSTANTIATE_TEST_SUITE_P(Every, ApiSourceTest, testing::ValuesIn(api_pages()),
                         [](const auto& one) { return one.param.type; });

std::ptrdiff_t asked_for(const ApiPeer& peer, const std::string& path) {
  return std::ranges::count(peer.requests(), path, &ApiPeer::Request::path);
}

TEST(ApiPoller, SpendsItsQuotaOnceAlsoAcrossRestarts) {
  ApiPeer peer([](const auto&) { return ApiPeer::Answer{200, {}, R"({"items":[]})"}; });
  const std::string yaml =
      "id: town\nallow_private: true\nunits_per_day: 2\napi: " + peer.url() +
      "\nrequest: {url: '{api}/all'}\nmentions: [{items: /items/*, id: /id}]\n";
  std::string cursor;
  for (const State wanted : {State::kActive, State::kActive, State::kQuotaSpent}) {
    EngineStandIn engine("http_json", cursor);
    auto made = make_http_json_connector(engine.context(yaml));
    ASSERT_TRUE(made) << made.error().text;
    engine.run(**made, [&] { return engine.status().snapshot().requests > 0; });
    EXPECT_EQ(engine.status().snapshot().state, wanted);
    EXPECT_EQ(engine.status().snapshot().budget_units, 2u);
    if (!engine.arrivals().empty()) {
      cursor = engine.arrivals().back().cursor;
    }
  }
  EXPECT_EQ(asked_for(peer, "/all"), 2);
}

/// What one poll of /all came to, of a source that needs no secret unless `more` says so.
ConnectorStatus::Snapshot polled(const ApiPeer& peer, const std::string& more = {}) {
  EngineStandIn engine("http_json");
  auto made = make_http_json_connector(
      engine.context("id: town\nallow_private: true\napi: " + peer.url() + "\n" + more +
                     "\nrequest: {url: '{api}/all'}\nmentions: [{items: /items/*, id: /id}]\n"));
  if (made) {
    engine.run(**made, [&] { return engine.status().snapshot().requests > 0; });
  } else {
    ADD_FAILURE() << made.error().text;
  }
  return engine.status().snapshot();
}

TEST(ApiPoller, APublicPageIsReadAsItsSiteAllows) {
  ApiPeer peer([](const ApiPeer::Request& request) {
    const bool is_robots = request.path == "/robots.txt";
    return ApiPeer::Answer{
        200, {}, is_robots ? "User-agent: vigie\nDisallow: /all\n" : R"({"items":[]})"};
  });
  const ConnectorStatus::Snapshot refused = polled(peer);
  EXPECT_EQ(refused.state, State::kDisallowed);
  EXPECT_NE(refused.detail.find("robots.txt"), std::string::npos) << refused.detail;
  EXPECT_EQ(asked_for(peer, "/all"), 0);
  EXPECT_EQ(polled(peer, "robots_txt: ignore").state, State::kActive) << "the town's own site";
  EXPECT_EQ(asked_for(peer, "/all"), 1);
}

TEST(ApiPoller, AnApiWithAKeyIsMadeToBeAsked) {
  const TempFolder folder;
  const std::string secret = folder.write("key", "the-key-of-the-town");
  std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
  ApiPeer peer([](const auto&) { return ApiPeer::Answer{200, {}, R"({"items":[]})"}; });
  EXPECT_EQ(polled(peer, "secret_file: " + secret).state, State::kActive);
  EXPECT_EQ(asked_for(peer, "/robots.txt"), 0);
}

TEST(ApiPoller, WhatIsReservedFromDataMiningIsNotTaken) {
  ApiPeer peer([](const ApiPeer::Request& request) {
    const bool is_robots = request.path == "/robots.txt";
    return ApiPeer::Answer{
        is_robots ? 404 : 200, {"TDM-Reservation: 1"}, R"({"items":[{"id":1}]})"};
  });
  const ConnectorStatus::Snapshot refused = polled(peer);
  EXPECT_EQ(refused.state, State::kDisallowed);
  EXPECT_NE(refused.detail.find("reserves"), std::string::npos) << refused.detail;
  EXPECT_EQ(polled(peer, "robots_txt: ignore").state, State::kActive);
}

TEST(ApiPoller, FollowsNoLinkToAnotherSite) {
  ApiPeer elsewhere([](const auto&) { return ApiPeer::Answer{}; });
  ApiPeer peer([&](const auto&) {
    return ApiPeer::Answer{
        200, {}, R"({"items":[{"id":1,"text":"x"}],"next":")" + elsewhere.url() + R"(/steal"})"};
  });
  EngineStandIn engine("http_json");
  auto made = make_http_json_connector(
      engine.context("id: town\nallow_private: true\napi: " + peer.url() +
                     "\nrequest: {url: '{api}/all'}\npaging: {kind: next_link, at: /next}\n"
                     "mentions: [{items: /items/*, id: /id, text: /text}]\n"));
  ASSERT_TRUE(made) << made.error().text;
  engine.run(**made, [&] { return engine.status().snapshot().requests > 0; });
  EXPECT_EQ(engine.arrivals().size(), 1u);
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(ApiPoller, RetiresASourceThatIsGone) {
  ApiPeer peer([](const auto&) { return ApiPeer::Answer{410, {}, "{}"}; });
  EngineStandIn engine("http_json");
  auto made = make_http_json_connector(
      engine.context("id: town\nallow_private: true\napi: " + peer.url() +
                     "\nrequest: {url: '{api}/all'}\nmentions: [{items: /*, id: /id}]\n"));
  ASSERT_TRUE(made) << made.error().text;
  engine.run(**made);  // comes to its end by itself
  EXPECT_EQ(engine.status().snapshot().state, State::kRetired);
}

TEST(ApiSources, EachHasItsRowInTheseTests) {
  for (const ApiSource& source : api_sources()) {
    EXPECT_EQ(std::ranges::count(api_pages(), source.type,
                                 [](const ApiPage& page) -> std::string_view { return page.type; }),
              1)
        << source.type;
  }
}

}  // namespace
}  // namespace vigie
