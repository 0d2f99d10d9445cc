#include "engine/app/source_keeper.h"

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
    : store_(store),
      sources_(std::move(sources)),
      written_(sources_.size()),
      clock_(clock),
      book_(std::move(book)) {}

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

std::vector<CoverageChange> SourceKeeper::look(Time now) {
  std::vector<ConnectorStatus::Snapshot> now_are;
  for (const Watched& source : sources_) {
    now_are.push_back(source.status->snapshot());
  }
  const std::scoped_lock lock(mutex_);
  return book_.look(now_are, now);
}

void SourceKeeper::write_traffic(Day day) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const Traffic total = sources_[i].meter->read().total;
    const Traffic fresh{total.requests - written_[i].requests,
                        total.bytes_received - written_[i].bytes_received,
                        total.bytes_sent - written_[i].bytes_sent};
    if (fresh != Traffic{}) {
      store_.add_traffic(sources_[i].id, day, fresh);
      written_[i] = total;
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
