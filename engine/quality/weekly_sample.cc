#include "engine/quality/weekly_sample.h"

#include <algorithm>
#include <numeric>

#include "engine/store/bytes.h"

namespace vigie {
namespace {

using Counts = std::array<std::uint64_t, WeeklySample::kStrata>;

/// D. Lea, G. Steele, C. Flood: Fast Splittable Pseudorandom Number Generators (OOPSLA 2014).
std::uint64_t mix(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31);
}

std::uint64_t rank_of(std::string_view seed, const MentionRef& ref) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : std::string(seed) + "/" + to_string(ref)) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  }
  return mix(hash);
}

}  // namespace

std::uint64_t WeeklySample::all() const {
  return std::accumulate(population.begin(), population.end(), std::uint64_t{0});
}

std::size_t stratum_of(Tone tone, Urgency urgency) {
  return static_cast<std::size_t>(tone) * 4 + static_cast<std::size_t>(urgency);
}

std::string sample_seed(std::string_view tenant, IsoWeek week) {
  return std::string(tenant) + "/" + week.text();
}

Counts allocate(const Counts& population) {
  Counts taken{};
  std::uint64_t all = 0, sure = 0;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    taken[i] = std::min<std::uint64_t>(population[i], WeeklySample::kLeastPerStratum);
    all += population[i];
    sure += taken[i];
  }
  const std::uint64_t left = all - sure;
  const std::uint64_t wanted = std::min<std::uint64_t>(WeeklySample::kMentions - sure, left);
  if (left == 0) {
    return taken;
  }
  std::vector<std::pair<std::uint64_t, std::size_t>> remainders;
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const std::uint64_t exact = wanted * (population[i] - taken[i]);
    taken[i] += exact / left;
    given += exact / left;
    remainders.emplace_back(exact % left, i);
  }
  std::ranges::stable_sort(remainders, std::ranges::greater(),
                           &std::pair<std::uint64_t, std::size_t>::first);
  for (std::size_t i = 0; given < wanted; ++i, ++given) {
    ++taken[remainders[i].second];
  }
  return taken;
}

void SampleDrawer::see(const SampledMention& mention, bool corrected) {
  const std::size_t stratum = stratum_of(mention.tone, mention.urgency);
  ++population_[stratum];
  std::priority_queue<Ranked>& lowest = lowest_[stratum];
  lowest.push({rank_of(seed_, mention.ref), mention, corrected});
  if (lowest.size() > WeeklySample::kMentions) {
    lowest.pop();
  }
}

void SampleDrawer::finish(WeeklySample& sample) {
  sample.population = population_;
  const Counts wanted = allocate(population_);
  std::vector<Ranked> drawn;
  for (std::size_t i = 0; i < lowest_.size(); ++i) {
    while (lowest_[i].size() > wanted[i]) {
      lowest_[i].pop();
    }
    for (; !lowest_[i].empty(); lowest_[i].pop()) {
      drawn.push_back(lowest_[i].top());
    }
  }
  // Ranks of big strata are lower: mixed once more, the order says nothing of the stratum.
  std::ranges::sort(drawn, {}, [](const Ranked& one) {
    return std::pair(mix(one.rank + 0x9e3779b97f4a7c15U), one.mention.ref);
  });
  for (const Ranked& one : drawn) {
    sample.corrected_before += one.corrected ? 1U : 0U;
    sample.mentions.push_back(one.mention);
  }
}

std::string encode_sample(const WeeklySample& sample) {
  std::string out;
  put_text(out, sample.tenant);
  put_text(out, sample.week.text());
  put_varint(out, sample.rulesets.size());
  for (const std::string& ruleset : sample.rulesets) {
    put_text(out, ruleset);
  }
  put_text(out, sample.drawn_by);
  put_signed(out, sample.drawn_at.time_since_epoch().count());
  for (const std::uint64_t count : sample.population) {
    put_varint(out, count);
  }
  put_varint(out, sample.corrected_before);
  put_varint(out, sample.mentions.size());
  for (const SampledMention& mention : sample.mentions) {
    put_varint(out, mention.ref.day);
    put_varint(out, mention.ref.sequence);
    out.push_back(static_cast<char>(stratum_of(mention.tone, mention.urgency)));
  }
  return out;
}

Result<WeeklySample> decode_sample(TenantId tenant, std::string_view bytes) {
  ByteReader in(bytes);
  WeeklySample sample;
  sample.tenant = in.text();
  const std::optional<IsoWeek> week = IsoWeek::parse(in.text());
  for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left) {
    sample.rulesets.emplace_back(in.text());
  }
  sample.drawn_by = in.text();
  sample.drawn_at = Time(microseconds(in.integer()));
  for (std::uint64_t& count : sample.population) {
    count = in.varint();
  }
  sample.corrected_before = in.varint();
  for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left) {
    SampledMention mention;
    mention.ref.tenant = tenant;
    mention.ref.day = in.natural<Day>();
    mention.ref.sequence = in.varint();
    const unsigned stratum = static_cast<unsigned char>(in.byte());
    mention.tone = static_cast<Tone>(std::min(stratum / 4, 2U));
    mention.urgency = static_cast<Urgency>(stratum % 4);
    sample.mentions.push_back(mention);
  }
  if (!week || !in.done()) {
    return fail(ErrorCode::kCorrupt, "a stored sample cannot be read: its bytes are damaged");
  }
  sample.week = *week;
  return sample;
}

}  // namespace vigie
