#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/disclosure.h"

namespace vigie {

/// What a tenant's watch does with personal data, as it is configured: what its documents under the
/// RGPD are made from.
struct ProcessingFacts {
  struct Source {
    std::string id, type;
    bool keeps_all = false;  ///< the tenant keeps everything from there
    SourceDisclosure disclosure;
  };
  struct Recipient {
    std::string id, type;
    bool is_outside = false;   ///< what it is told leaves the tenant's control
    bool gets_quotes = false;  ///< it may be told what was said
  };
  std::string tenant;  ///< its name
  std::string purpose, legal_basis, contact;
  std::uint32_t retention_days = 0;
  bool keeps_all = false;  ///< every mention that comes, watch rule or not
  std::vector<std::string> packs;
  std::vector<Source> sources;
  std::vector<Recipient> recipients;
  std::uint32_t dead_letter_days = 0, tombstone_days = 0, heard_terms_days = 0, audit_days = 0;
  std::string software;  ///< "Vigie 0.1"
  std::string ruleset;   ///< its hash
  std::string made_at;   ///< a date
};

/// What only the town knows stands in each document as <mark>[à compléter : …]</mark>. All three
/// are HTML in French without script or anything from elsewhere.
struct PrivacyDocuments {
  std::string register_entry;  ///< article 30: the record of this processing activity
  std::string impact;          ///< article 35: what an impact assessment needs to know of Vigie
  std::string notice;          ///< articles 13 and 14: for the town's web site
};
PrivacyDocuments privacy_documents(const ProcessingFacts& facts);

}  // namespace vigie
