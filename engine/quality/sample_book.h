#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/tenant.h"
#include "engine/quality/confusion.h"
#include "engine/quality/weekly_sample.h"

namespace vigie {

/// The weekly samples of all tenants and what people judged, durable in the store's notes
/// ("sample/" tenant "/" week, "judged/" tenant "/" week "/" place "/" account). They change no
/// mention, so they need not wait for the writer. Nothing is kept in memory. Nothing ever trains on
/// judgements: they are there to measure. One thread at a time draws, and one judges.
class SampleBook {
 public:
  static constexpr std::size_t kJudgesPerMention = 2;

  explicit SampleBook(Store& store) : store_(store) {}

  /// The sample of that week, drawn now if it was not, from what the tenant keeps of the mentions
  /// received in it and are not its own accounts'. Samples of which nothing is kept any more go,
  /// with what was judged. kRefused: the week is not over, or nothing was kept. Reads the week
  /// once: a second for some hundred thousand mentions.
  Result<WeeklySample> draw(TenantId id, const Tenant& tenant, IsoWeek week, std::string_view by,
                            Time now);
  /// Durable when it returns; a second one of the same account takes the place of its first.
  /// kNotFound: no such sample, or a place outside it; kFull: two others have judged it.
  Result<void> judge(TenantId id, const Tenant& tenant, IsoWeek week, const Judgement& judgement);

 private:
  Result<void> forget_before(Day day, TenantId id, const std::string& tenant);

  Store& store_;
};

/// Nothing: it was not drawn. Any thread; so are those below.
Result<std::optional<WeeklySample>> read_sample(const Store& store, TenantId id,
                                                const std::string& tenant, IsoWeek week);
/// Oldest week first.
Result<std::vector<WeeklySample>> read_samples(const Store& store, TenantId id,
                                               const std::string& tenant);
/// By place, then account.
Result<std::vector<Judgement>> read_judgements(const Store& store, const std::string& tenant,
                                               IsoWeek week);

/// What was found in the latest sample, of `last` or a week before, that somebody judged anything
/// of; nothing: there is none.
struct JudgedWeek {
  IsoWeek week;
  std::uint64_t drawn = 0;
  SampleResult result;
};
Result<std::optional<JudgedWeek>> read_latest_judged(const Store& store, TenantId id,
                                                     const std::string& tenant, IsoWeek last);

}  // namespace vigie
