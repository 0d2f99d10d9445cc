#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/quality/sample_book.h"
#include "engine/store/memory_key_value.h"
#include "engine/web/api_routes.h"
#include "engine/web/auditor.h"
#include "tests/web/server_under_test.h"

namespace vigie {

/// What a part of the API answers from: a store of memory, a clock that a test sets, and somebody
/// who is signed in as "marie".
class TownOverHttp : public testing::Test {
 protected:
  explicit TownOverHttp(std::vector<std::string> towns,
                        Time now = parse_time("2026-10-14T08:00:00Z").value(),
                        StoreOptions options = {})
      : clock_(now) {
    for (const std::string& town : towns) {
      tenants_.emplace_back().id = town;
    }
    options.tenants = std::move(towns);
    store_ = Store::open(disk_.open(), std::move(options)).value();
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    const std::string folder = testing::TempDir() + "/vigie_" + test->test_suite_name();
    std::filesystem::create_directories(folder);
    std::filesystem::remove(folder + "/access.json");
    accounts_ = std::move(Accounts::open(folder, {1, 8 << 20}).value().accounts);
    sign_in_.emplace(*accounts_, clock_);
  }
  /// Changes are made at once, on the web thread.
  ApiParts parts() {
    ApiParts parts{*store_, *sign_in_, feed_, clock_, tenants_, {}, {}, {}, {}};
    parts.metrics = [] { return std::string("vigie_up 1\n"); };
    parts.change = [this](std::function<void(Store&)> apply) -> boost::asio::awaitable<bool> {
      apply(*store_);
      store_->sync();
      co_return true;
    };
    parts.accounts = [](TenantId) { return std::vector<std::string>{"marie", "paul"}; };
    parts.draw_sample = [this](TenantId tenant, IsoWeek week,
                               std::string by) -> boost::asio::awaitable<Result<WeeklySample>> {
      co_return SampleBook(*store_).draw(tenant, tenants_[tenant], week, by, clock_.now());
    };
    parts.thread = [this](MentionRef of) -> boost::asio::awaitable<Result<ReplyThread>> {
      co_return read_reply_thread(*store_, of, [] { return true; });
    };
    parts.privacy.describe = [](const Store::Receipt& receipt) { return receipt.receipt; };
    parts.privacy.erase = [](TenantId, AuthorWanted, ErasureKind) { return nobody(); };
    parts.privacy.access = [](TenantId, AuthorWanted) { return nobody(); };
    parts.privacy.evidence = [](MentionRef, std::string) { return nobody(); };
    return parts;
  }
  static PrivacyDesk::Answer nobody() {
    co_return fail(ErrorCode::kNotFound, "nobody is called so");
  }
  void serve(std::vector<Route> routes) {
    auditor_.watch(routes);
    server_.emplace(std::move(routes), ServerLimits{}, [this](const Route&, Request& request) {
      const std::string_view name = request.header("x-account");
      request.caller = Caller{name.empty() ? "marie" : std::string(name), "", grants_};
      return std::optional<Response>();
    });
  }
  /// `path`: what follows /api/v1/tenants/.
  RawAnswer get(const std::string& path, const std::string& account = {}) {
    return get_api("tenants/" + path, account);
  }
  RawAnswer get_api(const std::string& path, const std::string& account = {}) {
    return server_->ask("GET /api/v1/" + path + " HTTP/1.1\r\nHost: x\r\nX-Account: " + account +
                        "\r\n\r\n");
  }

  RawAnswer post(const std::string& path, const std::string& body = {},
                 const std::string& account = "marie",
                 const std::string& type = "application/json") {
    return server_->ask("POST /api/v1/tenants/" + path + " HTTP/1.1\r\nHost: x\r\nX-Account: " +
                            account + "\r\nContent-Type: " + type +
                            "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n",
                        body);
  }

  Grants grants_ = Grants::all();  ///< of whoever asks
  MemoryDisk disk_;
  std::vector<std::string> audited_;  ///< what was done: who, what, where, to what
  ManualClock clock_;
  boost::asio::io_context web_;
  LiveFeed feed_{web_.get_executor()};
  std::vector<Tenant> tenants_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Accounts> accounts_;
  std::optional<SignIn> sign_in_;
  Auditor auditor_{[this](const AuditEntry& entry) {
                     if (entry.result == "done") {
                       audited_.push_back(entry.actor + " " + entry.action + " " + entry.tenant +
                                          " " + entry.object);
                     }
                   },
                   clock_};
  std::optional<ServerUnderTest> server_;
};

}  // namespace vigie
