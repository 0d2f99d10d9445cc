#include <algorithm>

#include "engine/store/store_state.h"

namespace vigie {
namespace {

constexpr std::size_t kPacksPerFold = 64;

}  // namespace

// Rewrites one run of neighbouring packs of a (tenant, day) that are small or hold deleted or
// edited text. The new packs take the place of the old ones in one batch, with their rows of the id
// index and their overlay entries.
bool Store::pack_some() {
  commit();
  State& state = *state_;
  const auto work = std::find_if(state.untidy.begin(), state.untidy.end(), [&](const auto& entry) {
    return entry.second.overlaid || entry.second.small >= state.options.mentions_per_pack;
  });
  if (work == state.untidy.end()) {
    return false;
  }
  const auto [number, day] = work->first;
  struct Piece {
    std::uint64_t sequence;
    HeldRecord record;
  };
  const auto overlay = state.key_value->iterate(Family::kOverlay);
  const auto at = state.key_value->iterate(Family::kMentions);
  const std::string day_start = ref_key(number, day, 0);
  const std::string_view prefix = std::string_view(day_start).substr(0, 8);
  at->seek_for_prev(ref_key(number, day, work->second.from));
  if (!at->valid() || !at->key().starts_with(prefix)) {
    at->seek(day_start);
  }
  WriteBatch batch;
  std::vector<Piece> run;
  std::size_t packs = 0, seen = 0;
  bool overlaid = false;
  std::uint64_t last_small = 0, last_small_at = 0;
  Pack pack;
  for (; at->valid() && at->key().starts_with(prefix) && seen < kPacksPerFold; at->next(), ++seen) {
    RefKey ref;
    parse_ref_key(at->key(), ref);
    must(read_pack(at->value(), ref.sequence, pack));
    const std::string last = ref_key(number, day, pack.records.back().sequence);
    overlay->seek(at->key());
    const bool touched = overlay->valid() && overlay->key() <= last;
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
    batch.erase(Family::kMentions, at->key());
    batch.erase(Family::kIds, std::string("p").append(at->key()));
    for (const PackedRecord& record : pack.records) {
      Piece piece{record.sequence, {std::string(record.bytes), pack.generation}};
      const std::string name = ref_key(number, day, record.sequence);
      overlay->seek(name);
      if (overlay->valid() && overlay->key() == name) {
        batch.erase(Family::kOverlay, name);
        ByteReader in(overlay->value());
        if (in.byte() == 'd') {
          continue;
        }
        piece.record.generation = in.u32();
        piece.record.bytes = in.take(in.left());
      }
      run.push_back(std::move(piece));
    }
  }
  must(at->status());
  must(overlay->status());
  const bool at_end = !at->valid() || !at->key().starts_with(prefix);
  RefKey next;
  if (!at_end) {
    parse_ref_key(at->key(), next);
  }
  if (overlaid || packs > 1) {
    last_small = 0;
    for (std::size_t i = 0; i < run.size();) {
      const std::uint32_t generation = run[i].record.generation;
      const std::uint64_t first = run[i].sequence;
      std::uint64_t previous = first;
      state.pack_writer.start(generation, first);
      state.ids_row.clear();
      for (; i < run.size() && run[i].record.generation == generation &&
             state.pack_writer.count() < state.options.mentions_per_pack;
           ++i) {
        const RecordId id = must(decode_record_id(run[i].record.bytes));
        state.pack_writer.add(run[i].sequence, run[i].record.bytes);
        put_varint(state.ids_row, run[i].sequence - std::exchange(previous, run[i].sequence));
        put_u64(state.ids_row, state.hasher(id.source, id.id));
      }
      const std::string name = ref_key(number, day, first);
      batch.put(Family::kMentions, name, state.pack_writer.finish());
      batch.put(Family::kIds, "p" + name, state.ids_row);
      const std::uint32_t count = state.pack_writer.count();
      last_small = count * 2 < state.options.mentions_per_pack ? count : 0;
      last_small_at = first;
    }
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
