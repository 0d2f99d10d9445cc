#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/envelope.h"
#include "engine/core/time.h"
#include "engine/store/record.h"
#include "engine/store/store.h"

namespace vigie {

/// Who says what: an author (told apart from others, never named) and a story.
struct Spoken {
  std::uint64_t author = 0, story = 0;
};

/// A mention under a rule that counts authors.
struct Voice {
  TenantId tenant = 0;
  Mode mode = Mode::kLive;
  std::string rule, title, topic;  ///< of the rule; its title may be empty
  CrowdLimit limit;
  std::uint64_t sequence = 0;  ///< of the mention
  Time said_at{}, heard_at{};  ///< created_at, received_at
  Spoken spoken;
};

/// The rules of a catalogue that count authors. A value; any thread.
class CrowdRules {
 public:
  CrowdRules() = default;
  explicit CrowdRules(std::shared_ptr<const Catalogue> catalogue);

  const Catalogue* catalogue() const { return catalogue_.get(); }
  bool empty() const { return rules_.empty(); }
  /// Whether one of them may have spoken where these are the topics. Cheap.
  bool may_concern(std::span<const std::uint32_t> topics) const;
  /// A voice for each of them that is `tenant`'s (its id) and spoke: another town's rule says
  /// nothing here, even of a topic of the same name. `record` was judged by this catalogue; one
  /// that was read back from the store knows only own packs' towns (own_rules.h). What the town's
  /// own accounts say, or history that is filled in, is nobody's voice.
  std::vector<Voice> voices(const MentionRef& ref, std::string_view tenant, const Record& record,
                            Spoken spoken) const;

 private:
  /// With its variants for single tenants.
  struct Counting {
    const RuleInfo* rule = nullptr;
    bool every_tenant = false;
    std::vector<TenantId> tenants;

    bool concerns(TenantId tenant) const;
  };

  std::shared_ptr<const Catalogue> catalogue_;
  std::vector<Counting> rules_;
};

/// Tells when so many different people say something under one rule that nobody should wait for
/// statistics (`distinct_authors: N`, `within: T`): N different authors whose mentions were
/// published within T of one another, the last one heard among them. Copies and reposts count by
/// their authors; how many stories they tell stands beside.
///
/// By the time of publication, so that a poll that brings many at once makes no crowd of them; what
/// is heard later than kMaxLate after it was published counts no more. T (CrowdLimit::kMaxWithin)
/// and kMaxLate together are shorter than the silence that ends an incident (Incidents): who made a
/// crowd once is not there any more when it is over, so nothing is told twice.
///
/// The state is a function of the mentions in the order they were stored: after a restart the same
/// voices, seen again, give the same state. Bounded: kMaxVoices per tenant and rule, of one author
/// kMaxOfAuthor; the earliest go. One thread.
class Crowds {
 public:
  static constexpr std::chrono::hours kMaxLate{1};
  static constexpr std::size_t kMaxVoices = 512, kMaxOfAuthor = 4;

  /// All who say so within the limit, `voice` among them, once they are enough; else nobody. A
  /// mention that was heard before (an edit) is forgotten first: see forget().
  std::vector<Spoken> see(const Voice& voice);
  /// The mention was taken back, or says something else now.
  void forget(TenantId tenant, std::uint64_t sequence);
  bool empty() const { return crowds_.empty(); }

 private:
  struct Heard {
    Time said_at{};
    std::uint64_t sequence = 0;
    Spoken spoken;
  };
  using Key = std::tuple<TenantId, Mode, std::string>;
  using Crowd = std::vector<Heard>;  ///< by said_at

  static void add(Crowd& crowd, const Heard& heard);
  static std::vector<Spoken> enough(const Crowd& crowd, const Voice& voice);

  std::map<Key, Crowd> crowds_;
};

}  // namespace vigie
