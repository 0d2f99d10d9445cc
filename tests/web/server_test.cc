#include "engine/web/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/web/server_under_test.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
namespace asio = boost::asio;

Route route(std::string method, std::string pattern, Route::Handler handler) {
  Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.right = Right::kSignedIn;
  route.handler = std::move(handler);
  return route;
}

/// Routes that say back what they were asked.
std::vector<Route> echo_routes() {
  const auto echo = at_once([](const Request& request) {
    Response response;
    response.content_type = "text/plain";
    response.body = request.method + " " + request.path + "|" + request.query + "|" + request.body;
    for (const auto& [name, value] : request.parameters) {
      response.body += "|" + name + "=" + value;
    }
    return response;
  });
  std::vector<Route> routes;
  routes.push_back(route("GET", "/", echo));
  routes.push_back(route("GET", "/towns/{town}", echo));
  routes.push_back(
      route("GET", "/towns/all", at_once([](const Request&) { return json_response("\"all\""); })));
  routes.push_back(route("POST", "/post", echo));
  routes.back().max_body_bytes = 1000;
  routes.push_back(route("*", "/hooks/{connector}", echo));
  return routes;
}

ServerLimits hasty() {
  ServerLimits limits;
  limits.header_timeout = 100ms;
  limits.body_timeout = 100ms;
  limits.idle_timeout = 100ms;
  return limits;
}

TEST(Server, AnswersARequest) {
  const ServerUnderTest server(echo_routes());
  const RawAnswer answer = server.ask("GET /?a=1&b=2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /|a=1&b=2|");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain");
}

TEST(Server, FindsTheRouteAndDecodesItsParameters) {
  const ServerUnderTest server(echo_routes());
  EXPECT_EQ(server.ask("GET /towns/Saint%2FDenis%20%C3%A9 HTTP/1.1\r\nHost: x\r\n\r\n").body,
            "GET /towns/Saint%2FDenis%20%C3%A9|||town=Saint/Denis é");
  EXPECT_EQ(server.ask("GET /towns/all HTTP/1.1\r\nHost: x\r\n\r\n").body, "\"all\"");
  EXPECT_EQ(server.ask("PATCH /hooks/any HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  EXPECT_EQ(server.ask("GET /towns/%00 HTTP/1.1\r\nHost: x\r\n\r\n").status, 400);
  EXPECT_EQ(server.ask("GET /towns/%zz HTTP/1.1\r\nHost: x\r\n\r\n").status, 400);
  EXPECT_EQ(server.ask("GET /towns/ HTTP/1.1\r\nHost: x\r\n\r\n").status, 404);
  EXPECT_EQ(server.ask("GET /towns/a/b HTTP/1.1\r\nHost: x\r\n\r\n").status, 404);
}

TEST(Server, SaysWhichMethodsWouldDo) {
  const ServerUnderTest server(echo_routes());
  const RawAnswer answer = server.ask("DELETE /post HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("allow"), "POST");
  EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
}

TEST(Server, AnswersHeadWithoutABody) {
  const ServerUnderTest server(echo_routes());
  RawClient client(server.port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawAnswer head = client.receive(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "8");
  EXPECT_EQ(client.receive().body, "GET /||");
}

TEST(Server, KeepsTheConnectionAndServesPipelinedRequestsInOrder) {
  const ServerUnderTest server(echo_routes());
  RawClient client(server.port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests +=
        "POST /post?" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.receive().body, "POST /post|" + std::to_string(i) + "|abc");
  }
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
  const ServerUnderTest server(echo_routes());
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, PutsTheSecurityHeadersOnEveryAnswerAlsoOnErrors) {
  const ServerUnderTest server(echo_routes());
  for (const char* request :
       {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n",
        "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", "nonsense\r\n\r\n",
        "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"}) {
    const RawAnswer answer = server.ask(request);
    ASSERT_NE(answer.status, 0) << request;
    EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff") << request;
    EXPECT_EQ(answer.headers.at("cache-control"), "no-store") << request;
    const std::string& policy = answer.headers.at("content-security-policy");
    EXPECT_THAT(policy, HasSubstr("default-src 'none'")) << request;
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'")) << request;
    EXPECT_THAT(policy, testing::Not(HasSubstr("unsafe"))) << request;
  }
}

TEST(Server, RefusesABodyBeyondTheRoutesBound) {
  const ServerUnderTest server(echo_routes());
  EXPECT_EQ(server
                .ask("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n",
                     std::string(1001, 'a'))
                .status,
            413);
  EXPECT_EQ(server
                .ask("POST /post HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                     "400\r\n" + std::string(1024, 'a') + "\r\n0\r\n\r\n")
                .status,
            413);
  EXPECT_EQ(server
                .ask("POST /post HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                     "3\r\nabc\r\n0\r\n\r\n")
                .body,
            "POST /post||abc");
}

TEST(Server, LetsAClientThatIsStillSendingReadWhyItWasRefused) {
  const ServerUnderTest server(echo_routes());
  RawClient client(server.port());
  client.send("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
  client.send(std::string(500'000, 'a'));
  EXPECT_EQ(client.receive().status, 413);
}

TEST(Server, RefusesAHeadThatIsTooLarge) {
  const ServerUnderTest server(echo_routes());
  const std::string large(20'000, 'a');
  EXPECT_EQ(server.ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + large + "\r\n\r\n").status, 431);
  EXPECT_EQ(server.ask("GET /" + large + " HTTP/1.1\r\nHost: x\r\n\r\n").status, 431);
}

TEST(Server, RefusesFramingThatAnotherServerCouldReadDifferently) {
  const ServerUnderTest server(echo_routes());
  for (const char* framing :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: 3, 4\r\n",
        "Content-Length: -3\r\n", "Content-Length: +3\r\n", "Content-Length: 0x3\r\n",
        "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n", "Content-Length : 3\r\n", "Host: y\r\n",
        "Content-Length: 3\nX: y\r\n"}) {
    RawClient client(server.port());
    client.send("POST /post HTTP/1.1\r\nHost: x\r\n")
        .send(framing)
        .send("\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive().status, 400) << framing;
    EXPECT_TRUE(client.is_closed()) << framing << " must not let a second request through";
  }
}

TEST(Server, RefusesWhatIsNotHttp) {
  const ServerUnderTest server(echo_routes());
  EXPECT_EQ(server.ask("GET / HTTP/1.1\r\n\r\n").status, 400) << "no Host";
  EXPECT_EQ(server.ask("GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n").status, 400);
  EXPECT_EQ(server.ask("GET / HTTP/2.0\r\nHost: x\r\n\r\n").status, 400);
  EXPECT_EQ(server.ask(std::string_view("GET / HTTP/1.1\r\nHost: x\r\nX: \0y\r\n\r\n", 34)).status,
            400);
  EXPECT_EQ(server.ask("\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03\r\n\r\n").status, 400);
}

TEST(Server, TurnsAwayAClientThatSendsItsHeadTooSlowly) {
  const ServerUnderTest server(echo_routes(), hasty());
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost");
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, TurnsAwayAClientThatSendsItsBodyTooSlowly) {
  const ServerUnderTest server(echo_routes(), hasty());
  RawClient client(server.port());
  client.send("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.receive().status, 408);
}

TEST(Server, ClosesAConnectionThatSaysNothing) {
  const ServerUnderTest server(echo_routes(), hasty());
  RawClient client(server.port());
  EXPECT_EQ(client.receive().status, 0);
}

TEST(Server, OutlivesAClientThatGoesAwayInTheMiddle) {
  const ServerUnderTest server(echo_routes());
  for (const char* part : {"", "GET", "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                           "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"}) {
    RawClient(server.port()).send(part);
  }
  EXPECT_EQ(server.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

TEST(Server, GivesTheLongestIdleConnectionsPlaceToANewOne) {
  ServerLimits limits;
  limits.max_connections = 2;
  const ServerUnderTest server(echo_routes(), limits);
  RawClient first(server.port()), second(server.port());
  EXPECT_EQ(first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").receive().status, 200);
  EXPECT_EQ(second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").receive().status, 200);
  EXPECT_EQ(server.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  EXPECT_TRUE(first.is_closed());
  EXPECT_EQ(second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").receive().status, 200);
}

TEST(Server, BoundsTheIdleConnectionsOfOneAddress) {
  ServerLimits limits;
  limits.max_idle_per_address = 1;
  const ServerUnderTest server(echo_routes(), limits);
  RawClient first(server.port());
  EXPECT_EQ(first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").receive().status, 200);
  EXPECT_EQ(server.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  EXPECT_TRUE(first.is_closed());
}

TEST(Server, BoundsTheMemoryOfBodiesOnTheirWay) {
  ServerLimits limits;
  limits.max_waiting_body_bytes = 1500;
  const ServerUnderTest server(echo_routes(), limits);
  RawClient first(server.port());
  first.send(
      "POST /post HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(first.receive().status, 100);
  EXPECT_EQ(server.ask("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n").status,
            503);
  first.send(std::string(1000, 'a'));
  EXPECT_EQ(first.receive().status, 200);
  EXPECT_EQ(server
                .ask("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
                     std::string(1000, 'b'))
                .status,
            200);
}

TEST(Server, AsksTheGateBeforeItReadsABody) {
  const ServerUnderTest server(echo_routes(), {}, [](const Route& route, Request&) {
    return route.pattern == "/post" ? std::optional(problem(401, "sign in")) : std::nullopt;
  });
  RawClient client(server.port());
  client.send("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(client.receive().status, 401);
}

TEST(Server, CountsAnswersByRouteAndNotByPath) {
  const ServerUnderTest server(echo_routes());
  server.ask("GET /towns/secret-name HTTP/1.1\r\nHost: x\r\n\r\n");
  server.ask("GET /probe.php HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string counted = server.metrics().expose();
  EXPECT_THAT(counted, HasSubstr("route=\"/towns/{town}\",status=\"200\"} 1"));
  EXPECT_THAT(counted, HasSubstr("route=\"none\",status=\"404\"} 1"));
  EXPECT_THAT(counted, testing::Not(HasSubstr("secret-name")));
}

/// A route whose handler waits until `release` is cancelled.
std::vector<Route> waiting_route(asio::steady_timer*& waiting, std::promise<void>& reached) {
  return {route("GET", "/wait", [&](Request) -> asio::awaitable<Response> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    waiting = &timer;
    reached.set_value();
    boost::system::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    co_return json_response("1");
  })};
}

TEST(Server, TurnsClientsAwayWhenItHasItsFullNumberAndNoneIsIdle) {
  asio::steady_timer* waiting = nullptr;
  std::promise<void> reached;
  ServerLimits limits;
  limits.max_connections = 1;
  ServerUnderTest server(waiting_route(waiting, reached), limits);
  RawClient busy(server.port());
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  reached.get_future().wait();
  EXPECT_EQ(RawClient(server.port()).receive().status, 503);
  asio::post(server.context(), [&] { waiting->cancel(); });
  EXPECT_EQ(busy.receive().status, 200);
}

TEST(Server, LetsRequestsUnderWayEndWhenItStops) {
  asio::steady_timer* waiting = nullptr;
  std::promise<void> reached;
  ServerUnderTest server(waiting_route(waiting, reached));
  RawClient busy(server.port()), idle(server.port());
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  reached.get_future().wait();
  std::future<void> stopped = server.stop();
  EXPECT_TRUE(idle.is_closed());
  asio::post(server.context(), [&] { waiting->cancel(); });
  const RawAnswer answer = busy.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  stopped.wait();
}

TEST(Server, GivesUpOnRequestsThatDoNotEndWhenItStops) {
  asio::steady_timer* waiting = nullptr;
  std::promise<void> reached;
  ServerLimits limits;
  limits.drain_timeout = 50ms;
  ServerUnderTest server(waiting_route(waiting, reached), limits);
  RawClient busy(server.port());
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  reached.get_future().wait();
  server.stop().wait();
  EXPECT_EQ(busy.receive().status, 0);
}

TEST(Server, StreamsABodyPieceByPiece) {
  const auto count_to_three = at_once([](const Request&) {
    Response response;
    response.content_type = "text/event-stream";
    response.stream = [next = 0]() mutable -> asio::awaitable<std::string> {
      ++next;
      co_return next <= 3 ? "piece" + std::to_string(next) : std::string();
    };
    return response;
  });
  const ServerUnderTest server({route("GET", "/stream", count_to_three)});
  RawClient client(server.port());
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().headers.at("transfer-encoding"), "chunked");
  EXPECT_EQ(client.receive_chunk(), "piece1");
  EXPECT_EQ(client.receive_chunk(), "piece2");
  EXPECT_EQ(client.receive_chunk(), "piece3");
  EXPECT_EQ(client.receive_chunk(), "");
}

TEST(Server, DropsAStreamsClientThatDoesNotRead) {
  std::promise<void> dropped;
  ServerLimits limits;
  limits.write_timeout = 50ms;
  const auto endless = at_once([&](const Request&) {
    Response response;
    response.stream = [life = std::shared_ptr<void>(nullptr, [&](void*) { dropped.set_value(); })]()
        -> asio::awaitable<std::string> { co_return std::string(1 << 20, 'a'); };
    return response;
  });
  const ServerUnderTest server({route("GET", "/stream", endless)}, limits);
  RawClient client(server.port());
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(dropped.get_future().wait_for(30s), std::future_status::ready);
}

TEST(Server, SaysWhyItCannotListen) {
  const ServerUnderTest first(echo_routes());
  asio::io_context context;
  const Router router;
  Metrics metrics{Metrics::Labels{}};
  Server second(context.get_executor(), router, {}, {}, metrics);
  const auto refused = second.listen("256.0.0.1", 0);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("256.0.0.1"));
}

}  // namespace
}  // namespace vigie
