// A request to the API by somebody who may do everything: "METHOD /path?query", then the body. It
// is answered with a document and never with a fault of ours.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "connectors/json_document.h"
#include "engine/store/memory_key_value.h"
#include "engine/web/api_routes.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"
#include "tests/store/store_fixture.h"
#include "tests/temp_folder.h"

namespace vigie::fuzz {
namespace {

template <class Value>
auto nothing_of() {
  return [](auto&&...) -> boost::asio::awaitable<Result<Value>> {
    co_return fail(ErrorCode::kNotFound, "there is no such thing");
  };
}

/// A town with a mention and an alert, the same for every request.
class Town {
 public:
  Town() {
    tenants_.resize(1);
    tenants_[0].id = tenants_[0].name = "techniville";
    tenants_[0].receivers = {"mail"};
    StoreOptions options;
    options.tenants = {"techniville"};
    store_ = Store::open(disk_.open(), std::move(options)).value();
    tell(*store_,
         {.id = "1",
          .text = "Coupure d'eau",
          .urgency = Urgency::kHigh,
          .topics = {0},
          .has_author = true},
         catalogue_named("first"));
    store_->add_alert(0, 20000, R"({"level":"high"})", {"mail"});
    store_->commit();
    store_->sync();
    silences_ = Silences::recall(*store_, clock_.now()).value();
    static const TempFolder folder;
    // Hashing passwords takes long: the same accounts for every request.
    static const auto accounts =
        std::move(Accounts::open(folder.path(), {1, 8 << 10}).value().accounts);
    sign_in_.emplace(*accounts, clock_);
    ApiParts parts{*store_,
                   *sign_in_,
                   feed_,
                   clock_,
                   tenants_,
                   {"wall"},
                   [] { return std::vector<ConnectorHealth>(); },
                   [] { return RulesInForce(); },
                   {}};
    parts.metrics = [] { return std::string("vigie_up 1\n"); };
    parts.data_directory = folder.path();
    parts.silences = silences_.get();
    parts.policy = &policy_;
    parts.change = [this](std::function<void(Store&)> apply) -> boost::asio::awaitable<bool> {
      apply(*store_);
      store_->sync();
      co_return true;
    };
    parts.draw_sample = nothing_of<WeeklySample>();
    parts.privacy.describe = [](const Store::Receipt& receipt) { return receipt.receipt; };
    parts.privacy.erase = nothing_of<std::string>();
    parts.privacy.access = nothing_of<std::string>();
    parts.privacy.evidence = nothing_of<std::string>();
    parts.emergent = nothing_of<std::string>();
    parts.rules_desk = nothing_of<RulesAnswer>();
    parts.explore = nothing_of<ExploreAnswer>();
    parts.counter.is_open = [](TenantId) { return true; };
    parts.counter.record =
        [](TenantId, CounterEntry entry) -> boost::asio::awaitable<std::optional<CounterReceipt>> {
      check(is_text(entry.mention), "what is said at a counter is text");
      co_return CounterReceipt{1, 0};
    };
    router_.add(api_routes(parts));
  }

  /// Nothing if there is no such route.
  std::optional<Response> answer(Request request) {
    const Router::Found found = router_.find(request);
    if (found.route == nullptr) {
      return std::nullopt;
    }
    request.caller = Caller{"marie", "a session", Grants::all()};
    request.headers["content-type"] = "application/json";
    request.remote_address = "192.0.2.7";
    std::optional<Response> response;
    boost::asio::co_spawn(web_, found.route->handler(std::move(request)),
                          [&](const std::exception_ptr& thrown, Response given) {
                            check(thrown == nullptr, "no handler throws");
                            response = std::move(given);
                          });
    web_.poll();
    web_.restart();
    check(response.has_value(), "who asks is answered");
    return response;
  }

 private:
  MemoryDisk disk_;
  ManualClock clock_{Time(std::chrono::hours(24 * 20000 + 12))};
  boost::asio::io_context web_;
  LiveFeed feed_{web_.get_executor()};
  std::vector<Tenant> tenants_;
  AlertPolicy policy_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Silences> silences_;
  std::optional<SignIn> sign_in_;
  Router router_;
};

void check_answer(const Response& response) {
  check(response.status >= 200 && response.status != 500 && response.status < 600, "no fault");
  for (const auto& [name, value] : response.headers) {
    check(value.find_first_of("\r\n") == value.npos, "a header is a line");
  }
  const bool is_json = response.content_type.find("json") != std::string::npos;
  if (is_json && !response.body.empty()) {
    JsonDocument document;
    check(!document.parse(response.body), "JSON is JSON");
  }
}

VIGIE_FUZZ(api) {
  std::string_view line = take_line(bytes);
  Request request;
  request.method = std::string(take_until(line, " "));
  request.path = std::string(take_until(line, "?"));
  request.query = std::string(line);
  request.body = std::string(bytes);
  Town town;
  if (const auto response = town.answer(std::move(request))) {
    check_answer(*response);
  }
}

}  // namespace
}  // namespace vigie::fuzz
