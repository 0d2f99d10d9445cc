#include "engine/web/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <set>

#include "engine/store/memory_key_value.h"
#include "engine/web/api.h"
#include "engine/web/service_routes.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

/// Everything the service answers but the screens' files.
class OpenApi : public testing::Test {
 protected:
  OpenApi() {
    accounts_ = std::move(Accounts::open(temp_.path(), PasswordCost{1, 8192})->accounts);
    sign_in_ = std::make_unique<SignIn>(*accounts_, clock_);
    store_ = Store::open(disk_.open(), StoreOptions{}).value();
    const ServiceParts service{metrics_, {}, {}, {}};
    routes_ = operations_routes(service);
    routes_.push_back(push_route(service));
    for (Route& route : api_routes({*store_, *sign_in_, feed_, clock_, tenants_, {}, {}, {}, {}})) {
      routes_.push_back(std::move(route));
    }
    routes_.push_back(openapi_route(routes_));
    document_ = openapi_document(routes_);
  }

  std::size_t count(std::string_view word) const {
    std::size_t found = 0;
    for (std::size_t at = document_.find(word); at != std::string::npos;
         at = document_.find(word, at + 1)) {
      ++found;
    }
    return found;
  }

  TempFolder temp_;
  ManualClock clock_{Time{}};
  boost::asio::io_context context_;
  LiveFeed feed_{context_.get_executor()};
  MemoryDisk disk_;
  Metrics metrics_{Metrics::Labels{}};
  const std::vector<Tenant> tenants_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<SignIn> sign_in_;
  std::unique_ptr<Store> store_;
  std::vector<Route> routes_;
  std::string document_;
};

TEST_F(OpenApi, DescribesEveryRouteAndNothingElse) {
  std::set<std::string> operations;
  for (const Route& route : routes_) {
    EXPECT_TRUE(operations.insert(route.description.operation).second) << route.pattern;
    EXPECT_FALSE(route.description.summary.empty()) << route.pattern;
    EXPECT_FALSE(route.description.answers.empty()) << route.pattern;
    EXPECT_EQ(count("\"operationId\":\"" + route.description.operation + "\""), 1U);
    EXPECT_EQ(count("\"" + route.pattern + "\":{"), 1U) << route.pattern;
  }
  EXPECT_EQ(count("\"operationId\""), routes_.size());
}

TEST_F(OpenApi, RefersOnlyToSchemasThatAreThere) {
  constexpr std::string_view kReference = "\"#/components/schemas/";
  for (std::size_t at = document_.find(kReference); at != std::string::npos;
       at = document_.find(kReference, at + 1)) {
    const std::size_t name = at + kReference.size();
    const std::string schema = document_.substr(name, document_.find('"', name) - name);
    EXPECT_EQ(count("\"" + schema + "\":{"), 1U) << schema;
  }
}

TEST_F(OpenApi, SaysWhatCanGoWrong) {
  for (const char* word :
       {"X-Vigie-Signature", "Idempotency-Key", "\"401\"", "\"404\"", "\"429\"", "StreamEvent"}) {
    EXPECT_THAT(document_, testing::HasSubstr(word));
  }
}

}  // namespace
}  // namespace vigie
