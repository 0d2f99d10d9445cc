#include "engine/quality/weekly_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <random>

namespace vigie {
namespace {

using Counts = std::array<std::uint64_t, WeeklySample::kStrata>;

std::uint64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

SampledMention mention(std::uint64_t sequence, Tone tone, Urgency urgency) {
  return {{0, 20741, sequence}, tone, urgency};
}

/// 1,000 ordinary ones and 2 critical ones.
WeeklySample a_week(std::string seed, bool backwards = false) {
  SampleDrawer drawer(std::move(seed));
  std::vector<SampledMention> all;
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    all.push_back(mention(i, Tone::kNeutral, Urgency::kLow));
  }
  all.push_back(mention(2'000, Tone::kNegative, Urgency::kCritical));
  all.push_back(mention(2'001, Tone::kNegative, Urgency::kCritical));
  if (backwards) {
    std::ranges::reverse(all);
  }
  for (const SampledMention& one : all) {
    drawer.see(one, one.ref.sequence == 2'000);
  }
  WeeklySample sample;
  drawer.finish(sample);
  return sample;
}

std::vector<MentionRef> refs(const WeeklySample& sample) {
  std::vector<MentionRef> found;
  for (const SampledMention& one : sample.mentions) {
    found.push_back(one.ref);
  }
  return found;
}

TEST(WeeklySample, HoldsRareVerdictsAndKnowsWhatEachStandsFor) {
  const WeeklySample sample = a_week("techniville/2026-W42");
  EXPECT_EQ(sample.mentions.size(), WeeklySample::kMentions);
  EXPECT_EQ(sample.all(), 1'002U);
  EXPECT_EQ(sample.population[stratum_of(Tone::kNegative, Urgency::kCritical)], 2U);
  EXPECT_EQ(std::ranges::count(sample.mentions, Urgency::kCritical, &SampledMention::urgency), 2);
  EXPECT_EQ(sample.corrected_before, 1U);
}

TEST(WeeklySample, IsTheSameForTheSameSeedWhateverTheOrderOfReading) {
  EXPECT_EQ(refs(a_week("techniville/2026-W42")), refs(a_week("techniville/2026-W42", true)));
  EXPECT_NE(refs(a_week("techniville/2026-W42")), refs(a_week("techniville/2026-W43")));
  EXPECT_NE(refs(a_week("techniville/2026-W42")), refs(a_week("rouveville/2026-W42")));
}

TEST(WeeklySample, DrawsEveryMentionOfAStratumEquallyOften) {
  constexpr int kWeeks = 2'000;
  std::map<std::uint64_t, int> drawn, first;
  for (int week = 0; week < kWeeks; ++week) {
    SampleDrawer drawer("town/" + std::to_string(week));
    for (std::uint64_t i = 1; i <= 100; ++i) {
      drawer.see(mention(i, i <= 90 ? Tone::kNeutral : Tone::kNegative, Urgency::kLow), false);
    }
    WeeklySample sample;
    drawer.finish(sample);
    for (const SampledMention& one : sample.mentions) {
      ++drawn[one.ref.sequence];
    }
    ++first[sample.mentions.front().ref.sequence <= 90 ? 0 : 1];
  }
  // 4 of the 10 are sure, 4 of the 90; of the 52 left, 52·6/92 and 52·86/92: 7 and 53.
  for (const auto& [sequence, times] : drawn) {
    const double share = sequence <= 90 ? 53.0 / 90 : 7.0 / 10;
    const double deviation = std::sqrt(share * (1 - share) * kWeeks);
    EXPECT_NEAR(times, share * kWeeks, 5 * deviation) << sequence;
  }
  // Who judges cannot tell the stratum from the order: the first is of the small one 7 times in 60.
  EXPECT_NEAR(first[1], kWeeks * 7.0 / 60, 5 * std::sqrt(kWeeks * 7.0 / 60 * 53.0 / 60));
}

TEST(WeeklySample, IsAllocatedWithinWhatThereIs) {
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    Counts population{};
    for (std::uint64_t& count : population) {
      count = random() % 3 == 0 ? 0 : random() % (1U << random() % 20);
    }
    const Counts taken = allocate(population);
    EXPECT_EQ(sum(taken), std::min<std::uint64_t>(sum(population), WeeklySample::kMentions));
    for (std::size_t i = 0; i < taken.size(); ++i) {
      EXPECT_LE(taken[i], population[i]);
      EXPECT_GE(taken[i], std::min<std::uint64_t>(population[i], WeeklySample::kLeastPerStratum));
    }
  }
}

TEST(WeeklySample, IsReadBackAsItWasWritten) {
  WeeklySample sample = a_week("techniville/2026-W42");
  sample.tenant = "techniville";
  sample.week = {2026, 42};
  sample.rulesets = {"abc", "def"};
  sample.drawn_by = "marie";
  sample.drawn_at = parse_time("2026-10-19T08:00:00Z").value();
  const std::string bytes = encode_sample(sample);
  const WeeklySample read = decode_sample(0, bytes).value();
  EXPECT_EQ(encode_sample(read), bytes);
  EXPECT_EQ(refs(read), refs(sample));
  EXPECT_EQ(read.population, sample.population);
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, bytes.size() - 1}) {
    EXPECT_FALSE(decode_sample(0, bytes.substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace vigie
