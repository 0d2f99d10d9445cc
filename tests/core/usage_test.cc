#include "engine/core/usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace vigie {
namespace {

using testing::ElementsAre;

SourceUse day_of_use(std::uint64_t micro_euros, std::uint64_t reads, std::uint64_t kept,
                     std::map<std::string, std::uint64_t> kept_by) {
  SourceUse use;
  use.source = "x";
  use.micro_euros = micro_euros;
  use.reads = reads;
  use.kept = kept;
  use.kept_by = std::move(kept_by);
  use.traffic = {7, 900, 100};
  return use;
}

TEST(SplitCost, WhatNobodyKeepsStandsApartTheRestFollowsTheMentionsKept) {
  const CostSplit split = split_cost(day_of_use(10'000, 100, 40, {{"caen", 10}, {"rouen", 30}}));
  EXPECT_EQ(split.total.micro_euros, 10'000U);
  EXPECT_EQ(split.unkept.micro_euros, 6'000U);
  EXPECT_EQ(split.tenants.at("caen").micro_euros, 1'000U);
  EXPECT_EQ(split.tenants.at("rouen").micro_euros, 3'000U);
  EXPECT_EQ(split.unkept.reads, 60U);
  EXPECT_EQ(split.tenants.at("rouen").reads, 30U);
  EXPECT_EQ(split.total.bytes, 1'000U);
}

TEST(SplitCost, AMentionThatTwoKeepIsPaidOnceByHalves) {
  const CostSplit split = split_cost(day_of_use(1'000, 10, 10, {{"caen", 10}, {"rouen", 10}}));
  EXPECT_EQ(split.unkept.micro_euros, 0U);
  EXPECT_EQ(split.tenants.at("caen").micro_euros, 500U);
  EXPECT_EQ(split.tenants.at("rouen").micro_euros, 500U);
}

TEST(SplitCost, WithoutAnyReadAllOfItIsUnkept) {
  const CostSplit split = split_cost(day_of_use(0, 0, 0, {}));
  EXPECT_EQ(split.unkept, split.total);
  EXPECT_EQ(split.unkept.requests, 7U);
}

TEST(SplitCost, PartsAreExactlyTheTotal) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto any = [&](std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(0, most)(random);
  };
  for (int round = 0; round < 500; ++round) {
    const std::uint64_t reads = any(1'000'000);
    SourceUse use = day_of_use(any(~0ULL >> 4), reads, any(reads), {});
    for (int tenant = 0; tenant < static_cast<int>(any(6)); ++tenant) {
      use.kept_by["t" + std::to_string(tenant)] = 1 + any(100'000);
    }
    const CostSplit split = split_cost(use);
    CostShare sum = split.unkept;
    for (const auto& [tenant, share] : split.tenants) {
      sum.add(share);
    }
    EXPECT_EQ(sum, split.total);
  }
}

TEST(SplitInProportion, GivesTheLargestRemaindersWhatIsLeft) {
  const std::uint64_t thirds[] = {1, 1, 1}, uneven[] = {5, 3, 2}, none[] = {0, 0};
  EXPECT_THAT(split_in_proportion(10, thirds), ElementsAre(4, 3, 3));
  EXPECT_THAT(split_in_proportion(7, uneven), ElementsAre(4, 2, 1));
  EXPECT_THAT(split_in_proportion(7, none), ElementsAre(7, 0));
  EXPECT_THAT(split_in_proportion(7, {}), ElementsAre());
}

TEST(TrafficMeter, NamesSoManyHostsAndCountsAll) {
  TrafficMeter meter;
  for (std::size_t i = 0; i < TrafficMeter::kMaxHosts + 5; ++i) {
    meter.count("host" + std::to_string(i), {1, 10, 2});
  }
  meter.count("host0", {1, 10, 2});
  meter.count_push(100);
  const TrafficMeter::Reading read = meter.read();
  EXPECT_EQ(read.total, (Traffic{TrafficMeter::kMaxHosts + 7, 660, 112}));
  EXPECT_EQ(read.hosts.size(), TrafficMeter::kMaxHosts + 1);
  EXPECT_EQ(read.hosts.at("host0"), (Traffic{2, 20, 4}));
  EXPECT_EQ(read.hosts.find(TrafficMeter::kOtherHosts)->second, (Traffic{5, 50, 10}));
}

}  // namespace
}  // namespace vigie
