#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/classify/classifier.h"
#include "engine/core/catalogue.h"
#include "engine/core/pack_summary.h"
#include "engine/guidance/card.h"
#include "engine/match/rule_set.h"

namespace vigie {

/// What towns added for themselves: YAML by tenant id.
using OwnPackTexts = std::map<std::string, std::string, std::less<>>;

/// What the engine knows about language and the town: compiled rules, lexicons, learned
/// weights, and the catalogue that numbers them.
struct Knowledge {
  std::shared_ptr<const Catalogue> catalogue;
  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const Lexicons> lexicons;
  std::shared_ptr<const Models> models;
  std::vector<PackSummary> packs;
  std::shared_ptr<const CardBook> cards = std::make_shared<const CardBook>();
  /// What it was read from: the shared packs' YAML by name, the towns' own packs, and a hash by
  /// which files that changed since are known.
  std::map<std::string, std::string, std::less<>> pack_texts = {};
  OwnPackTexts own_texts = {};
  std::string files = {};
};

/// Where the knowledge in force stands. Replaced as a whole by a reload; every worker takes the new
/// one before its next envelope, so no mention is ever judged by two rule sets.
class KnowledgeShelf {
 public:
  explicit KnowledgeShelf(std::shared_ptr<const Knowledge> first) : in_force_(std::move(first)) {}

  /// Any thread: counts the replacements; cheap enough to ask before every envelope.
  std::uint64_t edition() const { return edition_.load(std::memory_order_acquire); }
  std::shared_ptr<const Knowledge> in_force() const {
    const std::scoped_lock lock(mutex_);
    return in_force_;
  }
  void replace(std::shared_ptr<const Knowledge> next) {
    const std::scoped_lock lock(mutex_);
    in_force_ = std::move(next);
    edition_.fetch_add(1, std::memory_order_release);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Knowledge> in_force_;
  std::atomic<std::uint64_t> edition_{1};
};

}  // namespace vigie
