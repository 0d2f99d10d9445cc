#include <algorithm>

#include "engine/store/store_state.h"

namespace vigie {
namespace {

constexpr std::size_t kPacksPerFold = 64;

}  // namespace

void Store::State::take_apart(const Pack& pack, const RefKey& first, OverlayReader& overlay,
                              WriteBatch& batch, std::vector<Piece>& run) const {
  const std::string name = ref_key(first.tenant_number, first.day, first.sequence);
  batch.erase(Family::kMentions, name);
  batch.erase(Family::kIds, "p" + name);
  for (const PackedRecord& record : pack.records) {
    Piece piece{record.sequence, {std::string(record.bytes), pack.generation}};
    if (const auto change = overlay.change_of(record.sequence)) {
      batch.erase(Family::kOverlay, ref_key(first.tenant_number, first.day, record.sequence));
      if (change->is_deletion) {
        continue;
      }
      piece.record = {std::string(change->record), change->generation};
    }
    run.push_back(std::move(piece));
  }
}

Store::State::PackPlace Store::State::write_packs(std::uint32_t number, Day day,
                                                  const std::vector<Piece>& run,
                                                  WriteBatch& batch) {
  PackPlace last;
  for (std::size_t i = 0; i < run.size();) {
    const std::uint32_t generation = run[i].record.generation;
    const std::uint64_t first = run[i].sequence;
    pack_writer.start(generation, first);
    fact_row.start({0, day, first});
    for (; i < run.size() && run[i].record.generation == generation &&
           pack_writer.count() < options.mentions_per_pack;
         ++i) {
      pack_writer.add(run[i].sequence, run[i].record.bytes);
      const Record record = must(decode_record(run[i].record.bytes));
      fact_row.add(fact_of({0, day, run[i].sequence}, record, hasher));
    }
    const std::string name = ref_key(number, day, first);
    batch.put(Family::kMentions, name, pack_writer.finish());
    batch.put(Family::kIds, "p" + name, fact_row.row());
    last = {first, pack_writer.count()};
  }
  return last;
}

// Rewrites one run of neighbouring packs of a (tenant, day) that are small or hold deleted or
// edited text. The new packs take the place of the old ones in one batch, with their rows of the id
// index and their overlay entries.
bool Store::pack_some(Fold what) {
  commit();
  State& state = *state_;
  const auto work = std::find_if(state.untidy.begin(), state.untidy.end(), [&](const auto& entry) {
    return entry.second.overlaid ||
           (what == Fold::kAll && entry.second.small >= state.options.mentions_per_pack);
  });
  if (work == state.untidy.end()) {
    return false;
  }
  const auto [number, day] = work->first;
  OverlayReader overlay(*state.key_value, number);
  const auto at = state.key_value->iterate(Family::kMentions);
  const std::string day_start = ref_key(number, day, 0);
  const std::string_view prefix = std::string_view(day_start).substr(0, 8);
  at->seek_for_prev(ref_key(number, day, work->second.from));
  if (!at->valid() || !at->key().starts_with(prefix)) {
    at->seek(day_start);
  }
  WriteBatch batch;
  std::vector<State::Piece> run;
  std::size_t packs = 0, seen = 0;
  bool overlaid = false;
  std::uint64_t last_small = 0, last_small_at = 0;
  Pack pack;
  for (; at->valid() && at->key().starts_with(prefix) && seen < kPacksPerFold; at->next(), ++seen) {
    RefKey ref;
    parse_ref_key(at->key(), ref);
    must(read_pack(at->value(), ref.sequence, pack));
    const bool touched =
        overlay.enter(day, pack.records.front().sequence, pack.records.back().sequence);
    const bool small = pack.records.size() * 2 < state.options.mentions_per_pack;
    if (!touched && !small) {
      if (overlaid || packs > 1) {
        break;
      }
      run.clear();
      batch.clear();
      packs = 0;
      last_small = 0;
      continue;
    }
    overlaid = overlaid || touched;
    last_small = small ? pack.records.size() : 0;
    last_small_at = ref.sequence;
    ++packs;
    state.take_apart(pack, ref, overlay, batch, run);
  }
  must(at->status());
  must(overlay.status());
  const bool at_end = !at->valid() || !at->key().starts_with(prefix);
  RefKey next;
  if (!at_end) {
    parse_ref_key(at->key(), next);
  }
  if (overlaid || packs > 1) {
    const State::PackPlace end = state.write_packs(number, day, run, batch);
    last_small = end.count * 2 < state.options.mentions_per_pack ? end.count : 0;
    last_small_at = end.first;
    state.write(batch);
    state.folded += packs;
  }
  if (!at_end) {
    work->second.from = next.sequence;
  } else if (last_small != 0) {
    work->second = {last_small_at, last_small, false};
  } else {
    state.untidy.erase(work);
  }
  return true;
}

}  // namespace vigie
