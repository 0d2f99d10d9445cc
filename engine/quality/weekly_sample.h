#pragma once

#include <array>
#include <cstdint>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/core/iso_week.h"
#include "engine/core/result.h"
#include "engine/core/verdict.h"
#include "engine/store/store.h"

namespace vigie {

/// A mention of a sample, with the engine's own verdict as it was when the sample was drawn.
struct SampledMention {
  MentionRef ref;
  Tone tone = Tone::kNeutral;
  Urgency urgency = Urgency::kLow;
};

/// What people judge of a week without seeing the verdicts. A stratified random sample without
/// replacement (Cochran, Sampling Techniques, 1977, ch. 5): a stratum is one tone and urgency of
/// the engine's, so that rare verdicts are there. It holds no words and no author.
struct WeeklySample {
  static constexpr std::size_t kMentions = 60, kLeastPerStratum = 4, kStrata = 12;

  std::string tenant;  ///< its id
  IsoWeek week;
  std::vector<std::string> rulesets;  ///< that judged the week; at most kMaxRulesets, newest first
  static constexpr std::size_t kMaxRulesets = 8;
  std::string drawn_by;
  Time drawn_at{};
  std::array<std::uint64_t, kStrata> population{};  ///< the week's mentions by stratum
  std::uint64_t corrected_before = 0;    ///< of the sample: people had corrected them already
  std::vector<SampledMention> mentions;  ///< in the order of judging, which tells nothing

  std::uint64_t all() const;
};
std::size_t stratum_of(Tone tone, Urgency urgency);

/// The published seed: "techniville/2026-W42". Anybody can draw the same again.
std::string sample_seed(std::string_view tenant, IsoWeek week);

/// How many of each stratum: at least kLeastPerStratum (or all there are), the rest in proportion
/// to what is left of each, by largest remainders; kMentions together, or all there are.
std::array<std::uint64_t, WeeklySample::kStrata> allocate(
    const std::array<std::uint64_t, WeeklySample::kStrata>& population);

/// Draws while mentions pass, in any order, with bounded memory: of each stratum those whose rank
/// is the lowest. The rank is SplitMix64's finaliser of the 64-bit FNV-1a of "seed/ref", so each
/// subset of a size is as likely as any other.
class SampleDrawer {
 public:
  explicit SampleDrawer(std::string seed) : seed_(std::move(seed)) {}

  /// `corrected`: by people.
  void see(const SampledMention& mention, bool corrected);
  /// Fills population, corrected_before and mentions.
  void finish(WeeklySample& sample);

 private:
  struct Ranked {
    std::uint64_t rank = 0;
    SampledMention mention;
    bool corrected = false;
    bool operator<(const Ranked& other) const {
      return std::pair(rank, mention.ref) < std::pair(other.rank, other.mention.ref);
    }
  };

  std::string seed_;
  std::array<std::uint64_t, WeeklySample::kStrata> population_{};
  std::array<std::priority_queue<Ranked>, WeeklySample::kStrata> lowest_;
};

std::string encode_sample(const WeeklySample& sample);
/// The tenant's number is the caller's. kCorrupt.
Result<WeeklySample> decode_sample(TenantId tenant, std::string_view bytes);

}  // namespace vigie
