#include "connectors/mastodon.h"

#include <simdjson.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <deque>
#include <unordered_map>

#include "connectors/link_header.h"
#include "connectors/secret.h"
#include "connectors/sse_parser.h"
#include "connectors/stream_connector.h"
#include "connectors/url.h"
#include "connectors/web_socket.h"
#include "engine/core/form.h"
#include "engine/core/json_writer.h"
#include "engine/parse/json_pieces.h"

namespace vigie {
namespace asio = boost::asio;
namespace dom = simdjson::dom;

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxStreams = 50, kMaxSseStreams = 1;
constexpr std::size_t kMaxRemembered = 100'000;
constexpr std::string_view kPageSize = "40";
/// A comment comes every 15 s over SSE; over WebSockets we ping ourselves.
constexpr milliseconds kIdleTimeout{60'000};

/// One timeline, as its three names.
struct Timeline {
  std::string name;       ///< "#town:local", as configured
  std::string subscribe;  ///< members of the WebSocket's subscription
  std::string sse_path, rest_path;
};

/// Nothing if `name` is not one.
std::optional<Timeline> timeline_of(const std::string& name) {
  Timeline timeline{name, {}, {}, {}};
  JsonWriter json(timeline.subscribe);
  json.begin_object().key("type").value("subscribe").key("stream");
  const bool is_local = name.ends_with(":local");
  if (name.starts_with('#') && name.size() > 1) {
    const std::string tag = name.substr(1, name.size() - 1 - (is_local ? 6 : 0));
    json.value(is_local ? "hashtag:local" : "hashtag").key("tag").value(tag).end_object();
    timeline.sse_path =
        std::string("hashtag") + (is_local ? "/local" : "") + "?tag=" + percent_encoded(tag);
    timeline.rest_path = "tag/" + percent_encoded(tag) + "?" + (is_local ? "local=true&" : "");
    return tag.empty() ? std::nullopt : std::optional(timeline);
  }
  json.value(name).end_object();
  if (name == "public" || name == "public:local" || name == "public:remote") {
    const std::string part = name.substr(std::min<std::size_t>(7, name.size()));
    timeline.sse_path = "public" + (part.empty() ? "" : "/" + part);
    timeline.rest_path = "public?" + (part.empty() ? "" : part + "=true&");
    return timeline;
  }
  return std::nullopt;
}

struct MastodonOptions {
  std::string instance, token;
  std::vector<Timeline> timelines;
  bool uses_sse = false;
  std::chrono::seconds rewind{0};
  bool allow_private = false;
};

/// The server's ids are whole numbers that grow; longer ones are larger.
bool is_newer(std::string_view id, std::string_view than) {
  return id.size() != than.size() ? id.size() > than.size() : id > than;
}

/// The first 48 bits of an id are milliseconds since 1970. Servers with other ids get theirs back.
std::string rewound(const std::string& id, milliseconds by) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  const std::uint64_t step = static_cast<std::uint64_t>(by.count()) << 16;
  constexpr std::uint64_t kFirstOfItsKind = std::uint64_t{1} << 50;
  const bool is_snowflake =
      error == std::errc() && end == id.data() + id.size() && number > step + kFirstOfItsKind;
  return is_snowflake ? std::to_string(number - step) : id;
}

/// Which post of the network a server's own number is; the oldest are forgotten.
class UriMemory {
 public:
  void learn(std::string_view id, std::string_view uri) {
    if (uris_.try_emplace(std::string(id), uri).second) {
      order_.emplace_back(id);
    }
    if (order_.size() > kMaxRemembered) {
      uris_.erase(order_.front());
      order_.pop_front();
    }
  }
  /// Empty: not known.
  std::string find(std::string_view id) const {
    const auto found = uris_.find(std::string(id));
    return found == uris_.end() ? std::string() : found->second;
  }

 private:
  std::unordered_map<std::string, std::string> uris_;
  std::deque<std::string> order_;
};

class MastodonConnector final : public StreamConnector {
 public:
  MastodonConnector(const ConnectorContext& context, MastodonOptions options)
      : StreamConnector(context, ReconnectPolicy{}), options_(std::move(options)) {
    token_ = options_.token;
    allow_private_ = options_.allow_private;
    read_cursor(port_.resume_cursor());
  }

 private:
  asio::awaitable<Attempt> attempt() override {
    if (streaming_.empty()) {
      co_await look_up_streaming();
    }
    if (options_.uses_sse) {
      co_return co_await attempt_sse();
    }
    co_return co_await attempt_web_socket();
  }

  /// Where the server says its streams are: often another host. Old servers do not say.
  asio::awaitable<void> look_up_streaming() {
    std::string url = options_.instance + "/api/v2/instance";
    const Result<HttpResponse> answer = co_await get(std::move(url));
    std::string_view said;
    dom::element instance;
    if (answer && answer->status == 200 &&
        parser_.parse(answer->body).get(instance) == simdjson::SUCCESS &&
        instance.at_pointer("/configuration/urls/streaming").get(said) == simdjson::SUCCESS &&
        (said.starts_with("wss://") || (allow_private_ && said.starts_with("ws://")))) {
      streaming_ = said;
      while (streaming_.ends_with('/')) {
        streaming_.pop_back();
      }
    } else if (answer && answer->status < 500) {
      streaming_ = "ws" + options_.instance.substr(4);
    }
  }
  std::string streaming() const {
    return streaming_.empty() ? "ws" + options_.instance.substr(4) : streaming_;
  }

  asio::awaitable<Attempt> attempt_web_socket() {
    WebSocketRequest request;
    request.url = streaming() + "/api/v1/streaming";
    if (!token_.empty()) {
      request.headers.emplace_back("Authorization", "Bearer " + token_);
    }
    request.allow_private = allow_private_;
    request.idle_timeout = kIdleTimeout;
    Result<WebSocketAnswer> answer =
        co_await open_web_socket(executor_, http_.options(), std::move(request));
    if (!answer) {
      co_return ended_by(answer.error());
    }
    if (!answer->socket) {
      co_return ended_by(answer->response, "the stream");
    }
    for (const Timeline& timeline : options_.timelines) {
      if (const auto sent = co_await answer->socket->write(timeline.subscribe); !sent) {
        co_return ended_by(sent.error());
      }
    }
    if (std::optional<Attempt> ended = co_await catch_up()) {
      co_return std::move(*ended);
    }
    for (;;) {
      Result<WebSocket::Message> message = co_await answer->socket->read();
      if (!message) {
        co_return ended_by(message.error());
      }
      if (std::optional<Attempt> ended = co_await take_message(message->bytes)) {
        co_return std::move(*ended);
      }
    }
  }

  asio::awaitable<Attempt> attempt_sse() {
    const Timeline& timeline = options_.timelines.front();
    HttpRequest request =
        request_to("http" + streaming().substr(2) + "/api/v1/streaming/" + timeline.sse_path);
    request.headers.emplace_back("Accept", "text/event-stream");
    std::unique_ptr<HttpStream> stream;
    if (std::optional<Attempt> ended = co_await open(std::move(request), kIdleTimeout, stream)) {
      co_return std::move(*ended);
    }
    if (std::optional<Attempt> ended = co_await catch_up()) {
      co_return std::move(*ended);
    }
    SseParser parser;
    for (;;) {
      const Result<std::string> piece = co_await stream->read();
      if (!piece || piece->empty()) {
        const Error over{ErrorCode::kUnavailable, "the source ended the stream"};
        co_return ended_by(piece ? over : piece.error());
      }
      heard();
      std::string lines;
      parser.feed(*piece, [&](const SseEvent& event) {
        take_event(timeline.name, event.type, event.data, lines);
      });
      co_await send(std::move(lines), Mode::kLive);
    }
  }

  /// `{"stream":["hashtag","x"],"event":"update","payload":"…"}`, or `{"error":"…","status":401}`.
  asio::awaitable<std::optional<Attempt>> take_message(std::string_view bytes) {
    dom::element message;
    std::string lines;
    std::string_view event, payload;
    if (parser_.parse(bytes).get(message) != simdjson::SUCCESS) {
      wrap("update", bytes, false, {}, {}, lines);  // becomes a dead letter
    } else if (std::string_view error; message["error"].get(error) == simdjson::SUCCESS) {
      HttpResponse refused;
      std::uint64_t status = 0;
      if (message["status"].get(status) != simdjson::SUCCESS) {
        status = 400;
      }
      refused.status = static_cast<unsigned>(status);
      refused.body = error;
      co_return ended_by(refused, "the subscription");
    } else if (message["event"].get(event) == simdjson::SUCCESS &&
               message["payload"].get(payload) == simdjson::SUCCESS) {
      heard();
      const std::string kept(payload), kind(event);
      take_event(stream_name(message), kind, kept, lines);
    }
    co_await send(std::move(lines), Mode::kLive);
    co_return std::nullopt;
  }

  /// ["hashtag:local", "x"] → "#x:local"
  static std::string stream_name(const dom::element& message) {
    std::string_view stream, tag;
    if (message["stream"].at(0).get(stream) != simdjson::SUCCESS) {
      return {};
    }
    if (message["stream"].at(1).get(tag) != simdjson::SUCCESS) {
      return std::string(stream);
    }
    return "#" + std::string(tag) + (stream.ends_with(":local") ? ":local" : "");
  }

  void take_event(std::string_view timeline, std::string_view event, std::string_view payload,
                  std::string& lines) {
    if (event == "update" || event == "status.update") {
      take_status(timeline, event, payload, lines);
    } else if (event == "delete") {
      const std::string uri = uris_.find(payload);
      if (!uri.empty()) {
        wrap(event, payload, false, uri, {}, lines);
      }
    }
  }

  void take_status(std::string_view timeline, std::string_view event, std::string_view json,
                   std::string& lines) {
    dom::element status;
    std::string_view id, uri, answered;
    if (parser_.parse(json).get(status) != simdjson::SUCCESS) {
      wrap(event, json, false, {}, {}, lines);  // becomes a dead letter
      return;
    }
    std::string parent;
    if (status["id"].get(id) == simdjson::SUCCESS && status["uri"].get(uri) == simdjson::SUCCESS) {
      uris_.learn(id, uri);
      if (const auto at = newest_.find(timeline); at != newest_.end() && event == "update") {
        at->second = is_newer(id, at->second) ? std::string(id) : at->second;
      }
    }
    if (status["in_reply_to_id"].get(answered) == simdjson::SUCCESS) {
      parent = uris_.find(answered);
    }
    wrap(event, json, true, {}, parent, lines);
  }

  /// The one shape that goes to the mapping: what a WebSocket carries, and what only we know.
  static void wrap(std::string_view event, std::string_view payload, bool is_json,
                   std::string_view uri, std::string_view parent, std::string& lines) {
    JsonWriter json(lines);
    json.begin_object().key("event").value(event).key("payload");
    if (is_json) {
      std::string one_line(payload);
      std::ranges::replace_if(
          one_line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
      json.raw(one_line);
    } else {
      json.value(payload);
    }
    if (!uri.empty()) {
      json.key("uri").value(uri);
    }
    if (!parent.empty()) {
      json.key("parent").value(parent);
    }
    json.end_object().line();
  }

  asio::awaitable<std::uint64_t> send(std::string lines, Mode mode) {
    if (lines.empty()) {
      co_return 0;
    }
    Port::Parcel parcel;
    parcel.bytes = Payload(std::string_view(lines));
    parcel.cursor = cursor();
    parcel.mode = mode;
    co_return co_await port_.send(std::move(parcel));
  }

  asio::awaitable<std::optional<Attempt>> catch_up() {
    for (const Timeline& timeline : options_.timelines) {
      if (std::optional<Attempt> ended = co_await catch_up(timeline)) {
        co_return ended;
      }
    }
    heard();
    co_return std::nullopt;
  }

  asio::awaitable<std::optional<Attempt>> catch_up(const Timeline& timeline) {
    const std::string known = newest_[timeline.name];
    std::string from = rewound(known, options_.rewind);
    for (;;) {
      std::string url = options_.instance + "/api/v1/timelines/" + timeline.rest_path + "limit=";
      url += kPageSize;
      url += from.empty() ? "" : "&min_id=" + percent_encoded(from);
      const Result<HttpResponse> page = co_await get(std::move(url));
      if (!page) {
        co_return ended_by(page.error());
      }
      if (page->status != 200) {
        co_return ended_by(*page, "the timeline " + timeline.name);
      }
      std::string lines = take_page(timeline, page->body);
      if (lines.empty()) {
        co_return std::nullopt;
      }
      const Mode mode = known.empty() ? Mode::kBackfill : Mode::kLive;
      const std::uint64_t sequence = co_await send(std::move(lines), mode);
      co_await port_.committed(sequence);
      const std::string newer = link_to("prev", page->header("link"));
      const std::string next(query_value(newer, "min_id"));
      if (known.empty() || next.empty() || next == from) {
        co_return std::nullopt;
      }
      from = next;
    }
  }

  /// Pages hold the newest first; an answer must not come before what it answers.
  std::string take_page(const Timeline& timeline, std::string_view body) {
    std::vector<std::string_view> statuses;
    JsonPieces pieces(body);
    for (JsonPiece piece; pieces.next(piece);) {
      statuses.push_back(piece.bytes);
    }
    std::string lines;
    for (auto status = statuses.rbegin(); status != statuses.rend(); ++status) {
      take_status(timeline.name, "update", *status, lines);
    }
    return lines;
  }

  /// {"instance":…,"newest":{"#town":"117…"}}
  std::string cursor() const {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("instance").value(options_.instance).key("newest").begin_object();
    for (const auto& [name, id] : newest_) {
      json.key(name).value(id);
    }
    json.end_object().end_object();
    return text;
  }

  /// Of another instance: the numbers mean nothing here.
  void read_cursor(const std::string& text) {
    for (const Timeline& timeline : options_.timelines) {
      newest_[timeline.name];
    }
    dom::element cursor;
    std::string_view instance;
    if (parser_.parse(text).get(cursor) != simdjson::SUCCESS ||
        cursor["instance"].get(instance) != simdjson::SUCCESS || instance != options_.instance) {
      return;
    }
    for (auto& [name, id] : newest_) {
      std::string_view stored;
      if (cursor["newest"][name].get(stored) == simdjson::SUCCESS) {
        id = stored;
      }
    }
  }

  MastodonOptions options_;
  std::string streaming_;  ///< "wss://host", once the server has said so
  std::map<std::string, std::string, std::less<>> newest_;  ///< id, by timeline
  UriMemory uris_;
  dom::parser parser_;
};

MastodonOptions read_options(const Settings& settings, std::vector<Problem>& problems) {
  allow_connector_settings(settings,
                           {"instance", "streams", "secret_file", "credential", "transport",
                            "rewind_s", "allow_private"},
                           problems);
  MastodonOptions options;
  options.instance = read_base_url(settings, "instance", problems);
  options.token = read_secret(settings, problems).value_or("");
  options.allow_private = settings.boolean("allow_private", problems, false);
  options.rewind = std::chrono::seconds(settings.integer("rewind_s", 0, 86'400, problems, 300));
  const std::string transport = settings.text("transport", problems, "websocket");
  options.uses_sse = transport == "sse";
  if (transport != "sse" && transport != "websocket") {
    settings.find("transport")->complain("'transport' must be websocket or sse", problems);
  }
  for (const std::string& name : settings.texts("streams", problems)) {
    if (const auto timeline = timeline_of(name)) {
      options.timelines.push_back(*timeline);
    } else {
      settings.find("streams")->complain(
          "'" + name + "' is none of public, public:local, public:remote, #TAG, #TAG:local",
          problems);
    }
  }
  const std::size_t most = options.uses_sse ? kMaxSseStreams : kMaxStreams;
  if (options.timelines.empty() || options.timelines.size() > most) {
    const Settings* field = settings.find("streams");
    (field ? *field : settings)
        .complain("'streams' needs 1 to " + std::to_string(most) + " names", problems);
  }
  return options;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_mastodon_connector(const ConnectorContext& context) {
  std::vector<Problem> problems;
  MastodonOptions options = read_options(context.settings, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<MastodonConnector>(context, std::move(options));
}

}  // namespace vigie
