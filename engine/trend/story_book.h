#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "engine/core/time_span.h"
#include "engine/store/store.h"
#include "engine/trend/signature.h"

namespace vigie {

/// One tenant's stories of late: which mention says the same as which. A story bears the name of
/// the mention that founded it, whatever becomes of that one. Online (each mention is placed once,
/// as it comes), deterministic, of bounded memory: kMaxStories, the oldest go.
///
/// A mention joins the story whose oldest living mention it nearly duplicates, if that story was
/// founded less than kLongest ago and spoken of less than kQuiet ago, by the dates of the mentions.
/// Candidates share one of the kKeys least hashes of pairs (words alone are in too many texts); of
/// several with the same hash the newest is found, and where the index is full the newest of all.
/// Two texts that share a third of their pairs share none of these once in 25 ((1 - 1/3)^8 =
/// 3.9 %).
///
/// What it knows depends on the living mentions alone, not on what was edited or taken back on the
/// way: a restart, which sees only these, changes nothing.
class StoryBook {
 public:
  static constexpr std::size_t kMaxStories = 32'768;  ///< 15 MB
  static constexpr std::size_t kKeys = 8;
  static constexpr std::chrono::days kLongest{30}, kQuiet{7};

  struct Arrival {
    MentionRef ref;
    Time created_at{};
    bool official = false;
  };
  struct Place {
    MentionRef story;
    bool founds = false;  ///< nobody said that before
    bool leads = false;   ///< its first mention that is not official: the one that counts it
    TimeSpan spoken;      ///< of the story with it, by the dates of the mentions
  };
  /// References ascend.
  Place place(const Arrival& arrival, const Signature& signature);

  /// A hint: a text with this signature, as encode_signature() wrote it, is going to be placed.
  void expect(std::string_view signature);

  /// The mention that speaks for `story` was edited.
  void reword(const MentionRef& story, const MentionRef& mention, const Signature& signature);
  /// A mention of `story` is gone. `heir` is the oldest one left, if there is one; `unled`: nobody
  /// left may lead. The dates of what is left are asked for if the gone one's was among them.
  struct Heir {
    MentionRef ref;
    Signature signature;
    bool unled = false;
  };
  using Dates = std::pair<Time, Time>;  ///< the first, the last
  void remove(const MentionRef& story, Time created_at, const std::optional<Heir>& heir,
              const std::function<Dates()>& dates);

  /// After a restart: a story with mentions left, in the order of their foundation.
  struct Known {
    MentionRef story, speaker;  ///< its oldest living mention
    Time first_at{}, last_at{};
    bool led = false;
    Signature signature;  ///< the speaker's
  };
  void recall(const Known& known);
  /// Whether a story of that day may still be joined by what is received on `day`.
  static bool is_recent(const MentionRef& story, Day day);

  std::size_t size() const { return stories_.size(); }

 private:
  struct Story : Known {
    explicit Story(const Known& known) : Known(known) {}
    bool alive = true;
    std::uint8_t shared = 0;  ///< bit i: an older story may have its key i, too
  };
  static_assert(kKeys <= 8, "a bit for each");

  std::size_t candidates(const Signature& signature, std::array<std::uint32_t, kKeys>& found);
  void insert(const Known& known);
  void index(std::uint32_t number);
  void unindex(std::uint32_t number);
  static void share(Story& story, std::uint32_t key);
  void grow();
  Story& at(std::uint32_t number) { return stories_[number % kMaxStories]; }
  /// The number of a story that is still known.
  std::optional<std::uint32_t> find(const MentionRef& story);
  static bool is_open(const Story& story, const Arrival& arrival);

  std::vector<Story> stories_;  ///< a ring once full
  std::uint32_t next_ = 0;      ///< number of the next one; the ring holds those before
  /// Of the newest story with each key. One cache line. Full, the oldest story's slot goes. Which
  /// slot it is cannot be guessed: all are looked at, without a branch.
  struct alignas(64) Bucket {
    static constexpr std::uint32_t kSlots = 8;
    std::array<std::uint32_t, kSlots> keys{};  ///< 0: empty
    std::array<std::uint32_t, kSlots> numbers{};

    /// kSlots: nowhere. Of several empty ones the first.
    std::uint32_t find(std::uint32_t key) const;
    /// An empty one before the one of the oldest story.
    std::uint32_t least_wanted() const;
  };
  Bucket& bucket_of(std::uint32_t key) { return buckets_[key >> 1 & (buckets_.size() - 1)]; }
  std::vector<Bucket> buckets_;  ///< a power of two
};

}  // namespace vigie
