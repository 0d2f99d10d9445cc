// What comes in over the web: pushes of sources, and what is written down at a town's counter.
#include <string_view>
#include <utility>

#include "engine/app/web_side.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

/// Why a push was refused, as the metric counts it: few words.
std::string_view refusal_reason(unsigned status) {
  switch (status) {
    case 400:
      return "malformed";
    case 401:
      return "signature";
    case 403:
      return "stale";
    case 405:
      return "method";
    case 413:
      return "too_large";
    case 415:
      return "content_type";
    case 422:
      return "key_reused";
    case 429:
      return "busy";
    default:
      return "other";
  }
}

}  // namespace

void WebSide::count_refusal(std::string_view connector, unsigned status) {
  for (std::size_t i = 0; i < engine_.sources().size(); ++i) {
    if (engine_.sources().id(i) == connector) {
      engine_.metrics().refused(i, refusal_reason(status));
    }
  }
}

asio::awaitable<Response> WebSide::push(std::string connector, Request request) {
  PushRequest pushed{std::move(request.method), std::move(request.query),
                     std::move(request.headers), std::move(request.body)};
  PushAnswer answer = co_await engine_.sources().push(connector, std::move(pushed));
  if (answer.status >= 400) {
    count_refusal(connector, answer.status);
  }
  Response response;
  response.status = answer.status;
  response.content_type = std::move(answer.content_type);
  response.body = std::move(answer.body);
  for (auto& [name, value] : answer.headers) {
    response.with(name, std::move(value));
  }
  co_return response;
}

/// Who recorded what, and how it came, for whoever checks; what was said stands in the store only.
asio::awaitable<std::optional<CounterReceipt>> WebSide::record(TenantId tenant,
                                                               CounterEntry entry) {
  const std::size_t counter = *engine_.sources().counter_of(tenant);
  const std::optional<Receipt> receipt =
      co_await engine_.sources().hand_in(counter, std::move(entry.mention));
  if (!receipt) {
    co_return std::nullopt;
  }
  log_.info("counter_entry", "What somebody said at the counter was recorded.",
            {{"tenant", engine_.config().tenants[tenant].id},
             {"account", entry.account},
             {"channel", entry.channel},
             {"mention", entry.id},
             {"kept", std::int64_t{receipt->kept}},
             {"known", std::int64_t{receipt->duplicates}}});
  co_return CounterReceipt{receipt->kept, receipt->duplicates};
}

}  // namespace vigie
