#pragma once

#include <memory>
#include <vector>

#include "engine/core/finding.h"
#include "engine/core/result.h"
#include "engine/parse/text_folder.h"
#include "engine/pipeline/judge.h"
#include "engine/store/store.h"
#include "engine/trend/signature.h"
#include "engine/trend/story_book.h"

namespace vigie {

/// Puts what is stored into its story, in the batch that stores it. The writer's thread.
class StoryTeller {
 public:
  /// Knows the stories of the last kLongest days from the store: the same as before the restart.
  static Result<std::unique_ptr<StoryTeller>> recall(Store& store, const TenantPolicy& policy);

  /// `finding` was just stored: the story that it belongs to now.
  MentionRef place(const Findings& findings, const Finding& finding, const Store::Applied& stored);
  /// A hint: this finding is going to be placed.
  void expect(const Findings& findings, const Finding& finding) {
    if (finding.signature.length != 0) {
      books_[finding.tenant].expect(findings.view(finding.signature));
    }
  }
  /// `finding` took an older version's place: it stays in its story.
  void reword(const Findings& findings, const Finding& finding, const Store::Applied& replaced);
  void remove(const Store::Applied& deleted);

 private:
  explicit StoryTeller(Store& store) : store_(store) {}
  Result<void> recall(TenantId tenant);
  Signature sign(const Mention& mention);

  Store& store_;
  std::vector<StoryBook> books_;  ///< by tenant
  TextFolder folder_;
  FoldedText folded_;
  Signer signer_;
  Signature signature_;  ///< of the finding at hand
};

/// What a short text is told by: the mention, or the one that it reposts.
std::uint64_t original_of(const IdHasher& ids, const Mention& mention);

}  // namespace vigie
