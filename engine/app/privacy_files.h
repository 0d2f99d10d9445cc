#pragma once

#include <string>

#include "engine/access/audit_trail.h"
#include "engine/access/signing_key.h"
#include "engine/app/config.h"
#include "engine/pipeline/erasure.h"
#include "engine/store/store.h"

namespace vigie {

/// What files about one person or one mention are made from, in a running engine or without one.
struct PrivacyParts {
  const Store& store;
  const Pseudonymiser& pseudonyms;
  const Config& config;
  const SigningKey& key;
  Time now{};
};
/// report/author_file.h. Errors are find_author()'s.
Result<std::string> make_access_file(const PrivacyParts& parts, TenantId tenant,
                                     const AuthorWanted& wanted);
/// report/evidence.h. kNotFound: there is no such mention.
Result<std::string> make_evidence(const PrivacyParts& parts, const MentionRef& ref,
                                  const std::string& by);

/// Who acts on this machine, without an account of the service's.
inline constexpr const char* kConsole = "console";
/// Writes into the audit trail of a stopped engine what a command did.
Result<void> note_in_audit(const Config& config, const AuditEntry& entry);

}  // namespace vigie
