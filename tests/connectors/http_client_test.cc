#include "connectors/http_client.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <random>

#include "tests/connectors/nginx.h"

namespace vigie {
namespace {
namespace asio = boost::asio;

constexpr const char* kLocations =
    R"(
  gzip on; gzip_types application/rss+xml; gzip_min_length 0; gzip_comp_level 6;
  location /temporary { return 302 /feed.xml; }
  location /permanent { return 301 /feed.xml; }
  location /permanent308 { return 308 /permanent; }
  location /mixed { return 301 /mixed2; }
  location /mixed2 { return 302 /mixed3; }
  location /mixed3 { return 301 /feed.xml; }
  location /loop { return 302 /loop; }
  location /circle { return 302 /circle2; }
  location /circle2 { return 302 /circle; }
  location /five { return 302 /four; }
  location /four { return 302 /three; }
  location /three { return 302 /two; }
  location /two { return 302 /one; }
  location /one { return 302 /feed.xml; }
  location /six { return 302 /five; }
  location /to_file { return 302 file:///etc/passwd; }
  location /to_ftp { return 302 ftp://127.0.0.1/; }
  location /elsewhere { return 302 http://localhost:PORT/feed.xml; }
  location /busy { add_header Retry-After 7 always; return 429 "later"; }
  location /zipped/ { gzip off; add_header Content-Encoding gzip; }
  location /brotli/ { gzip off; add_header Content-Encoding br; }
  location /headers { add_header X-Long )"
    R"("$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri$request_uri"; return 200; }
  large_client_header_buffers 4 16k;
)";

std::string hardly_compressible(std::size_t size) {
  std::minstd_rand random(1);
  std::string text(size, ' ');
  for (char& c : text) {
    c = static_cast<char>('a' + random() % 26);
  }
  return text;
}

class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Nginx::installed()) {
      GTEST_SKIP() << "nginx is not installed";
    }
    nginx_ = std::make_unique<Nginx>(kLocations, true);
    nginx_->serve("feed.xml", "<rss/>");
  }

  HttpRequest request(const std::string& path) {
    HttpRequest result;
    result.url = path.starts_with('/') ? nginx_->url(path) : path;
    result.allow_private = true;
    return result;
  }
  Result<HttpResponse> fetch(HttpRequest request) { return fetch(client_, std::move(request)); }
  Result<HttpResponse> fetch(HttpClient& client, HttpRequest request) {
    std::optional<Result<HttpResponse>> result;
    asio::co_spawn(io_, client.fetch(std::move(request)),
                   [&](const std::exception_ptr& failed, Result<HttpResponse> given) {
                     ASSERT_FALSE(failed);
                     result = std::move(given);
                   });
    while (!result) {
      io_.restart();
      io_.run_one();
    }
    return std::move(*result);
  }
  Result<HttpResponse> fetch(const std::string& path) { return fetch(request(path)); }

  void expect_refused(const Result<HttpResponse>& response, const std::string& why) {
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::kRefused);
    EXPECT_NE(response.error().text.find(why), std::string::npos) << response.error().text;
  }

  std::unique_ptr<Nginx> nginx_;
  asio::io_context io_;
  HttpClient client_{io_.get_executor(), {"Vigie/test", {}}};
};

TEST_F(HttpClientTest, FetchesAndSaysWhoItIs) {
  const auto response = fetch("/feed.xml");
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->status, 200u);
  EXPECT_EQ(response->body, "<rss/>");
  EXPECT_EQ(response->header("content-type"), "application/rss+xml");
  EXPECT_EQ(response->header("nothing"), "");
  EXPECT_EQ(response->url, nginx_->url("/feed.xml"));
  EXPECT_NE(nginx_->access_log().find("|Vigie/test|"), std::string::npos);
}

TEST_F(HttpClientTest, AnyStatusIsAResponse) {
  const auto busy = fetch("/busy");
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->status, 429u);
  EXPECT_EQ(busy->header("retry-after"), "7");
  EXPECT_EQ(fetch("/absent")->status, 404u);
}

TEST_F(HttpClientTest, InflatesGzipAndBrotli) {
  nginx_->serve("long.xml", std::string(50'000, 'a') + "end");
  const auto zipped = fetch("/long.xml");
  ASSERT_TRUE(zipped) << zipped.error().text;
  EXPECT_EQ(zipped->header("content-encoding"), "gzip");
  EXPECT_EQ(zipped->body, std::string(50'000, 'a') + "end");
  std::filesystem::create_directory(nginx_->folder().path() / "www/brotli");
  nginx_->serve("brotli/x", "\x0b\x02\x80hello\x03");
  EXPECT_EQ(fetch("/brotli/x")->body, "hello");
}

TEST_F(HttpClientTest, RefusesAGzipBombInMidStream) {
  std::filesystem::create_directory(nginx_->folder().path() / "www/zipped");
  const std::string path = (nginx_->folder().path() / "www/zipped/bomb").string();
  ASSERT_EQ(std::system(("head -c 100000000 /dev/zero | gzip -9 > " + path).c_str()), 0);
  auto bomb = request("/zipped/bomb");
  bomb.max_body_bytes = 1 << 30;
  expect_refused(fetch(std::move(bomb)), "bomb");
  auto bounded = request("/zipped/bomb");
  bounded.max_body_bytes = 1 << 20;
  expect_refused(fetch(std::move(bounded)), "larger than 1048576");
}

TEST_F(HttpClientTest, GivesUpOnWhatIsNotGzipAsItSays) {
  std::filesystem::create_directory(nginx_->folder().path() / "www/zipped");
  nginx_->serve("zipped/torn", "\x1f\x8b\x08 this is no gzip");
  const auto response = fetch("/zipped/torn");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
}

TEST_F(HttpClientTest, RefusesAnAnswerThatIsTooLarge) {
  nginx_->serve("large.bin", hardly_compressible(3'000'000));
  auto exact = request("/large.bin");
  exact.max_body_bytes = 3'000'000;
  EXPECT_EQ(fetch(std::move(exact))->body.size(), 3'000'000u);
  auto large = request("/large.bin");
  large.max_body_bytes = 2'999'999;
  expect_refused(fetch(std::move(large)), "larger than 2999999");
}

TEST_F(HttpClientTest, FollowsFiveRedirectsAndNoMore) {
  EXPECT_EQ(fetch("/five")->body, "<rss/>");
  expect_refused(fetch("/six"), "more than 5 redirects");
  expect_refused(fetch("/circle"), "more than 5 redirects");
  EXPECT_EQ(fetch("/loop")->status, 302u) << "a redirect to itself leads nowhere";
}

TEST_F(HttpClientTest, KnowsWhichRedirectsAreForGood) {
  EXPECT_EQ(fetch("/temporary")->permanent_url, nginx_->url("/temporary"));
  EXPECT_EQ(fetch("/permanent")->permanent_url, nginx_->url("/feed.xml"));
  EXPECT_EQ(fetch("/permanent308")->permanent_url, nginx_->url("/feed.xml"));
  const auto mixed = fetch("/mixed");
  EXPECT_EQ(mixed->permanent_url, nginx_->url("/mixed2"));
  EXPECT_EQ(mixed->url, nginx_->url("/feed.xml"));
}

TEST_F(HttpClientTest, RefusesOtherProtocols) {
  expect_refused(fetch("/to_file"), "not a URL of http");
  expect_refused(fetch("/to_ftp"), "not a URL of http");
  expect_refused(fetch("file:///etc/passwd"), "not a URL of http");
  expect_refused(fetch("gopher://127.0.0.1/"), "not a URL of http");
  expect_refused(fetch("http://"), "not a URL of http");
}

TEST_F(HttpClientTest, RefusesPrivateAddressesHoweverTheyAreWritten) {
  const std::string port = nginx_->url("").substr(std::string("http://127.0.0.1").size());
  for (const std::string host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001",
                                 "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    HttpRequest request;
    request.url = "http://" + host + port + "/feed.xml";
    expect_refused(fetch(std::move(request)), "not public");
  }
  EXPECT_EQ(nginx_->access_log(), "");
}

TEST_F(HttpClientTest, RefusesAPrivateAddressOverAConnectionThatAnotherOpened) {
  ASSERT_TRUE(fetch("/feed.xml"));
  auto not_allowed = request("/feed.xml");
  not_allowed.allow_private = false;
  expect_refused(fetch(std::move(not_allowed)), "not public");
}

TEST_F(HttpClientTest, LeavesCredentialsBehindWhenTheHostChanges) {
  auto away = request("/elsewhere");
  away.headers = {{"Authorization", "Bearer one"}};
  ASSERT_EQ(fetch(std::move(away))->status, 200u);
  auto stays = request("/temporary");
  stays.headers = {{"Authorization", "Bearer two"}};
  ASSERT_EQ(fetch(std::move(stays))->status, 200u);
  const std::string log = nginx_->access_log();
  EXPECT_NE(log.find("/elsewhere|302|-|-|Vigie/test|Bearer one|"), std::string::npos) << log;
  EXPECT_NE(log.find("/feed.xml|200|-|-|Vigie/test|-|"), std::string::npos) << log;
  EXPECT_NE(log.find("/feed.xml|200|-|-|Vigie/test|Bearer two|"), std::string::npos) << log;
}

TEST_F(HttpClientTest, RefusesAHeaderWithoutEnd) {
  expect_refused(fetch("/headers" + std::string(3500, 'x')), "header is larger");
}

TEST_F(HttpClientTest, VerifiesTls) {
  const auto untrusted = fetch(nginx_->tls_url("/feed.xml"));
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(untrusted.error().text.find("certificate"), std::string::npos)
      << untrusted.error().text;
  HttpClient trusting(io_.get_executor(), {"Vigie/test", nginx_->ca_file()});
  const auto response = fetch(trusting, request(nginx_->tls_url("/feed.xml")));
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->body, "<rss/>");
  EXPECT_NE(nginx_->access_log().find("HTTP/2.0"), std::string::npos);
}

TEST_F(HttpClientTest, SaysThatNobodyAnswers) {
  asio::ip::tcp::acceptor closed(io_, {asio::ip::address_v4::loopback(), 0});
  const auto port = std::to_string(closed.local_endpoint().port());
  auto silent = request("http://127.0.0.1:" + port + "/");
  silent.timeout = std::chrono::milliseconds(200);
  const auto timed_out = fetch(std::move(silent));
  ASSERT_FALSE(timed_out);
  EXPECT_EQ(timed_out.error().code, ErrorCode::kUnavailable);
  closed.close();
  const auto refused = fetch("http://127.0.0.1:" + port + "/");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(fetch("http://no-such-host.invalid/"));
}

TEST_F(HttpClientTest, ServesManyAtOnce) {
  nginx_->serve("large.bin", std::string(200'000, 'x'));
  std::size_t done = 0;
  for (int i = 0; i < 100; ++i) {
    asio::co_spawn(io_, client_.fetch(request("/large.bin?" + std::to_string(i))),
                   [&](const std::exception_ptr&, const Result<HttpResponse>& response) {
                     EXPECT_TRUE(response && response->body.size() == 200'000);
                     ++done;
                   });
  }
  while (done < 100) {
    io_.restart();
    io_.run_one();
  }
}

TEST_F(HttpClientTest, MayBeCancelledAtAnyMoment) {
  nginx_->serve("large.bin", hardly_compressible(5'000'000));
  int cut = 0;
  for (int turns = 0; turns < 60; ++turns) {
    asio::cancellation_signal cancel;
    bool started = false, ended = false;
    const auto fetch_it = [&]() -> asio::awaitable<void> {
      started = true;
      HttpRequest large = request("/large.bin");
      co_await client_.fetch(std::move(large));
    };
    asio::co_spawn(
        io_, fetch_it(),
        asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr& failed) {
          ended = true;
          cut += failed ? 1 : 0;
        }));
    for (int turn = 0; !started || (turn < turns && !ended); turn += started ? 1 : 0) {
      io_.restart();
      io_.run_one();
    }
    cancel.emit(asio::cancellation_type::terminal);
    while (!ended) {
      io_.restart();
      io_.run_one();
    }
    io_.restart();
    io_.poll();  // emit() posts: when the fetch ends by itself, that comes after, and needs
                 // `cancel`
  }
  EXPECT_GT(cut, 10);
  EXPECT_EQ(fetch("/feed.xml")->status, 200u);
}

TEST_F(HttpClientTest, MayBeLeftInMidTransfer) {
  nginx_->serve("large.bin", std::string(5'000'000, 'x'));
  asio::co_spawn(io_, client_.fetch(request("/large.bin")),
                 [](const std::exception_ptr&, const auto&) {});
  for (int i = 0; i < 10; ++i) {
    io_.run_one();
  }  // client and io_context go while it is under way
}

}  // namespace
}  // namespace vigie
