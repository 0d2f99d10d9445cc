#include "engine/app/source_keeper.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vigie {

Result<std::unique_ptr<SourceKeeper>> SourceKeeper::begin(Store& store,
                                                          std::vector<Watched> sources,
                                                          const Clock& clock) {
  Result<Store::CoverageEnd> end = store.coverage_end();
  if (!end) {
    return tl::make_unexpected(end.error());
  }
  CoverageBook book(std::move(end->last), end->alive_at);
  std::vector<std::string> ids;
  for (const Watched& source : sources) {
    ids.push_back(source.id);
  }
  const std::vector<CoverageChange> changes = book.begin(ids);
  if (end->alive_at) {
    store.note_coverage(changes, *end->alive_at);
  }
  return std::unique_ptr<SourceKeeper>(
      new SourceKeeper(store, std::move(sources), clock, std::move(book)));
}

SourceKeeper::SourceKeeper(Store& store, std::vector<Watched> sources, const Clock& clock,
                           CoverageBook book)
    : store_(store), sources_(std::move(sources)), clock_(clock), book_(std::move(book)) {}

void SourceKeeper::step() {
  const Time now = clock_.now();
  const std::vector<CoverageChange> changes = look(now);
  const bool is_due = now - written_at_ >= kWriteInterval || now < written_at_;
  if (!changes.empty() || is_due) {
    store_.note_coverage(changes, now);
  }
  if (is_due) {
    written_at_ = now;
    write_traffic(day_of(now));
  }
}

void SourceKeeper::finish() {
  const Time now = clock_.now();
  store_.note_coverage(look(now), now);
  write_traffic(day_of(now));
}

void SourceKeeper::watch(std::vector<Watched> sources) {
  const std::scoped_lock lock(mutex_);
  next_ = std::move(sources);
}

/// What those who go have cost is written first.
void SourceKeeper::take_next(Time now, std::vector<CoverageChange>& changes) {
  if (!next_) {
    return;
  }
  write_traffic(day_of(now));
  std::vector<std::string> ids;
  std::map<const TrafficMeter*, Traffic> written;
  for (const Watched& source : *next_) {
    ids.push_back(source.id);
    if (const auto known = written_.find(source.meter); known != written_.end()) {
      written.insert(*known);
    }
  }
  sources_ = *std::exchange(next_, std::nullopt);
  written_ = std::move(written);
  changes = book_.watch(ids, now);
}

std::vector<CoverageChange> SourceKeeper::look(Time now) {
  const std::scoped_lock lock(mutex_);
  std::vector<CoverageChange> changes;
  take_next(now, changes);
  std::vector<ConnectorStatus::Snapshot> now_are;
  for (const Watched& source : sources_) {
    now_are.push_back(source.status->snapshot());
  }
  std::ranges::copy(book_.look(now_are, now), std::back_inserter(changes));
  return changes;
}

void SourceKeeper::write_traffic(Day day) {
  for (const Watched& source : sources_) {
    const Traffic total = source.meter->read().total;
    Traffic& written = written_[source.meter];
    const Traffic fresh{total.requests - written.requests,
                        total.bytes_received - written.bytes_received,
                        total.bytes_sent - written.bytes_sent};
    if (fresh != Traffic{}) {
      store_.add_traffic(source.id, day, fresh);
      written = total;
    }
  }
}

std::vector<BlindSource> SourceKeeper::blind_now() const {
  std::vector<BlindSource> blind;
  {
    const std::scoped_lock lock(mutex_);
    blind = book_.blind();
  }
  const Time now = clock_.now();
  std::erase_if(blind,
                [&](const BlindSource& source) { return now - source.since < kWorthTelling; });
  return blind;
}

}  // namespace vigie
