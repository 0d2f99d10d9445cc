// Silences over HTTP: made, listed, ended; what makes no sense is refused, and everything audited.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/store/memory_key_value.h"
#include "engine/web/api_routes.h"
#include "tests/web/server_under_test.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SilencesOverHttp : public testing::Test {
 protected:
  SilencesOverHttp() {
    StoreOptions options;
    options.tenants = {"techniville", "rouveville"};
    store_ = Store::open(disk_.open(), options).value();
    silences_ = Silences::recall(*store_, clock_.now()).value();
    tenants_[0].id = "techniville";
    tenants_[1].id = "rouveville";
    const std::string folder = testing::TempDir() + "/vigie_silences_over_http";
    std::filesystem::create_directories(folder);
    std::filesystem::remove(folder + "/access.json");
    accounts_ = std::move(Accounts::open(folder, {1, 8 << 20}).value().accounts);
    sign_in_.emplace(*accounts_, clock_);
    ApiParts parts{*store_, *sign_in_, feed_, clock_, tenants_, {}, {}, {}, {}};
    parts.silences = silences_.get();
    parts.audit = [this](const AuditEntry& entry) {
      audit_.push_back(entry.actor + " " + entry.action + " " + entry.tenant + " " + entry.object);
    };
    server_.emplace(silence_routes(std::make_shared<const ApiParts>(std::move(parts))),
                    ServerLimits{}, [](const Route&, Request& request) {
                      request.caller = Caller{"marie", ""};
                      return std::optional<Response>();
                    });
  }

  RawAnswer post(const std::string& path, const std::string& body,
                 const std::string& type = "application/json") {
    return server_->ask("POST /api/v1/tenants/" + path +
                            " HTTP/1.1\r\nHost: x\r\nContent-Type: " + type +
                            "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n",
                        body);
  }
  RawAnswer make(const std::string& body) { return post("techniville/silences", body); }
  RawAnswer get(const std::string& path) {
    return server_->ask("GET /api/v1/tenants/" + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  MemoryDisk disk_;
  ManualClock clock_{parse_time("2026-10-14T08:00:00Z").value()};
  boost::asio::io_context web_;
  LiveFeed feed_{web_.get_executor()};
  std::vector<Tenant> tenants_{2};
  std::vector<std::string> audit_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Silences> silences_;
  std::unique_ptr<Accounts> accounts_;
  std::optional<SignIn> sign_in_;
  std::optional<ServerUnderTest> server_;
};

const std::string kGood = R"({"matchers":{"topics":["eau"],"levels":["high"]},"reason":"exercice",)"
                          R"("ends_at":"2026-10-14T10:00:00+00:00"})";

TEST_F(SilencesOverHttp, OneIsMadeListedAndEnded) {
  const RawAnswer made = make(kGood);
  EXPECT_EQ(made.status, 201) << made.body;
  for (const char* part :
       {R"("state":"active")", R"("number":1)", R"("author":"marie")", R"("reason":"exercice")",
        R"("topics":["eau"])", R"("levels":["high"])", R"("starts_at":"2026-10-14T08:00:00Z")",
        R"("ends_at":"2026-10-14T10:00:00Z")"}) {
    EXPECT_THAT(made.body, HasSubstr(part));
  }
  EXPECT_EQ(get("techniville/silences?state=active").body, "{\"silences\":[" + made.body + "]}");
  EXPECT_THAT(get("rouveville/silences").body, Not(HasSubstr("exercice")));
  EXPECT_EQ(post("rouveville/silences/1/expire", "").status, 404) << "another town's";
  EXPECT_EQ(post("techniville/silences/7/expire", "").status, 404);
  EXPECT_EQ(post("techniville/silences/x/expire", "").status, 404);
  EXPECT_THAT(post("techniville/silences/1/expire", "").body, HasSubstr(R"("state":"ended")"));
  EXPECT_EQ(post("techniville/silences/1/expire", "").status, 409);
  EXPECT_THAT(audit_, ElementsAre("marie silence_made techniville 1",
                                  "marie silence_expired techniville 1"));
}

TEST_F(SilencesOverHttp, WhatIsNotOfItsFormIsRefusedWithTheReason) {
  const std::pair<const char*, const char*> kBodies[] = {
      {"", "not a JSON object"},
      {"[]", "not a JSON object"},
      {R"({"matchers":{},"reason":"x"})", "'ends_at' is missing"},
      {R"({"matchers":{"topic":["eau"]},"reason":"x","ends_at":"2026-10-14T10:00:00Z"})",
       "'matchers'"},
      {R"({"matchers":{"topics":"eau"},"reason":"x","ends_at":"2026-10-14T10:00:00Z"})",
       "'matchers'"},
      {R"({"matchers":{"levels":["huge"]},"reason":"x","ends_at":"2026-10-14T10:00:00Z"})",
       "'matchers'"},
      {R"({"matchers":{"topics":["eau"]},"reason":3,"ends_at":"2026-10-14T10:00:00Z"})",
       "'reason'"},
      {R"({"matchers":{"topics":["eau"]},"reason":"x","ends_at":"tomorrow"})", "'ends_at'"},
      {R"({"matchers":{"topics":["eau"]},"reason":"x","end":"2026-10-14T10:00:00Z"})", "'end'"}};
  for (const auto& [body, why] : kBodies) {
    const RawAnswer answer = make(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(why)) << body;
  }
  EXPECT_EQ(post("techniville/silences", kGood, "text/plain").status, 415);
  EXPECT_EQ(post("nowhere/silences", kGood).status, 404);
  EXPECT_EQ(get("techniville/silences?state=over").status, 400);
  EXPECT_THAT(audit_, IsEmpty());
}

TEST_F(SilencesOverHttp, WhatMakesNoSenseIsRefusedWithTheReason) {
  const std::pair<const char*, const char*> kBodies[] = {
      {R"({"matchers":{"topics":["eau"]},"reason":"x","starts_at":"2026-10-14T12:00:00Z",)"
       R"("ends_at":"2026-10-14T10:00:00Z"})",
       "ends before it starts"},
      {R"({"matchers":{"topics":["eau"]},"reason":"x","starts_at":"2025-10-14T12:00:00Z",)"
       R"("ends_at":"2025-10-14T13:00:00Z"})",
       "ended already"},
      {R"({"matchers":{"topics":["eau"]},"reason":"x","ends_at":"2036-10-14T10:00:00Z"})", "days"},
      {R"({"matchers":{"topics":["eau"]},"ends_at":"2026-10-14T10:00:00Z"})", "reason"},
      {R"({"matchers":{},"reason":"x","ends_at":"2026-10-14T10:00:00Z"})", "at least one"},
      {R"({"reason":"x","ends_at":"2026-10-14T10:00:00Z"})", "at least one"}};
  for (const auto& [body, why] : kBodies) {
    const RawAnswer answer = make(body);
    EXPECT_EQ(answer.status, 422) << body;
    EXPECT_THAT(answer.body, HasSubstr(why)) << body;
  }
  EXPECT_THAT(get("techniville/silences").body, HasSubstr("[]"));
  EXPECT_THAT(audit_, IsEmpty());
}

}  // namespace
}  // namespace vigie
