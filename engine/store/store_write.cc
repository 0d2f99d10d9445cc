#include <sodium.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "engine/core/check.h"
#include "engine/store/store_state.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxDeadLetterBytes = 64U << 10;

}  // namespace

void stop_on(const Error& error) {
  std::fprintf(stderr, "vigie: the store cannot go on: %s\n", error.text.c_str());
  std::abort();
}

void Store::State::write(const WriteBatch& what) { must(key_value->write(what)); }
void Store::State::sync() const { must(key_value->sync()); }

// ---- What is known ------------------------------------------------------------------------------

Store::State::Pending* Store::State::pending_at(TenantId tenant, std::uint64_t sequence) {
  PendingMentions& of_tenant = pending[tenant];
  if (sequence < of_tenant.first_sequence || sequence >= of_tenant.next_sequence) {
    return nullptr;
  }
  return &of_tenant.mentions[sequence - of_tenant.first_sequence];
}

std::optional<HeldRecord> Store::State::current(TenantId tenant, IdTable::Place place) {
  if (const Pending* fresh = pending_at(tenant, place.sequence)) {
    if (!fresh->alive) {
      return std::nullopt;
    }
    return HeldRecord{pending_bytes.substr(fresh->offset, fresh->length), fresh->generation};
  }
  const RefKey ref{number_of[tenant], place.day, place.sequence};
  if (const auto found = pending_overlay.find(ref); found != pending_overlay.end()) {
    return found->second;
  }
  return must(held(ref));
}

std::optional<Store::State::Known> Store::State::find(TenantId tenant, std::uint64_t hash,
                                                      std::string_view source,
                                                      std::string_view id) {
  std::optional<Known> known;
  ids.find(number_of[tenant], hash, [&](IdTable::Place place) {
    std::optional<HeldRecord> record = current(tenant, place);
    if (!record) {
      return false;
    }
    const RecordId stored = must(decode_record_id(record->bytes));
    if (stored.source != source || stored.id != id) {
      return false;
    }
    known = {place, std::move(*record)};
    return true;
  });
  return known;
}

bool Store::State::is_deleted(std::uint64_t hash, std::string_view source,
                              std::string_view id) const {
  return tombstones.find(0, hash, [&](IdTable::Place) {
    const std::string name = tombstone_key(source, id);
    return pending_tombstones.contains(name) || must(key_value->get(Family::kIds, name));
  });
}

bool Store::State::parent_known(const Findings& findings, const Finding& finding) {
  const Record record = must(decode_record(findings.view(finding.record)));
  return find(finding.tenant, finding.parent_hash, record.mention.source,
              record.mention.in_reply_to)
      .has_value();
}

std::string Store::State::tombstone_key(std::string_view source, std::string_view id) const {
  std::string named(source);
  named.push_back('\0');
  named += id;
  std::array<unsigned char, 16> fingerprint;
  crypto_generichash(fingerprint.data(), fingerprint.size(),
                     reinterpret_cast<const unsigned char*>(named.data()), named.size(),
                     hash_key.data(), hash_key.size());
  return std::string("t").append(reinterpret_cast<const char*>(fingerprint.data()),
                                 fingerprint.size());
}

std::uint32_t Store::State::generation(const std::shared_ptr<const Catalogue>& catalogue) {
  if (catalogue == last_catalogue) {
    return last_generation;
  }
  std::string bytes;
  encode_catalogue(*catalogue, bytes);
  std::string fingerprint(16, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(fingerprint.data()), fingerprint.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  const auto [found, is_new] = generation_of.try_emplace(fingerprint, next_generation);
  if (is_new) {
    batch.put(Family::kMeta, number_key("catalogue/", next_generation++), bytes);
  }
  const std::scoped_lock lock(catalogue_mutex);
  catalogues.try_emplace(found->second, catalogue);
  last_catalogue = catalogue;
  return last_generation = found->second;
}

// ---- Applying -----------------------------------------------------------------------------------

Store::Applied Store::apply(const Findings& findings, const Finding& finding) {
  using Action = Finding::Action;
  State& state = *state_;
  check(finding.tenant < state.number_of.size(), "a finding's tenant is one of the configuration");
  if (finding.action == Action::kDelete) {
    return state.remove(findings, finding);
  }
  if (state.is_suppressed(finding)) {
    return {Outcome::kDropped, {}};
  }
  const std::string_view source = findings.view(finding.source), id = findings.view(finding.id);
  if (state.is_deleted(finding.id_hash, source, id)) {
    return {Outcome::kDuplicate, {}};
  }
  if (const auto known = state.find(finding.tenant, finding.id_hash, source, id)) {
    return state.replace(findings, finding, *known);
  }
  if (finding.action == Action::kReplaceIfKnown ||
      (finding.action == Action::kKeepIfParentKnown && !state.parent_known(findings, finding))) {
    return {Outcome::kDropped, {}};
  }
  return state.store(findings, finding);
}

void Store::expect(const Finding& finding) const {
  const std::uint32_t number = state_->number_of[finding.tenant];
  state_->ids.prefetch(number, finding.id_hash);
  state_->known_identities.prefetch(identity_key(number, finding.author));
}

/// As fact_of(), without reading the record, and where it stays.
static void set_fact(MentionFact& fact, const MentionRef& ref, const Findings& findings,
                     const Finding& finding) {
  fact.ref = fact.founder = ref;
  fact.id_hash = finding.id_hash;
  fact.answers = finding.official ? finding.parent_hash : 0;
  fact.voice = voice_of(finding.has_author, finding.author, findings.view(finding.source));
  fact.followers = finding.followers;
  fact.created_at = finding.created_at;
  fact.received_at = finding.received_at;
  fact.urgency = finding.urgency;
  fact.has_author = finding.has_author;
  fact.official = finding.official;
  fact.leads = true;
  fact.has_topic = finding.topics.length != 0;
}

Store::Applied Store::State::store(const Findings& findings, const Finding& finding) {
  PendingMentions& of_tenant = pending[finding.tenant];
  const std::string_view record = findings.view(finding.record);
  const Day day = day_of(finding.received_at);
  const std::uint64_t sequence = of_tenant.next_sequence++;
  const MentionRef ref{finding.tenant, day, sequence};
  Pending& fresh = of_tenant.mentions.emplace_back();
  set_fact(fresh.fact, ref, findings, finding);
  fresh.generation = generation(findings.catalogue);
  fresh.offset = pending_bytes.size();
  fresh.length = record.size();
  fresh.told_urgent = is_urgent(finding.urgency);
  pending_bytes += record;
  const std::uint32_t number = number_of[finding.tenant];
  ids.insert(number, finding.id_hash, {day, sequence});
  count_finding(findings, finding, {1, 1});
  seal_identity(findings, finding);
  return {Outcome::kStored, ref};
}

Store::Applied Store::State::replace(const Findings& findings, const Finding& finding,
                                     const Known& known) {
  const Record old = must(decode_record(known.record.bytes));
  const MentionRef where{finding.tenant, known.place.day, known.place.sequence};
  if (finding.version <= old.mention.version) {
    return {Outcome::kDuplicate, where};
  }
  Applied replaced{Outcome::kReplaced, where, was_told_urgent(old), founder_of(where, old), {}};
  const std::uint32_t number = number_of[finding.tenant];
  Record edited = must(decode_record(findings.view(finding.record)));
  edited.mention.created_at = old.mention.created_at;
  edited.told_otherwise = was_told_urgent(old) && !is_urgent(edited.verdict.urgency);
  const bool has_other_words =
      edited.mention.text != old.mention.text || edited.mention.title != old.mention.title;
  if (!has_other_words) {  // else people have judged what is no longer said
    edited.corrections = old.corrections;
  }
  edited.repeats = old.repeats;
  edited.leads = old.leads;
  count_record(number, old, *must(catalogue(known.record.generation)), -1);
  count_record(number, edited, *findings.catalogue, 1);
  seal_identity(findings, finding);
  rewrite(where, edited, generation(findings.catalogue));
  return replaced;
}

void Store::State::rewrite(const MentionRef& where, const Record& record,
                           std::uint32_t generation) {
  HeldRecord next{{}, generation};
  encode_record(record, next.bytes);
  if (Pending* fresh = pending_at(where.tenant, where.sequence)) {
    fresh->fact = fact_of(where, record, hasher);
    fresh->told_urgent = was_told_urgent(record);
    fresh->generation = next.generation;
    fresh->offset = pending_bytes.size();
    fresh->length = next.bytes.size();
    pending_bytes += next.bytes;
    return;
  }
  put_over(where, record, std::move(next));
}

void Store::State::put_over(const MentionRef& ref, const Record& record, HeldRecord held) {
  mark_urgent(ref, record);
  pending_overlay[{number_of[ref.tenant], ref.day, ref.sequence}] = std::move(held);
}

void Store::State::mark_urgent(const MentionRef& ref, const Record& record) {
  const std::string row = ref_key(number_of[ref.tenant], ref.day, ref.sequence);
  if (is_urgent(urgency_in_force(record)) || was_told_urgent(record)) {
    batch.put(Family::kUrgent, row, encode_fact(fact_of(ref, record, hasher)));
  } else {
    batch.erase(Family::kUrgent, row);
  }
}

Store::Applied Store::State::remove(const Findings& findings, const Finding& finding) {
  const bool is_news = remember_deleted(findings, finding);
  const std::optional<Known> known = find(finding.tenant, finding.id_hash,
                                          findings.view(finding.source), findings.view(finding.id));
  if (!known) {
    return {is_news ? Outcome::kRemembered : Outcome::kDuplicate, {}};
  }
  const std::uint32_t number = number_of[finding.tenant];
  const MentionRef where{finding.tenant, known->place.day, known->place.sequence};
  const Record old = must(decode_record(known->record.bytes));
  Applied deleted{Outcome::kDeleted, where, was_told_urgent(old), founder_of(where, old), {}};
  deleted.created_at = old.mention.created_at;
  deleted.unled = old.leads;
  deleted.heir = inherit(deleted.story, where, deleted.unled);
  withdraw_work(deleted.story, where, deleted.heir == nullptr);
  if (old.repeats) {
    batch.erase(Family::kStories, story_row(number, deleted.story, where));
  }
  count_record(number, old, *must(catalogue(known->record.generation)), -1);
  ids.erase(number, finding.id_hash, known->place);
  if (Pending* fresh = pending_at(finding.tenant, where.sequence)) {
    fresh->alive = false;
    return deleted;
  }
  --mentions;
  batch.erase(Family::kUrgent, ref_key(number, where.day, where.sequence));
  pending_overlay[{number, where.day, where.sequence}] = std::nullopt;
  return deleted;
}

/// Whether that is news.
bool Store::State::remember_deleted(const Findings& findings, const Finding& finding) {
  const std::string_view source = findings.view(finding.source), id = findings.view(finding.id);
  if (is_deleted(finding.id_hash, source, id)) {
    return false;
  }
  const std::string tombstone = tombstone_key(source, id);
  const Day day = day_of(finding.received_at);
  std::string value = number_key({}, day);
  put_u64(value, finding.id_hash);
  batch.put(Family::kIds, tombstone, value);
  pending_tombstones.insert(tombstone);
  tombstones.insert(0, finding.id_hash, {day, 0});
  return true;
}

// ---- Further parts of a batch -------------------------------------------------------------------

void Store::set_cursor(std::string_view connector, std::string_view cursor) {
  state_->batch.put(Family::kCursors, connector, cursor);
}

void Store::add_dead_letter(std::string_view connector, Time received_at,
                            const Rejected& rejected) {
  State& state = *state_;
  std::string value;
  put_signed(value, received_at.time_since_epoch().count());
  put_text(value, connector);
  put_text(value, to_string(rejected.reason));
  put_text(value, std::string_view(rejected.detail).substr(0, kMaxDeadLetterBytes));
  put_text(value, std::string_view(rejected.bytes).substr(0, kMaxDeadLetterBytes));
  state.batch.put(Family::kDeadLetters, number_key({}, state.next_dead_letter++), value);
  while (state.next_dead_letter - state.first_dead_letter > state.options.max_dead_letters) {
    state.batch.erase(Family::kDeadLetters, number_key({}, state.first_dead_letter++));
  }
}

std::uint64_t Store::add_alert(TenantId tenant, Day day, std::string_view body,
                               const std::vector<std::string>& receivers,
                               const std::optional<MentionRef>& story) {
  State& state = *state_;
  const std::uint64_t alert = state.next_alert++;
  const std::uint32_t number = state.number_of[tenant];
  state.batch.put(Family::kMeta, "alert", number_key({}, alert));
  std::string owner = number_key({}, number);
  put_u32(owner, day);
  if (story) {
    put_u32(owner, story->day);
    put_u64(owner, story->sequence);
  }
  state.batch.put(Family::kAlerts, number_key("a", alert), owner);
  state.batch.put(Family::kAlerts, alert_key(number, alert), body);
  for (const std::string& receiver : receivers) {
    state.batch.put(Family::kOutbox, number_key({}, alert) + receiver, encode_delivery({}));
  }
  return alert;
}

void Store::replace_alert_body(TenantId tenant, std::uint64_t alert, std::string_view body) {
  state_->batch.put(Family::kAlerts, alert_key(state_->number_of[tenant], alert), body);
}

// ---- Committing ---------------------------------------------------------------------------------

void Store::State::write_pending(TenantId tenant) {
  PendingMentions& of_tenant = pending[tenant];
  if (of_tenant.mentions.empty()) {
    return;
  }
  const std::uint32_t number = number_of[tenant];
  const auto& fresh = of_tenant.mentions;
  std::vector<std::uint32_t> order;
  order.reserve(fresh.size());
  for (std::uint32_t i = 0; i < fresh.size(); ++i) {
    if (fresh[i].alive) {
      order.push_back(i);
    }
  }
  const auto day_of = [&fresh](std::uint32_t i) { return fresh[i].fact.ref.day; };
  if (!std::ranges::is_sorted(order, {}, day_of)) {  // a replay jumps
    std::ranges::stable_sort(order, {}, day_of);
  }
  for (std::size_t i = 0; i < order.size();) {
    const Pending& first = fresh[order[i]];
    const Day day = first.fact.ref.day;
    const std::uint64_t first_sequence = first.fact.ref.sequence;
    pack_writer.start(first.generation, first_sequence);
    fact_row.start(first.fact.ref);
    for (; i < order.size() && pack_writer.count() < options.mentions_per_pack; ++i) {
      const Pending& mention = fresh[order[i]];
      const MentionFact& fact = mention.fact;
      if (fact.ref.day != day || mention.generation != first.generation) {
        break;
      }
      pack_writer.add(fact.ref.sequence,
                      std::string_view(pending_bytes).substr(mention.offset, mention.length));
      fact_row.add(fact);
      if (is_urgent(fact.urgency) || mention.told_urgent) {
        batch.put(Family::kUrgent, ref_key(number, day, fact.ref.sequence), encode_fact(fact));
      }
    }
    key = ref_key(number, day, first_sequence, "p");
    batch.put(Family::kIds, key, fact_row.row());
    batch.put(Family::kMentions, std::string_view(key).substr(1), pack_writer.finish());
    const std::uint32_t count = pack_writer.count();
    mentions += count;
    if (count * 2 >= options.mentions_per_pack) {
      ++packs;
      continue;
    }
    ++tails;
    Untidy& work =
        untidy.try_emplace({number, day}, Untidy{first_sequence, 0, false}).first->second;
    work.from = std::min(work.from, first_sequence);
    work.small += count;
  }
  batch.put(Family::kMeta, number_key("sequence/", number),
            number_key({}, of_tenant.next_sequence - 1));
  of_tenant.mentions.clear();
  of_tenant.first_sequence = of_tenant.next_sequence;
}

void Store::State::commit() {
  for (TenantId tenant = 0; tenant < pending.size(); ++tenant) {
    write_pending(tenant);
  }
  write_identities();
  write_stories();
  for (const auto& [ref, record] : pending_overlay) {
    std::string value(1, record ? 'e' : 'd');
    if (record) {
      put_u32(value, record->generation);
      value += record->bytes;
    }
    batch.put(Family::kOverlay, ref_key(ref.tenant_number, ref.day, ref.sequence), value);
    Untidy& work = untidy.try_emplace({ref.tenant_number, ref.day}, Untidy{ref.sequence, 0, false})
                       .first->second;
    work.from = std::min(work.from, ref.sequence);
    work.overlaid = true;
  }
  write_counts();
  write_usage();
  if (!batch.empty()) {
    write(batch);
  }
  show_work();
  story_joins.add(pending_story_joins);
  pending_story_joins.clear();
  batch.clear();
  pending_bytes.clear();
  pending_overlay.clear();
  pending_tombstones.clear();
  ids_in_memory = ids.size() + tombstones.size();
}

Store::Committed Store::commit() {
  state_->commit();
  return {state_->next_alert - 1};
}

void Store::sync(const Committed& committed) {
  state_->sync();
  std::uint64_t durable = state_->durable_alert.load(std::memory_order_relaxed);
  while (durable < committed.last_alert &&
         !state_->durable_alert.compare_exchange_weak(durable, committed.last_alert,
                                                      std::memory_order_release)) {
  }
}

}  // namespace vigie
