#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/alert/alert.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The alerts of a town, behind the API, for somebody who is signed in as "marie".
class AlertsOverHttp : public TownOverHttp {
 protected:
  AlertsOverHttp() : TownOverHttp({"techniville"}) {
    const auto shared = std::make_shared<const ApiParts>(parts());
    std::vector<Route> routes = alert_routes(shared);
    for (Route& route : statistics_routes(shared)) {
      routes.push_back(std::move(route));
    }
    serve(std::move(routes));
  }

  std::uint64_t raise(const Alert& alert) {
    const std::uint64_t number = store_->add_alert(0, 20000, to_json(alert), {});
    store_->commit();
    store_->sync();
    return number;
  }
  void raise_many(std::size_t count) {
    while (count-- != 0) {
      raise(alert_);
    }
  }
  std::string get(const std::string& path) { return TownOverHttp::get("techniville/" + path).body; }
  RawAnswer change(std::uint64_t number, const std::string& action) {
    return server_->ask("POST /api/v1/tenants/techniville/alerts/" + std::to_string(number) + "/" +
                        action + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  }
  static std::vector<std::uint64_t> numbers(const std::string& page) {
    std::vector<std::uint64_t> found;
    constexpr std::string_view kKey = "\"number\":";
    for (std::size_t at = page.find(kKey); at != std::string::npos; at = page.find(kKey, at + 1)) {
      found.push_back(std::stoull(page.substr(at + kKey.size())));
    }
    return found;
  }

  Alert alert_;
};

TEST_F(AlertsOverHttp, AnAddressWithAHandleInItStaysAsItIs) {
  alert_.url = "https://social.example/@marie/113";
  raise(alert_);
  EXPECT_THAT(get("alerts"), HasSubstr("\"url\":\"https://social.example/@marie/113\""));
}

TEST_F(AlertsOverHttp, OpenOnesAreThoseThatAreNotClosed) {
  raise_many(3);
  change(2, "close");
  change(1, "take");
  EXPECT_THAT(numbers(get("alerts?state=open")), testing::ElementsAre(3, 1));
  EXPECT_THAT(numbers(get("alerts?state=new")), testing::ElementsAre(3));
  EXPECT_THAT(get("alerts?state=half"), HasSubstr("closed or open"));
}

TEST_F(AlertsOverHttp, ManyClosedOnesDoNotHideAnOpenOne) {
  raise_many(60);
  for (std::uint64_t number = 2; number <= 60; ++number) {
    change(number, "close");
  }
  EXPECT_THAT(numbers(get("alerts?state=open&limit=50")), testing::ElementsAre(1));
  // However few one request looks at, its `next` leads on.
  EXPECT_THAT(get("alerts?state=open&limit=1"), HasSubstr("\"alerts\":[],\"next\":51"));
  EXPECT_THAT(numbers(get("alerts?state=open&limit=1&before=11")), testing::ElementsAre(1));
}

TEST_F(AlertsOverHttp, WhatIsOpenAfterItsDeadlineIsCounted) {
  // Two hours of business hours after it was raised, on the town's clocks; critical: 30 min.
  alert_.level = Urgency::kCritical;
  alert_.raised_at = parse_time("2026-10-14T07:00:00Z").value();
  raise_many(3);
  alert_.level = Urgency::kHigh;
  raise(alert_);
  change(1, "close");
  change(2, "take");
  EXPECT_THAT(get("alerts/3"), HasSubstr("\"deadline_at\":\"2026-10-14T07:30:00Z\""));
  EXPECT_THAT(get("alerts/4"), HasSubstr("\"deadline_at\":\"2026-10-14T09:00:00Z\""));
  EXPECT_THAT(get("summary"), HasSubstr("\"past_deadline\":2"));
  // The town's deadlines as they are now, not as they were when it was raised.
  tenants_[0].deadlines[static_cast<std::size_t>(Urgency::kCritical)].within =
      std::chrono::minutes(240);
  EXPECT_THAT(get("alerts/3"), HasSubstr("\"deadline_at\":\"2026-10-14T11:00:00Z\""));
  EXPECT_THAT(get("summary"), HasSubstr("\"past_deadline\":0"));
  EXPECT_THAT(get("summary"), HasSubstr("\"open_alerts\":3"));
}

TEST_F(AlertsOverHttp, WhoeverTookItIsNamedAndAClosedOneIsNotTaken) {
  raise_many(1);
  EXPECT_THAT(change(1, "take").body, HasSubstr("\"state\":\"taken\",\"by\":\"marie\""));
  change(1, "close");
  EXPECT_EQ(change(1, "take").status, 409);
}

TEST_F(AlertsOverHttp, ThatAnIncidentIsOverHasNoDeadline) {
  alert_.news = News::kClosed;
  const std::uint64_t number = raise(alert_);
  EXPECT_THAT(get("alerts/" + std::to_string(number)), Not(HasSubstr("deadline_at")));
  Alert as_before = alert_;
  as_before.deadline_at = Time(std::chrono::microseconds(1));
  std::string body = to_json(as_before);
  const std::string told = format_time(as_before.deadline_at);
  body.replace(body.find(told), told.size(), "1970-01-01T00:00:00Z");
  const std::uint64_t old = store_->add_alert(0, 20000, body, {});
  store_->commit();
  store_->sync();
  EXPECT_THAT(get("alerts/" + std::to_string(old)), Not(HasSubstr("deadline_at")))
      << "told by an earlier version";
  EXPECT_EQ(parse_alert(to_json(alert_))->deadline_at, Time());
}

}  // namespace
}  // namespace vigie
