#include "engine/pipeline/erasure.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/access/reveals.h"
#include "engine/alert/alert.h"
#include "engine/core/check.h"
#include "engine/core/pseudonym.h"

namespace vigie {
namespace {

/// Several identities of one author may be called so; several authors may not.
Result<Pseudonym> find_by_handle(const Store& store, const Pseudonymiser& pseudonyms,
                                 TenantId tenant, const AuthorWanted& wanted) {
  std::set<Pseudonym> found;
  Result<void> parsed;
  const Result<void> read =
      store.scan_identities(tenant, [&](const Pseudonym& author, const std::string& json) {
        const Result<AuthorIdentity> identity = parse_identity(json);
        if (!identity) {
          parsed = tl::make_unexpected(identity.error());
          return false;
        }
        if (identity->is_called(wanted.handle) &&
            pseudonyms.name(tenant, wanted.network, identity->id) == author) {
          found.insert(author);
        }
        return true;
      });
  for (const Result<void>& result : {read, parsed}) {
    if (!result) {
      return tl::make_unexpected(result.error());
    }
  }
  if (found.empty()) {
    return fail(ErrorCode::kNotFound, "nobody of whom something is kept is called so there");
  }
  if (found.size() > 1) {
    std::string who;
    for (const Pseudonym& author : found) {
      who += " " + to_text(author);
    }
    return fail(ErrorCode::kRefused, "several are called so; say which pseudonym:" + who);
  }
  return *found.begin();
}

Result<Pseudonym> find_by_mention(const Store& store, TenantId tenant, const std::string& text) {
  const std::optional<MentionRef> ref = parse_mention_ref(tenant, text);
  if (!ref) {
    return fail(ErrorCode::kInvalidInput, "'" + text + "' is no mention; for example 20741-1289");
  }
  const Result<std::optional<StoredMention>> stored = store.mention(*ref);
  if (!stored) {
    return tl::make_unexpected(stored.error());
  }
  if (!*stored || !(*stored)->record.has_author) {
    return fail(ErrorCode::kNotFound, "there is no such mention, or its author is unknown");
  }
  return (*stored)->record.author;
}

std::optional<std::string> withdraw_from(std::string_view body, TenantId tenant,
                                         const std::set<MentionRef>& mentions) {
  Result<Alert> alert = parse_alert(body);
  check(alert.has_value(), "a stored alert can be read");
  const std::optional<MentionRef> quoted = parse_mention_ref(tenant, alert->mention);
  if (!quoted || !mentions.contains(*quoted)) {
    return std::nullopt;
  }
  withdraw_words(*alert);
  return to_json(*alert);
}

}  // namespace

Result<Pseudonym> find_author(const Store& store, const Pseudonymiser& pseudonyms, TenantId tenant,
                              const AuthorWanted& wanted) {
  if (!wanted.pseudonym.empty()) {
    const std::optional<Pseudonym> author = parse_pseudonym(wanted.pseudonym);
    return author ? Result<Pseudonym>(*author)
                  : fail(ErrorCode::kInvalidInput, "a pseudonym is 32 hexadecimal digits");
  }
  if (!wanted.mention.empty()) {
    return find_by_mention(store, tenant, wanted.mention);
  }
  if (wanted.network.empty() || (wanted.author_id.empty() && wanted.handle.empty())) {
    return fail(ErrorCode::kInvalidInput,
                "an author is told by a pseudonym, by a mention, or by a network and the id or "
                "the name there");
  }
  return wanted.author_id.empty()
             ? find_by_handle(store, pseudonyms, tenant, wanted)
             : Result<Pseudonym>(pseudonyms.name(tenant, wanted.network, wanted.author_id));
}

Result<std::vector<std::string>> identities_of(const Store& store, TenantId tenant,
                                               const Pseudonym& author) {
  std::vector<std::string> found;
  const Result<void> read =
      store.scan_identities(tenant, [&](const Pseudonym& one, const std::string& json) {
        if (one == author && std::ranges::find(found, json) == found.end()) {
          found.push_back(json);
        }
        return true;
      });
  return read ? Result<std::vector<std::string>>(std::move(found))
              : tl::make_unexpected(read.error());
}

Store::Erased erase_author(Store& store, TenantId tenant, const ErasureEntry& entry,
                           bool everywhere, const Store::Deleted& deleted) {
  Store::Erasure erasure{tenant, entry.author, entry.at, entry.number, {}, everywhere};
  // The newest alone: to open all of a tenant's would keep the writer from its work.
  const Result<std::optional<std::string>> sealed = store.reveal(tenant, entry.author);
  check(sealed.has_value(), "an identity can be read");
  if (*sealed) {
    const Result<AuthorIdentity> identity = parse_identity(**sealed);
    check(identity.has_value(), "an identity is what was sealed");
    erasure.traces = identity->traces();
  }
  const auto withdraw = [tenant](std::string_view body, const std::set<MentionRef>& mentions) {
    return withdraw_from(body, tenant, mentions);
  };
  const Result<void> forgotten = forget_reveals(store, entry.tenant, entry.author);
  check(forgotten.has_value(), "notes can be read");
  return store.erase_author(erasure, withdraw, deleted);
}

Result<std::vector<ErasureEntry>> missing_erasures(const KeyValue& key_value,
                                                   const std::vector<ErasureEntry>& journal) {
  std::map<std::pair<std::string, Pseudonym>, const ErasureEntry*> last;
  for (const ErasureEntry& entry : journal) {
    last[{entry.tenant, entry.author}] = &entry;
  }
  std::vector<ErasureEntry> missing;
  for (const auto& [author, entry] : last) {
    const Result<std::optional<std::string>> done =
        erasure_in(key_value, entry->tenant, entry->author);
    if (!done) {
      return tl::make_unexpected(done.error());
    }
    if (*done != entry->number) {
      missing.push_back(*entry);
    }
  }
  return missing;
}

void replay_erasures(Store& store, std::span<const ErasureEntry> missing,
                     const std::vector<std::string>& tenants) {
  for (const ErasureEntry& entry : missing) {
    const auto tenant = std::ranges::find(tenants, entry.tenant);
    check(tenant != tenants.end(), "the store was opened for every tenant of the journal");
    erase_author(store, static_cast<TenantId>(tenant - tenants.begin()), entry, true, [](auto&) {});
  }
  while (store.pack_some(Store::Fold::kOverlaid)) {
  }
  store.sync();
}

}  // namespace vigie
