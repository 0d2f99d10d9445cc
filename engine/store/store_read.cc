#include <algorithm>

#include "engine/store/store_state.h"

namespace vigie {

Result<std::shared_ptr<const Catalogue>> Store::State::catalogue(std::uint32_t generation) const {
  const std::scoped_lock lock(catalogue_mutex);
  if (const auto found = catalogues.find(generation); found != catalogues.end()) {
    return found->second;
  }
  const auto bytes = key_value->get(Family::kMeta, number_key("catalogue/", generation));
  if (!bytes) {
    return tl::make_unexpected(bytes.error());
  }
  if (!*bytes) {
    return damaged("a catalogue that mentions refer to");
  }
  Result<Catalogue> read = decode_catalogue(**bytes);
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  auto kept = std::make_shared<const Catalogue>(std::move(*read));
  catalogues.emplace(generation, kept);
  return kept;
}

// The overlay is always read before the packs: folding moves from the first to the second, so what
// is no longer seen in the overlay is already in the pack.
Result<std::optional<HeldRecord>> Store::State::held(const RefKey& ref) const {
  const std::string wanted = ref_key(ref.tenant_number, ref.day, ref.sequence);
  const auto overlay = key_value->get(Family::kOverlay, wanted);
  if (!overlay) {
    return tl::make_unexpected(overlay.error());
  }
  if (*overlay) {
    ByteReader in(**overlay);
    if (in.byte() == 'd') {
      return std::nullopt;
    }
    const std::uint32_t generation = in.u32();
    return HeldRecord{std::string(in.take(in.left())), generation};
  }
  const auto at = key_value->iterate(Family::kMentions);
  at->seek_for_prev(wanted);
  RefKey first;
  if (!at->valid() || !parse_ref_key(at->key(), first) ||
      first.tenant_number != ref.tenant_number || first.day != ref.day) {
    if (const Result<void> status = at->status(); !status) {
      return tl::make_unexpected(status.error());
    }
    return std::nullopt;
  }
  Pack pack;
  if (const Result<void> read = read_pack(at->value(), first.sequence, pack); !read) {
    return tl::make_unexpected(read.error());
  }
  for (const PackedRecord& record : pack.records) {
    if (record.sequence == ref.sequence) {
      return HeldRecord{std::string(record.bytes), pack.generation};
    }
  }
  return std::nullopt;
}

namespace {

std::optional<Time> edited_at(const Record& record) {
  const Version& version = record.mention.version;
  if (version.edited_at_us != 0) {
    return Time(microseconds(version.edited_at_us));
  }
  return version.revision == 0 ? std::nullopt : std::optional(record.received_at);
}

}  // namespace

Result<std::optional<StoredMention>> Store::mention(MentionRef ref) const {
  if (ref.tenant >= state_->number_of.size()) {
    return std::nullopt;
  }
  auto held = state_->held({state_->number_of[ref.tenant], ref.day, ref.sequence});
  if (!held || !*held) {
    return held ? Result<std::optional<StoredMention>>(std::nullopt)
                : tl::make_unexpected(held.error());
  }
  const std::string& bytes = (*held)->bytes;
  StoredMention stored;
  stored.ref = ref;
  stored.bytes.reset(new char[bytes.size()]);
  bytes.copy(stored.bytes.get(), bytes.size());
  auto record = decode_record({stored.bytes.get(), bytes.size()});
  auto catalogue = state_->catalogue((*held)->generation);
  if (!record || !catalogue) {
    return tl::make_unexpected(record ? catalogue.error() : record.error());
  }
  stored.record = std::move(*record);
  stored.catalogue = std::move(*catalogue);
  stored.edited_at = edited_at(stored.record);
  return stored;
}

RefKey Store::State::end_of(std::uint32_t number, const std::optional<MentionRef>& before) {
  return before ? RefKey{number, before->day, before->sequence}
                : RefKey{number, ~Day{0}, ~std::uint64_t{0}};
}

Result<void> Store::scan(TenantId tenant, std::optional<MentionRef> before, Day since,
                         const std::function<bool(const StoredMention&)>& visit) const {
  if (tenant >= state_->number_of.size()) {
    return {};
  }
  const std::uint32_t number = state_->number_of[tenant];
  const RefKey end = State::end_of(number, before);
  OverlayReader overlay(*state_->key_value, number);  // before the packs: see held
  const auto at = state_->key_value->iterate(Family::kMentions);
  Pack pack;
  StoredMention stored;
  std::uint32_t explained_by = 0;  // generation of stored.catalogue
  for (at->seek_for_prev(ref_key(number, end.day, end.sequence)); at->valid(); at->prev()) {
    RefKey ref;
    if (!parse_ref_key(at->key(), ref)) {
      return damaged("a mention's key");
    }
    if (ref.tenant_number != number || ref.day < since) {
      break;
    }
    if (Result<void> read = read_pack(at->value(), ref.sequence, pack); !read) {
      return read;
    }
    overlay.enter(ref.day, pack.records.front().sequence, pack.records.back().sequence);
    for (auto record = pack.records.rbegin(); record != pack.records.rend(); ++record) {
      ref.sequence = record->sequence;
      if (ref >= end) {
        continue;
      }
      std::string_view bytes = record->bytes;
      std::uint32_t generation = pack.generation;
      if (const auto change = overlay.change_of(ref.sequence)) {
        if (change->is_deletion) {
          continue;
        }
        generation = change->generation;
        bytes = change->record;
      }
      auto decoded = decode_record(bytes);
      if (!decoded) {
        return tl::make_unexpected(decoded.error());
      }
      if (generation != explained_by) {
        auto catalogue = state_->catalogue(generation);
        if (!catalogue) {
          return tl::make_unexpected(catalogue.error());
        }
        stored.catalogue = std::move(*catalogue);
        explained_by = generation;
      }
      stored.ref = {tenant, ref.day, ref.sequence};
      stored.record = std::move(*decoded);
      stored.edited_at = edited_at(stored.record);
      if (!visit(stored)) {
        return {};
      }
    }
  }
  if (Result<void> status = overlay.status(); !status) {
    return status;
  }
  return at->status();
}

Result<void> Store::scan_urgent(TenantId tenant, std::optional<MentionRef> before, Day since,
                                const std::function<bool(const StoredMention&)>& visit) const {
  return scan_index_of_urgent(tenant, before, since, [&visit](const StoredMention& stored) {
    return !is_urgent(urgency_in_force(stored.record)) || visit(stored);
  });
}

Result<void> Store::scan_told_urgent(TenantId tenant,
                                     const std::function<bool(const StoredMention&)>& visit) const {
  return scan_index_of_urgent(tenant, std::nullopt, 0, [&visit](const StoredMention& stored) {
    return !was_told_urgent(stored.record) || visit(stored);
  });
}

/// Rows of what is urgent, or was when it was told.
Result<void> Store::scan_index_of_urgent(
    TenantId tenant, std::optional<MentionRef> before, Day since,
    const std::function<bool(const StoredMention&)>& visit) const {
  if (tenant >= state_->number_of.size()) {
    return {};
  }
  const std::uint32_t number = state_->number_of[tenant];
  const RefKey end = State::end_of(number, before);
  const auto at = state_->key_value->iterate(Family::kUrgent);
  for (at->seek_for_prev(ref_key(number, end.day, end.sequence)); at->valid(); at->prev()) {
    RefKey ref;
    if (!parse_ref_key(at->key(), ref)) {
      return damaged("the index of urgent mentions");
    }
    if (ref.tenant_number != number || ref.day < since) {
      break;
    }
    if (ref >= end) {
      continue;
    }
    const auto found = mention({tenant, ref.day, ref.sequence});
    if (!found) {
      return tl::make_unexpected(found.error());
    }
    if (*found && !visit(**found)) {
      return {};
    }
  }
  return at->status();
}

// ---- Reading the rest ---------------------------------------------------------------------------

Result<std::optional<std::string>> Store::cursor(std::string_view connector) const {
  return state_->key_value->get(Family::kCursors, connector);
}

Result<std::vector<DeadLetter>> Store::dead_letters(std::size_t limit) const {
  std::vector<DeadLetter> letters;
  const auto at = state_->key_value->iterate(Family::kDeadLetters);
  for (at->seek_for_prev(std::string(8, '\xff')); at->valid() && letters.size() < limit;
       at->prev()) {
    ByteReader in(at->value());
    DeadLetter& letter = letters.emplace_back();
    letter.number = ByteReader(at->key()).u64();
    letter.received_at = Time(microseconds(in.integer()));
    for (std::string* text : {&letter.connector, &letter.reason, &letter.detail, &letter.bytes}) {
      *text = in.text();
    }
    if (!in.done()) {
      return damaged("a dead letter");
    }
  }
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return letters;
}

Result<std::optional<Store::StoredAlert>> Store::State::read_alert(std::uint64_t number,
                                                                   std::string_view owner,
                                                                   std::string_view body) const {
  ByteReader of(owner);
  const std::uint32_t tenant_number = of.u32();
  const Day day = of.u32();
  const std::optional<TenantId> tenant = tenant_of(tenant_number);
  if (!tenant) {
    return std::nullopt;
  }
  StoredAlert alert;
  alert.number = number;
  alert.tenant = *tenant;
  alert.body = body;
  alert.subject = {alert.tenant, day, WorkSubject::Kind::kAlert, number};
  if (!of.done()) {
    const Day founded = of.u32();
    alert.subject = work_on({alert.tenant, founded, of.u64()});
  }
  if (!of.done()) {
    return damaged("an alert's owner");
  }
  return alert;
}

Result<std::vector<Store::StoredAlert>> Store::alerts(TenantId tenant, std::uint64_t before,
                                                      std::size_t limit) const {
  std::vector<StoredAlert> found;
  if (tenant >= state_->number_of.size()) {
    return found;
  }
  const std::string prefix = number_key("b", state_->number_of[tenant]);
  const auto at = state_->key_value->iterate(Family::kAlerts);
  const auto owner = state_->key_value->iterate(Family::kAlerts);
  for (at->seek_for_prev(number_key(prefix, before == 0 ? ~std::uint64_t{0} : before - 1));
       has_prefix(*at, prefix) && found.size() < limit; at->prev()) {
    const std::uint64_t number = ByteReader(at->key().substr(prefix.size())).u64();
    const std::string owner_key = number_key("a", number);
    if (owner->valid()) {
      owner->prev();  // there already, unless another tenant was alerted in between
    }
    if (!owner->valid() || owner->key() != owner_key) {
      owner->seek(owner_key);
    }
    if (!owner->valid() || owner->key() != owner_key) {
      continue;
    }
    auto one = state_->read_alert(number, owner->value(), at->value());
    if (!one) {
      return tl::make_unexpected(one.error());
    }
    if (*one) {
      (*one)->work = work_now((*one)->subject);
      found.push_back(std::move(**one));
    }
  }
  for (const KeyValue::Iterator* walked : {at.get(), owner.get()}) {
    if (const Result<void> status = walked->status(); !status) {
      return tl::make_unexpected(status.error());
    }
  }
  return found;
}

Result<std::optional<Store::StoredAlert>> Store::alert(std::uint64_t number) const {
  const KeyValue& stored = *state_->key_value;
  const auto owner = stored.get(Family::kAlerts, number_key("a", number));
  if (!owner || !*owner) {
    return owner ? Result<std::optional<StoredAlert>>(std::nullopt)
                 : tl::make_unexpected(owner.error());
  }
  const auto body = stored.get(Family::kAlerts, alert_key(ByteReader(**owner).u32(), number));
  if (!body) {
    return tl::make_unexpected(body.error());
  }
  auto alert = state_->read_alert(number, **owner, body->value_or(""));
  if (alert && *alert) {
    (*alert)->work = work_now((*alert)->subject);
  }
  return alert;
}

Result<std::vector<Delivery>> Store::deliveries(bool dead, Time due, std::size_t limit,
                                                std::string_view receiver) const {
  std::vector<Delivery> owed;
  const std::uint64_t durable = state_->durable_alert.load(std::memory_order_acquire);
  const auto at = state_->key_value->iterate(Family::kOutbox);
  for (at->seek({}); at->valid() && owed.size() < limit; at->next()) {
    auto delivery = decode_delivery(at->key(), at->value());
    if (!delivery) {
      return tl::make_unexpected(delivery.error());
    }
    if (delivery->alert > durable) {
      break;
    }
    const bool is_theirs = receiver.empty() || delivery->receiver == receiver;
    if (is_theirs && delivery->dead == dead && (dead || delivery->next_at <= due)) {
      owed.push_back(std::move(*delivery));
    }
  }
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return owed;
}

Result<std::optional<std::string>> Store::reveal(TenantId tenant, const Pseudonym& author) const {
  if (tenant >= state_->number_of.size()) {
    return std::nullopt;
  }
  return open_identity(*state_->key_value, state_->number_of[tenant], author);
}

StoreStats Store::stats() const {
  const State& state = *state_;
  return {state.mentions,
          state.ids_in_memory,
          state.packs,
          state.tails,
          state.folded,
          state.key_value->size_bytes(),
          state.suppressed_copies,
          state.key_value->is_stalled()};
}

}  // namespace vigie
