#include "engine/store/store.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "engine/store/store_state.h"

namespace vigie {

std::string to_string(const MentionRef& ref) {
  return std::to_string(ref.day) + "-" + std::to_string(ref.sequence);
}

std::optional<MentionRef> parse_mention_ref(TenantId tenant, std::string_view text) {
  MentionRef ref{tenant, 0, 0};
  const char* end = text.data() + text.size();
  const auto [dash, wrong_day] = std::from_chars(text.data(), end, ref.day);
  if (wrong_day != std::errc() || dash == end || *dash != '-') {
    return std::nullopt;
  }
  const auto [stop, wrong_sequence] = std::from_chars(dash + 1, end, ref.sequence);
  if (wrong_sequence != std::errc() || stop != end) {
    return std::nullopt;
  }
  return ref;
}

std::uint64_t IdHasher::operator()(std::string_view source, std::string_view id) const {
  // SipHash of source, NUL, id: neither holds a NUL, so no two pairs give the same bytes.
  std::array<char, 512> small;
  std::string large;
  const std::size_t size = source.size() + 1 + id.size();
  char* bytes = small.data();
  if (size > small.size()) {
    large.resize(size);
    bytes = large.data();
  }
  source.copy(bytes, source.size());
  bytes[source.size()] = '\0';
  id.copy(bytes + source.size() + 1, id.size());
  std::array<unsigned char, crypto_shorthash_BYTES> hash;
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(bytes), size, key_.data());
  std::uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof number);
  return number;
}

// ---- Opening ------------------------------------------------------------------------------------

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(std::unique_ptr<KeyValue> key_value,
                                           StoreOptions options) {
  if (sodium_init() < 0) {
    return fail(ErrorCode::kUnavailable, "libsodium finds no randomness");
  }
  auto state = std::make_unique<State>(std::move(key_value), std::move(options));
  if (const Result<void> loaded = state->load(); !loaded) {
    return tl::make_unexpected(loaded.error());
  }
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

Result<void> Store::State::load() {
  for (Result<void> (State::*part)() :
       {&State::load_meta, &State::add_facts, &State::load_ids, &State::load_numbers,
        &State::load_rollups, &State::load_work, &State::load_erasures}) {
    if (Result<void> loaded = (this->*part)(); !loaded) {
      return loaded;
    }
  }
  return {};
}

Result<void> Store::State::load_meta() {
  const auto format = key_value->get(Family::kMeta, "format");
  if (!format) {
    return tl::make_unexpected(format.error());
  }
  const std::uint32_t found_format = *format ? ByteReader(**format).u32() : kStoreFormat;
  const auto lacks_facts = key_value->get(Family::kMeta, kLacksFacts);
  if (!lacks_facts) {
    return tl::make_unexpected(lacks_facts.error());
  }
  has_facts = found_format != kFormatWithoutFacts && !*lacks_facts;
  if (found_format > kStoreFormat) {
    return fail(ErrorCode::kTooNew, "the data folder was written by a newer Vigie");
  }
  if (found_format < kFormatWithoutFacts) {
    return fail(ErrorCode::kCorrupt,
                "the data folder was written by a Vigie before 0.1, whose verdicts this one cannot "
                "read: give it a new folder and ingest again");
  }
  std::uint32_t last_number = 0;
  std::map<std::string, std::uint32_t, std::less<>> numbers;
  const auto at = key_value->iterate(Family::kMeta);
  for (at->seek("tenant/"); has_prefix(*at, "tenant/"); at->next()) {
    const std::uint32_t number = ByteReader(at->value()).u32();
    numbers.emplace(at->key().substr(7), number);
    last_number = std::max(last_number, number);
  }
  for (at->seek("catalogue/"); has_prefix(*at, "catalogue/"); at->next()) {
    std::string fingerprint(16, '\0');
    const std::string_view bytes = at->value();
    crypto_generichash(reinterpret_cast<unsigned char*>(fingerprint.data()), fingerprint.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    const std::uint32_t number = ByteReader(at->key().substr(10)).u32();
    generation_of.emplace(std::move(fingerprint), number);
    next_generation = std::max(next_generation, number + 1);
  }
  if (const Result<void> status = at->status(); !status) {
    return status;
  }
  WriteBatch made;
  const auto key_bytes = key_value->get(Family::kMeta, "hash-key");
  if (!key_bytes) {
    return tl::make_unexpected(key_bytes.error());
  }
  if (*key_bytes && (*key_bytes)->size() == hash_key.size()) {
    std::memcpy(hash_key.data(), (*key_bytes)->data(), hash_key.size());
  } else if (*key_bytes || *format) {
    return damaged("the key of the id index");
  } else {
    randombytes_buf(hash_key.data(), hash_key.size());
    made.put(Family::kMeta, "hash-key",
             {reinterpret_cast<const char*>(hash_key.data()), hash_key.size()});
  }
  made.put(Family::kMeta, "format", number_key({}, found_format));
  hasher = IdHasher(hash_key);
  for (const std::string& tenant : options.tenants) {
    const auto [found, is_new] = numbers.try_emplace(tenant, last_number + 1);
    if (is_new) {
      made.put(Family::kMeta, "tenant/" + tenant, number_key({}, ++last_number));
    }
    number_of.push_back(found->second);
  }
  for (std::size_t tenant = 0; tenant < options.retention_days.size(); ++tenant) {
    made.put(Family::kMeta, number_key("retention/", number_of[tenant]),
             number_key({}, options.retention_days[tenant]));
  }
  pending.resize(number_of.size());
  for (TenantId tenant = 0; tenant < number_of.size(); ++tenant) {
    const auto last = key_value->get(Family::kMeta, number_key("sequence/", number_of[tenant]));
    if (!last) {
      return tl::make_unexpected(last.error());
    }
    const std::uint64_t next = *last ? ByteReader(**last).u64() + 1 : 1;
    pending[tenant].first_sequence = pending[tenant].next_sequence = next;
  }
  if (options.read_only) {
    return {};
  }
  if (Result<void> written = key_value->write(made); !written) {
    return written;
  }
  return key_value->sync();  // what a killed process wrote becomes durable before it is shown
}

Result<void> Store::State::load_ids() {
  if (options.read_only) {
    return {};  // only writing asks what is known
  }
  std::set<RefKey> deleted;
  const auto overlay = key_value->iterate(Family::kOverlay);
  for (overlay->seek({}); overlay->valid(); overlay->next()) {
    RefKey ref;
    if (!parse_ref_key(overlay->key(), ref) || overlay->value().empty()) {
      return damaged("the overlay");
    }
    if (overlay->value()[0] == 'd') {
      deleted.insert(ref);
    }
    Untidy& work = untidy.try_emplace({ref.tenant_number, ref.day}, Untidy{ref.sequence, 0, false})
                       .first->second;
    work.overlaid = true;
  }
  if (const Result<void> status = overlay->status(); !status) {
    return status;
  }
  const auto at = key_value->iterate(Family::kIds);
  std::vector<MentionFact> facts;
  for (at->seek("p"); has_prefix(*at, "p"); at->next()) {
    RefKey ref;
    if (!parse_ref_key(at->key(), ref)) {
      return damaged("the id index");
    }
    if (!read_fact_row({0, ref.day, ref.sequence}, at->value(), facts)) {
      return damaged("the id index");
    }
    for (const MentionFact& fact : facts) {
      if (!deleted.contains({ref.tenant_number, ref.day, fact.ref.sequence})) {
        ids.insert(ref.tenant_number, fact.id_hash, {ref.day, fact.ref.sequence});
        known_ids.add(fact.id_hash);
        ++mentions;
      }
    }
    if (facts.size() * 2 < options.mentions_per_pack) {
      Untidy& work =
          untidy.try_emplace({ref.tenant_number, ref.day}, Untidy{ref.sequence, 0, false})
              .first->second;
      work.from = std::min(work.from, ref.sequence);
      work.small += facts.size();
    }
  }
  for (at->seek("t"); has_prefix(*at, "t"); at->next()) {
    ByteReader in(at->value());
    const Day day = in.u32();
    const std::uint64_t hash = in.u64();
    if (!in.done()) {
      return damaged("a tombstone");
    }
    tombstones.insert(0, hash, {day, 0});
  }
  ids_in_memory = ids.size() + tombstones.size();
  return at->status();
}

Result<void> Store::State::load_numbers() {
  const auto alert = key_value->get(Family::kMeta, "alert");
  if (!alert) {
    return tl::make_unexpected(alert.error());
  }
  next_alert = *alert ? ByteReader(**alert).u64() + 1 : 1;
  durable_alert = next_alert - 1;
  const auto at = key_value->iterate(Family::kDeadLetters);
  at->seek({});
  if (at->valid()) {
    first_dead_letter = ByteReader(at->key()).u64();
    at->seek_for_prev(std::string(8, '\xff'));
    next_dead_letter = ByteReader(at->key()).u64() + 1;
  }
  return at->status();
}

const IdHasher& Store::id_hasher() const { return state_->hasher; }
KnownIds& Store::known_ids() const { return state_->known_ids; }
const KeyValue& Store::key_value() const { return *state_->key_value; }

}  // namespace vigie
