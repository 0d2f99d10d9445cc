#pragma once

#include <memory>
#include <vector>

#include "engine/core/folded_text.h"
#include "engine/core/matches.h"
#include "engine/core/mention.h"
#include "engine/core/verdict.h"
#include "engine/match/matcher.h"
#include "engine/parse/text_folder.h"
#include "engine/pipeline/knowledge.h"
#include "engine/store/record.h"

namespace vigie {

/// What the steps of analysing a mention leave. Reused from mention to mention.
struct Analysis {
  FoldedText folded;
  Matches matches;
  Verdict verdict;
};

/// The straight line every mention goes: fold → match → classify. What nobody keeps is not worth
/// classifying. Keeps scratch memory: one per thread.
class Analyser {
 public:
  explicit Analyser(std::shared_ptr<const Knowledge> knowledge);

  const Knowledge& knowledge() const { return *knowledge_; }

  /// The steps, each after the one before of the same mention: whoever has many mentions takes all
  /// of them through one step before the next, so that its code and tables stay in the caches.
  void fold(const Mention& mention, Analysis& analysis) const;
  void match(const Mention& mention, Analysis& analysis);
  void classify(const Mention& mention, Analysis& analysis);

  /// One mention alone: folded and matched. The result is valid until the next call.
  const Matches& match(const Mention& mention);
  /// The mention just matched.
  const Verdict& classify(const Mention& mention);
  /// Both steps for a stored mention: gives `record` the verdict and topics that these rules find
  /// for `tenant`, and leaves the rest alone.
  void judge(TenantId tenant, Record& record);

  /// What a model is trained on, of the mention just classified.
  const FoldedText& folded() const { return alone_.folded; }
  const RawSums& raw_sums() const { return classifier_.raw_sums(); }

  /// The topics (names in the catalogue) that the rules in force for `tenant` found in the mention
  /// just matched: ascending, each once. Appends to `topics`.
  void collect_topics(TenantId tenant, std::vector<std::uint32_t>& topics) const {
    collect_topics(alone_.matches, tenant, topics);
  }
  void collect_topics(const Matches& matches, TenantId tenant,
                      std::vector<std::uint32_t>& topics) const;
  /// Appends the tenants whose watch rules matched, in any order, some perhaps twice. `tenants`:
  /// how many there are.
  void collect_watchers(std::size_t tenants, std::vector<TenantId>& watchers) const {
    collect_watchers(alone_.matches, tenants, watchers);
  }
  void collect_watchers(const Matches& matches, std::size_t tenants,
                        std::vector<TenantId>& watchers) const;

 private:
  std::shared_ptr<const Knowledge> knowledge_;
  TextFolder folder_;
  Matcher matcher_;
  Classifier classifier_;
  Analysis alone_;
};

}  // namespace vigie
