#include "engine/app/watchdog.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

using Names = std::vector<std::string>;

TEST(Watchdog, IsContentOnlyOnceEveryThreadHasGoneOn) {
  Pulse writer, worker;
  Watchdog watchdog({{"writer", writer}, {"worker", worker}});
  EXPECT_EQ(watchdog.still(), (Names{"writer", "worker"}));
  writer.beat();
  EXPECT_EQ(watchdog.still(), Names{"worker"});
  worker.beat();  // the writer's beat still counts: it is since all was well
  EXPECT_EQ(watchdog.still(), Names{});
}

TEST(Watchdog, BeginsAnewWhenAllIsWell) {
  Pulse writer;
  Watchdog watchdog({{"writer", writer}});
  writer.beat();
  EXPECT_EQ(watchdog.still(), Names{});
  EXPECT_EQ(watchdog.still(), Names{"writer"}) << "what beat before does not count twice";
}

TEST(Watchdog, AsksAThreadThatHasNothingToDo) {
  Pulse web;
  bool hangs = false;
  Watchdog watchdog({{"web", web, [&] {
                        if (!hangs) {
                          web.beat();
                        }
                      }}});
  EXPECT_EQ(watchdog.still(), Names{});
  EXPECT_EQ(watchdog.still(), Names{});
  hangs = true;
  EXPECT_EQ(watchdog.still(), Names{}) << "it answered the question before";
  EXPECT_EQ(watchdog.still(), Names{"web"});
  EXPECT_EQ(watchdog.still(), Names{"web"});
  hangs = false;
  EXPECT_EQ(watchdog.still(), Names{"web"}) << "only now it is asked again";
  EXPECT_EQ(watchdog.still(), Names{});
}

}  // namespace
}  // namespace vigie
