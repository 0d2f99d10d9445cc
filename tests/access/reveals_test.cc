// Who asks for an identity needs a reason and somebody else who says yes, in time.
#include "engine/access/reveals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/store/memory_key_value.h"

namespace vigie {
namespace {

using State = Reveal::State;
using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = parse_time("2026-10-14T08:00:00Z").value();
constexpr std::string_view kReason = "menace de mort envers un agent";
const Pseudonym kAna = {1};

Reveal asked() { return ask_reveal("1", kAna, "20741-1", kReason, "marie", kNow).value(); }
Reveal approved() { return decide_reveal(asked(), true, "paul", kNow).value(); }

TEST(Reveals, NeedAReason) {
  for (const std::string_view none : {"", "court", "          ", "  neuf car "}) {
    const auto refused = ask_reveal("1", kAna, "", none, "marie", kNow);
    ASSERT_FALSE(refused) << none;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  }
  EXPECT_FALSE(ask_reveal("1", kAna, "", "éééééé", "marie", kNow)) << "letters, not bytes";
  EXPECT_FALSE(ask_reveal("1", kAna, "", std::string(501, 'a'), "marie", kNow));
  EXPECT_EQ(asked().reason, kReason);
}

TEST(Reveals, NeedASecondPerson) {
  const auto alone = decide_reveal(asked(), true, "marie", kNow);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, ErrorCode::kRefused);
  EXPECT_EQ(read_reveal(asked(), "marie", kNow).error().code, ErrorCode::kNotFound)
      << "nobody has said yes";
  EXPECT_EQ(approved().state_at(kNow), State::kApproved);
}

TEST(Reveals, AreReadOnceByWhoAsked) {
  EXPECT_EQ(read_reveal(approved(), "paul", kNow).error().code, ErrorCode::kRefused);
  const Reveal read = read_reveal(approved(), "marie", kNow).value();
  EXPECT_EQ(read.state_at(kNow), State::kRead);
  EXPECT_EQ(read_reveal(read, "marie", kNow).error().code, ErrorCode::kNotFound);
}

TEST(Reveals, LapseAfterADayAndAfterAnHour) {
  EXPECT_EQ(asked().state_at(kNow + hours(24) - minutes(1)), State::kWaiting);
  EXPECT_EQ(asked().state_at(kNow + hours(24)), State::kExpired);
  EXPECT_FALSE(decide_reveal(asked(), true, "paul", kNow + hours(24)));
  EXPECT_TRUE(read_reveal(approved(), "marie", kNow + minutes(59)));
  EXPECT_FALSE(read_reveal(approved(), "marie", kNow + hours(1)));
}

TEST(Reveals, RefusedStaysRefused) {
  const Reveal refused = decide_reveal(asked(), false, "paul", kNow).value();
  EXPECT_EQ(refused.state_at(kNow), State::kRefused);
  EXPECT_FALSE(decide_reveal(refused, true, "jean", kNow));
  EXPECT_FALSE(read_reveal(refused, "marie", kNow));
}

TEST(Reveals, AreKeptAYearAndGoWithTheAuthor) {
  MemoryDisk disk;
  StoreOptions options;
  options.tenants = {"rouen"};
  auto store = Store::open(disk.open(), options).value();
  Reveal read = read_reveal(approved(), "marie", kNow + minutes(3)).value();
  ASSERT_TRUE(keep_reveal(*store, "rouen", read, kNow));
  Reveal other = ask_reveal("2", {2}, "", kReason, "marie", kNow + hours(1)).value();
  ASSERT_TRUE(keep_reveal(*store, "rouen", other, kNow));
  store = Store::open(disk.open(), options).value();
  const Reveal found = find_reveal(*store, "rouen", "1")->value();
  EXPECT_EQ(found.author, kAna);
  EXPECT_EQ(found.mention, "20741-1");
  EXPECT_EQ(found.reason, kReason);
  EXPECT_EQ(found.decided_by, "paul");
  EXPECT_EQ(found.decided_at, kNow);
  EXPECT_EQ(found.read_at, kNow + minutes(3));
  EXPECT_FALSE(find_reveal(*store, "rouen", "3")->has_value());
  EXPECT_TRUE(read_reveals(*store, "caen")->empty());
  ASSERT_TRUE(forget_reveals(*store, "rouen", kAna));
  EXPECT_EQ(read_reveals(*store, "rouen")->size(), 1U);
  const Time later = kNow + std::chrono::days(367);
  ASSERT_TRUE(
      keep_reveal(*store, "rouen", ask_reveal("4", kAna, "", kReason, "b", later).value(), later));
  EXPECT_EQ(read_reveals(*store, "rouen")->size(), 1U) << "what is older than a year is gone";
}

}  // namespace
}  // namespace vigie
