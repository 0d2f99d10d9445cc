// What people did about stories and alerts: events in the order they were done. How things stand is
// added up from them when the store is opened, and kept in memory.
//
// An event:  signed at, byte act, byte from, byte to, byte withdrawn, by (text), text,
//            varint undoes, varint about's day, varint about's sequence; of a draft and of an
//            answer by one: card (text), network (text), varint draft
#include <algorithm>
#include <utility>

#include "engine/core/check.h"
#include "engine/store/store_state.h"

namespace vigie {
namespace {

using About = WorkSubject::Kind;

char byte_of(About kind) { return kind == About::kStory ? 's' : 'a'; }

/// D kind number.
void put_place(std::string& key, const WorkSubject& subject) {
  put_u32(key, subject.day);
  key.push_back(byte_of(subject.kind));
  put_u64(key, subject.number);
}
bool read_place(ByteReader& in, WorkSubject& subject) {
  subject.day = in.u32();
  const std::string_view kind = in.take(1);
  subject.kind = kind == "a" ? About::kAlert : About::kStory;
  subject.number = in.u64();
  return in.ok() && (kind == "a" || kind == "s");
}
std::string subject_prefix(std::uint32_t number, const WorkSubject& subject) {
  std::string key = number_key("s", number);
  put_place(key, subject);
  return key;
}
std::string event_key(std::uint32_t number, const WorkEvent& event) {
  return number_key(subject_prefix(number, event.subject), event.number);
}
std::string journal_key(std::uint32_t number, std::uint64_t event) {
  return number_key(number_key("j", number), event);
}

std::string encode(const WorkEvent& event) {
  std::string value;
  put_signed(value, event.done.at.time_since_epoch().count());
  for (const auto byte : {static_cast<char>(event.done.act), static_cast<char>(event.from),
                          static_cast<char>(event.to), static_cast<char>(event.withdrawn)}) {
    value.push_back(byte);
  }
  put_text(value, event.done.by);
  put_text(value, event.done.text);
  put_varint(value, event.done.undoes);
  put_varint(value, event.done.about_day);
  put_varint(value, event.done.about);
  if (event.done.act == WorkAct::kDraft || event.done.draft != 0) {
    put_text(value, event.done.card);
    put_text(value, event.done.network);
    put_varint(value, event.done.draft);
  }
  return value;
}

/// `key` with its prefix.
Result<WorkEvent> decode(std::string_view key, std::string_view value, TenantId tenant) {
  WorkEvent event;
  event.subject.tenant = tenant;
  ByteReader of(key.substr(1));
  of.u32();
  const bool has_place = read_place(of, event.subject);
  event.number = of.u64();
  ByteReader in(value);
  event.done.at = Time(microseconds(in.integer()));
  event.done.act = in.choice<WorkAct>(kWorkActs);
  event.from = in.choice<WorkState>(kWorkStates);
  event.to = in.choice<WorkState>(kWorkStates);
  event.withdrawn = in.choice<std::uint8_t>(2) != 0;
  event.done.by = in.text();
  event.done.text = in.text();
  event.done.undoes = in.varint();
  event.done.about_day = static_cast<Day>(in.varint());
  event.done.about = in.varint();
  if (in.left() > 0) {
    event.done.card = in.text();
    event.done.network = in.text();
    event.done.draft = in.varint();
  }
  if (!has_place || !of.done() || !in.done()) {
    return damaged("something that was done");
  }
  return event;
}

}  // namespace

Result<void> Store::State::load_work() {
  last_work.resize(number_of.size());
  for (TenantId tenant = 0; tenant < number_of.size(); ++tenant) {
    const std::uint32_t number = number_of[tenant];
    const auto last = key_value->get(Family::kMeta, number_key("work/", number));
    if (!last) {
      return tl::make_unexpected(last.error());
    }
    last_work[tenant] = *last ? ByteReader(**last).u64() : 0;
    const std::string prefix = number_key("s", number);
    const auto at = key_value->iterate(Family::kWork);
    for (at->seek(prefix); has_prefix(*at, prefix); at->next()) {
      const Result<WorkEvent> event = decode(at->key(), at->value(), tenant);
      if (!event) {
        return tl::make_unexpected(event.error());
      }
      works[event->subject].add(*event);
    }
    if (const Result<void> status = at->status(); !status) {
      return status;
    }
  }
  return {};
}

WorkHistory Store::State::history(const WorkSubject& subject) const {
  WorkHistory history;
  {
    const std::shared_lock lock(work_mutex);
    const auto found = works.find(subject);
    if (found != works.end()) {
      history = found->second;
    }
  }
  for (const WorkEvent& event : pending_work) {
    if (event.subject == subject) {
      history.add(event);
    }
  }
  return history;
}

void Store::State::append(const WorkSubject& subject, WorkEvent event) {
  const std::uint32_t number = number_of[subject.tenant];
  event.subject = subject;
  event.number = ++last_work[subject.tenant];
  batch.put(Family::kMeta, number_key("work/", number), number_key({}, event.number));
  batch.put(Family::kWork, event_key(number, event), encode(event));
  std::string place;
  put_place(place, subject);
  batch.put(Family::kWork, journal_key(number, event.number), place);
  pending_work.push_back(std::move(event));
}

void Store::State::show_work() {
  if (pending_work.empty()) {
    return;
  }
  const std::unique_lock lock(work_mutex);
  for (const WorkEvent& event : pending_work) {
    works[event.subject].add(event);
  }
  pending_work.clear();
}

Result<bool> Store::State::is_there(const WorkSubject& subject) const {
  const std::uint32_t number = number_of[subject.tenant];
  if (subject.kind == About::kAlert) {
    const auto owner = key_value->get(Family::kAlerts, number_key("a", subject.number));
    if (!owner) {
      return tl::make_unexpected(owner.error());
    }
    return *owner && (*owner)->starts_with(number_key(number_key({}, number), subject.day));
  }
  const auto founder = held({number, subject.day, subject.number});
  if (!founder) {
    return tl::make_unexpected(founder.error());
  }
  if (*founder) {
    const Result<Record> record = decode_record((*founder)->bytes);
    return record ? Result<bool>(!record->repeats) : tl::make_unexpected(record.error());
  }
  const std::string prefix = ref_key(number, subject.day, subject.number);
  const auto at = key_value->iterate(Family::kStories);
  at->seek(prefix);
  const bool is_left = has_prefix(*at, prefix);
  const Result<void> status = at->status();
  return status ? Result<bool>(is_left) : tl::make_unexpected(status.error());
}

Result<std::optional<WorkEvent>> Store::work(const WorkSubject& subject,
                                             const WorkRequest& request) {
  commit();
  State& state = *state_;
  if (subject.tenant >= state.number_of.size() || !must(state.is_there(subject))) {
    return fail(ErrorCode::kNotFound, "there is no such story or alert");
  }
  Result<std::optional<WorkEvent>> event = state.history(subject).decide(request);
  if (!event || !*event) {
    return event;
  }
  state.append(subject, std::move(**event));
  *event = state.pending_work.back();
  commit();
  return event;
}

void Store::reopen_work(const WorkSubject& subject, Time at) {
  const WorkState now = state_->history(subject).now().state;
  if (is_open(now)) {
    return;
  }
  WorkEvent event;
  event.done = {WorkAct::kReopen, std::string(kEngine), at};
  event.from = now;
  state_->append(subject, std::move(event));
}

void Store::State::withdraw(const WorkEvent& event) {
  WorkEvent bare = event;
  bare.done.text.clear();
  bare.withdrawn = true;
  batch.put(Family::kWork, event_key(number_of[event.subject.tenant], event), encode(bare));
  const std::unique_lock lock(work_mutex);
  works[event.subject].withdraw(event.number);
}

/// What tags and notes say is people's own text about what somebody said; whom something was
/// assigned to is not.
void Store::State::withdraw_work(const MentionRef& story, const MentionRef& mention, bool is_last) {
  const WorkSubject subject = work_on(story);
  if (!works.contains(subject)) {  // the writer alone changes it
    return;
  }
  const std::uint32_t number = number_of[story.tenant];
  const std::string prefix = subject_prefix(number, subject);
  const auto at = key_value->iterate(Family::kWork);
  for (at->seek(prefix); has_prefix(*at, prefix); at->next()) {
    const WorkEvent event = must(decode(at->key(), at->value(), story.tenant));
    const WorkAct act = event.done.act;
    const bool is_about =
        event.done.about_day == mention.day && event.done.about == mention.sequence;
    const bool has_words =
        speaks_of_one_mention(event.done.act) || act == WorkAct::kTag || act == WorkAct::kUntag;
    if (!event.withdrawn && has_words &&
        (is_last || (is_about && speaks_of_one_mention(event.done.act)))) {
      withdraw(event);
    }
  }
  must(at->status());
}

/// The work on a story goes with the last of its mentions, as the rows of family 13 tell before
/// this batch; what was written about those that go, goes now.
void Store::State::expire_work(std::uint32_t number, Day day, WriteBatch& gone) {
  const std::optional<TenantId> tenant = tenant_of(number);
  const TenantId owner = tenant.value_or(static_cast<TenantId>(number_of.size()));  // or nobody
  const auto stories = key_value->iterate(Family::kStories);
  const auto outlives = [&](const WorkSubject& subject) {
    const std::string prefix = ref_key(number, subject.day, subject.number);
    bool is_left = false;
    for (stories->seek(prefix); !is_left && has_prefix(*stories, prefix); stories->next()) {
      RefKey mention;
      is_left = parse_ref_key(stories->key(), mention) && mention.day >= day;
    }
    return subject.kind == About::kStory && is_left;
  };
  const auto at = key_value->iterate(Family::kWork);
  std::string end = number_key("s", number);
  put_u32(end, day);
  for (at->seek(number_key("s", number)); at->valid() && at->key() < end; at->next()) {
    const WorkEvent event = must(decode(at->key(), at->value(), owner));
    if (!outlives(event.subject)) {
      gone.erase(Family::kWork, at->key());
      gone.erase(Family::kWork, journal_key(number, event.number));
      const std::unique_lock lock(work_mutex);
      works.erase(event.subject);
    } else if (tenant && speaks_of_one_mention(event.done.act) && !event.withdrawn &&
               event.done.about != 0 && event.done.about_day < day) {
      withdraw(event);
    }
  }
  must(stories->status());
  must(at->status());
}

// ---- Reading ------------------------------------------------------------------------------------

Work Store::work_now(const WorkSubject& subject) const {
  const std::shared_lock lock(state_->work_mutex);
  const auto found = state_->works.find(subject);
  return found == state_->works.end() ? Work() : found->second.now();
}

WorkHistory Store::work_history(const WorkSubject& subject) const {
  const std::shared_lock lock(state_->work_mutex);
  const auto found = state_->works.find(subject);
  return found == state_->works.end() ? WorkHistory() : found->second;
}

std::vector<std::pair<WorkSubject, Work>> Store::works(TenantId tenant) const {
  std::vector<std::pair<WorkSubject, Work>> found;
  const std::shared_lock lock(state_->work_mutex);
  for (auto at = state_->works.lower_bound({tenant, 0, About::kStory, 0});
       at != state_->works.end() && at->first.tenant == tenant; ++at) {
    found.emplace_back(at->first, at->second.now());
  }
  return found;
}

Result<std::vector<WorkEvent>> Store::work_events(const WorkSubject& subject) const {
  std::vector<WorkEvent> events;
  if (subject.tenant >= state_->number_of.size()) {
    return events;
  }
  const std::string prefix = subject_prefix(state_->number_of[subject.tenant], subject);
  const auto at = state_->key_value->iterate(Family::kWork);
  for (at->seek(prefix); has_prefix(*at, prefix); at->next()) {
    Result<WorkEvent> event = decode(at->key(), at->value(), subject.tenant);
    if (!event) {
      return tl::make_unexpected(event.error());
    }
    events.push_back(std::move(*event));
  }
  const Result<void> status = at->status();
  return status ? Result<std::vector<WorkEvent>>(std::move(events))
                : tl::make_unexpected(status.error());
}

Result<std::vector<WorkEvent>> Store::work_journal(TenantId tenant, std::uint64_t before,
                                                   std::size_t limit) const {
  std::vector<WorkEvent> events;
  if (tenant >= state_->number_of.size()) {
    return events;
  }
  const std::uint32_t number = state_->number_of[tenant];
  const std::string prefix = number_key("j", number);
  const auto at = state_->key_value->iterate(Family::kWork);
  for (at->seek_for_prev(journal_key(number, before == 0 ? ~std::uint64_t{0} : before - 1));
       has_prefix(*at, prefix) && events.size() < limit; at->prev()) {
    WorkEvent event;
    event.subject.tenant = tenant;
    ByteReader in(at->value());
    event.number = ByteReader(at->key().substr(prefix.size())).u64();
    if (!read_place(in, event.subject)) {
      return damaged("the journal of work");
    }
    const std::string key = event_key(number, event);
    const auto value = state_->key_value->get(Family::kWork, key);
    if (!value) {
      return tl::make_unexpected(value.error());
    }
    if (!*value) {
      continue;  // retention took it meanwhile
    }
    Result<WorkEvent> read = decode(key, **value, tenant);
    if (!read) {
      return tl::make_unexpected(read.error());
    }
    events.push_back(std::move(*read));
  }
  const Result<void> status = at->status();
  return status ? Result<std::vector<WorkEvent>>(std::move(events))
                : tl::make_unexpected(status.error());
}

}  // namespace vigie
