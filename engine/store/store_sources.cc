// How sources are doing and what they cost: families 13 and 14 of keys.h.
#include <algorithm>

#include "engine/store/counts.h"
#include "engine/store/store_state.h"

namespace vigie {
namespace {

constexpr std::string_view kAlive = "h", kChanges = "s";

/// Cells of a source's own row of a day.
enum OwnCell : std::size_t { kRequests, kReceived, kSent, kReads, kKept, kMicroEuros };

/// Tenants' numbers begin at 1.
constexpr std::uint32_t kOwnRow = 0;

std::string name_and_end(std::string_view prefix, std::string_view source) {
  std::string key(prefix);
  key += source;
  key.push_back('\0');
  return key;
}

/// Sorts after every key of this source.
std::string behind_all(std::string_view prefix, std::string_view source) {
  std::string key = name_and_end(prefix, source);
  key.back() = '\1';
  return key;
}

std::string change_key(std::string_view source, Time at) {
  std::string key = name_and_end(kChanges, source);
  put_u64(key, static_cast<std::uint64_t>(std::max(at, Time{}).time_since_epoch().count()));
  return key;
}

std::string usage_key(std::string_view source, Day day, std::uint32_t number) {
  std::string key = name_and_end({}, source);
  put_u32(key, day);
  put_u32(key, number);
  return key;
}

std::optional<CoverageChange> parse_change(std::string_view key, std::string_view value) {
  key.remove_prefix(kChanges.size());
  const std::size_t end = key.find('\0');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  CoverageChange change;
  change.source = key.substr(0, end);
  ByteReader name(key.substr(end + 1)), in(value);
  change.at = Time(microseconds(static_cast<std::int64_t>(name.u64())));
  change.sight = in.choice<Sight>(4);
  change.state = in.text();
  change.reason = in.text();
  return name.done() && in.done() ? std::optional(std::move(change)) : std::nullopt;
}

}  // namespace

// ---- Coverage -----------------------------------------------------------------------------------

void Store::note_coverage(std::span<const CoverageChange> changes, Time alive_at) {
  WriteBatch batch;
  for (const CoverageChange& change : changes) {
    std::string value(1, static_cast<char>(change.sight));
    put_text(value, change.state);
    put_text(value, change.reason);
    batch.put(Family::kCoverage, change_key(change.source, change.at), value);
  }
  std::string alive;
  put_signed(alive, alive_at.time_since_epoch().count());
  batch.put(Family::kCoverage, kAlive, alive);
  state_->write(batch);
}

Result<std::vector<CoverageChange>> Store::coverage(std::string_view source, Time from,
                                                    Time to) const {
  std::vector<CoverageChange> changes;
  const std::string prefix = name_and_end(kChanges, source);
  const auto at = state_->key_value->iterate(Family::kCoverage);
  at->seek_for_prev(change_key(source, to - microseconds(1)));
  while (has_prefix(*at, prefix) && changes.size() < kMaxChanges &&
         (changes.empty() || changes.back().at > from)) {
    std::optional<CoverageChange> change = parse_change(at->key(), at->value());
    if (!change) {
      return damaged("a source's coverage");
    }
    changes.push_back(std::move(*change));
    at->prev();
  }
  std::ranges::reverse(changes);
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return changes;
}

Result<Store::CoverageEnd> Store::coverage_end() const {
  CoverageEnd end;
  const auto alive = state_->key_value->get(Family::kCoverage, kAlive);
  if (!alive) {
    return tl::make_unexpected(alive.error());
  }
  if (*alive) {
    end.alive_at = Time(microseconds(ByteReader(**alive).integer()));
  }
  const auto at = state_->key_value->iterate(Family::kCoverage);
  at->seek(kChanges);
  while (has_prefix(*at, kChanges)) {
    const std::optional<CoverageChange> first = parse_change(at->key(), at->value());
    if (!first) {
      return damaged("a source's coverage");
    }
    const std::string behind = behind_all(kChanges, first->source);
    at->seek_for_prev(behind);
    std::optional<CoverageChange> last = parse_change(at->key(), at->value());
    if (!last) {
      return damaged("a source's coverage");
    }
    end.last.push_back(std::move(*last));
    at->seek(behind);
  }
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return end;
}

/// A source's last change before `day` stays: it says how the day began.
void Store::State::expire_coverage(Day day, WriteBatch& gone) const {
  const Time before{std::chrono::days(day)};
  const auto at = key_value->iterate(Family::kCoverage);
  std::optional<std::string> older;
  std::string source;
  for (at->seek(kChanges); has_prefix(*at, kChanges); at->next()) {
    const std::optional<CoverageChange> change = parse_change(at->key(), at->value());
    if (!change || change->at >= before) {
      continue;  // damaged ones are told of when they are read
    }
    if (older && source == change->source) {
      gone.erase(Family::kCoverage, *older);
    }
    older = at->key();
    source = change->source;
  }
  must(at->status());
}

// ---- Usage --------------------------------------------------------------------------------------

void Store::State::turn_to(const Findings& findings) {
  PendingUsage& usage = pending_usage;
  const Day day = day_of(findings.received_at);
  if (usage.own != nullptr && usage.origin == findings.origin && usage.day == day) {
    return;
  }
  usage.origin = findings.origin;
  usage.day = day;
  usage.own = &usage.rows[usage_key(findings.origin->connector_id, day, kOwnRow)];
  usage.kept_by.assign(number_of.size(), nullptr);
}

void Store::count_reads(const Findings& findings) {
  State& state = *state_;
  state.pending_usage.last_findings = nullptr;
  const std::uint64_t reads = std::uint64_t{findings.mentions} + findings.rejected_mentions;
  if (reads == 0) {
    return;
  }
  state.turn_to(findings);
  const auto price = state.options.micro_euros_per_read.find(findings.origin->connector_id);
  const std::uint64_t each = price == state.options.micro_euros_per_read.end() ? 0 : price->second;
  auto& own = *state.pending_usage.own;
  own[kReads] += static_cast<std::int64_t>(reads);
  own[kMicroEuros] += static_cast<std::int64_t>(reads * each);
}

void Store::count_kept(const Findings& findings, const Finding& finding) {
  State& state = *state_;
  state.turn_to(findings);
  State::PendingUsage& usage = state.pending_usage;
  if (usage.last_findings != &findings || usage.last_mention != finding.mention) {
    usage.last_findings = &findings;
    usage.last_mention = finding.mention;
    ++(*usage.own)[kKept];
  }
  std::int64_t*& cell = usage.kept_by[finding.tenant];
  if (cell == nullptr) {
    const std::uint32_t number = state.number_of[finding.tenant];
    cell = usage.rows[usage_key(findings.origin->connector_id, usage.day, number)].data();
  }
  ++*cell;
}

void Store::State::write_usage() {
  std::string counts;
  for (const auto& [key, cells] : pending_usage.rows) {
    const bool is_own = ByteReader(std::string_view(key).substr(key.size() - 4)).u32() == kOwnRow;
    counts.clear();
    for (const std::int64_t count : std::span(cells).first(is_own ? cells.size() : 1)) {
      put_count(counts, count);
    }
    batch.add(Family::kUsage, key, counts);
  }
  pending_usage = PendingUsage();
}

void Store::add_traffic(std::string_view source, Day day, const Traffic& traffic) {
  std::string counts;
  for (const std::uint64_t count : {traffic.requests, traffic.bytes_received, traffic.bytes_sent}) {
    put_count(counts, static_cast<std::int64_t>(count));
  }
  WriteBatch batch;
  batch.add(Family::kUsage, usage_key(source, day, kOwnRow), counts);
  state_->write(batch);
}

Result<std::vector<SourceUse>> Store::usage(Day from, Day to) const {
  std::vector<SourceUse> all;
  const auto at = state_->key_value->iterate(Family::kUsage);
  at->seek({});
  while (at->valid()) {
    const std::string_view key = at->key();
    const std::size_t end = key.find('\0');
    ByteReader name(end == std::string_view::npos ? std::string_view() : key.substr(end + 1));
    const std::string source(key.substr(0, end));
    const Day day = name.u32();
    const std::uint32_t number = name.u32();
    if (!name.done()) {
      return damaged("a source's usage");
    }
    if (day < from) {
      at->seek(usage_key(source, from, kOwnRow));
    } else if (day >= to) {
      at->seek(behind_all({}, source));
    } else {
      if (all.empty() || all.back().source != source || all.back().day != day) {
        all.push_back({source, day, {}, 0, 0, 0, {}});
      }
      state_->read_usage(number, at->value(), all.back());
      at->next();
    }
  }
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return all;
}

void Store::State::read_usage(std::uint32_t number, std::string_view counts, SourceUse& use) const {
  const auto cell = [&](std::size_t index) {
    return static_cast<std::uint64_t>(count_at(counts, index));
  };
  if (number == kOwnRow) {
    use.traffic = {cell(kRequests), cell(kReceived), cell(kSent)};
    use.reads = cell(kReads);
    use.kept = cell(kKept);
    use.micro_euros = cell(kMicroEuros);
    return;
  }
  const std::optional<TenantId> tenant = tenant_of(number);
  use.kept_by[tenant ? options.tenants[*tenant] : "(former)"] += cell(0);
}

}  // namespace vigie
