#include "engine/web/auditor.h"

#include <boost/asio/awaitable.hpp>
#include <utility>

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kRefusalsApart{1};

bool changes_something(std::string_view method) { return method != "GET" && method != "HEAD"; }

AuditEntry describe(const Route& route, const Request& request) {
  AuditEntry entry;
  entry.actor = request.caller ? request.caller->account : "";
  entry.action = route.description.operation.empty() ? route.method + " " + route.pattern
                                                     : route.description.operation;
  entry.tenant = request.parameter("tenant");
  for (const auto& [name, value] : request.parameters) {
    if (name != "tenant") {
      entry.object += (entry.object.empty() ? "" : " ") + value;
    }
  }
  entry.address = request.remote_address;
  return entry;
}

std::string result_of(unsigned status) {
  return status < 400 ? "done" : "refused " + std::to_string(status);
}

asio::awaitable<Response> handle(const Route::Handler& handler, const Auditor::Write& write,
                                 AuditEntry entry, Request request) {
  asio::awaitable<Response> handling = handler(std::move(request));
  Response response = co_await std::move(handling);
  if (!response.made.empty()) {
    entry.object += (entry.object.empty() ? "" : " ") + response.made;
  }
  entry.result = result_of(response.status);
  write(entry);
  co_return response;
}

}  // namespace

void Auditor::watch(std::vector<Route>& routes) {
  for (Route& route : routes) {
    if (!changes_something(route.method) || route.only_asks ||
        route.access != RouteAccess::kSignedIn) {
      continue;
    }
    Route named = route;
    named.handler = nullptr;
    route.handler = [this, named = std::move(named),
                     handler = std::move(route.handler)](Request request) {
      AuditEntry entry = describe(named, request);
      return handle(handler, write_, std::move(entry), std::move(request));
    };
  }
}

Server::Gate Auditor::watch(Server::Gate gate) {
  return [this, gate = std::move(gate)](const Route& route, Request& request) {
    std::optional<Response> refusal = gate(route, request);
    if (refusal) {
      refused(route, request, *refusal);
    }
    return refusal;
  };
}

void Auditor::refused(const Route& route, const Request& request, const Response& response) {
  if (!changes_something(request.method) && request.header("cookie").empty() &&
      request.header("authorization").empty()) {
    return;  // somebody who has not signed in yet
  }
  const Time now = clock_.now();
  if (now >= last_refusal_ && now - last_refusal_ < kRefusalsApart) {
    ++unlisted_;
    return;
  }
  last_refusal_ = now;
  AuditEntry entry = describe(route, request);
  entry.result = result_of(response.status);
  entry.unlisted = std::exchange(unlisted_, 0);
  write_(entry);
}

}  // namespace vigie
