#include <algorithm>

#include "engine/store/store_state.h"

namespace vigie {

void Store::expire(Day today) {
  commit();
  State& state = *state_;
  WriteBatch gone;
  const auto at = state.key_value->iterate(Family::kMeta);
  constexpr std::string_view kRetention = "retention/";
  Day longest = 0;  // in days
  for (at->seek(kRetention); has_prefix(*at, kRetention); at->next()) {
    const std::uint32_t number = ByteReader(at->key().substr(kRetention.size())).u32();
    const Day days = ByteReader(at->value()).u32();
    longest = std::max(longest, days == 0 ? today : days);
    if (days == 0 || days >= today) {
      continue;
    }
    state.expire_mentions(number, today - days, gone);
    state.expire_alerts(number, today - days, gone);
    state.expire_work(number, today - days, gone);
  }
  must(at->status());
  state.expire_tombstones(today - std::min(today, kTombstoneDays), gone);
  state.expire_dead_letters(today - std::min(today, kDeadLetterDays), gone);
  state.expire_coverage(today - std::min(today, longest), gone);
  state.expire_fine_rollups(today - std::min(today, kFineRollupDays), gone);
  gone.erase_range(Family::kHeardTerms, number_key({}, Day{0}),
                   number_key({}, today - std::min(today, kHeardTermsDays)));
  if (state.removes_something(gone)) {
    state.note_removal(gone);
  }
  state.write(gone);
  commit();  // stories that others lead now
  state.ids_in_memory = state.ids.size() + state.tombstones.size();
}

/// Whether any of what it erases is there.
bool Store::State::removes_something(const WriteBatch& gone) const {
  bool removes = false;
  gone.for_each([&](const WriteBatch::Entry& entry) {
    if (removes || entry.op != WriteBatch::Op::kEraseRange) {
      removes = removes || entry.op == WriteBatch::Op::kErase;
      return;
    }
    const auto at = key_value->iterate(entry.family);
    at->seek(entry.key);
    removes = at->valid() && at->key() < entry.value;
    must(at->status());
  });
  return removes;
}

void Store::State::expire_mentions(std::uint32_t number, Day day, WriteBatch& gone) {
  const std::string begin = ref_key(number, 0, 0), end = ref_key(number, day, 0);
  for (const Family family : {Family::kMentions, Family::kOverlay, Family::kUrgent,
                              Family::kIdentities, Family::kAuthorKeys}) {
    gone.erase_range(family, begin, end);
  }
  gone.erase_range(Family::kIds, "p" + begin, "p" + end);
  const auto at = key_value->iterate(Family::kIds);
  std::vector<MentionFact> facts;
  for (at->seek("p" + begin); at->valid() && at->key() < "p" + end; at->next()) {
    RefKey ref;
    parse_ref_key(at->key(), ref);
    read_fact_row({0, ref.day, ref.sequence}, at->value(), facts);
    for (const MentionFact& fact : facts) {
      if (ids.erase(number, fact.id_hash, {ref.day, fact.ref.sequence})) {
        --mentions;
      }
    }
  }
  must(at->status());
  expire_stories(number, day, gone);
  untidy.erase(untidy.lower_bound({number, 0}), untidy.lower_bound({number, day}));
}

void Store::State::expire_alerts(std::uint32_t number, Day day, WriteBatch& gone) const {
  const auto at = key_value->iterate(Family::kAlerts), owed = key_value->iterate(Family::kOutbox);
  for (at->seek("a"); has_prefix(*at, "a"); at->next()) {
    ByteReader owner(at->value());
    const bool is_ours = owner.u32() == number;
    if (!is_ours || owner.u32() >= day) {
      continue;
    }
    const std::string alert(at->key().substr(1));
    gone.erase(Family::kAlerts, at->key());
    gone.erase(Family::kAlerts, alert_key(number, ByteReader(alert).u64()));
    for (owed->seek(alert); has_prefix(*owed, alert); owed->next()) {
      gone.erase(Family::kOutbox, owed->key());
    }
  }
  must(at->status());
  must(owed->status());
}

void Store::State::expire_tombstones(Day day, WriteBatch& gone) {
  const auto at = key_value->iterate(Family::kIds);
  for (at->seek("t"); has_prefix(*at, "t"); at->next()) {
    ByteReader in(at->value());
    const Day made = in.u32();
    if (made < day) {
      tombstones.erase(0, in.u64(), {made, 0});
      gone.erase(Family::kIds, at->key());
    }
  }
  must(at->status());
}

void Store::State::expire_dead_letters(Day day, WriteBatch& gone) {
  const auto at = key_value->iterate(Family::kDeadLetters);
  for (at->seek({}); at->valid(); at->next()) {
    const Time received_at(microseconds(ByteReader(at->value()).integer()));
    if (day_of(received_at) >= day) {
      break;
    }
    gone.erase(Family::kDeadLetters, at->key());
    first_dead_letter = ByteReader(at->key()).u64() + 1;
  }
  must(at->status());
}

void Store::put_heard_terms(Day day, std::string_view sketch) {
  state_->batch.put(Family::kHeardTerms, number_key({}, day), sketch);
}

Result<std::optional<std::string>> Store::heard_terms(Day day) const {
  return state_->key_value->get(Family::kHeardTerms, number_key({}, day));
}

}  // namespace vigie
