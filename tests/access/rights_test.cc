#include "engine/access/rights.h"

#include <gtest/gtest.h>

#include <vector>

namespace vigie {
namespace {

const std::vector<Role> kRoles = {Role::kReader,      Role::kCommunityManager,
                                  Role::kDirector,    Role::kDataProtectionOfficer,
                                  Role::kTenantAdmin, Role::kOperator};

Right right(std::size_t place) { return static_cast<Right>(place); }

TEST(Rights, NamesAreReadAsTheyAreWritten) {
  for (const Role role : kRoles) {
    EXPECT_EQ(parse_role(to_string(role)), role);
  }
  for (std::size_t i = 0; i < kRightCount; ++i) {
    EXPECT_EQ(parse_right(to_string(right(i))), right(i));
  }
  EXPECT_EQ(to_string(Role::kDataProtectionOfficer), "data_protection_officer");
  EXPECT_EQ(to_string(Right::kOperateEngine), "operate_engine");
  EXPECT_FALSE(parse_role("root"));
  EXPECT_FALSE(parse_right(""));
}

TEST(Rights, EachIsSomeRolesAndNoRoleHasAll) {
  Rights held;
  for (const Role role : kRoles) {
    held = held | rights_of(role);
    EXPECT_TRUE(rights_of(role).has(Right::kSignedIn)) << to_string(role);
    EXPECT_FALSE(rights_of(role).covers(Rights::all())) << to_string(role);
  }
  EXPECT_EQ(held, Rights::all());
}

TEST(Rights, WhoOperatesReadsNobodysWordsAndWhoAdministersRevealsNobody) {
  EXPECT_FALSE(rights_of(Role::kOperator).has(Right::kReadMentions));
  EXPECT_FALSE(rights_of(Role::kTenantAdmin).has(Right::kApproveReveal));
  EXPECT_FALSE(rights_of(Role::kTenantAdmin).has(Right::kErase));
  EXPECT_FALSE(rights_of(Role::kReader).has(Right::kWork));
}

TEST(Rights, WhoDraftsRulesNeedNotPublishThemAndWhoPublishesDrafts) {
  EXPECT_TRUE(rights_of(Role::kCommunityManager).has(Right::kDraftRules));
  EXPECT_FALSE(rights_of(Role::kCommunityManager).has(Right::kPublishRules));
  for (const Role role : kRoles) {
    EXPECT_TRUE(!rights_of(role).has(Right::kPublishRules) ||
                rights_of(role).has(Right::kDraftRules))
        << to_string(role);
  }
}

TEST(Grants, CountInTheirTenantOnly) {
  const Grants grants(RolesByTenant{{"techniville", {Role::kCommunityManager}},
                                    {"autreville", {Role::kReader, Role::kDirector}}});
  EXPECT_TRUE(grants.may(Right::kWork, "techniville"));
  EXPECT_FALSE(grants.may(Right::kWork, "autreville"));
  EXPECT_TRUE(grants.may(Right::kSetObjectives, "autreville"));
  EXPECT_TRUE(grants.is_member("autreville"));
  EXPECT_FALSE(grants.is_member("tierceville"));
  EXPECT_FALSE(grants.is_member(kEveryTenant));
  EXPECT_TRUE(grants.may_somewhere(Right::kWork));
  EXPECT_FALSE(grants.may_somewhere(Right::kReadAudit));
  EXPECT_FALSE(grants.may_engine_wide(Right::kWork));
}

TEST(Grants, AnOperatorIsInNoTown) {
  const Grants grants(RolesByTenant{{std::string(kEveryTenant), {Role::kOperator}}});
  EXPECT_TRUE(grants.may_engine_wide(Right::kOperateEngine));
  EXPECT_FALSE(grants.is_member("techniville"));
  EXPECT_FALSE(grants.may(Right::kReadSources, "techniville"));
}

TEST(Grants, EveryTownIsAlsoOneThatComesLater) {
  const Grants grants(RolesByTenant{{std::string(kEveryTenant), {Role::kReader}},
                                    {"techniville", {Role::kDirector}}});
  EXPECT_TRUE(grants.may(Right::kReadMentions, "nouvelleville"));
  EXPECT_TRUE(grants.may(Right::kSetObjectives, "techniville"));
  EXPECT_FALSE(grants.may(Right::kSetObjectives, "nouvelleville"));
  EXPECT_TRUE(grants.may_in_every_tenant(Right::kReadMentions));
  EXPECT_FALSE(grants.may_engine_wide(Right::kReadMentions));
}

TEST(Grants, WithoutARoleOneIsKnownAndNothingElse) {
  const Grants known((RolesByTenant())), unknown;
  EXPECT_TRUE(known.may_somewhere(Right::kSignedIn));
  EXPECT_FALSE(known.may_somewhere(Right::kReadFigures));
  EXPECT_FALSE(unknown.may_somewhere(Right::kSignedIn));
}

TEST(Grants, NobodyHandsOutMoreThanTheyHave) {
  const Grants admin(RolesByTenant{{"techniville", {Role::kTenantAdmin}}});
  const Rights reading = {Right::kReadMentions};
  EXPECT_TRUE(admin.cover(Grants(reading, {"techniville"})));
  EXPECT_FALSE(admin.cover(Grants(reading, {"autreville"})));
  EXPECT_FALSE(admin.cover(Grants(reading, {std::string(kEveryTenant)})));
  EXPECT_FALSE(admin.cover(Grants(Rights{Right::kErase}, {"techniville"})));
  EXPECT_TRUE(Grants::all().cover(admin));
  EXPECT_FALSE(admin.cover(Grants::all()));
}

}  // namespace
}  // namespace vigie
