#include <sodium.h>

#include <array>
#include <cstring>

#include "engine/store/identity.h"
#include "engine/store/store_state.h"

// Who wrote is kept apart from what was written, each author under a key of their own: destroying
// the key erases the author. All that one batch seals lies in one row a family, because rows are
// what writing costs; finding one author is rare and scans.

namespace vigie {
namespace {

constexpr std::size_t kPseudonymBytes = sizeof(Pseudonym);
constexpr std::size_t kBoxHead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
constexpr std::size_t kKeyRowBytes = kPseudonymBytes + crypto_secretbox_KEYBYTES;

std::string_view view(const Pseudonym& author) {
  return {reinterpret_cast<const char*>(author.data()), author.size()};
}

tl::unexpected<Error> damaged() {
  return fail(ErrorCode::kCorrupt, "a sealed identity cannot be read: its bytes are damaged");
}

Result<std::optional<std::string>> unseal(std::string_view box, std::string_view key) {
  if (box.size() < kBoxHead || key.size() != crypto_secretbox_KEYBYTES) {
    return damaged();
  }
  std::string identity(box.size() - kBoxHead, '\0');
  const auto* bytes = reinterpret_cast<const unsigned char*>(box.data());
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(identity.data()),
                                 bytes + crypto_secretbox_NONCEBYTES,
                                 box.size() - crypto_secretbox_NONCEBYTES, bytes,
                                 reinterpret_cast<const unsigned char*>(key.data())) != 0) {
    return damaged();
  }
  return std::optional(std::move(identity));
}

}  // namespace

/// Once a day at least for each author seen, so that a day's rows can go when the day goes.
void Store::State::seal_identity(const Findings& findings, const Finding& finding) {
  if (finding.identity.length == 0) {
    return;
  }
  const std::string_view told = findings.view(finding.identity);
  const std::uint32_t number = number_of[finding.tenant];
  const Pseudonym& author = finding.author;
  const Day day = day_of(finding.received_at);
  std::array<unsigned char, crypto_shorthash_BYTES> digest;
  crypto_shorthash(digest.data(), reinterpret_cast<const unsigned char*>(told.data()), told.size(),
                   hash_key.data());
  if (known_identities.is_last(identity_key(number, author), load_u64(author.data() + 8),
                               load_u64(digest.data()) + day)) {
    return;
  }
  const std::string identity = identity_json(told);
  std::array<unsigned char, crypto_secretbox_KEYBYTES + crypto_secretbox_NONCEBYTES> random;
  random_bytes.fill(random);
  const unsigned char* const nonce = random.data() + crypto_secretbox_KEYBYTES;
  if (authors) {
    authors->add(identity_key(number, author));
  }
  SealedRows& rows = pending_identities[{number, day}];
  rows.keys += view(author);
  rows.keys.append(reinterpret_cast<const char*>(random.data()), crypto_secretbox_KEYBYTES);
  rows.identities += view(author);
  put_varint(rows.identities, kBoxHead + identity.size());
  rows.identities.append(reinterpret_cast<const char*>(nonce), crypto_secretbox_NONCEBYTES);
  const std::size_t start = rows.identities.size();
  rows.identities.resize(start + crypto_secretbox_MACBYTES + identity.size());
  crypto_secretbox_easy(reinterpret_cast<unsigned char*>(rows.identities.data() + start),
                        reinterpret_cast<const unsigned char*>(identity.data()), identity.size(),
                        nonce, random.data());
  sodium_memzero(random.data(), random.size());
}

void Store::State::write_identities() {
  for (auto& [place, rows] : pending_identities) {
    const std::string name =
        ref_key(place.first, place.second, next_identities(place.first, place.second));
    batch.put(Family::kAuthorKeys, name, rows.keys);
    batch.put(Family::kIdentities, name, rows.identities);
    sodium_memzero(rows.keys.data(), rows.keys.size());
  }
  pending_identities.clear();
}

std::uint64_t Store::State::next_identities(std::uint32_t number, Day day) {
  const auto [last, is_new] = last_identities.try_emplace({number, day}, 0);
  if (is_new) {
    const auto at = key_value->iterate(Family::kIdentities);
    at->seek_for_prev(ref_key(number, day, ~std::uint64_t{0}));
    RefKey found;
    if (at->valid() && parse_ref_key(at->key(), found) && found.tenant_number == number &&
        found.day == day) {
      last->second = found.sequence;
    }
    must(at->status());
  }
  return ++last->second;
}

Result<void> Store::scan_identities(
    TenantId tenant, const std::function<bool(const Pseudonym&, const std::string&)>& visit) const {
  if (tenant >= state_->number_of.size()) {
    return {};
  }
  const std::string of_tenant = number_key({}, state_->number_of[tenant]);
  const auto at = state_->key_value->iterate(Family::kIdentities);
  bool goes_on = true;
  for (at->seek_for_prev(ref_key(state_->number_of[tenant], ~Day{0}, ~std::uint64_t{0}));
       goes_on && has_prefix(*at, of_tenant); at->prev()) {
    const auto keys = state_->key_value->get(Family::kAuthorKeys, at->key());
    if (!keys) {
      return tl::make_unexpected(keys.error());
    }
    if (!*keys) {
      continue;  // destroyed, or held apart by a backup
    }
    ByteReader sealed(at->value()), key_row(**keys);
    while (goes_on && sealed.ok() && !sealed.done()) {
      Pseudonym author{};
      const std::string_view name = sealed.take(kPseudonymBytes), box = sealed.text();
      name.copy(reinterpret_cast<char*>(author.data()), author.size());
      key_row.take(kPseudonymBytes);
      const auto identity = unseal(box, key_row.take(crypto_secretbox_KEYBYTES));
      if (!sealed.ok() || !identity) {
        return damaged();
      }
      goes_on = visit(author, **identity);
    }
  }
  return at->status();
}

Result<std::optional<std::string>> open_identity(const KeyValue& key_value,
                                                 std::uint32_t tenant_number,
                                                 const Pseudonym& author) {
  const auto at = key_value.iterate(Family::kIdentities);
  const std::string of_tenant = number_key({}, tenant_number);
  for (at->seek_for_prev(ref_key(tenant_number, ~Day{0}, ~std::uint64_t{0}));
       at->valid() && at->key().starts_with(of_tenant); at->prev()) {
    std::optional<std::size_t> found;
    std::string_view box;
    ByteReader in(at->value());
    for (std::size_t i = 0; in.ok() && !in.done(); ++i) {
      const std::string_view name = in.take(kPseudonymBytes), sealed = in.text();
      if (name == view(author)) {
        found = i;
        box = sealed;
      }
    }
    if (!in.ok()) {
      return damaged();
    }
    if (!found) {
      continue;
    }
    const auto keys = key_value.get(Family::kAuthorKeys, at->key());
    if (!keys || !*keys) {
      return keys;
    }
    if ((*keys)->size() < (*found + 1) * kKeyRowBytes) {
      return damaged();
    }
    return unseal(box, std::string_view(**keys).substr(*found * kKeyRowBytes + kPseudonymBytes,
                                                       crypto_secretbox_KEYBYTES));
  }
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return std::nullopt;
}

}  // namespace vigie
