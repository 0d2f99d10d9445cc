#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/access/author_identity.h"
#include "engine/access/erasure_journal.h"
#include "engine/core/result.h"
#include "engine/pipeline/pseudonymiser.h"
#include "engine/store/store.h"

namespace vigie {

/// kInvalidInput: nothing is said, or half; kNotFound: nobody is called so; kRefused: several are.
/// An id needs no mention to be stored: whoever objects ahead is found, too. Reads the tenant's
/// identities where a handle is given. Any thread.
Result<Pseudonym> find_author(const Store& store, const Pseudonymiser& pseudonyms, TenantId tenant,
                              const AuthorWanted& wanted);

/// All that is sealed of this author (engine/access/author_identity.h), the newest first, each
/// once.
Result<std::vector<std::string>> identities_of(const Store& store, TenantId tenant,
                                               const Pseudonym& author);

/// On the writer's thread: Store::erase_author(), with what words are in alerts. `deleted` is told
/// of each mention.
Store::Erased erase_author(Store& store, TenantId tenant, const ErasureEntry& entry,
                           bool everywhere, const Store::Deleted& deleted);

/// Of each author of the journal's the last entry that the store does not know, because it is older
/// than the journal (a restored backup), or because it was interrupted.
Result<std::vector<ErasureEntry>> missing_erasures(const KeyValue& key_value,
                                                   const std::vector<ErasureEntry>& journal);
/// Carries them out in a store that nobody else has yet. `tenants`: its ids, by TenantId.
void replay_erasures(Store& store, std::span<const ErasureEntry> missing,
                     const std::vector<std::string>& tenants);

}  // namespace vigie
