#include "connectors/robots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/connectors/api_peer.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using Kind = Robots::Answer::Kind;

constexpr const char* kMoved = "User-agent: *\nDisallow: /no\n";

class RobotsTest : public testing::Test {
 protected:
  /// What each of `paths` is answered, asked at the same time.
  std::vector<Robots::Answer> ask(const std::vector<std::string>& paths) {
    std::vector<Robots::Answer> answers(paths.size());
    std::size_t left = paths.size();
    for (std::size_t i = 0; i < paths.size(); ++i) {
      boost::asio::co_spawn(io_, robots_.may_fetch(site_.url() + paths[i], /*allow_private=*/true),
                            [&answers, &left, i](const std::exception_ptr&, Robots::Answer answer) {
                              answers[i] = std::move(answer);
                              --left;
                            });
    }
    while (left > 0) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(2));
    }
    return answers;
  }
  Robots::Answer ask(const std::string& path) { return ask(std::vector{path}).front(); }
  std::size_t times_asked() const { return site_.requests().size(); }
  void answer_with(ApiPeer::Answer answer) {
    site_.forget_requests();
    answer_ = std::move(answer);
  }

  boost::asio::io_context io_;
  HttpClient http_{io_.get_executor(), {user_agent_of("mairie@ville.example"), {}}};
  ManualClock clock_{Time(std::chrono::seconds(1'790'000'000))};
  Robots robots_{io_.get_executor(), http_, clock_};
  ApiPeer::Answer answer_{.body = "User-agent: vigie\nDisallow: /no\n"};
  ApiPeer site_{[this](const ApiPeer::Request& request) -> ApiPeer::Answer {
    return request.path == "/robots.txt" ? answer_ : ApiPeer::Answer{.body = kMoved};
  }};
};

TEST_F(RobotsTest, ASiteIsAskedOnceADayAndOnceForAll) {
  const auto answers = ask({"/yes", "/no", "/no?x", "/yes?x"});
  EXPECT_EQ(answers[0].kind, Kind::kAllowed);
  EXPECT_EQ(answers[1].kind, Kind::kDisallowed);
  EXPECT_THAT(answers[1].reason, HasSubstr("asks not to: Disallow: /no"));
  EXPECT_EQ(answers[2].kind, Kind::kDisallowed);
  EXPECT_EQ(answers[3].kind, Kind::kAllowed);
  EXPECT_EQ(times_asked(), 1U);
  EXPECT_EQ(site_.requests()[0].headers.at("user-agent"), "Vigie (+mailto:mairie@ville.example)");
  clock_.advance(std::chrono::hours(24) - std::chrono::seconds(1));
  ask("/yes");
  EXPECT_EQ(times_asked(), 1U);
  answer_with({.body = "User-agent: *\nDisallow: /yes\n"});
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(ask("/yes").kind, Kind::kDisallowed);
  EXPECT_EQ(times_asked(), 1U);
}

TEST_F(RobotsTest, ASiteWithoutARobotsTxtAllowsEverything) {
  for (const int status : {400, 401, 403, 404, 410}) {
    answer_with({.status = status});
    clock_.advance(std::chrono::hours(25));
    EXPECT_EQ(ask("/no").kind, Kind::kAllowed) << status;
    EXPECT_EQ(times_asked(), 1U);
  }
}

TEST_F(RobotsTest, ASiteThatCannotBeAskedAllowsNothingAndIsAskedAgainSoon) {
  for (const int status : {429, 500, 503}) {
    answer_with({.status = status});
    const Robots::Answer answer = ask("/yes");
    EXPECT_EQ(answer.kind, Kind::kUnknown) << status;
    EXPECT_THAT(answer.reason, HasSubstr("answered " + std::to_string(status)));
    EXPECT_EQ(answer.ask_again_at, clock_.now() + std::chrono::minutes(5));
    ask("/yes");
    EXPECT_EQ(times_asked(), 1U) << "not at every turn";
    clock_.advance(std::chrono::minutes(5));
  }
  answer_with({.body = ""});
  EXPECT_EQ(ask("/yes").kind, Kind::kAllowed);
}

TEST_F(RobotsTest, WhatASiteSaidLastHoldsWhileItCannotBeAsked) {
  ask("/no");
  answer_with({.status = 503});
  clock_.advance(std::chrono::hours(30));
  EXPECT_EQ(ask("/no").kind, Kind::kDisallowed);
  EXPECT_EQ(ask("/yes").kind, Kind::kAllowed);
  EXPECT_EQ(times_asked(), 1U);
}

TEST_F(RobotsTest, ARobotsTxtThatMovedIsFollowed) {
  answer_with({.status = 301, .headers = {"Location: /moved-robots.txt"}});
  EXPECT_EQ(ask("/no").kind, Kind::kDisallowed);
  EXPECT_EQ(times_asked(), 2U);
}

TEST(UserAgent, NamesWhomToAsk) {
  EXPECT_EQ(user_agent_of(""), "Vigie");
  EXPECT_EQ(user_agent_of("https://ville.example/vigie"), "Vigie (+https://ville.example/vigie)");
  EXPECT_EQ(user_agent_of("mairie@ville.example"), "Vigie (+mailto:mairie@ville.example)");
}

}  // namespace
}  // namespace vigie
