#include <set>

#include "engine/store/store_state.h"

// A source may say that somebody is gone, and all they said with them. There is no index by author,
// but who wrote on a day is sealed on that day: the days come from there, the mentions from the
// packs of those days. Most of those who go nobody here ever heard of; they are passed over by a
// filter.

namespace vigie {
namespace {

constexpr std::size_t kPseudonymBytes = sizeof(Pseudonym);

std::string_view view(const Pseudonym& author) {
  return {reinterpret_cast<const char*>(author.data()), author.size()};
}

/// Without the entry of `author`; nothing if it has none. Both families name the authors first.
struct Rows {
  std::string keys, identities;
};
std::optional<Rows> without(const Pseudonym& author, std::string_view keys,
                            std::string_view identities) {
  constexpr std::size_t kKeyRowBytes = kPseudonymBytes + 32;
  Rows left;
  bool found = false;
  ByteReader in(identities);
  for (std::size_t i = 0; in.ok() && !in.done(); ++i) {
    const std::string_view name = in.take(kPseudonymBytes), sealed = in.text();
    if (name == view(author)) {
      found = true;
      continue;
    }
    left.identities += name;
    put_text(left.identities, sealed);
    left.keys += keys.substr(std::min(i * kKeyRowBytes, keys.size()), kKeyRowBytes);
  }
  if (!in.ok()) {
    stop_on({ErrorCode::kCorrupt, "a sealed identity cannot be read: its bytes are damaged"});
  }
  return found ? std::optional(std::move(left)) : std::nullopt;
}

}  // namespace

void Store::purge_author(const Findings& findings, const Finding& finding,
                         const std::function<void(const Applied&)>& deleted) {
  commit();  // what came before is in the packs
  State& state = *state_;
  for (const Day day : state.erase_identities(finding.tenant, finding.author)) {
    std::vector<std::string> ids;
    const std::string_view source = findings.view(finding.source);
    must(scan(finding.tenant, MentionRef{finding.tenant, day + 1, 0}, day,
              [&](const StoredMention& stored) {
                if (stored.record.has_author && stored.record.author == finding.author &&
                    stored.record.mention.source == source) {
                  ids.emplace_back(stored.record.mention.id);
                }
                return true;
              }));
    for (const std::string& id : ids) {
      Findings one;
      one.arena = std::string(source) + id;
      Finding deletion;
      deletion.action = Finding::Action::kDelete;
      deletion.tenant = finding.tenant;
      deletion.received_at = finding.received_at;
      deletion.id_hash = state.hasher(source, id);
      deletion.source = {0, static_cast<std::uint32_t>(source.size())};
      deletion.id = {deletion.source.length, static_cast<std::uint32_t>(id.size())};
      deleted(state.remove(one, deletion));
    }
  }
}

std::set<Day> Store::State::erase_identities(TenantId tenant, const Pseudonym& author) {
  std::set<Day> days;
  const std::uint32_t number = number_of[tenant];
  if (!authors) {
    authors = std::make_unique<KnownIds>();
    learn_authors();
  }
  if (!authors->may_hold(identity_key(number, author))) {
    return days;
  }
  const std::string of_tenant = number_key({}, number);
  const auto at = key_value->iterate(Family::kIdentities);
  for (at->seek(of_tenant); has_prefix(*at, of_tenant); at->next()) {
    const std::optional<std::string> keys = must(key_value->get(Family::kAuthorKeys, at->key()));
    const auto left = without(author, keys.value_or(""), at->value());
    RefKey ref;
    if (left && parse_ref_key(at->key(), ref)) {
      days.insert(ref.day);
      batch.put(Family::kAuthorKeys, at->key(), left->keys);
      batch.put(Family::kIdentities, at->key(), left->identities);
    }
  }
  must(at->status());
  // Whoever comes back is sealed again.
  known_identities.is_last(identity_key(number, author), load_u64(author.data() + 8), 0);
  return days;
}

void Store::State::learn_authors() {
  const auto at = key_value->iterate(Family::kAuthorKeys);
  for (at->seek({}); at->valid(); at->next()) {
    RefKey ref;
    parse_ref_key(at->key(), ref);
    for (ByteReader in(at->value()); in.ok() && !in.done();) {
      Pseudonym author{};
      const std::string_view name = in.take(kPseudonymBytes);
      in.take(32);
      if (name.size() == author.size()) {
        std::memcpy(author.data(), name.data(), name.size());
        authors->add(identity_key(ref.tenant_number, author));
      }
    }
  }
  must(at->status());
}

}  // namespace vigie
