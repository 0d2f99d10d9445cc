#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/core/envelope.h"
#include "engine/core/finding.h"
#include "engine/core/mapping.h"
#include "engine/core/tenant.h"
#include "engine/pipeline/analyser.h"
#include "engine/pipeline/pseudonymiser.h"
#include "engine/store/record.h"
#include "engine/store/store.h"
#include "engine/trend/dropped_terms.h"
#include "engine/trend/signature.h"

namespace vigie {

/// Who keeps what, fixed for the life of the process.
struct TenantPolicy {
  explicit TenantPolicy(std::vector<Tenant> tenants);

  std::vector<Tenant> tenants;
  std::vector<TenantId> keep_all;
  std::set<std::uint16_t>
      private_connectors;  ///< nobody but their owners keeps what comes from them
  /// (tenant, network · 0 · author id)
  std::set<std::pair<TenantId, std::string>> official_accounts;
};

/// Turns one envelope into findings: parse → match → keep? → classify → encode, one mention after
/// the other, in one straight line. Pure but for its scratch memory and for the knowledge it is
/// handed: one per worker thread.
class Judge final : private MentionSink {
 public:
  Judge(const MappingFactories& mappings, const TenantPolicy& policy,
        const Pseudonymiser& pseudonyms, const IdHasher& ids, KnownIds& known,
        DroppedListener listener);

  /// The knowledge to judge by from now on.
  void learn(std::shared_ptr<const Knowledge> knowledge);

  /// All that `envelope` gives. Its format must be one of the mappings'.
  Findings judge(Envelope& envelope);

 private:
  void mention(const Mention& mention) override;
  void reject(RejectReason reason, std::string_view detail, std::string_view bytes) override;
  void purge_author(std::string_view source, std::string_view author_id) override;

  void take_back(const Mention& mention);
  void keep(const Mention& mention);
  void drop(const Mention& mention, Finding& dropped);
  void date(const Mention& mention, Finding& finding) const;
  bool is_too_old(TenantId tenant, const Finding& finding) const;
  /// Fills kept_: the tenants that keep this mention whatever is stored already.
  void choose_keepers();
  void add_finding(Finding::Action action, TenantId tenant, const Mention& mention,
                   const Verdict& verdict, const Finding& common);
  Piece append(std::string_view bytes);
  Piece append_identity(const Author& author);
  Piece append_signature(const Mention& mention);

  Mapping& mapping_for(const std::string& format);

  const MappingFactories& factories_;
  const TenantPolicy& policy_;
  const Pseudonymiser& pseudonyms_;
  const IdHasher& ids_;
  KnownIds& known_;
  DroppedListener listener_;
  std::map<std::string, std::unique_ptr<Mapping>, std::less<>> mappings_;
  std::unique_ptr<Analyser> analyser_;

  Envelope* envelope_ = nullptr;
  Findings* out_ = nullptr;
  std::size_t last_findings_ = 0;  ///< of the envelope before: about what the next one gives
  std::vector<TenantId> kept_;
  Record record_;
  Signer signer_;
};

}  // namespace vigie
