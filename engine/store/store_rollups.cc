// Counts by five minutes, hour and day: counted as mentions come and go, read, forgotten.
#include <algorithm>

#include "engine/store/counts.h"
#include "engine/store/store_state.h"

namespace vigie {
namespace {

constexpr std::string_view kFineFrom = "fine-rollups";
constexpr std::uint32_t kHoursPerDay = 24, kFivesPerHour = 12;

}  // namespace

Store::State::Counts& Store::State::counts_of(std::uint32_t number, Time created_at,
                                              std::string_view topic, std::string_view source) {
  const std::uint32_t bucket = bucket_of(RollupGrain::kFiveMinutes, created_at);
  if (topic.empty() && last_cell.counts != nullptr && last_cell.number == number &&
      last_cell.bucket == bucket && last_cell.source == source) {
    return *last_cell.counts;
  }
  key = rollup_prefix(RollupGrain::kFiveMinutes, number);
  put_u32(key, bucket);
  key += topic;
  key.push_back('\0');
  key += source;
  Counts& counts = pending_counts[key];
  if (topic.empty()) {
    last_cell = {number, bucket, std::string(source), &counts};
  }
  return counts;
}

void Store::State::count_cell(std::uint32_t number, Time created_at, std::string_view topic,
                              std::string_view source, Tone tone, Urgency urgency, Change change) {
  const std::size_t label = static_cast<std::size_t>(tone) * 4 + static_cast<std::size_t>(urgency);
  Counts& counts = counts_of(number, created_at, topic, source);
  counts[label] += change.mentions;
  counts[RollupRow::kLabels + label] += change.stories;
}

void Store::State::write_counts() {
  std::map<std::string, Counts> rows;
  const std::size_t number_at =
      rollup_prefix(RollupGrain::kFiveMinutes, 0).size() - sizeof(std::uint32_t);
  for (const auto& [row, counts] : pending_counts) {
    ByteReader in(std::string_view(row).substr(number_at));
    const std::uint32_t number = in.u32(), bucket = in.u32();
    const std::string_view names = in.take(in.left());
    if (bucket >= fine_rollups_from) {
      rows.emplace(row, counts);
    }
    for (const auto& [grain, hours] : {std::pair(RollupGrain::kHour, std::uint32_t{1}),
                                       std::pair(RollupGrain::kDay, kHoursPerDay)}) {
      key = rollup_prefix(grain, number);
      put_u32(key, bucket / (hours * kFivesPerHour));
      key += names;
      Counts& sum = rows[key];
      for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] += counts[i];
      }
    }
  }
  std::string cells;
  for (const auto& [row, counts] : rows) {
    cells.clear();
    for (const std::int64_t count : counts) {
      put_count(cells, count);
    }
    batch.add(Family::kRollups, row, cells);
  }
  pending_counts.clear();
  last_cell = {};
}

void Store::State::count_record(std::uint32_t number, const Record& record,
                                const Catalogue& catalogue, int sign) {
  count_record(number, record, catalogue, Change{sign, record.leads ? sign : 0});
}

void Store::State::count_record(std::uint32_t number, const Record& record,
                                const Catalogue& catalogue, Change change) {
  if (record.official) {
    return;
  }
  const Time created_at = record.mention.created_at;
  const Tone tone = tone_in_force(record);
  const Urgency urgency = urgency_in_force(record);
  count_cell(number, created_at, {}, record.mention.source, tone, urgency, change);
  for (const std::uint32_t topic : record.topics) {
    count_cell(number, created_at, catalogue.names.at(topic), record.mention.source, tone, urgency,
               change);
  }
}

void Store::State::count_finding(const Findings& findings, const Finding& finding, Change change) {
  if (finding.official) {
    return;
  }
  const std::uint32_t number = number_of[finding.tenant];
  const std::string_view source = findings.view(finding.source);
  count_cell(number, finding.created_at, {}, source, finding.tone, finding.urgency, change);
  for (std::uint32_t i = 0; i < finding.topics.length; ++i) {
    const std::uint32_t topic = findings.topics[finding.topics.offset + i];
    count_cell(number, finding.created_at, findings.catalogue->names[topic], source, finding.tone,
               finding.urgency, change);
  }
}

Result<void> Store::State::load_rollups() {
  const auto known = key_value->get(Family::kMeta, kFineFrom);
  if (!known) {
    return tl::make_unexpected(known.error());
  }
  fine_rollups_from = *known ? ByteReader(**known).u32() : 0;
  return {};
}

/// What is no longer counted there is no longer taken away there: deletions of older mentions leave
/// nothing behind. The two oldest days at most go at once: a clock that is a year ahead for a
/// moment must not cost what is usual.
void Store::State::expire_fine_rollups(Day day, WriteBatch& gone) {
  constexpr Day kMostDays = 2;
  std::vector<std::string> prefixes;
  const auto tenants = key_value->iterate(Family::kMeta);
  constexpr std::string_view kTenant = "tenant/";
  for (tenants->seek(kTenant); has_prefix(*tenants, kTenant); tenants->next()) {
    const std::uint32_t number = ByteReader(tenants->value()).u32();
    prefixes.push_back(rollup_prefix(RollupGrain::kFiveMinutes, number));
  }
  must(tenants->status());
  const auto at = key_value->iterate(Family::kRollups);
  std::uint32_t oldest = ~std::uint32_t{0};
  for (const std::string& prefix : prefixes) {
    at->seek(prefix);
    if (has_prefix(*at, prefix)) {
      oldest = std::min(oldest, ByteReader(at->key().substr(prefix.size())).u32());
    }
  }
  must(at->status());
  const std::uint32_t per_day = kHoursPerDay * kFivesPerHour;
  if (oldest >= day * per_day) {
    return;
  }
  fine_rollups_from =
      std::max(fine_rollups_from, std::min(day, oldest / per_day + kMostDays) * per_day);
  gone.put(Family::kMeta, kFineFrom, number_key({}, fine_rollups_from));
  for (const std::string& prefix : prefixes) {
    gone.erase_range(Family::kRollups, prefix, number_key(prefix, fine_rollups_from));
  }
}

Result<void> Store::State::visit_rows(TenantId tenant, RollupGrain grain, std::uint32_t from,
                                      std::uint32_t to, RollupRows wanted,
                                      const VisitRow& visit) const {
  if (tenant >= number_of.size()) {
    return {};
  }
  const std::string prefix = rollup_prefix(grain, number_of[tenant]);
  const std::string end = number_key(prefix, to);
  const auto at = key_value->iterate(Family::kRollups);
  unsigned passed = 0;
  for (at->seek(number_key(prefix, from)); at->valid() && at->key() < end;) {
    ByteReader in(at->key().substr(prefix.size()));
    RollupRow row;
    row.bucket = in.u32();
    const std::string_view names = in.take(in.left());
    const std::size_t cut = names.find('\0');
    if (!in.ok() || cut == std::string_view::npos) {
      return damaged("a rollup");
    }
    if (wanted == RollupRows::kTotals && cut != 0) {  // a bucket's totals come first
      constexpr unsigned kFewer = 16;                 // rows than what seeking costs
      if (++passed <= kFewer) {
        at->next();
      } else {
        at->seek(number_key(prefix, row.bucket + 1));
      }
      continue;
    }
    passed = 0;
    row.topic = names.substr(0, cut);
    row.source = names.substr(cut + 1);
    for (std::size_t i = 0; i < row.counts.size(); ++i) {
      row.counts[i] = count_at(at->value(), i);
      row.stories[i] = count_at(at->value(), RollupRow::kLabels + i);
    }
    visit(row);
    at->next();
  }
  return at->status();
}

Result<void> Store::visit_rollups(TenantId tenant, RollupGrain grain, std::uint32_t from,
                                  std::uint32_t to, const VisitRow& visit) const {
  return state_->visit_rows(tenant, grain, from, to, State::RollupRows::kAll, visit);
}

Result<void> Store::visit_totals(TenantId tenant, RollupGrain grain, std::uint32_t from,
                                 std::uint32_t to, const VisitRow& visit) const {
  return state_->visit_rows(tenant, grain, from, to, State::RollupRows::kTotals, visit);
}

Result<void> Store::visit_hours(TenantId tenant, std::uint32_t from, std::uint32_t to,
                                const VisitRow& visit) const {
  const std::uint32_t first_day = (from + kHoursPerDay - 1) / kHoursPerDay;
  const std::uint32_t last_day = std::max(to / kHoursPerDay, first_day);
  const std::uint32_t before = std::min(first_day * kHoursPerDay, to);
  Result<void> read = visit_rollups(tenant, RollupGrain::kHour, from, before, visit);
  if (read) {
    read = visit_rollups(tenant, RollupGrain::kDay, first_day, last_day, visit);
  }
  if (read) {
    read = visit_rollups(tenant, RollupGrain::kHour, std::max(last_day * kHoursPerDay, before), to,
                         visit);
  }
  return read;
}

}  // namespace vigie
