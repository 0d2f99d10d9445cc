#include "connectors/link_header.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

TEST(LinkHeader, FindsTheRelationHoweverItIsWritten) {
  constexpr const char* kLinks =
      "<https://a/?x=1,2;3>; rel=\"prev\"; title=\"a, b; rel=next \\\" <c>\", </b>;REL=Next,"
      "<https://hub/> ; foo ; rel=\"alternate  HUB\";rel=self, <c>";
  EXPECT_EQ(link_to("prev", kLinks), "https://a/?x=1,2;3");
  EXPECT_EQ(link_to("next", kLinks), "/b");
  EXPECT_EQ(link_to("hub", kLinks), "https://hub/");
  EXPECT_EQ(link_to("self", kLinks), "") << "a second rel does not count";
  EXPECT_EQ(link_to("h", kLinks), "");
}

TEST(LinkHeader, FindsNothingInWhatIsNone) {
  for (const char* links : {"", "<", "<>", "<a", "a; rel=hub", "<a>; rel", "<a>; rel=", "<a>;;\"",
                            "<a>; title=\"rel=hub", "<a> rel=hub", ",,,<a>"}) {
    EXPECT_EQ(link_to("hub", links), "") << links;
  }
}

}  // namespace
}  // namespace vigie
