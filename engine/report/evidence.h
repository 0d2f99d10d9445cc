#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/signing_key.h"
#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/store/store.h"

namespace vigie {

/// What an evidence file is made of, beside the mention.
struct EvidenceFacts {
  std::string made_by, software;
  Time made_at{};
  std::string audit_line;  ///< the newest line of the audit trail at that moment; may be empty
};

/// A zip archive for a complaint: LISEZ-MOI.txt (a cover note in French), publication.json (all
/// that is kept of the mention, the author by pseudonym: an identity is revealed by its own
/// procedure), verdict.json (what the engine concluded, and why), enregistrement.bin (the bytes as
/// they are kept: engine/store/record.h), and manifeste.json, signed (sign_document()): times, the
/// audit trail's newest line, and of each file bytes and SHA-256.
Result<std::string> write_evidence(const StoredMention& stored, const Tenant& tenant,
                                   const EvidenceFacts& facts, const SigningKey& key);

struct EvidenceReview {
  std::string public_key;  ///< whose signature the manifest bears
  std::string tenant, mention, made_at;
  std::vector<std::string> flaws;  ///< for a person; empty: as it was made
};
/// kInvalidInput: it is no archive of ours.
Result<EvidenceReview> review_evidence(std::string_view archive);

}  // namespace vigie
