// Over HTTP: an identity takes a reason and a second person, and is read once; who asks to be
// forgotten is; what was done is in the audit without anybody's name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/core/pseudonym.h"
#include "tests/store/store_fixture.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kAna = "07000000000000000000000000000000";

class PrivacyOverHttp : public TownOverHttp {
 protected:
  PrivacyOverHttp() : TownOverHttp({"techniville", "rouveville"}) {
    Told told;
    told.id = "1";
    told.has_author = true;
    told.identity = {.id = "a-1", .name = "Ana Bertrand", .url = {}};
    ref_ = to_string(tell(*store_, told, catalogue_named("first")).ref);
    store_->sync();
    ApiParts own = parts();
    own.privacy.erase = [this](TenantId tenant, AuthorWanted wanted, ErasureKind kind) {
      return erase(tenant, std::move(wanted), kind);
    };
    own.privacy.access = [](TenantId, AuthorWanted wanted) { return refuse(std::move(wanted)); };
    const auto shared = std::make_shared<const ApiParts>(own);
    std::vector<Route> routes = reveal_routes(shared);
    for (Route& route : erasure_routes(shared)) {
      routes.push_back(std::move(route));
    }
    auditor_.watch(routes);
    server_.emplace(std::move(routes), ServerLimits{}, [](const Route&, Request& request) {
      const std::string name(request.header("x-account"));
      request.caller = Caller{name, name == "script" ? "" : "session", Grants::all()};
      return std::optional<Response>();
    });
  }
  PrivacyDesk::Answer erase(TenantId tenant, AuthorWanted wanted, ErasureKind kind) {
    asked_ = wanted.network + "/" + wanted.handle + "/" + std::string(to_string(kind));
    store_->put_receipt(tenant, "n-1", {}, R"({"number":"n-1","state":"under_way"})");
    store_->sync();
    co_return std::string("n-1");
  }
  static PrivacyDesk::Answer refuse(AuthorWanted wanted) {
    if (wanted.handle == "two") {
      co_return fail(ErrorCode::kRefused, "several are called so");
    }
    co_return fail(ErrorCode::kNotFound, "nobody");
  }
  RawAnswer ask(const std::string& body, const std::string& account = "marie") {
    return post("techniville/reveals", body, account);
  }
  std::string asked_id() {
    const RawAnswer answer =
        ask(R"({"mention":")" + ref_ + R"(","reason":"menaces envers un agent"})");
    EXPECT_EQ(answer.status, 201) << answer.body;
    const std::size_t start = answer.body.find(R"("id":")") + 6;
    return answer.body.substr(start, answer.body.find('"', start) - start);
  }
  RawAnswer decide(const std::string& id, const std::string& account, bool yes = true) {
    return post("techniville/reveals/" + id + "/decision",
                yes ? R"({"approve":true})" : R"({"approve":false})", account);
  }
  RawAnswer read(const std::string& id, const std::string& account = "marie") {
    return post("techniville/reveals/" + id + "/identity", "", account);
  }

  std::string ref_, asked_;
};

TEST_F(PrivacyOverHttp, AnIdentityTakesTwoPeopleAndIsReadOnce) {
  const std::string id = asked_id();
  EXPECT_EQ(read(id).status, 409) << "nobody has approved it";
  EXPECT_THAT(get("techniville/reveals/mine", "marie").body, HasSubstr(id));
  EXPECT_THAT(get("techniville/reveals/mine", "paul").body, Not(HasSubstr(id)));
  EXPECT_EQ(decide(id, "marie").status, 409) << "not by herself";
  EXPECT_EQ(decide(id, "paul").status, 200);
  EXPECT_EQ(read(id, "paul").status, 409) << "he did not ask";
  const RawAnswer identity = read(id);
  EXPECT_EQ(identity.status, 200);
  EXPECT_THAT(identity.body, HasSubstr("Ana Bertrand"));
  EXPECT_EQ(read(id).status, 409) << "once";
  EXPECT_THAT(audited_, Contains(HasSubstr("marie requestReveal techniville")));
  EXPECT_THAT(audited_, Contains(HasSubstr("paul decideReveal techniville")));
  EXPECT_THAT(audited_, Contains(testing::AllOf(HasSubstr("marie readIdentity techniville"),
                                                HasSubstr("decided by paul"),
                                                HasSubstr("menaces envers un agent"))));
  EXPECT_THAT(audited_, Each(Not(HasSubstr("Bertrand"))));
}

TEST_F(PrivacyOverHttp, ADayAndAnHourAreTheBounds) {
  const std::string slow = asked_id();
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(decide(slow, "paul").status, 409);
  const std::string id = asked_id();
  EXPECT_EQ(decide(id, "paul").status, 200);
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(read(id).status, 409);
  EXPECT_THAT(get("techniville/reveals").body, HasSubstr(R"("state":"expired")"));
}

TEST_F(PrivacyOverHttp, WithoutReasonPersonOrAuthorThereIsNothingToAsk) {
  EXPECT_EQ(ask(R"({"mention":")" + ref_ + R"(","reason":"court"})").status, 400);
  EXPECT_EQ(ask(R"({"reason":"une bonne raison"})").status, 400);
  EXPECT_EQ(ask("[]").status, 400);
  EXPECT_EQ(ask(R"({"mention":"1-1","reason":"une bonne raison"})").status, 404);
  EXPECT_EQ(ask(std::string(R"({"pseudonym":")") + std::string(32, '0') +
                R"(","reason":"une bonne raison"})")
                .status,
            404);
  const std::string by_name = std::string(R"({"pseudonym":")") + kAna + R"(","reason":")";
  EXPECT_EQ(ask(by_name + R"(une bonne raison"})").status, 201);
  EXPECT_EQ(ask(by_name + R"(une bonne raison"})", "script").status, 403) << "a script is nobody";
  EXPECT_EQ(decide(asked_id(), "script").status, 403);
  EXPECT_EQ(decide("nothing", "paul").status, 404);
  EXPECT_EQ(post("techniville/reveals/" + asked_id() + "/decision", "{}", "paul").status, 400);
}

TEST_F(PrivacyOverHttp, OtherTownsAndOtherPeopleSeeNothingOfIt) {
  const std::string id = asked_id();
  EXPECT_EQ(post("rouveville/reveals/" + id + "/decision", R"({"approve":true})", "paul").status,
            404);
  EXPECT_THAT(get("rouveville/reveals").body, Not(HasSubstr(id)));
  EXPECT_EQ(get("techniville/reveals/" + id).status, 404) << "asked by somebody else";
  EXPECT_EQ(decide(id, "paul", false).status, 200);
  EXPECT_EQ(read(id).status, 409) << "it was refused";
}

TEST_F(PrivacyOverHttp, WhoAsksToBeForgottenGetsANumberAndAReceipt) {
  const RawAnswer answer =
      post("techniville/erasures", R"({"network":"mastodon","handle":"ana","kind":"objection"})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(asked_, "mastodon/ana/objection");
  EXPECT_THAT(answer.body, HasSubstr("under_way"));
  EXPECT_THAT(get("techniville/erasures").body, HasSubstr("n-1"));
  EXPECT_EQ(get("techniville/erasures/n-1").status, 200);
  EXPECT_EQ(get("techniville/erasures/n-2").status, 404);
  EXPECT_EQ(get("rouveville/erasures/n-1").status, 404);
  EXPECT_THAT(audited_, Contains("marie eraseAuthor techniville n-1"));
  EXPECT_EQ(post("techniville/erasures", R"({"handle":1})").status, 400);
  EXPECT_EQ(post("techniville/erasures", R"({"kind":"revenge"})").status, 400);
  EXPECT_EQ(post("techniville/erasures", R"({"name":"ana"})").status, 400);
}

TEST_F(PrivacyOverHttp, WhatIsAmbiguousIsSaid) {
  EXPECT_EQ(post("techniville/access-files", R"({"handle":"two"})").status, 409);
  EXPECT_EQ(post("techniville/access-files", R"({"handle":"none"})").status, 404);
  EXPECT_EQ(post("techniville/access-files", R"({"kind":"erasure"})").status, 400);
  for (const std::string& whose :
       {"{\"mention\":\"" + ref_ + "\"}", "{\"pseudonym\":\"" + std::string(kAna) + "\"}"}) {
    EXPECT_EQ(post("techniville/access-files", whose).status, 400)
        << "nobody reads an identity alone by asking for a file";
  }
  EXPECT_EQ(post("techniville/access-files", R"({"handle":"two"})", "script").status, 403);
}

}  // namespace
}  // namespace vigie
