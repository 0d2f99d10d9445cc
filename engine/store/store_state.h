#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/store/fact_row.h"
#include "engine/store/id_table.h"
#include "engine/store/identity_memory.h"
#include "engine/store/keys.h"
#include "engine/store/pack.h"
#include "engine/store/random_bytes.h"
#include "engine/store/store.h"
#include "engine/store/story_bounds.h"

namespace vigie {

/// A record's bytes and the catalogue they speak of.
struct HeldRecord {
  std::string bytes;
  std::uint32_t generation = 0;
};

/// What was edited or deleted of what lies in packs. Made before whatever reads the packs.
class OverlayReader {
 public:
  OverlayReader(const KeyValue& key_value, std::uint32_t tenant_number)
      : at_(key_value.iterate(Family::kOverlay)), number_(tenant_number) {}

  /// A pack of these sequences is read next. Whether any of it was changed.
  bool enter(Day day, std::uint64_t first, std::uint64_t last) {
    const std::string lowest = ref_key(number_, day, first), highest = ref_key(number_, day, last);
    // Who goes back in time mostly knows already that there is nothing more.
    if (highest > looked_from_ || (at_->valid() && at_->key() > highest)) {
      at_->seek_for_prev(highest);
      looked_from_ = highest;
    }
    day_ = day;
    return is_touched_ = at_->valid() && at_->key() >= lowest;
  }
  struct Change {
    bool is_deletion = false;
    std::uint32_t generation = 0;
    std::string_view record;  ///< valid until the next call
  };
  std::optional<Change> change_of(std::uint64_t sequence) {
    if (!is_touched_) {
      return std::nullopt;
    }
    const std::string wanted = ref_key(number_, day_, sequence);
    at_->seek(wanted);
    looked_from_.clear();
    if (!at_->valid() || at_->key() != wanted) {
      return std::nullopt;
    }
    ByteReader in(at_->value());
    if (in.byte() == 'd') {
      return Change{true, 0, {}};
    }
    const std::uint32_t generation = in.u32();
    return Change{false, generation, in.take(in.left())};
  }
  Result<void> status() const { return at_->status(); }

 private:
  std::unique_ptr<KeyValue::Iterator> at_;
  std::uint32_t number_ = 0;
  Day day_ = 0;
  bool is_touched_ = false;
  std::string looked_from_;  ///< `at_` is at the last key that is not behind this one
};

/// The inside of a Store. 1. `key_value`, `number_of`, `hasher` and `options` are fixed after open
/// and read by all. 2. `catalogues`, `works` and what is known of stories have a
/// mutex each, counters and `known_ids` are atomic. 3. All else is the writer's.
struct Store::State {
  struct Pending {
    MentionFact fact;
    std::uint32_t generation = 0;
    std::size_t offset = 0, length = 0;  ///< in pending_bytes
    bool told_urgent = false, alive = true;
  };
  /// One tenant's fresh mentions of the batch under way: sequence = first_sequence + index.
  struct PendingMentions {
    std::uint64_t first_sequence = 1, next_sequence = 1;
    std::vector<Pending> mentions;
  };
  /// What pack_some() has to look at in one (tenant, day).
  struct Untidy {
    std::uint64_t from = 0;
    std::uint64_t small = 0;  ///< records in small packs
    bool overlaid = false;
  };
  State(std::unique_ptr<KeyValue> opened, StoreOptions given)
      : key_value(std::move(opened)), options(std::move(given)), hasher({}) {}

  std::unique_ptr<KeyValue> key_value;
  StoreOptions options;
  IdHasher hasher;
  IdHasher::Key hash_key{};
  std::vector<std::uint32_t> number_of;  ///< by TenantId
  /// Nothing: the tenant left the configuration.
  std::optional<TenantId> tenant_of(std::uint32_t number) const {
    const auto found = std::ranges::find(number_of, number);
    return found == number_of.end()
               ? std::nullopt
               : std::optional(static_cast<TenantId>(found - number_of.begin()));
  }

  mutable std::mutex catalogue_mutex;
  mutable std::unordered_map<std::uint32_t, std::shared_ptr<const Catalogue>> catalogues;
  std::map<std::string, std::uint32_t, std::less<>> generation_of;  ///< by fingerprint
  std::shared_ptr<const Catalogue> last_catalogue;
  std::uint32_t last_generation = 0, next_generation = 1;

  IdTable ids;
  KnownIds known_ids;
  IdTable tombstones;                    ///< of all tenants, under number 0
  std::vector<PendingMentions> pending;  ///< by TenantId
  std::string pending_bytes;
  std::map<RefKey, std::optional<HeldRecord>> pending_overlay;  ///< edits; nothing: deleted
  std::set<std::string> pending_tombstones;                     ///< their keys
  /// Mentions by tone × 4 + urgency, then stories.
  using Counts = std::array<std::int64_t, 2 * RollupRow::kLabels>;
  /// What the batch under way counts, by the keys of five minutes: commit() adds them up to hours
  /// and days.
  std::unordered_map<std::string, Counts> pending_counts;
  /// The one of all topics that was counted in last: most mentions belong where the one before did.
  struct LastCell {
    std::uint32_t number = 0, bucket = 0;
    std::string source;
    Counts* counts = nullptr;  ///< of pending_counts
  };
  LastCell last_cell;
  std::uint32_t fine_rollups_from = 0;  ///< five minutes before are not counted
  std::map<std::pair<std::uint32_t, Day>, Untidy> untidy;
  IdentityMemory known_identities;
  std::unique_ptr<KnownIds> authors;  ///< whose identity may be here; once somebody was purged
  /// The rows of the batch under way, by (T, D).
  struct SealedRows {
    std::string keys, identities;
  };
  std::map<std::pair<std::uint32_t, Day>, SealedRows> pending_identities;
  std::map<std::pair<std::uint32_t, Day>, std::uint64_t> last_identities;  ///< last N, by (T, D)
  /// What the batch under way counts, by the key of its row. The last cells are remembered: what
  /// follows mostly belongs to them.
  struct PendingUsage {
    std::map<std::string, std::array<std::int64_t, 6>, std::less<>> rows;
    std::shared_ptr<const Origin> origin;
    Day day = 0;
    std::array<std::int64_t, 6>* own = nullptr;
    std::vector<std::int64_t*> kept_by;  ///< by TenantId; null: not found yet
    const Findings* last_findings = nullptr;
    std::uint32_t last_mention = 0;
  };
  PendingUsage pending_usage;
  RandomBytes random_bytes;
  WriteBatch batch;
  PackWriter pack_writer;
  FactRowWriter fact_row;
  std::string key;  ///< used again and again
  std::uint64_t next_alert = 1, first_dead_letter = 0, next_dead_letter = 0;

  mutable std::shared_mutex work_mutex;  ///< guards the next, which the writer alone changes
  std::map<WorkSubject, WorkHistory> works;
  std::vector<WorkEvent> pending_work;   ///< of the batch under way
  std::vector<std::uint64_t> last_work;  ///< last N, by TenantId

  std::atomic<std::uint64_t> durable_alert{0};
  std::atomic<std::uint64_t> mentions{0}, ids_in_memory{0}, packs{0}, tails{0}, folded{0};

  // store.cc
  Result<void> load();
  Result<void> load_meta();
  bool has_facts = true;  ///< else the format is the one before, and nothing may be written
  Result<void> load_ids();
  Result<void> load_numbers();

  // store_read.cc
  Result<std::shared_ptr<const Catalogue>> catalogue(std::uint32_t generation) const;
  /// Where a scan of one tenant ends: just before `before`, or behind all.
  static RefKey end_of(std::uint32_t number, const std::optional<MentionRef>& before);
  /// The committed version in force; nothing if deleted or never there.
  Result<std::optional<HeldRecord>> held(const RefKey& ref) const;

  // store_facts.cc
  Result<void> add_facts();

  // store_write.cc
  struct Known {
    IdTable::Place place;
    HeldRecord record;
  };
  /// The tenant's live mention of that name.
  std::optional<Known> find(TenantId tenant, std::uint64_t hash, std::string_view source,
                            std::string_view id);
  std::optional<HeldRecord> current(TenantId tenant, IdTable::Place place);
  Pending* pending_at(TenantId tenant, std::uint64_t sequence);
  Applied store(const Findings& findings, const Finding& finding);
  Applied replace(const Findings& findings, const Finding& finding, const Known& known);
  Applied remove(const Findings& findings, const Finding& finding);
  bool remember_deleted(const Findings& findings, const Finding& finding);
  bool parent_known(const Findings& findings, const Finding& finding);
  std::string tombstone_key(std::string_view source, std::string_view id) const;
  bool is_deleted(std::uint64_t hash, std::string_view source, std::string_view id) const;
  std::uint32_t generation(const std::shared_ptr<const Catalogue>& catalogue);
  /// An alert by its two rows, without the work on it. None: its tenant left.
  Result<std::optional<StoredAlert>> read_alert(std::uint64_t number, std::string_view owner,
                                                std::string_view body) const;
  enum class RollupRows : std::uint8_t { kAll, kTotals };
  Result<void> visit_rows(TenantId tenant, RollupGrain grain, std::uint32_t from, std::uint32_t to,
                          RollupRows wanted, const VisitRow& visit) const;
  struct Change {
    std::int64_t mentions = 0, stories = 0;
  };
  /// Of the batch under way; good until it is written.
  Counts& counts_of(std::uint32_t number, Time created_at, std::string_view topic,
                    std::string_view source);
  void count_cell(std::uint32_t number, Time created_at, std::string_view topic,
                  std::string_view source, Tone tone, Urgency urgency, Change change);
  void count_record(std::uint32_t number, const Record& record, const Catalogue& catalogue,
                    Change change);
  /// `sign` times the mention and the story it leads.
  void count_record(std::uint32_t number, const Record& record, const Catalogue& catalogue,
                    int sign);
  void count_finding(const Findings& findings, const Finding& finding, Change change);
  /// The new version of a mention, committed or of this batch.
  void rewrite(const MentionRef& where, const Record& record, std::uint32_t generation);
  /// The new version of a committed mention: into the overlay and the index of urgent ones.
  void put_over(const MentionRef& ref, const Record& record, HeldRecord held);
  void mark_urgent(const MentionRef& ref, const Record& record);
  void write_pending(TenantId tenant);
  void commit();

  // store_fold.cc
  struct Piece {
    std::uint64_t sequence = 0;
    HeldRecord record;
  };
  struct PackPlace {
    std::uint64_t first = 0;
    std::uint32_t count = 0;
  };
  /// Appends a pack's living records as they are now; the pack, its row of the id index and its
  /// overlay entries go with `batch`.
  void take_apart(const Pack& pack, const RefKey& first, OverlayReader& overlay, WriteBatch& batch,
                  std::vector<Piece>& run) const;
  /// Writes them as packs, with their rows of the id index. Gives the last one.
  PackPlace write_packs(std::uint32_t number, Day day, const std::vector<Piece>& run,
                        WriteBatch& batch);

  // store_stories.cc
  static std::string story_row(std::uint32_t number, const MentionRef& story,
                               const MentionRef& mention);
  /// `gone` is going. Gives the oldest of the rest. `unled`: it led; false then if one of the rest
  /// leads now, the oldest that may.
  std::unique_ptr<StoredMention> inherit(const MentionRef& story, const MentionRef& gone,
                                         bool& unled);
  bool is_gone(const MentionRef& mention);
  void lead_on(const MentionRef& story, Day day);
  void expire_stories(std::uint32_t number, Day day, WriteBatch& gone);
  void write_stories();
  /// Keys and values of the batch under way. They are put in the order of their keys: a memtable
  /// finds the place of what comes behind its last one in half the steps.
  std::vector<std::pair<std::string, std::string>> pending_story_rows;

  StoryLog story_joins;                        ///< has its own mutex
  std::vector<StoryJoin> pending_story_joins;  ///< of the batch under way
  StoryBounds story_bounds;                    ///< readers'; has its own mutex

  // store_judgement.cc
  void judge_anew(TenantId tenant, Day day, Piece& piece,
                  const std::shared_ptr<const Catalogue>& catalogue, const Rejudge& rejudge);

  // store_identities.cc
  void seal_identity(const Findings& findings, const Finding& finding);
  void write_identities();
  std::uint64_t next_identities(std::uint32_t number, Day day);

  // store_purge.cc
  using Suppressed = std::set<std::pair<std::uint32_t, Pseudonym>>;  ///< T, author
  Suppressed suppressed;
  std::atomic<std::uint64_t> suppressed_copies{0};
  std::atomic<std::uint64_t> unscrubbed{0};
  void note_removal(WriteBatch& gone);
  /// Counts it, if so.
  bool is_suppressed(const Finding& finding) {
    if (suppressed.empty() || !suppressed.contains({number_of[finding.tenant], finding.author})) {
      return false;
    }
    ++suppressed_copies;
    return true;
  }
  Result<void> load_erasures();
  /// The days on which the author's identity was sealed.
  std::set<Day> days_of(TenantId tenant, const Pseudonym& author);
  struct Writing {
    MentionRef ref;
    std::string source, id;
  };
  std::vector<Writing> writings_of(const Store& store, TenantId tenant, const Pseudonym& author,
                                   Day from, Day to) const;
  void remove(const std::vector<Writing>& writings, Time at, const Deleted& deleted);
  /// They go with `batch`; gives how many.
  std::uint64_t erase_identities(TenantId tenant, const Pseudonym& author);
  std::uint64_t withdraw_from_alerts(TenantId tenant, const std::set<MentionRef>& mentions,
                                     const Withdraw& withdraw);
  std::uint64_t erase_dead_letters(const std::vector<std::string>& traces);
  void learn_authors();

  // store_work.cc
  Result<void> load_work();
  /// With what the batch under way adds.
  WorkHistory history(const WorkSubject& subject) const;
  void append(const WorkSubject& subject, WorkEvent event);
  /// After the batch was written: readers see what it added.
  void show_work();
  Result<bool> is_there(const WorkSubject& subject) const;
  /// `mention` is being deleted: what was written about it goes; `is_last`: all that was written
  /// about its story.
  void withdraw_work(const MentionRef& story, const MentionRef& mention, bool is_last);
  void withdraw(const WorkEvent& event);
  void expire_work(std::uint32_t number, Day day, WriteBatch& gone);

  // store_rollups.cc
  Result<void> load_rollups();
  void write_counts();
  /// Rollups by five minutes of before `day`.
  void expire_fine_rollups(Day day, WriteBatch& gone);

  // store_expire.cc
  bool removes_something(const WriteBatch& gone) const;
  void expire_mentions(std::uint32_t number, Day day, WriteBatch& gone);
  void expire_alerts(std::uint32_t number, Day day, WriteBatch& gone) const;
  void expire_tombstones(Day day, WriteBatch& gone);
  void expire_dead_letters(Day day, WriteBatch& gone);

  // store_sources.cc
  void turn_to(const Findings& findings);
  void write_usage();
  /// Adds a row of family 14 to `use`.
  void read_usage(std::uint32_t number, std::string_view counts, SourceUse& use) const;
  void expire_coverage(Day day, WriteBatch& gone) const;
  void write(const WriteBatch& what);
  void sync() const;
};

inline std::uint64_t load_u64(const unsigned char* bytes) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}
/// What IdentityMemory knows an author by.
inline std::uint64_t identity_key(std::uint32_t tenant_number, const Pseudonym& author) {
  return load_u64(author.data()) ^ tenant_number;
}

/// The identity last sealed for `author` (keys.h 11, 12); nothing if there is none, or no key.
Result<std::optional<std::string>> open_identity(const KeyValue& key_value,
                                                 std::uint32_t tenant_number,
                                                 const Pseudonym& author);

inline tl::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kCorrupt, std::string(what) + " cannot be read: its bytes are damaged");
}
inline bool has_prefix(const KeyValue::Iterator& at, std::string_view prefix) {
  return at.valid() && at.key().starts_with(prefix);
}

/// Ends the process: the store is crash-only.
[[noreturn]] void stop_on(const Error& error);
template <class T>
T must(Result<T> result) {
  if (!result) {
    stop_on(result.error());
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

}  // namespace vigie
