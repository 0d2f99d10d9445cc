#include "connectors/rate_limit.h"

#include <gtest/gtest.h>

#include "connectors/quota.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time kNow{seconds(1'790'000'000)};

RateLimit limit_of(std::map<std::string, std::string, std::less<>> headers) {
  HttpResponse response;
  response.headers = std::move(headers);
  return read_rate_limit(response, kNow);
}

TEST(RateLimit, ReadsTheResetOfEachDialect) {
  const Time wanted = kNow + seconds(600);
  const std::pair<const char*, const char*> dialects[] = {
      {"x-rate-limit-", "1790000600"},           // X: epoch
      {"x-ratelimit-", "2026-09-21T14:23:20Z"},  // Mastodon: ISO 8601
      {"x-ratelimit-", "600"},                   // Reddit: seconds
      {"ratelimit-", "600"},                     // RFC draft
      {"ratelimit-", "1790000600"},              // Bluesky
  };
  for (const auto& [prefix, reset] : dialects) {
    const RateLimit limit = limit_of(
        {{std::string(prefix) + "remaining", "0"}, {std::string(prefix) + "reset", reset}});
    EXPECT_TRUE(limit.is_spent) << reset;
    EXPECT_EQ(limit.resets_at, wanted) << reset;
  }
}

TEST(RateLimit, IsNotSpentWhileSomethingIsLeft) {
  EXPECT_FALSE(limit_of({{"x-ratelimit-remaining", "1.0"}, {"x-ratelimit-reset", "9"}}).is_spent);
  EXPECT_TRUE(limit_of({{"x-ratelimit-remaining", "0.5"}, {"x-ratelimit-reset", "9"}}).is_spent);
  EXPECT_FALSE(limit_of({}).is_spent);
  for (const char* nonsense : {"", "many", "-", "nan"}) {
    EXPECT_FALSE(limit_of({{"x-ratelimit-remaining", nonsense}}).is_spent) << nonsense;
  }
  HttpResponse refused;
  refused.status = 429;
  refused.headers = {{"x-rate-limit-reset", "1790000600"}};
  EXPECT_EQ(read_rate_limit(refused, kNow).resets_at, kNow + seconds(600));
  EXPECT_EQ(limit_of({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "soon"}}).resets_at,
            std::nullopt);
}

TEST(RateLimit, UnderstandsFacebooksUsage) {
  EXPECT_FALSE(
      limit_of({{"x-app-usage", R"({"call_count":28,"total_time":25,"total_cputime":25})"}})
          .is_spent);
  EXPECT_TRUE(limit_of({{"x-page-usage", R"({"call_count":5,"total_time":97,"total_cputime":2})"}})
                  .is_spent);
  const RateLimit limit =
      limit_of({{"x-business-use-case-usage",
                 R"({"1":[{"type":"pages","call_count":100,"total_cputime":1,"total_time":1,)"
                 R"("estimated_time_to_regain_access":17}]})"}});
  EXPECT_TRUE(limit.is_spent);
  EXPECT_EQ(limit.resets_at, kNow + minutes(17));
  EXPECT_FALSE(limit_of({{"x-app-usage", "{"}}).is_spent);
}

TEST(Quota, IsGivenBackAtMidnightWhereTheSourceLives) {
  const QuotaPolicy policy{100, 1, "America/Los_Angeles"};
  const QuotaLedger spent = {quota_at(policy, {}, kNow).period, 100};
  EXPECT_EQ(quota_left(policy, quota_at(policy, spent, kNow)), 0u);
  const Time reset = quota_resets_at(policy, kNow);
  EXPECT_EQ(format_time(reset), "2026-09-22T07:00:00Z");
  EXPECT_EQ(quota_left(policy, quota_at(policy, spent, reset - seconds(1))), 0u);
  EXPECT_EQ(quota_left(policy, quota_at(policy, spent, reset)), 100u);
}

TEST(Quota, OfAMonthIsGivenBackAtItsEndAndByNoClockThatIsSetBack) {
  QuotaPolicy policy{100, 1, ""};
  policy.period = QuotaPolicy::Period::kMonth;
  const Time december = *parse_time("2026-12-31T23:59:00Z");
  const QuotaLedger spent = {quota_at(policy, {}, december).period, 100};
  EXPECT_EQ(quota_resets_at(policy, december), december + minutes(1));
  EXPECT_EQ(quota_left(policy, quota_at(policy, spent, *parse_time("2026-11-01T00:00:00Z"))), 0u);
  EXPECT_EQ(quota_left(policy, quota_at(policy, spent, december + minutes(1))), 100u);
}

TEST(Quota, HasNoEndWhereThereIsNoBudget) {
  EXPECT_GT(quota_left({0, 30, ""}, {1, 1'000'000}), 1'000'000'000u);
  EXPECT_EQ(quota_left({100, 30, ""}, {1, 170}), 0u) << "a budget that was made smaller";
}

}  // namespace
}  // namespace vigie
