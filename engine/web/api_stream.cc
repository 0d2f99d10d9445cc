// /api/v1/tenants/{tenant}/stream: what has just become durable, as Server-Sent Events.
//
// Events: `mention` (id: its ref, data: the mention), `alert` (data: {"number":…}), `skipped`
// (data: {"mentions":…}: there were too many to show, read the list again). A comment every 15 s
// keeps the connection alive.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <deque>
#include <string>
#include <utility>

#include "engine/web/api_routes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr int kMaxStreams = 64;
constexpr std::chrono::seconds kHeartbeat{15};
/// Nobody reads faster than this; what is more comes as one `skipped`.
constexpr std::size_t kMaxMentionsPerPiece = 20;
constexpr std::chrono::milliseconds kPause{250};
constexpr std::size_t kMaxResumedMentions = 200;
constexpr std::string_view kGreeting = "retry: 2000\n: hello\n\n";

void add_event(std::string_view name, std::string_view id, std::string_view data,
               std::string& out) {
  if (!id.empty()) {
    out += "id: ";
    out += id;
    out += '\n';
  }
  out += "event: ";
  out += name;
  out += "\ndata: ";
  out += data;  // JSON from our writer has no line breaks
  out += "\n\n";
}

void add_mention(const ApiParts& parts, const StoredMention& stored, std::string& out) {
  std::string data;
  JsonWriter json(data);
  write_stored_mention(parts, stored, json);
  add_event("mention", to_string(stored.ref), data, out);
}

void add_count(std::string_view event, std::string_view name, std::uint64_t count,
               std::string& out) {
  std::string data;
  JsonWriter(data).begin_object().key(name).value(count).end_object();
  add_event(event, "", data, out);
}

/// What a browser missed since the mention it saw last, oldest first.
std::string missed_since(const ApiParts& parts, MentionRef last) {
  std::deque<std::string> events;
  bool more = false;
  const auto read =
      parts.store.scan(last.tenant, std::nullopt, last.day, [&](const StoredMention& stored) {
        if (stored.ref <= last) {
          return false;
        }
        more = events.size() == kMaxResumedMentions;
        if (!more) {
          add_mention(parts, stored, events.emplace_front());
        }
        return !more;
      });
  std::string out;
  if (more || !read) {
    add_count("skipped", "mentions", kMaxResumedMentions, out);
  }
  for (const std::string& event : events) {
    out += event;
  }
  return out;
}

/// One browser's place in the feed.
class Watcher {
 public:
  Watcher(SharedParts parts, TenantId tenant, Caller caller, std::shared_ptr<int> streams)
      : parts_(std::move(parts)),
        tenant_(tenant),
        caller_(std::move(caller)),
        streams_(std::move(streams)),
        place_(parts_->feed.end()) {
    ++*streams_;
  }
  ~Watcher() { --*streams_; }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// The next piece of the stream; empty when it is over.
  asio::awaitable<std::string> next() {
    LiveFeed& feed = parts_->feed;
    const auto heartbeat_at = std::chrono::steady_clock::now() + kHeartbeat;
    while (!feed.is_closed() && is_still_signed_in()) {
      co_await rest();
      std::string piece = take();
      if (!piece.empty()) {
        last_piece_at_ = std::chrono::steady_clock::now();
        co_return piece;
      }
      const auto left = heartbeat_at - std::chrono::steady_clock::now();
      if (left <= left.zero()) {
        co_return ":\n\n";
      }
      co_await feed.wait(place_, std::chrono::ceil<std::chrono::milliseconds>(left));
    }
    co_return std::string();
  }

 private:
  /// Or, of a script, its token is still there and has not expired.
  bool is_still_signed_in() const {
    if (!caller_.session.empty()) {
      return parts_->sign_in.sessions().is_alive(caller_.session);
    }
    const Accounts& accounts = parts_->sign_in.accounts();
    const ApiToken* const token = accounts.find_token(caller_.account);
    return token && accounts.is_in_force(*token, parts_->clock.now());
  }

  std::string take() {
    const LiveFeed::Events events = parts_->feed.read(tenant_, place_, kMaxMentionsPerPiece);
    place_ = events.next;
    std::string out;
    if (events.skipped_mentions != 0) {
      add_count("skipped", "mentions", events.skipped_mentions, out);
    }
    for (const MentionRef& ref : events.mentions) {
      const auto stored = parts_->store.mention(ref);
      if (stored && *stored) {  // it may have been deleted since
        add_mention(*parts_, **stored, out);
      }
    }
    for (const std::uint64_t number : events.alerts) {
      add_count("alert", "number", number, out);
    }
    return out;
  }

  /// Right after a piece: so that a flood comes in few of them.
  asio::awaitable<void> rest() const {
    if (std::chrono::steady_clock::now() < last_piece_at_ + kPause) {
      asio::steady_timer timer(co_await asio::this_coro::executor, last_piece_at_ + kPause);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  SharedParts parts_;
  TenantId tenant_;
  Caller caller_;
  std::shared_ptr<int> streams_;
  std::uint64_t place_;
  std::chrono::steady_clock::time_point last_piece_at_{};
};

Response open_stream(const SharedParts& parts, TenantId tenant, const Request& request,
                     const std::shared_ptr<int>& streams) {
  if (*streams >= kMaxStreams) {
    return problem(503, "too many live screens are open").with("Retry-After", "5");
  }
  Response response;
  response.content_type = "text/event-stream";
  response.with("X-Accel-Buffering", "no");
  response.body = kGreeting;
  const auto watcher = std::make_shared<Watcher>(parts, tenant, *request.caller, streams);
  if (const auto last = parse_mention_ref(tenant, request.header("last-event-id"))) {
    response.body += missed_since(*parts, *last);
  }
  response.stream = [watcher] { return watcher->next(); };
  return response;
}

}  // namespace

std::vector<Route> stream_routes(const SharedParts& parts) {
  const auto streams = std::make_shared<int>(0);
  Route route =
      api_get(Right::kReadMentions, "/api/v1/tenants/{tenant}/stream", "watch",
              "Server-Sent Events: `mention`, `alert`, `skipped`. Last-Event-ID resumes", "", {},
              for_tenant(parts, [parts, streams](TenantId tenant, const Request& request) {
                return open_stream(parts, tenant, request, streams);
              }));
  route.description.answers = {
      {200, "A stream of events", "StreamEvent", "text/event-stream"},
      {503, "Too many live screens are open", "Problem"},
  };
  return {std::move(route)};
}

}  // namespace vigie
