// Links of messages: ours are read back, others and altered ones refused, old ones expired.
#include "engine/access/action_links.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

const Time kNow = parse_time("2026-10-14T08:00:00Z").value();

ActionLinks links_of(unsigned char secret) {
  ActionLinks::Key key{};
  key.fill(secret);
  return ActionLinks({{"techniville", key}, {"rouveville", ActionLinks::Key{}}});
}

ActionLink link_for(const std::string& tenant = "techniville") {
  return {tenant, 42, LinkAction::kMute, "community-manager", kNow + std::chrono::hours(48)};
}

TEST(ActionLinksFacts, WhatWasSignedIsReadBack) {
  const ActionLinks links = links_of(7);
  const Result<ActionLink> read = links.read(links.token(link_for()), kNow);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->tenant, "techniville");
  EXPECT_EQ(read->alert, 42U);
  EXPECT_EQ(read->action, LinkAction::kMute);
  EXPECT_EQ(read->receiver, "community-manager");
  EXPECT_EQ(read->expires_at, kNow + std::chrono::hours(48));
}

TEST(ActionLinksFacts, EveryAlteredByteIsNoticed) {
  const ActionLinks links = links_of(7);
  const std::string token = links.token(link_for());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    // The last digit of a base64 text may hold bits that mean nothing: those are refused, too.
    EXPECT_FALSE(links.read(altered, kNow)) << i;
  }
  for (std::size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(links.read(token.substr(0, length), kNow)) << length;
  }
  EXPECT_FALSE(links.read(token + "A", kNow));
  EXPECT_FALSE(links.read(token + ".", kNow));
  EXPECT_FALSE(links.read(std::string(2'000, 'A') + "." + std::string(43, 'A'), kNow));
}

TEST(ActionLinksFacts, AnotherSecretAndAnotherTenantMakeOthers) {
  const ActionLinks links = links_of(7);
  EXPECT_FALSE(links_of(8).read(links.token(link_for()), kNow));
  EXPECT_EQ(links.token(link_for("nowhere")), "");
  const std::string ours = links.token(link_for()), theirs = links.token(link_for("rouveville"));
  EXPECT_FALSE(links.read(theirs.substr(0, theirs.find('.')) + ours.substr(ours.find('.')), kNow))
      << "one tenant's signature under another's link";
}

TEST(ActionLinksFacts, AnOldOneHasExpired) {
  const ActionLinks links = links_of(7);
  const std::string token = links.token(link_for());
  EXPECT_TRUE(links.read(token, kNow + std::chrono::hours(48) - std::chrono::seconds(1)));
  const auto late = links.read(token, kNow + std::chrono::hours(48));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vigie
