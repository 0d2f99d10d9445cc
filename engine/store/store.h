#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/clock.h"
#include "engine/core/coverage.h"
#include "engine/core/finding.h"
#include "engine/core/result.h"
#include "engine/core/time_span.h"
#include "engine/core/usage.h"
#include "engine/store/key_value.h"
#include "engine/store/known_ids.h"
#include "engine/store/record.h"
#include "engine/work/work.h"

namespace vigie {

/// Where a tenant's copy of a mention lives, for ever.
struct MentionRef {
  TenantId tenant = 0;
  Day day = 0;  ///< of received_at
  std::uint64_t sequence = 0;
  auto operator<=>(const MentionRef&) const = default;
};
/// "20741-1289": what URLs and JSON call it. The tenant is said elsewhere.
std::string to_string(const MentionRef& ref);
std::optional<MentionRef> parse_mention_ref(TenantId tenant, std::string_view text);

/// Gives (source, id) its 64-bit hash, keyed with a secret of the store's: nobody outside can make
/// two ids collide. Equal hashes are always verified against the stored id. Copyable, any thread.
class IdHasher {
 public:
  using Key = std::array<unsigned char, 16>;
  explicit IdHasher(const Key& key) : key_(key) {}
  std::uint64_t operator()(std::string_view source, std::string_view id) const;

 private:
  Key key_;
};

/// A stored mention. Edits are merged in, deleted mentions are never given. Moving keeps the
/// record's views good: they point to the heap, or (during a scan) into the iterator.
struct StoredMention {
  MentionRef ref;
  std::unique_ptr<char[]> bytes;  ///< what the views point into; null during a scan
  Record record;
  std::shared_ptr<const Catalogue> catalogue;  ///< what the record's numbers mean
  std::optional<Time> edited_at;
};

/// What figures and lists of many count of a stored mention: none of its words. Read without its
/// pack.
struct MentionFact {
  MentionRef ref;
  MentionRef founder;         ///< of its story
  std::uint64_t id_hash = 0;  ///< IdHasher's of its source and id
  std::uint64_t answers = 0;  ///< of an official one: IdHasher's of what it answers; 0: nothing
  std::uint64_t voice = 0;    ///< voice_of()
  std::uint64_t followers = 0;
  Time created_at{}, received_at{};
  Urgency urgency = Urgency::kLow;  ///< in force
  bool has_author = false, official = false, leads = false, has_topic = false;
};

/// Mentions that say the same, as far as they are still there. Its name is the founder's.
struct Story {
  MentionRef founder;
  MentionRef oldest;  ///< of those left
  std::uint64_t mentions = 0, authors = 0;
  std::vector<std::pair<std::string, std::uint64_t>> sources;  ///< with their mentions, most first
  Time first_at{}, last_at{};                                  ///< by the dates of the mentions
  std::uint32_t peak_hour = 0;  ///< the first of the hours since 1970 with the most mentions
  std::uint64_t peak_mentions = 0;
};

/// The story that a mention belongs to.
MentionRef founder_of(const MentionRef& mention, const Record& record);
inline MentionRef founder_of(const StoredMention& stored) {
  return founder_of(stored.ref, stored.record);
}
/// What is worked on with the story that `founder` founded.
inline WorkSubject work_on(const MentionRef& founder) {
  return {founder.tenant, founder.day, WorkSubject::Kind::kStory, founder.sequence};
}

/// How long the buckets of rollups are. All are counted in the same batch as their mentions.
enum class RollupGrain : std::uint8_t {
  kFiveMinutes,  ///< kept for Store::kFineRollupDays
  kHour,
  kDay,  ///< UTC
};

/// So many five minutes, hours or days since 1970. Earlier: 0.
inline std::uint32_t bucket_of(RollupGrain grain, Time time) {
  constexpr std::chrono::minutes kFiveMinutes{5};
  return grain == RollupGrain::kDay ? day_of(time)
         : grain == RollupGrain::kHour
             ? hour_of(time)
             : static_cast<std::uint32_t>(std::max(time, Time{}).time_since_epoch() / kFiveMinutes);
}

/// How many mentions of one bucket, topic and source had which labels. A mention counts once under
/// topic "" (all) and once under each of its topics; a story as the mention that leads it. A view.
struct RollupRow {
  std::uint32_t bucket = 0;  ///< bucket_of() the mentions' created_at
  std::string_view topic, source;
  static constexpr std::size_t kLabels = 12;
  std::array<std::int64_t, kLabels> counts{};   ///< mentions by tone × 4 + urgency
  std::array<std::int64_t, kLabels> stories{};  ///< likewise, by the mentions that lead them

  bool is_zero() const {
    const auto is_nothing = [](std::int64_t count) { return count == 0; };
    return std::ranges::all_of(counts, is_nothing) && std::ranges::all_of(stories, is_nothing);
  }
  /// `visit(tone, urgency, mentions)` for those that are not 0.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] != 0) {
        visit(static_cast<Tone>(i / 4), static_cast<Urgency>(i % 4), counts[i]);
      }
    }
  }
};

struct DeadLetter {
  std::uint64_t number = 0;
  Time received_at{};
  std::string connector, reason, detail, bytes;
};

/// An alert's delivery that is still owed to a receiver, or was given up.
struct Delivery {
  std::uint64_t alert = 0;
  std::string receiver;
  std::uint32_t attempts = 0;
  Time next_at{};
  bool dead = false;
  std::string last_error;
  /// Why it is owed still (alert/alerter.h).
  enum class Purpose : std::uint8_t { kAlert, kHeld, kGroup, kRepeat, kOpen, kDigest };
  Purpose purpose = Purpose::kAlert;
  std::uint64_t round = 0;  ///< of a group its number; of a repeat the how-manieth
};

struct StoreStats {
  std::uint64_t mentions = 0;  ///< stored, over all tenants, edits and deletions counted
  std::uint64_t ids_in_memory = 0;
  std::uint64_t packs_written = 0, tail_records_written = 0, packs_folded = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t suppressed = 0;  ///< copies not stored since the start: their authors were erased
  bool is_stalled = false;       ///< writes are slowed down or stopped until the disk has caught up
};

struct StoreOptions {
  /// Ids; TenantId = position. Their numbers on disk are the store's own business.
  std::vector<std::string> tenants;
  /// By TenantId; 0 or not given: for ever. Remembered, so that what belongs to a tenant that left
  /// the configuration still goes when its time has come.
  std::vector<std::uint32_t> retention_days;
  /// What a read costs, by connector; none given: nothing.
  std::map<std::string, std::uint64_t, std::less<>> micro_euros_per_read;
  std::uint32_t mentions_per_pack = 64;
  std::uint32_t max_dead_letters = 100'000;  ///< the oldest go first
  bool read_only = false;                    ///< only the methods that read may be called
};

/// Everything Vigie remembers, in one data folder. The layout (packs, tails, overlay, packed id
/// index, rollups) is store/keys.h and store/pack.h; the engine under it is a KeyValue.
///
/// Threads: one writer thread calls the methods marked W; all others may be called from any thread
/// at any time. Failure: a write or sync that fails ends the process (crash-only); a read that
/// fails says kCorrupt, never skips.
class Store {
 public:
  /// Opens or makes the store; loads the id index. kTooNew if a newer Vigie wrote it, kCorrupt if
  /// bytes are missing.
  static Result<std::unique_ptr<Store>> open(std::unique_ptr<KeyValue> key_value,
                                             StoreOptions options);
  ~Store();

  const IdHasher& id_hasher() const;
  /// Ids of what is stored, by IdHasher. Any thread; who judges adds what is going to be stored.
  KnownIds& known_ids() const;

  // ---- Writing (W)
  // ----------------------------------------------------------------------------------------------

  enum class Outcome : std::uint8_t {
    kStored,
    kReplaced,    ///< an edit took the place of an older version; created_at stays the first one's
    kDuplicate,   ///< this version or a later one is there, or a tombstone
    kDropped,     ///< the finding's condition (parent or mention known) did not hold
    kDeleted,     ///< was there, is gone: mention, indexes, rollups
    kRemembered,  ///< a deletion of something unknown: its tombstone will outlive a late original
  };
  struct Applied {
    Outcome outcome = Outcome::kDropped;
    MentionRef ref;           ///< of the stored, replaced or deleted mention
    bool was_urgent = false;  ///< replaced, deleted: incidents saw it as urgent before
    MentionRef story{};       ///< replaced, deleted: the one it belongs to
    Time created_at{};        ///< deleted
    /// Deleted: the oldest mention left of its story, which speaks for it now.
    std::unique_ptr<StoredMention> heir = nullptr;
    bool unled = false;  ///< deleted: it led its story, and nobody left may
  };

  /// W. Adds a finding to the batch under way: dedupe, edit, delete, indexes, rollups, sealed
  /// identity. Sees what the same batch did before. Nothing is visible to readers until commit().
  Applied apply(const Findings& findings, const Finding& finding);
  /// W. The mention that `finding` was stored as last repeats what `story` says; `leads`: the first
  /// one there that is not official. `spoken`: when the first and the last mention of the story
  /// were created, as far as the caller knows. At once after its apply().
  void join_story(const Findings& findings, const Finding& finding, const MentionRef& mention,
                  const MentionRef& story, bool leads, const TimeSpan& spoken);
  /// W. When the first and the last mention of a story were created, of one that has any: right
  /// after a deletion from it, in the same batch.
  std::pair<Time, Time> dates_of_story(const MentionRef& founder) const;
  /// Told of every mention that goes with its author.
  using Deleted = std::function<void(const Applied&)>;
  /// W. Carries out Finding::Action::kPurgeAuthor: deletes every mention of the author's as a
  /// deletion of its own would, then destroys the author's identities and their keys. Commits what
  /// the batch under way holds first. Cheap for somebody unknown; else reads the tenant's
  /// identities and the days on which the author wrote.
  void purge_author(const Finding& finding, const Deleted& deleted);

  /// What somebody may ask of a tenant: to be forgotten, now and from now on.
  struct Erasure {
    TenantId tenant = 0;
    Pseudonym author{};
    Time at{};
    std::string number;  ///< what the request is known by
    /// Further words that tell the author (id, name, address): dead letters that hold one go.
    std::vector<std::string> traces = {};
    /// Every day is looked through: an erasure was interrupted, or the store is older than it.
    bool everywhere = false;
  };
  struct Erased {
    std::uint64_t mentions = 0, identities = 0, alerts = 0, dead_letters = 0;
  };
  /// The body of an alert without what these mentions said; nothing: it quotes none of them.
  using Withdraw =
      std::function<std::optional<std::string>(std::string_view body, const std::set<MentionRef>&)>;
  /// W. As purge_author(), and also: words go from alerts, whatever their age, and from dead
  /// letters; what the author writes from now on is dropped. The same again does no harm: what was
  /// interrupted is carried out by asking once more, `everywhere`. Durable after sync(); the bytes
  /// are gone after pack_some(Fold::kOverlaid) gave false and scrub() returned.
  Erased erase_author(const Erasure& erasure, const Withdraw& withdraw, const Deleted& deleted);
  /// W. What was done, as it was said to whoever asked for it; opaque here. Part of the batch under
  /// way.
  void put_receipt(TenantId tenant, std::string_view number, Time at, std::string_view receipt);
  /// W. Makes `correction` the one in force of a committed mention; what it leaves out is the
  /// engine's again. Verdict and evidence stay as they are; rollups and the index of urgent
  /// mentions follow in the same batch. It stays through edits that leave title and text alone, and
  /// goes with its mention. False: there is no such mention.
  bool correct(const MentionRef& ref, Correction correction);
  /// W. Does what is asked for if that is allowed, and says what became an event; none: nothing
  /// had to change. Errors are WorkHistory::decide()'s; kNotFound: there is no such story (left) or
  /// alert.
  Result<std::optional<WorkEvent>> work(const WorkSubject& subject, const WorkRequest& request);
  /// W. Part of the batch under way: something was announced anew at `at`. What was answered,
  /// closed or muted is new again, by kEngine.
  void reopen_work(const WorkSubject& subject, Time at);
  static constexpr std::string_view kEngine = "vigie";
  /// W. A hint: `finding` is going to be applied soon. What is known is too large for the caches.
  void expect(const Finding& finding) const;
  /// W. Further parts of the same batch.
  void set_cursor(std::string_view connector, std::string_view cursor);
  void add_dead_letter(std::string_view connector, Time received_at, const Rejected& rejected);
  /// Gives the alert its number, ascending from 1, and owes it to each of `receivers`. `body` is
  /// opaque here; `day` (a mention's) says when it has to go. Whoever works on it works on `story`,
  /// if one is given.
  std::uint64_t add_alert(TenantId tenant, Day day, std::string_view body,
                          const std::vector<std::string>& receivers,
                          const std::optional<MentionRef>& story = {});
  /// Puts another body in the place of a committed alert's.
  void replace_alert_body(TenantId tenant, std::uint64_t alert, std::string_view body);
  /// W. Counts in the same batch what the source gave, at its price; once for each envelope.
  void count_reads(const Findings& findings);
  /// W. Counts a copy that was stored; those of one mention follow each other.
  void count_kept(const Findings& findings, const Finding& finding);
  /// What a commit() and those before it wrote.
  struct Committed {
    std::uint64_t last_alert = 0;
  };
  /// W. Writes the batch under way, atomically; readers see it. Not yet safe from a power cut.
  Committed commit();
  /// Any thread. What was committed until then is safe. Afterwards deliveries of
  /// `committed`'s alerts become visible to deliveries_due().
  void sync(const Committed& committed);
  /// W. Both.
  void sync() { sync(commit()); }
  enum class Fold : std::uint8_t { kAll, kOverlaid };
  /// W. One bounded piece of background work: folds small tail records into packs (not if only
  /// `kOverlaid`), rewrites packs that hold deleted or edited text. False when there is nothing to
  /// do. Makes its own batch.
  bool pack_some(Fold what = Fold::kAll);
  /// Gives `record`, whose numbers `old` explains, another verdict and topics, numbered by the
  /// catalogue that goes with it.
  using Rejudge = std::function<void(TenantId, const Catalogue& old, Record&)>;
  struct Reclassified {
    std::optional<MentionRef> next;          ///< where to go on; nothing: that was all
    std::uint64_t mentions = 0, judged = 0;  ///< looked at; of these judged anew
  };
  /// W. One bounded piece, from `from` on (day and sequence 0: the tenant's first), oldest first:
  /// mentions whose verdict is of another catalogue (or `all`) are judged anew. Records, rollups
  /// and the index of urgent mentions change in ONE batch, so that every moment between two pieces
  /// is consistent; corrections stay. The pieces are independent: whoever was interrupted begins
  /// again and finds the work that is left.
  Reclassified reclassify_some(const MentionRef& from, bool all,
                               const std::shared_ptr<const Catalogue>& catalogue,
                               const Rejudge& rejudge);
  /// W. Removes what has outlived its tenant's retention: mentions, identities of authors not seen
  /// since, alerts with their quotes; also dead letters after kDeadLetterDays, tombstones after
  /// kTombstoneDays, and what is known of sources' coverage once no tenant keeps anything so old.
  /// Rollups and usage stay: they are counts and name nobody; but rollups by five minutes go after
  /// kFineRollupDays.
  void expire(Day today);
  static constexpr Day kDeadLetterDays = 30, kTombstoneDays = 90, kFineRollupDays = 70;
  /// W. What is known of the terms of a day's mentions that no tenant kept; opaque here. Takes the
  /// place of what was there, and goes kHeardTermsDays after its day.
  void put_heard_terms(Day day, std::string_view sketch);
  static constexpr Day kHeardTermsDays = 90;

  // ---- What became of alerts (any thread; each call is durable when it returns) ----
  // These touch only rows that the writer inserts and never changes: no order between both matters.

  /// Takes the place of what was known of this delivery: tried again later, or given up.
  void update_delivery(const Delivery& delivery);
  /// The receiver has it: nothing is owed any more.
  void delivery_done(std::uint64_t alert, std::string_view receiver);
  /// One atomic change of the outbox and of what alerting notes beside it. Keys and values of notes
  /// are the alert part's own.
  struct AlertingChange {
    std::vector<Delivery> owed = {};  ///< takes the place of what was known of them
    std::vector<std::pair<std::uint64_t, std::string>> done = {};  ///< alert, receiver
    std::vector<std::pair<std::string, std::optional<std::string>>> notes =
        {};  ///< none: forgotten
  };
  void change_alerting(const AlertingChange& change);

  // ---- How sources are doing (one thread, any; not synced: a power cut takes the latest, in
  // order)

  /// Writes changes down, and that the engine is alive at `alive_at`.
  void note_coverage(std::span<const CoverageChange> changes, Time alive_at);
  void add_traffic(std::string_view source, Day day, const Traffic& traffic);

  // ---- Reading (any thread)
  // -------------------------------------------------------------------------------------

  Result<std::optional<StoredMention>> mention(MentionRef ref) const;

  /// Visits a tenant's mentions, newest received first, from just before `before` (all if absent)
  /// back to `since` (day); stops when `visit` says false. Views of the visited mention are valid
  /// during the call.
  Result<void> scan(TenantId tenant, std::optional<MentionRef> before, Day since,
                    const std::function<bool(const StoredMention&)>& visit) const;
  /// The same, many times as fast: only what figures count.
  Result<void> scan_facts(TenantId tenant, std::optional<MentionRef> before, Day since,
                          const std::function<bool(const MentionFact&)>& visit) const;
  /// The same, only mentions of urgency high and critical, through their index.
  Result<void> scan_urgent(TenantId tenant, std::optional<MentionRef> before, Day since,
                           const std::function<bool(const StoredMention&)>& visit) const;
  /// All of them, their facts.
  Result<void> scan_urgent_facts(TenantId tenant,
                                 const std::function<bool(const MentionFact&)>& visit) const;
  /// All of a tenant's mentions that incidents heard of as urgent, whatever people or other rules
  /// have said since.
  Result<void> scan_told_urgent(TenantId tenant,
                                const std::function<bool(const StoredMention&)>& visit) const;

  /// The story that the mention `founder` founded, whether it is still there or not. Nothing if it
  /// has no mention left.
  Result<std::optional<Story>> story(const MentionRef& founder) const;
  /// Of the stories of two mentions and more that were founded in days [from, to), at most `limit`
  /// that are `wanted`: those with the most authors, then the most mentions, then the oldest. Those
  /// that were not spoken of in `spoken`, ends included, may be left out unseen. `wanted` may fail
  /// and ask the store again, but not for widest stories.
  Result<std::vector<Story>> widest_stories(
      TenantId tenant, Day from, Day to, const TimeSpan& spoken, std::size_t limit,
      const std::function<Result<bool>(const Story&)>& wanted) const;
  /// Visits the mentions left of a story, oldest first.
  Result<void> scan_story(const MentionRef& founder,
                          const std::function<bool(const StoredMention&)>& visit) const;

  using VisitRow = std::function<void(const RollupRow&)>;
  /// Rows of buckets [from, to) of that grain, ascending; also rows that have come down to 0. The
  /// row is valid during the call.
  Result<void> visit_rollups(TenantId tenant, RollupGrain grain, std::uint32_t from,
                             std::uint32_t to, const VisitRow& visit) const;
  /// Likewise, the rows of all topics together alone: the others are passed over unread.
  Result<void> visit_totals(TenantId tenant, RollupGrain grain, std::uint32_t from,
                            std::uint32_t to, const VisitRow& visit) const;
  /// Rows that add up to hours [from, to): those of days that are whole, of hours before and after.
  Result<void> visit_hours(TenantId tenant, std::uint32_t from, std::uint32_t to,
                           const VisitRow& visit) const;

  Result<std::optional<std::string>> cursor(std::string_view connector) const;

  /// One source's changes before `to`, ascending: the last one until `from` and all after it; of
  /// more than kMaxChanges the latest.
  Result<std::vector<CoverageChange>> coverage(std::string_view source, Time from, Time to) const;
  static constexpr std::size_t kMaxChanges = 50'000;
  /// The last change of every source that ever was; when the engine was last alive, if it ever was.
  struct CoverageEnd {
    std::vector<CoverageChange> last;
    std::optional<Time> alive_at;
  };
  Result<CoverageEnd> coverage_end() const;
  /// Days [from, to) of all sources that ever were, ascending by source and day. Tenants that left
  /// the configuration are called "(former)".
  Result<std::vector<SourceUse>> usage(Day from, Day to) const;

  /// Newest first, at most `limit`.
  Result<std::vector<DeadLetter>> dead_letters(std::size_t limit) const;

  struct StoredAlert {
    std::uint64_t number = 0;
    TenantId tenant = 0;
    std::string body;
    WorkSubject subject;
    Work work;  ///< on its subject
  };
  /// Newest first, with number < `before` (0: all).
  Result<std::vector<StoredAlert>> alerts(TenantId tenant, std::uint64_t before,
                                          std::size_t limit) const;
  Result<std::optional<StoredAlert>> alert(std::uint64_t number) const;
  /// Owed and due deliveries that are durable, oldest alert first; `dead`: the given-up ones
  /// instead. `receiver`: only its own; empty: everybody's.
  Result<std::vector<Delivery>> deliveries(bool dead, Time due, std::size_t limit,
                                           std::string_view receiver = {}) const;

  /// How things stand, as of the last commit(). Nobody did anything: all empty.
  Work work_now(const WorkSubject& subject) const;
  /// With what was done: for what its state alone does not say.
  WorkHistory work_history(const WorkSubject& subject) const;
  /// What anything was done about, and how it stands: by day.
  std::vector<std::pair<WorkSubject, Work>> works(TenantId tenant) const;
  /// All that was done about it, undone or not, oldest first.
  Result<std::vector<WorkEvent>> work_events(const WorkSubject& subject) const;
  /// All that was done at a tenant's, newest first, with numbers < `before` (0: all).
  Result<std::vector<WorkEvent>> work_journal(TenantId tenant, std::uint64_t before,
                                              std::size_t limit) const;

  /// (key, value) of all whose keys begin so, by key.
  Result<std::vector<std::pair<std::string, std::string>>> alerting_notes(
      std::string_view prefix) const;
  /// All that `tenant` knows of authors, newest row first, an author perhaps several times. Stops
  /// when `visit(author, identity JSON)` says false. Callers audit.
  Result<void> scan_identities(
      TenantId tenant,
      const std::function<bool(const Pseudonym&, const std::string&)>& visit) const;
  /// Whether what this author writes is dropped.
  bool is_suppressed(TenantId tenant, const Pseudonym& author) const;
  struct Receipt {
    std::string number;
    Time at{};
    std::string receipt;
  };
  /// See put_receipt(): newest first, at most `limit`; of `number`, if it is not empty.
  Result<std::vector<Receipt>> receipts(TenantId tenant, std::string_view number,
                                        std::size_t limit) const;

  // ---- The files (any thread)

  /// What lies on disk: for backups (store/backup.h).
  const KeyValue& key_value() const;
  /// Erased, expired and replaced bytes leave the files and the log. Takes as long as reading and
  /// writing the store once; kUnavailable: `cancelled` became true.
  Result<void> scrub(std::atomic<bool>& cancelled);
  /// A number that grows whenever retention or an erasure removes something, also over restarts; 0:
  /// all of that has left the files.
  std::uint64_t unscrubbed() const;
  /// W. scrub() was called after unscrubbed() had given `upto`. Part of the batch under way.
  void scrubbed(std::uint64_t upto);

  /// See put_heard_terms(): as of the last commit().
  Result<std::optional<std::string>> heard_terms(Day day) const;

  /// Who a pseudonym is: the identity JSON that was sealed, nothing if erased. Callers audit.
  Result<std::optional<std::string>> reveal(TenantId tenant, const Pseudonym& author) const;

  StoreStats stats() const;

 private:
  Result<void> scan_index_of_urgent(TenantId tenant, std::optional<MentionRef> before, Day since,
                                    const std::function<bool(const StoredMention&)>& visit) const;

  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Before a store is opened: the number of the erasure that was carried out for this author of a
/// tenant's, by its id; empty: it was interrupted; nothing: there was none.
Result<std::optional<std::string>> erasure_in(const KeyValue& key_value, std::string_view tenant,
                                              const Pseudonym& author);

}  // namespace vigie
