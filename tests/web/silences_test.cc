// Silences over HTTP: made, listed, ended; what makes no sense is refused, and everything audited.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SilencesOverHttp : public TownOverHttp {
 protected:
  SilencesOverHttp() : TownOverHttp({"techniville", "rouveville"}) {
    silences_ = Silences::recall(*store_, clock_.now()).value();
    ApiParts own = parts();
    own.silences = silences_.get();
    serve(silence_routes(std::make_shared<const ApiParts>(std::move(own))));
  }

  RawAnswer make(const std::string& body) { return post("techniville/silences", body); }

  std::unique_ptr<Silences> silences_;
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
  EXPECT_THAT(audited_,
              ElementsAre("marie makeSilence techniville 1", "marie expireSilence techniville 1"));
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
  EXPECT_EQ(post("techniville/silences", kGood, "marie", "text/plain").status, 415);
  EXPECT_EQ(post("nowhere/silences", kGood).status, 404);
  EXPECT_EQ(get("techniville/silences?state=over").status, 400);
  EXPECT_THAT(audited_, IsEmpty());
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
  EXPECT_THAT(audited_, IsEmpty());
}

}  // namespace
}  // namespace vigie
