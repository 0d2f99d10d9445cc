#pragma once

#include <array>
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

/// Turns one envelope into findings: parse → fold → match → keep? → classify → encode, in one
/// straight line. A few mentions go it together, all of them one step before any goes the next, so
/// that a step's code and tables are still in the caches when the next mention comes. Beside its
/// scratch memory it changes what all share: the known ids (what may soon be stored) and, of a
/// sample, the terms of what nobody keeps. One per worker thread.
class Judge final : private MentionSink {
 public:
  Judge(const MappingFactories& mappings, const TenantPolicy& policy,
        const Pseudonymiser& pseudonyms, const IdHasher& ids, KnownIds& known,
        DroppedListener listener);

  /// The knowledge to judge by from now on.
  void learn(std::shared_ptr<const Knowledge> knowledge);

  /// All that `envelope` gives; its cursor and receipt move there, too. Its format must be one of
  /// the mappings'.
  Findings judge(Envelope& envelope);

 private:
  void mention(const Mention& mention) override;
  void reject(RejectReason reason, std::string_view detail, std::string_view bytes) override;
  void purge_author(std::string_view source, std::string_view author_id) override;

  /// A mention on its way, and what its steps left. Its strings lie in the envelope or are its own.
  struct Candidate {
    std::string strings;
    Mention mention;
    Analysis analysis;
    Finding common;              ///< what the findings of all tenants share
    std::vector<TenantId> kept;  ///< who keeps it, whatever is stored already
    bool is_answer = false, is_edit = false;
    bool dropped = false;  ///< nobody can keep it
  };
  /// So many go together, or so many bytes of them.
  static constexpr std::size_t kTogether = 16, kTogetherBytes = 64U << 10;

  void take_back(const Mention& mention);
  void await(const Mention& mention);
  std::string_view source_of(const Mention& mention) const;
  void judge_candidates();
  /// What nobody can keep is dropped.
  void choose_keepers(Candidate& candidate);
  /// Where every tenant keeps everything, nobody asks what is known.
  bool asks_known() const { return policy_.keep_all.size() < policy_.tenants.size(); }
  /// Fills candidate.kept.
  void choose_by_rules(Candidate& candidate) const;
  void drop(Candidate& candidate);
  void date(const Mention& mention, Finding& finding) const;
  bool is_too_old(TenantId tenant, const Finding& finding) const;
  void add_findings(Candidate& candidate);
  void add_finding(Finding::Action action, TenantId tenant, const Candidate& candidate);
  Piece append(std::string_view bytes);
  Piece append_identity(const Author& author);
  Piece append_signature(const Candidate& candidate);

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
  std::array<Candidate, kTogether> candidates_;
  std::size_t waiting_ = 0, waiting_bytes_ = 0;
  Record record_;
  Signer signer_;
};

}  // namespace vigie
