// Figures and lists of many mentions read facts, not packs.
#include "engine/store/fact_row.h"
#include "engine/store/store_state.h"

namespace vigie {

/// A store of the format before gets what it lacks. Whoever is interrupted begins again.
Result<void> Store::State::add_facts() {
  if (has_facts || options.read_only) {
    return {};
  }
  constexpr std::size_t kBatchBytes = 1U << 20;
  WriteBatch made;
  made.put(Family::kMeta, "format", number_key({}, kStoreFormat));  // an older Vigie keeps away
  made.put(Family::kMeta, kLacksFacts, {});
  const auto put = [&](Family family, std::string_view row, std::string_view value) {
    made.put(family, row, value);
    const bool is_full = made.bytes() >= kBatchBytes;
    const Result<void> written = is_full ? key_value->write(made) : Result<void>();
    if (is_full) {
      made.clear();
    }
    return written;
  };
  Pack pack;
  const auto at = key_value->iterate(Family::kMentions);
  for (at->seek({}); at->valid(); at->next()) {
    RefKey first;
    if (!parse_ref_key(at->key(), first)) {
      return damaged("a mention's key");
    }
    if (const Result<void> read = read_pack(at->value(), first.sequence, pack); !read) {
      return read;
    }
    fact_row.start({0, first.day, first.sequence});
    for (const PackedRecord& packed : pack.records) {
      const Result<Record> record = decode_record(packed.bytes);
      if (!record) {
        return tl::make_unexpected(record.error());
      }
      fact_row.add(fact_of({0, first.day, packed.sequence}, *record, hasher));
    }
    const Result<void> written = put(Family::kIds, "p" + std::string(at->key()), fact_row.row());
    if (!written) {
      return written;
    }
  }
  const auto urgent = key_value->iterate(Family::kUrgent);
  for (urgent->seek({}); urgent->valid(); urgent->next()) {
    RefKey ref;
    if (!parse_ref_key(urgent->key(), ref)) {
      return damaged("the index of urgent mentions");
    }
    const Result<std::optional<HeldRecord>> one = held(ref);
    if (!one) {
      return tl::make_unexpected(one.error());
    }
    if (!*one) {  // whoever reads whole mentions passes it over
      made.erase(Family::kUrgent, urgent->key());
      continue;
    }
    const Result<Record> record = decode_record((*one)->bytes);
    if (!record) {
      return tl::make_unexpected(record.error());
    }
    const MentionFact fact = fact_of({0, ref.day, ref.sequence}, *record, hasher);
    if (const Result<void> written = put(Family::kUrgent, urgent->key(), encode_fact(fact));
        !written) {
      return written;
    }
  }
  for (const Result<void>& status : {at->status(), urgent->status()}) {
    if (!status) {
      return status;
    }
  }
  made.erase(Family::kMeta, kLacksFacts);
  has_facts = true;
  return key_value->write(made);
}

Result<void> Store::scan_facts(TenantId tenant, std::optional<MentionRef> before, Day since,
                               const std::function<bool(const MentionFact&)>& visit) const {
  if (tenant >= state_->number_of.size()) {
    return {};
  }
  if (!state_->has_facts) {
    return scan(tenant, before, since, [&](const StoredMention& stored) {
      return visit(fact_of(stored.ref, stored.record, state_->hasher));
    });
  }
  const std::uint32_t number = state_->number_of[tenant];
  const RefKey end = State::end_of(number, before);
  const std::string of_tenant = number_key("p", number);
  OverlayReader overlay(*state_->key_value, number);  // before the rows: see held
  const auto at = state_->key_value->iterate(Family::kIds);
  std::vector<MentionFact> facts;
  for (at->seek_for_prev(ref_key(number, end.day, end.sequence, "p")); has_prefix(*at, of_tenant);
       at->prev()) {
    RefKey ref;
    if (!parse_ref_key(at->key(), ref) ||
        !read_fact_row({tenant, ref.day, ref.sequence}, at->value(), facts)) {
      return damaged("the id index");
    }
    if (ref.day < since) {
      break;
    }
    overlay.enter(ref.day, facts.front().ref.sequence, facts.back().ref.sequence);
    for (auto fact = facts.rbegin(); fact != facts.rend(); ++fact) {
      ref.sequence = fact->ref.sequence;
      if (ref >= end) {
        continue;
      }
      if (const auto change = overlay.change_of(ref.sequence)) {
        if (change->is_deletion) {
          continue;
        }
        const Result<Record> record = decode_record(change->record);
        if (!record) {
          return tl::make_unexpected(record.error());
        }
        *fact = fact_of(fact->ref, *record, state_->hasher);
      }
      if (!visit(*fact)) {
        return {};
      }
    }
  }
  if (Result<void> status = overlay.status(); !status) {
    return status;
  }
  return at->status();
}

Result<void> Store::scan_urgent_facts(TenantId tenant,
                                      const std::function<bool(const MentionFact&)>& visit) const {
  if (tenant >= state_->number_of.size()) {
    return {};
  }
  if (!state_->has_facts) {
    return scan_urgent(tenant, std::nullopt, 0, [&](const StoredMention& stored) {
      return visit(fact_of(stored.ref, stored.record, state_->hasher));
    });
  }
  const std::uint32_t number = state_->number_of[tenant];
  const std::string of_tenant = number_key({}, number);
  const auto at = state_->key_value->iterate(Family::kUrgent);
  MentionFact fact;
  for (at->seek_for_prev(ref_key(number, ~Day{0}, ~std::uint64_t{0})); has_prefix(*at, of_tenant);
       at->prev()) {
    RefKey ref;
    if (!parse_ref_key(at->key(), ref) ||
        !decode_fact({tenant, ref.day, ref.sequence}, at->value(), fact)) {
      return damaged("the index of urgent mentions");
    }
    if (is_urgent(fact.urgency) && !visit(fact)) {
      return {};
    }
  }
  return at->status();
}

}  // namespace vigie
