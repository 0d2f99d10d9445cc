// What is thought of mentions that are stored already: people's corrections, verdicts by new rules.
#include <utility>

#include "engine/store/store_state.h"

namespace vigie {
namespace {

constexpr std::size_t kPacksPerStep = 64;

}  // namespace

bool Store::correct(const MentionRef& ref, Correction correction) {
  commit();
  State& state = *state_;
  if (ref.tenant >= state.number_of.size()) {
    return false;
  }
  const RefKey key{state.number_of[ref.tenant], ref.day, ref.sequence};
  const std::optional<HeldRecord> held = must(state.held(key));
  if (!held) {
    return false;
  }
  Record record = must(decode_record(held->bytes));
  const Correction none;
  if (correction.agrees_with(record.corrections.empty() ? none : record.corrections.back())) {
    return true;
  }
  const Catalogue& catalogue = *must(state.catalogue(held->generation));
  state.count_record(key.tenant_number, record, catalogue, -1);
  if (record.corrections.size() == kMaxCorrections) {
    record.corrections.erase(record.corrections.begin());
  }
  record.corrections.push_back(std::move(correction));
  state.count_record(key.tenant_number, record, catalogue, 1);
  HeldRecord corrected{{}, held->generation};
  encode_record(record, corrected.bytes);
  state.put_over(ref, record, std::move(corrected));
  return true;
}

void Store::State::judge_anew(TenantId tenant, Day day, Piece& piece,
                              const std::shared_ptr<const Catalogue>& in_force,
                              const Rejudge& rejudge) {
  const std::uint32_t number = number_of[tenant];
  const std::shared_ptr<const Catalogue> before = must(catalogue(piece.record.generation));
  Record record = must(decode_record(piece.record.bytes));
  count_record(number, record, *before, -1);
  const bool was_told = was_told_urgent(record);
  rejudge(tenant, *before, record);
  record.told_otherwise = was_told != is_urgent(record.verdict.urgency);
  count_record(number, record, *in_force, 1);
  mark_urgent({tenant, day, piece.sequence}, record);
  HeldRecord judged{{}, generation(in_force)};
  encode_record(record, judged.bytes);
  piece.record = std::move(judged);
}

Store::Reclassified Store::reclassify_some(const MentionRef& from, bool all,
                                           const std::shared_ptr<const Catalogue>& catalogue,
                                           const Rejudge& rejudge) {
  commit();
  State& state = *state_;
  const std::uint32_t number = state.number_of[from.tenant], in_force = state.generation(catalogue);
  OverlayReader overlay(*state.key_value, number);
  const auto at = state.key_value->iterate(Family::kMentions);
  const std::string tenant_prefix = number_key({}, number);
  Reclassified done;
  Pack pack;
  std::vector<State::Piece> run;
  std::size_t packs = 0;
  for (at->seek(ref_key(number, from.day, from.sequence)); has_prefix(*at, tenant_prefix);
       at->next()) {
    RefKey ref;
    parse_ref_key(at->key(), ref);
    if (packs++ == kPacksPerStep) {
      done.next = MentionRef{from.tenant, ref.day, ref.sequence};
      break;
    }
    must(read_pack(at->value(), ref.sequence, pack));
    const bool overlaid =
        overlay.enter(ref.day, pack.records.front().sequence, pack.records.back().sequence);
    done.mentions += pack.records.size();
    if (pack.generation == in_force && !overlaid && !all) {
      continue;
    }
    run.clear();
    state.take_apart(pack, ref, overlay, state.batch, run);
    for (State::Piece& piece : run) {
      if (piece.record.generation != in_force || all) {
        state.judge_anew(from.tenant, ref.day, piece, catalogue, rejudge);
        ++done.judged;
      }
    }
    state.write_packs(number, ref.day, run, state.batch);
  }
  must(at->status());
  must(overlay.status());
  commit();
  return done;
}

}  // namespace vigie
