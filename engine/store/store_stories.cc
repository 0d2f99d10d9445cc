// Which mention repeats which. What a story is made of lies in one row for each mention but its
// founder, so that counting one reads neither packs nor records.
#include <algorithm>
#include <map>
#include <set>

#include "engine/core/check.h"
#include "engine/store/store_state.h"

namespace vigie {
namespace {

/// Counts up a story from its mentions, oldest first.
class StoryCounter {
 public:
  explicit StoryCounter(const MentionRef& founder) { story_.founder = founder; }

  void add(const MentionRef& ref, std::uint64_t author, Time created_at, std::string_view source) {
    if (story_.mentions++ == 0) {
      story_.oldest = ref;
      story_.first_at = story_.last_at = created_at;
    }
    story_.first_at = std::min(story_.first_at, created_at);
    story_.last_at = std::max(story_.last_at, created_at);
    if (author == 0) {
      ++unknown_authors_;
    } else {
      authors_.insert(author);
    }
    ++sources_[std::string(source)];
    ++hours_[hour_of(created_at)];
  }

  Story finish() {
    story_.authors = authors_.size() + unknown_authors_;
    story_.sources.assign(sources_.begin(), sources_.end());
    std::ranges::stable_sort(story_.sources, std::greater(),
                             [](const auto& source) { return source.second; });
    if (!hours_.empty()) {
      const auto peak =
          std::ranges::max_element(hours_, {}, [](const auto& hour) { return hour.second; });
      story_.peak_hour = peak->first;
      story_.peak_mentions = peak->second;
    }
    return std::move(story_);
  }

 private:
  Story story_;
  std::set<std::uint64_t> authors_;
  std::uint64_t unknown_authors_ = 0;
  std::map<std::string, std::uint64_t> sources_;
  std::map<std::uint32_t, std::uint64_t> hours_;
};

std::string story_prefix(std::uint32_t number, const MentionRef& story) {
  return ref_key(number, story.day, story.sequence);
}

/// The two references of a row's key.
struct Row {
  MentionRef story, mention;
};
Result<Row> read_row(TenantId tenant, std::string_view key) {
  ByteReader in(key);
  in.u32();
  Row row{{tenant, in.u32(), in.u64()}, {tenant, in.u32(), in.u64()}};
  return in.done() ? Result<Row>(row) : damaged("the index of stories");
}

/// Adds what a row says of its mention.
Result<void> add_row(const MentionRef& mention, std::string_view value, StoryCounter& counter) {
  ByteReader in(value);
  const std::uint64_t author = in.u64();
  const Time created_at(microseconds(in.integer()));
  const std::string_view source = in.text();
  if (!in.ok()) {
    return damaged("the index of stories");
  }
  counter.add(mention, author, created_at, source);
  return {};
}

}  // namespace

std::string Store::State::story_row(std::uint32_t number, const MentionRef& story,
                                    const MentionRef& mention) {
  std::string row = story_prefix(number, story);
  put_u32(row, mention.day);
  put_u64(row, mention.sequence);
  return row;
}

void Store::join_story(const Findings& findings, const Finding& finding, const MentionRef& mention,
                       const MentionRef& story, bool leads, const TimeSpan& spoken) {
  State& state = *state_;
  State::Pending* const fresh = state.pending_at(mention.tenant, mention.sequence);
  check(fresh != nullptr && fresh->alive, "a mention joins its story in the batch that stores it");
  if (!leads) {
    state.count_finding(findings, finding, {0, -1});
  }
  std::string value;
  put_u64(value, finding.has_author ? fresh->fact.voice : 0);
  put_signed(value, finding.created_at.time_since_epoch().count());
  put_text(value, findings.view(finding.source));
  put_varint(value, minute_of(spoken.from));  // no more: another's post is not to be told by it
  put_varint(value, minute_of(spoken.to));
  state.pending_story_rows.emplace_back(
      State::story_row(state.number_of[mention.tenant], story, mention), std::move(value));
  state.pending_story_joins.push_back(
      {state.number_of[mention.tenant], story.day, story.sequence, spoken});
  fresh->fact.founder = story;
  fresh->fact.leads = leads;
  fresh->offset = state.pending_bytes.size();
  join_record(findings.view(finding.record), {story.day, story.sequence}, leads,
              state.pending_bytes);
  fresh->length = state.pending_bytes.size() - fresh->offset;
}

void Store::State::write_stories() {
  std::ranges::sort(pending_story_rows);
  for (const auto& [row, value] : pending_story_rows) {
    batch.put(Family::kStories, row, value);
  }
  pending_story_rows.clear();
}

std::unique_ptr<StoredMention> Store::State::inherit(const MentionRef& story,
                                                     const MentionRef& gone, bool& unled) {
  if (!pending_story_rows.empty()) {  // its rows may be of this batch
    commit();
  }
  const std::uint32_t number = number_of[story.tenant];
  const std::string prefix = story_prefix(number, story);
  std::unique_ptr<StoredMention> heir;
  const auto consider = [&](const MentionRef& ref) {
    if (ref == gone) {
      return true;
    }
    const std::optional<HeldRecord> held = current(ref.tenant, {ref.day, ref.sequence});
    if (!held) {
      return true;
    }
    Record record = must(decode_record(held->bytes));
    if (!heir) {
      heir = std::make_unique<StoredMention>();
      heir->ref = ref;
      heir->bytes.reset(new char[held->bytes.size()]);
      held->bytes.copy(heir->bytes.get(), held->bytes.size());
      heir->record = must(decode_record({heir->bytes.get(), held->bytes.size()}));
    }
    if (unled && !record.official) {
      record.leads = true;
      count_record(number, record, *must(catalogue(held->generation)), {0, 1});
      rewrite(ref, record, held->generation);
      unled = false;
    }
    return unled;
  };
  bool goes_on = consider(story);
  const auto at = key_value->iterate(Family::kStories);
  for (at->seek(prefix); (goes_on || !heir) && has_prefix(*at, prefix); at->next()) {
    goes_on = consider(must(read_row(story.tenant, at->key())).mention);
  }
  must(at->status());
  return heir;
}

/// Whether the batch under way deletes it.
bool Store::State::is_gone(const MentionRef& mention) {
  const Pending* const fresh = pending_at(mention.tenant, mention.sequence);
  const auto over =
      pending_overlay.find({number_of[mention.tenant], mention.day, mention.sequence});
  return (fresh != nullptr && !fresh->alive) || (over != pending_overlay.end() && !over->second);
}

std::pair<Time, Time> Store::dates_of_story(const MentionRef& founder) const {
  State& state = *state_;
  StoryCounter counter(founder);
  if (const auto held = state.current(founder.tenant, {founder.day, founder.sequence})) {
    const Record record = must(decode_record(held->bytes));
    counter.add(founder, 0, record.mention.created_at, {});
  }
  const std::string prefix = story_prefix(state.number_of[founder.tenant], founder);
  const auto at = state.key_value->iterate(Family::kStories);
  for (at->seek(prefix); has_prefix(*at, prefix); at->next()) {
    const MentionRef mention = must(read_row(founder.tenant, at->key())).mention;
    if (!state.is_gone(mention)) {
      must(add_row(mention, at->value(), counter));
    }
  }
  must(at->status());
  const Story story = counter.finish();
  check(story.mentions != 0, "a story that has mentions has dates");
  return {story.first_at, story.last_at};
}

/// A replay that tells the newest first has founders that were received days after mentions of
/// theirs.
void Store::State::expire_stories(std::uint32_t number, Day day, WriteBatch& gone) {
  constexpr Day kMostAfter = 7;
  const std::optional<TenantId> tenant = tenant_of(number);
  const auto at = key_value->iterate(Family::kStories);
  const std::string begin = ref_key(number, 0, 0), end = ref_key(number, day + kMostAfter + 1, 0);
  std::optional<MentionRef> last;
  for (at->seek(begin); at->valid() && at->key() < end; at->next()) {
    const Row row = must(read_row(tenant.value_or(0), at->key()));
    const bool is_gone = row.mention.day < day;
    if (is_gone) {
      gone.erase(Family::kStories, at->key());
    }
    // Who led is gone: the founder, or the mention.
    if (tenant && last != row.story && is_gone != (row.story.day < day)) {
      last = row.story;  // rollups stay, so that a story which outlives its leader counts again
      lead_on(row.story, day);
    }
  }
  must(at->status());
}

/// Among the mentions of `story` that were received on `day` or later one leads, if any may.
void Store::State::lead_on(const MentionRef& story, Day day) {
  const std::uint32_t number = number_of[story.tenant];
  const std::string prefix = story_prefix(number, story);
  std::optional<std::pair<MentionRef, HeldRecord>> next;
  const auto founder = story.day < day ? std::optional<HeldRecord>()
                                       : current(story.tenant, {story.day, story.sequence});
  if (founder) {
    const Record record = must(decode_record(founder->bytes));
    if (record.leads && !record.official) {
      return;
    }
  }
  const auto at = key_value->iterate(Family::kStories);
  for (at->seek(prefix); has_prefix(*at, prefix); at->next()) {
    const MentionRef ref = must(read_row(story.tenant, at->key())).mention;
    std::optional<HeldRecord> held;
    if (ref.day < day || !(held = current(ref.tenant, {ref.day, ref.sequence}))) {
      continue;
    }
    const Record record = must(decode_record(held->bytes));
    if (record.leads) {
      return;
    }
    if (!next && !record.official) {
      next = {ref, std::move(*held)};
    }
  }
  must(at->status());
  if (next) {
    Record record = must(decode_record(next->second.bytes));
    record.leads = true;
    count_record(number, record, *must(catalogue(next->second.generation)), {0, 1});
    rewrite(next->first, record, next->second.generation);
  }
}

MentionRef founder_of(const MentionRef& mention, const Record& record) {
  const auto& repeats = record.repeats;
  return repeats ? MentionRef{mention.tenant, repeats->day, repeats->sequence} : mention;
}

// ---- Reading ------------------------------------------------------------------------------------

Result<std::optional<Story>> Store::story(const MentionRef& founder) const {
  if (founder.tenant >= state_->number_of.size()) {
    return std::nullopt;
  }
  StoryCounter counter(founder);
  const std::string prefix = story_prefix(state_->number_of[founder.tenant], founder);
  const auto at = state_->key_value->iterate(Family::kStories);
  const Result<std::optional<StoredMention>> first = mention(founder);
  if (!first) {
    return tl::make_unexpected(first.error());
  }
  bool is_there = false;
  if (*first && !(*first)->record.repeats) {
    const Record& record = (*first)->record;
    counter.add(founder, author_hash(record), record.mention.created_at, record.mention.source);
    is_there = true;
  }
  for (at->seek(prefix); has_prefix(*at, prefix); at->next()) {
    const Result<Row> row = read_row(founder.tenant, at->key());
    const Result<void> added =
        row ? add_row(row->mention, at->value(), counter) : tl::make_unexpected(row.error());
    if (!added) {
      return tl::make_unexpected(added.error());
    }
    is_there = true;
  }
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return is_there ? std::optional(counter.finish()) : std::nullopt;
}

Result<std::vector<Story>> Store::widest_stories(
    TenantId tenant, Day from, Day to, const TimeSpan& spoken, std::size_t limit,
    const std::function<Result<bool>(const Story&)>& wanted) const {
  std::vector<Story> widest;
  if (tenant >= state_->number_of.size() || limit == 0) {
    return widest;
  }
  using Size = std::pair<std::uint64_t, std::uint64_t>;
  const auto is_wider = [](const Size& one, const MentionRef& founder, const Story& other) {
    const Size size(other.authors, other.mentions);
    return one > size || (one == size && founder < other.founder);
  };
  const auto look_at = [&](Day day, const StoryBounds::Bound& bound) -> Result<bool> {
    const MentionRef founder{tenant, day, bound.sequence};
    if (widest.size() == limit &&
        !is_wider({bound.authors, bound.mentions}, founder, widest.back())) {
      return false;
    }
    Result<std::optional<Story>> one = story(founder);
    if (!one) {
      return tl::make_unexpected(one.error());
    }
    if (!*one || (*one)->mentions < 2) {
      return true;
    }
    const Result<bool> is_wanted = wanted(**one);
    if (is_wanted && *is_wanted) {
      const auto place = std::ranges::find_if(widest, [&](const Story& other) {
        return is_wider({(*one)->authors, (*one)->mentions}, founder, other);
      });
      widest.insert(place, std::move(**one));
      widest.resize(std::min(widest.size(), limit));
    }
    return is_wanted ? Result<bool>(true) : tl::make_unexpected(is_wanted.error());
  };
  const Result<void> read =
      state_->story_bounds.visit_widest(*state_->key_value, state_->story_joins,
                                        state_->number_of[tenant], from, to, spoken, look_at);
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  return widest;
}

Result<void> Store::scan_story(const MentionRef& founder,
                               const std::function<bool(const StoredMention&)>& visit) const {
  if (founder.tenant >= state_->number_of.size()) {
    return {};
  }
  const std::string prefix = story_prefix(state_->number_of[founder.tenant], founder);
  const auto at = state_->key_value->iterate(Family::kStories);
  const auto show = [&](const MentionRef& ref) -> Result<bool> {
    const Result<std::optional<StoredMention>> stored = mention(ref);
    if (!stored) {
      return tl::make_unexpected(stored.error());
    }
    const bool is_of_it = *stored && (ref != founder || !(*stored)->record.repeats);
    return !is_of_it || visit(**stored);
  };
  Result<bool> goes_on = show(founder);
  for (at->seek(prefix); goes_on && *goes_on && has_prefix(*at, prefix); at->next()) {
    const Result<Row> row = read_row(founder.tenant, at->key());
    goes_on = row ? show(row->mention) : tl::make_unexpected(row.error());
  }
  return goes_on ? at->status() : tl::make_unexpected(goes_on.error());
}

}  // namespace vigie
