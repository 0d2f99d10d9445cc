// /api/v1/tenants/{tenant}/work: what is to be handled, what is done about it, who did what.
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "engine/web/api_routes.h"
#include "engine/web/work_json.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t kMaxLimit = 200, kDefaultLimit = 50;
constexpr std::size_t kMaxStepBytes = 16 << 10;
/// So many urgent mentions are looked through for stories that nobody touched, the newest.
constexpr std::size_t kMaxUrgent = 5'000;
constexpr const char* kPath = "/api/v1/tenants/{tenant}/work";
constexpr std::string_view kAlert = "alert-";

/// What a ref leads to: any mention of a story, its founder that is gone, or an alert.
struct Named {
  WorkSubject subject;
  std::optional<MentionRef> mention;  ///< that is there
  std::string alert_body;
};

Result<Named> find_alert(const ApiParts& parts, TenantId tenant, std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc() && end == digits.data() + digits.size()) {
    auto alert = parts.store.alert(number);
    if (!alert) {
      return tl::make_unexpected(alert.error());
    }
    if (*alert && (*alert)->tenant == tenant) {
      return Named{(*alert)->subject, std::nullopt, std::move((*alert)->body)};
    }
  }
  return fail(ErrorCode::kNotFound, "no such alert");
}

/// Another tenant's are not there, as those that never were.
Result<Named> find(const ApiParts& parts, TenantId tenant, const Request& request) {
  const std::string_view text = request.parameter("ref");
  if (text.starts_with(kAlert)) {
    return find_alert(parts, tenant, text.substr(kAlert.size()));
  }
  const std::optional<MentionRef> ref = parse_mention_ref(tenant, text);
  if (!ref) {
    return fail(ErrorCode::kNotFound, "no such story");
  }
  const auto stored = parts.store.mention(*ref);
  if (!stored) {
    return tl::make_unexpected(stored.error());
  }
  if (*stored) {
    return Named{work_on(founder_of(**stored)), *ref, {}};
  }
  const auto story = parts.store.story(*ref);
  if (!story) {
    return tl::make_unexpected(story.error());
  }
  const WorkSubject subject = work_on(*ref);
  if (*story || parts.store.work_history(subject).now().last != 0) {
    return Named{subject, std::nullopt, {}};
  }
  return fail(ErrorCode::kNotFound, "no such story");
}

std::set<std::uint64_t> undone_among(const std::vector<WorkEvent>& events) {
  std::set<std::uint64_t> undone;
  for (const WorkEvent& event : events) {
    if (event.done.act == WorkAct::kUndo) {
      undone.insert(event.done.undoes);
    }
  }
  return undone;
}

Result<WorkDue> when_due(const ApiParts& parts, const Named& named, const Work& work) {
  const WorkSubject& subject = named.subject;
  WorkDue due;
  if (subject.kind == WorkSubject::Kind::kAlert) {
    const auto summary = read_alert_body(named.alert_body);
    if (summary && !summary->is_end && summary->raised_at) {
      due.at = alert_due_at(parts.tenants.at(subject.tenant), summary->level, *summary->raised_at,
                            nullptr);
    }
    due.is_overdue = due.at && is_open(work.state) && *due.at < parts.clock.now();
    return due;
  }
  const auto leader = leader_of(parts.store, {subject.tenant, subject.day, subject.number});
  if (!leader) {
    return tl::make_unexpected(leader.error());
  }
  return *leader
             ? due_of(parts.tenants.at(subject.tenant), (*leader)->record, work, parts.clock.now())
             : due;
}

Response show(const ApiParts& parts, const Named& named) {
  const WorkHistory history = parts.store.work_history(named.subject);
  const auto events = parts.store.work_events(named.subject);
  const auto due = when_due(parts, named, history.now());
  if (!events || !due) {
    return store_failed(events ? due.error() : events.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_work_members(named.subject, history.now(), *due, json);
  json.key("allowed").begin_array();
  for (const WorkAct act : history.allowed()) {
    json.value(to_string(act));
  }
  json.end_array().key("written").begin_array();
  const std::set<std::uint64_t> undone = undone_among(*events);
  for (const WorkEvent& event : *events) {
    if (event.done.act == WorkAct::kNote && !event.withdrawn && !undone.contains(event.number)) {
      write_work_event(event, false, json);
    }
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response show_history(const ApiParts& parts, TenantId tenant, const Request& request) {
  const Result<Named> named = find(parts, tenant, request);
  const auto events = named ? parts.store.work_events(named->subject)
                            : Result<std::vector<WorkEvent>>(tl::make_unexpected(named.error()));
  if (!events) {
    return store_failed(events.error());
  }
  const std::set<std::uint64_t> undone = undone_among(*events);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("events").begin_array();
  for (const WorkEvent& event : *events) {
    write_work_event(event, undone.contains(event.number), json);
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response show_journal(const ApiParts& parts, TenantId tenant, const Request& request) {
  const auto limit = number_field(request, "limit", 1, kMaxLimit, kDefaultLimit);
  const auto before = number_field(request, "before", 1, UINT64_MAX, 0);
  if (!limit || !before) {
    return problem(400, "limit: 1 to 200, before: the `next` of an earlier answer");
  }
  const auto events = parts.store.work_journal(tenant, *before, *limit);
  if (!events) {
    return store_failed(events.error());
  }
  std::map<WorkSubject, std::set<std::uint64_t>> undone;
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("events").begin_array();
  for (const WorkEvent& event : *events) {
    const auto [known, is_new] = undone.try_emplace(event.subject);
    if (is_new) {
      const auto all = parts.store.work_events(event.subject);
      if (!all) {
        return store_failed(all.error());
      }
      known->second = undone_among(*all);
    }
    write_work_event(event, known->second.contains(event.number), json);
  }
  json.end_array().key("next");
  const bool is_all = events->size() < *limit || events->back().number <= 1;
  is_all ? json.null() : json.value(events->back().number);
  json.end_object();
  return json_response(std::move(body));
}

// ---- The list -----------------------------------------------------------------------------------

struct WorkFilter {
  std::optional<WorkState> state;  ///< nothing: new or taken
  std::optional<std::string> assignee, tag;
  std::optional<bool> overdue;

  bool takes(const Work& work) const {
    return (state ? work.state == *state : is_open(work.state)) &&
           (!assignee || work.assignee == *assignee) &&
           (!tag || std::ranges::binary_search(work.tags, *tag));
  }
  /// Something was done about all that it takes.
  bool needs_steps() const {
    return (state && *state != WorkState::kNew) || (assignee && !assignee->empty()) || tag;
  }
};

/// Nothing, and `why`, if a field is not what it should be.
std::optional<WorkFilter> read_filter(const Request& request, std::string& why) {
  WorkFilter filter;
  filter.assignee = request.query_field("assignee");
  filter.tag = request.query_field("tag");
  const std::string state = request.query_field("state").value_or("open");
  if (state != "open") {
    filter.state = parse_work_state(state);
    if (!filter.state) {
      why = "state is open, new, taken, answered, closed or muted";
    }
  }
  if (const auto overdue = request.query_field("overdue")) {
    filter.overdue = *overdue == "true";
    if (!*filter.overdue && *overdue != "false") {
      why = "overdue is true or false";
    }
  }
  return why.empty() ? std::optional(std::move(filter)) : std::nullopt;
}

/// A place in the list: what is open by its due time, the rest by when it was done, latest first.
struct Row {
  std::int64_t key = 0;
  MentionRef leader;
  auto operator<=>(const Row&) const = default;
};
std::string to_string(const Row& row) {
  return std::to_string(row.key) + "_" + to_string(row.leader);
}
std::optional<Row> parse_row(TenantId tenant, const std::string& text) {
  Row row;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row.key);
  const auto at = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || at == text.size() || text[at] != '_') {
    return std::nullopt;
  }
  const std::optional<MentionRef> leader = parse_mention_ref(tenant, text.substr(at + 1));
  row.leader = leader.value_or(MentionRef());
  return leader ? std::optional(row) : std::nullopt;
}

class WorkList {
 public:
  WorkList(const ApiParts& parts, TenantId tenant, WorkFilter filter)
      : parts_(parts), tenant_(tenant), filter_(std::move(filter)), now_(parts.clock.now()) {}

  Result<std::set<Row>> read() {
    if (const Result<void> done = read_touched(); !done) {
      return tl::make_unexpected(done.error());
    }
    if (!filter_.needs_steps()) {
      if (const Result<void> done = read_untouched(); !done) {
        return tl::make_unexpected(done.error());
      }
    }
    return std::move(rows_);
  }
  bool is_cut() const { return is_cut_; }

 private:
  Result<void> read_touched() {
    for (const auto& [subject, work] : parts_.store.works(tenant_)) {
      if (subject.kind != WorkSubject::Kind::kStory) {
        continue;
      }
      touched_.insert(subject);
      if (!filter_.takes(work)) {
        continue;
      }
      const auto leader = leader_of(parts_.store, {tenant_, subject.day, subject.number});
      if (!leader) {
        return tl::make_unexpected(leader.error());
      }
      // What was undone altogether is as if nobody had touched it.
      const bool waits =
          *leader && (work.last != 0 || is_urgent(urgency_in_force((*leader)->record)));
      if (waits) {
        const Record& record = (*leader)->record;
        add((*leader)->ref, due_of(parts_.tenants.at(tenant_), record, work, now_), work);
      }
    }
    return {};
  }
  Result<void> read_untouched() {
    const Tenant& tenant = parts_.tenants.at(tenant_);
    std::size_t left = kMaxUrgent;
    return parts_.store.scan_urgent_facts(tenant_, [&](const MentionFact& fact) {
      is_cut_ = left-- == 0;
      if (!is_cut_ && fact.leads && !fact.official && !touched_.contains(work_on(fact.founder))) {
        add(fact.ref, due_of(tenant, fact.urgency, fact.received_at, {}, now_), {});
      }
      return !is_cut_;
    });
  }
  void add(const MentionRef& leader, const WorkDue& due, const Work& work) {
    if (filter_.overdue && due.is_overdue != *filter_.overdue) {
      return;
    }
    const Time by = is_open(work.state) ? due.at.value_or(Time::max()) : work.at;
    const std::int64_t key = by.time_since_epoch().count();
    rows_.insert({is_open(work.state) ? key : -key, leader});
  }

  const ApiParts& parts_;
  TenantId tenant_;
  WorkFilter filter_;
  Time now_;
  std::set<WorkSubject> touched_;
  std::set<Row> rows_;
  bool is_cut_ = false;
};

Response list_work(const ApiParts& parts, TenantId tenant, const Request& request) {
  std::string why;
  const std::optional<WorkFilter> filter = read_filter(request, why);
  const auto limit = number_field(request, "limit", 1, kMaxLimit, kDefaultLimit);
  const std::optional<std::string> after = request.query_field("after");
  const std::optional<Row> place = after ? parse_row(tenant, *after) : std::nullopt;
  if (!filter || !limit || (after && !place)) {
    return problem(400, filter ? "limit: 1 to 200, after: the `next` of an earlier answer" : why);
  }
  WorkList list(parts, tenant, *filter);
  const Result<std::set<Row>> rows = list.read();
  if (!rows) {
    return store_failed(rows.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("mentions").begin_array();
  auto row = place ? rows->upper_bound(*place) : rows->begin();
  std::optional<Row> last;
  for (std::uint64_t written = 0; row != rows->end() && written < *limit; ++row, ++written) {
    const auto stored = parts.store.mention(row->leader);
    if (!stored) {
      return store_failed(stored.error());
    }
    if (*stored) {
      write_stored_mention(parts, **stored, json);
    }
    last = *row;
  }
  json.end_array().key("total").value(static_cast<std::uint64_t>(rows->size()));
  json.key("cut").value(list.is_cut()).key("next");
  row == rows->end() || !last ? json.null() : json.value(to_string(*last));
  json.end_object();
  return json_response(std::move(body));
}

// ---- Doing something ----------------------------------------------------------------------------

constexpr std::string_view kBodyForm =
    "the body is an object of step (take, answer, close, mute, reopen, assign, tag, untag, note, "
    "undo) and what it needs: assign `to` (an account, or null), tag and untag `tag`, note `text`, "
    "undo may say the event it `undoes`, answer the `draft` it was answered with";

/// Nothing if the body is not of that form.
std::optional<WorkRequest> read_request(const std::string& body) {
  using simdjson::SUCCESS;
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != SUCCESS) {
    return std::nullopt;
  }
  std::string_view step;
  const std::optional<WorkAct> act =
      members["step"].get(step) == SUCCESS ? parse_work_act(step) : std::nullopt;
  if (!act || *act == WorkAct::kDraft) {  // drafts are made in their own place
    return std::nullopt;
  }
  const std::string_view needed = *act == WorkAct::kAssign                           ? "to"
                                  : *act == WorkAct::kTag || *act == WorkAct::kUntag ? "tag"
                                  : *act == WorkAct::kNote                           ? "text"
                                                                                     : "";
  WorkRequest request;
  request.act = *act;
  bool has_needed = needed.empty();
  for (const auto& [name, value] : members) {
    std::string_view text;
    if (name == "undoes" && *act == WorkAct::kUndo) {
      if (value.get(request.undoes) != SUCCESS || request.undoes == 0) {
        return std::nullopt;
      }
    } else if (name == "draft" && *act == WorkAct::kAnswer) {
      if (value.get(request.draft) != SUCCESS || request.draft == 0) {
        return std::nullopt;
      }
    } else if (name == needed) {
      const bool is_nobody = *act == WorkAct::kAssign && value.is_null();
      if (!is_nobody && (value.get(text) != SUCCESS || text.empty())) {
        return std::nullopt;
      }
      request.text = text;
      has_needed = true;
    } else if (name != "step") {
      return std::nullopt;
    }
  }
  return has_needed ? std::optional(std::move(request)) : std::nullopt;
}

/// Why it may not be assigned to that account; empty if it may.
std::string objection_to_assignee(const ApiParts& parts, TenantId tenant,
                                  const WorkRequest& request) {
  if (request.act != WorkAct::kAssign || request.text.empty()) {
    return {};
  }
  const std::vector<std::string> accounts = parts.accounts(tenant);
  if (std::ranges::count(accounts, request.text) != 0) {
    return {};
  }
  std::string why = "there is no account of that name here; there are:";
  for (const std::string& account : accounts) {
    why += " " + account;
  }
  return why;
}

asio::awaitable<Response> step(SharedParts parts, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  const Result<Named> named = find(*parts, *tenant, request);
  if (!named) {
    co_return store_failed(named.error());
  }
  std::optional<WorkRequest> wanted = read_request(request.body);
  if (!wanted) {
    co_return problem(400, std::string(kBodyForm));
  }
  if (const std::string why = objection_to_assignee(*parts, *tenant, *wanted); !why.empty()) {
    co_return problem(422, why);
  }
  wanted->by = request.caller->account;
  wanted->at = parts->clock.now();
  if (named->mention) {
    wanted->about_day = named->mention->day;
    wanted->about = named->mention->sequence;
  }
  const WorkSubject subject = named->subject;
  const std::optional<WorkDone> done = co_await do_work(parts, subject, *wanted);
  if (!done) {
    co_return problem(503, "too many changes are under way").with("Retry-After", "1");
  }
  if (!*done) {
    co_return work_refused(done->error());
  }
  Response response = show(*parts, *named);
  response.made = to_string(wanted->act);
  co_return response;
}

}  // namespace

asio::awaitable<std::optional<WorkDone>> do_work(SharedParts parts, WorkSubject subject,
                                                 WorkRequest request) {
  std::function<WorkDone(Store&)> act = [subject, request](Store& store) {
    return store.work(subject, request);
  };
  std::optional<WorkDone> done = co_await change_store(parts->change, act);
  co_return done;
}

Response work_refused(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return not_found();
    case ErrorCode::kInvalidInput:
      return problem(422, error.text);
    default:
      return problem(409, error.text);
  }
}

std::vector<Route> work_routes(const SharedParts& parts) {
  const std::string text = R"({"type":"string"})";
  const std::string limit = R"({"type":"integer","minimum":1,"maximum":200,"default":50})";
  RouteDescription change = {
      "doWork",
      "Do something about a story or alert. What holds already changes nothing; an undo is a step, "
      "too: it takes the last one back",
      {},
      "WorkStep",
      {{200, "How things stand now", "Work"},
       {400, "The body is not of this form", "Problem"},
       {409, "Not allowed now, because of its state or of who was first; says what is", "Problem"},
       {422, "There is no such account, or the text is too long", "Problem"},
       {503, "Too many changes are under way; Retry-After says when", "Problem"}}};
  return {
      api_get(
          Right::kReadMentions, kPath, "listWork",
          "What is to be handled, one mention for each story: urgent stories that nobody "
          "touched, and all that somebody did something about; by due time, what is not open by "
          "when it was done, latest first. Alerts without a mention are in /alerts",
          "WorkPage",
          {{"state", R"({"enum":["open","new","taken","answered","closed","muted"]})",
            "Only those in this state; open, the default: new or taken"},
           {"assignee", text, "Only what is assigned to this account; empty: to nobody"},
           {"tag", text, "Only what bears this tag"},
           {"overdue", R"({"type":"boolean"})", "Only what is overdue, or what is not"},
           {"after", text, "The `next` of an earlier answer"},
           {"limit", limit, "At most so many"}},
          for_tenant(parts, &list_work)),
      api_get(Right::kReadMentions, std::string(kPath) + "/journal", "getWorkJournal",
              "Everything that was done, newest first", "WorkEventPage",
              {{"before", R"({"type":"integer"})", "The `next` of an earlier answer"},
               {"limit", limit, "At most so many"}},
              for_tenant(parts, &show_journal)),
      api_get(Right::kReadMentions, std::string(kPath) + "/accounts", "listWorkAccounts",
              "Whom work can be assigned to", "AccountList", {},
              for_tenant(parts,
                         [parts](TenantId tenant, const Request&) {
                           std::string body;
                           JsonWriter json(body);
                           json.begin_object().key("accounts").begin_array();
                           for (const std::string& account : parts->accounts(tenant)) {
                             json.value(account);
                           }
                           json.end_array().end_object();
                           return json_response(std::move(body));
                         })),
      api_get(Right::kReadMentions, std::string(kPath) + "/{ref}", "getWork",
              "How things stand with the story of a mention, or an alert (`alert-17`), with its "
              "notes and what may be done now",
              "Work", {},
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           const Result<Named> named = find(*parts, tenant, request);
                           return named ? show(*parts, *named) : store_failed(named.error());
                         })),
      api_get(Right::kReadMentions, std::string(kPath) + "/{ref}/history", "getWorkHistory",
              "All that was done about it, undone or not, oldest first", "WorkEvents", {},
              for_tenant(parts, &show_history)),
      api_post(
          Right::kWork, std::string(kPath) + "/{ref}/steps", kMaxStepBytes,
          [parts](Request request) { return step(parts, std::move(request)); }, std::move(change)),
  };
}

}  // namespace vigie
