#include "connectors/jetstream.h"

#include <simdjson.h>

#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <iterator>

#include "connectors/stream_connector.h"
#include "connectors/url.h"
#include "connectors/web_socket.h"
#include "connectors/zstd_frames.h"
#include "engine/core/form.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace asio = boost::asio;
namespace dom = simdjson::dom;

namespace {

constexpr std::size_t kMaxDids = 100;  ///< more do not fit into a URL that every proxy lets pass
constexpr std::size_t kMaxMessageBytes = 1 << 20, kMaxDictionaryBytes = 4 << 20;
constexpr std::string_view kCollection = "app.bsky.feed.post";
constexpr std::string_view kDictionaryPath = "/xrpc/network.bsky.jetstream.getZstdDictionary";

struct JetstreamOptions {
  std::string url;  ///< "wss://host"
  int version = 2;
  std::vector<std::string> dids;
  bool compress = false;
  std::string dictionary;
  std::chrono::seconds rewind{5};
  bool allow_private = false;
};

class JetstreamConnector final : public StreamConnector {
 public:
  JetstreamConnector(const ConnectorContext& context, JetstreamOptions options)
      : StreamConnector(context, ReconnectPolicy{}), options_(std::move(options)) {
    allow_private_ = options_.allow_private;
    read_cursor(port_.resume_cursor());
  }

 private:
  asio::awaitable<Attempt> attempt() override {
    if (options_.compress && !frames_) {
      if (std::optional<Attempt> ended = co_await learn_dictionary()) {
        co_return std::move(*ended);
      }
    }
    WebSocketRequest request;
    request.url = address();
    if (options_.version == 2) {
      request.headers.emplace_back("Sec-WebSocket-Protocol", "xrpc.v1.json");
    }
    request.allow_private = allow_private_;
    request.max_message_bytes = kMaxMessageBytes;
    Result<WebSocketAnswer> answer =
        co_await open_web_socket(executor_, http_.options(), std::move(request));
    if (!answer) {
      co_return ended_by(answer.error());
    }
    if (!answer->socket) {
      co_return declined(answer->response);
    }
    for (;;) {
      Result<WebSocket::Message> message = co_await answer->socket->read();
      if (!message) {
        co_return ended_by(message.error());
      }
      if (message->is_binary && frames_) {
        Result<std::string> inflated = frames_->inflate(message->bytes, kMaxMessageBytes);
        if (!inflated) {
          frames_.reset();  // perhaps the server has another dictionary now
          co_return ended_by(inflated.error());
        }
        message->bytes = std::move(*inflated);
      }
      if (std::optional<Attempt> ended = co_await take(message->bytes)) {
        co_return std::move(*ended);
      }
    }
  }

  std::string address() const {
    std::string url = options_.url;
    if (options_.version == 1) {
      url += "/subscribe?wantedCollections=" + std::string(kCollection);
      url += "&maxMessageSizeBytes=" + std::to_string(kMaxMessageBytes);
    } else {
      url += "/xrpc/network.bsky.jetstream.subscribeEvents?kinds=commit&kinds=account&collections=";
      url += std::string(kCollection) + "&maxMessageSizeBytes=" + std::to_string(kMaxMessageBytes);
    }
    for (const std::string& did : options_.dids) {
      url += (options_.version == 1 ? "&wantedDids=" : "&dids=") + percent_encoded(did);
    }
    if (const std::int64_t from = resume_from(); from != 0) {
      url += "&cursor=" + std::to_string(from);
    }
    if (frames_) {
      url += options_.version == 1 ? "&compress=true"
                                   : "&zstdDictionary=" + std::to_string(frames_->dictionary_id());
    }
    return url;
  }

  /// A sequence of this server's, or microseconds since 1970; 0: nothing is known yet.
  std::int64_t resume_from() const {
    if (options_.version == 2 && sequence_ != 0) {
      return sequence_;
    }
    return time_us_ == 0 ? 0 : time_us_ - microseconds(options_.rewind).count();
  }

  asio::awaitable<std::optional<Attempt>> learn_dictionary() {
    std::string dictionary = options_.dictionary;
    if (dictionary.empty()) {
      std::string url = "http" + options_.url.substr(2) + std::string(kDictionaryPath);
      const Result<HttpResponse> answer = co_await get(std::move(url));
      if (!answer) {
        co_return ended_by(answer.error());
      }
      if (answer->status != 200) {
        co_return ended_by(*answer, "the dictionary");
      }
      dictionary = answer->body;
    }
    Result<ZstdFrames> frames = ZstdFrames::make(dictionary);
    if (!frames) {
      co_return ended_by(Error{ErrorCode::kRefused, frames.error().text});
    }
    frames_ = std::move(*frames);
    co_return std::nullopt;
  }

  /// What the server does not have any more is asked for by time: it then begins with the oldest
  /// it has. A dictionary it no longer has is fetched anew.
  Attempt declined(const HttpResponse& response) {
    Attempt attempt = ended_by(response, "the stream");
    if (response.status == 400 && sequence_ != 0 &&
        response.body.find("CursorTooOld") != std::string::npos) {
      sequence_ = 0;
      gap_ = "a part is missing: the server had nothing so old any more";
      attempt.end.kind = StreamEnd::Kind::kNetwork;
    } else if (response.status == 400 && frames_ && options_.dictionary.empty()) {
      frames_.reset();
      attempt.end.kind = StreamEnd::Kind::kHttp;
    }
    return attempt;
  }

  asio::awaitable<std::optional<Attempt>> take(std::string_view bytes) {
    dom::element message;
    if (parser_.parse(bytes).get(message) != simdjson::SUCCESS) {
      co_await send(bytes);  // becomes a dead letter
      co_return std::nullopt;
    }
    if (std::string_view error; message["error"].get(error) == simdjson::SUCCESS) {
      co_return ended_by(Error{ErrorCode::kUnavailable, "the source says " + std::string(error)});
    }
    heard(gap_);
    const std::string_view kind = kind_of(message);
    if (kind == "info" && gap_.empty()) {
      gap_ = "a part is missing: the server had nothing so old any more";
    }
    if (!advance(message) || kind == "info" || kind == "identity" || kind == "sync") {
      co_return std::nullopt;
    }
    co_await send(bytes);
    co_return std::nullopt;
  }

  static std::string_view kind_of(const dom::element& message) {
    std::string_view kind;
    if (message["kind"].get(kind) == simdjson::SUCCESS) {
      return kind;
    }
    if (message.at_pointer("/payload/$type").get(kind) != simdjson::SUCCESS) {
      return {};
    }
    return kind.substr(std::min(kind.find('#') + 1, kind.size()));
  }

  /// False: this one was there already. Times are not in order: the largest counts.
  bool advance(const dom::element& message) {
    std::int64_t number = 0;
    if (message["time_us"].get(number) == simdjson::SUCCESS) {
      time_us_ = std::max(time_us_, number);
      return true;
    }
    std::string_view time;
    if (message.at_pointer("/payload/time").get(time) == simdjson::SUCCESS) {
      time_us_ = std::max(time_us_, parse_time(time).value_or(Time{}).time_since_epoch().count());
    }
    if (message.at_pointer("/payload/seq").get(number) == simdjson::SUCCESS) {
      const bool is_new = number > sequence_;
      sequence_ = std::max(sequence_, number);
      return is_new;
    }
    return true;
  }

  asio::awaitable<void> send(std::string_view bytes) {
    Port::Parcel parcel;
    parcel.bytes = Payload(bytes);
    parcel.cursor = cursor();
    co_await port_.send(std::move(parcel));
  }

  std::string cursor() const {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("url").value(options_.url).key("version").value(options_.version);
    json.key("seq").value(sequence_).key("time_us").value(time_us_).end_object();
    return text;
  }

  /// A sequence means something to its own server only; time means the same to all.
  void read_cursor(const std::string& text) {
    dom::element cursor;
    std::string_view url;
    std::int64_t version = 0, sequence = 0;
    if (parser_.parse(text).get(cursor) != simdjson::SUCCESS ||
        cursor["time_us"].get(time_us_) != simdjson::SUCCESS) {
      return;
    }
    if (cursor["url"].get(url) == simdjson::SUCCESS && url == options_.url &&
        cursor["version"].get(version) == simdjson::SUCCESS && version == options_.version &&
        cursor["seq"].get(sequence) == simdjson::SUCCESS) {
      sequence_ = sequence;
    }
  }

  JetstreamOptions options_;
  std::optional<ZstdFrames> frames_;
  std::int64_t sequence_ = 0, time_us_ = 0;  ///< the largest so far
  std::string gap_;                          ///< what people should know of what was missed
  dom::parser parser_;
};

std::string read_dictionary(const Settings& settings, std::vector<Problem>& problems) {
  const Settings* field = settings.find("dictionary_file");
  if (field == nullptr) {
    return {};
  }
  const std::string path = settings.resolve(settings.text("dictionary_file", problems));
  std::ifstream in(path, std::ios::binary);
  std::string bytes(kMaxDictionaryBytes, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (const auto frames = ZstdFrames::make(bytes); !frames) {
    field->complain(path + ": " + frames.error().text, problems);
  }
  return bytes;
}

JetstreamOptions read_options(const Settings& settings, std::vector<Problem>& problems) {
  allow_connector_settings(
      settings,
      {"url", "version", "dids", "compress", "dictionary_file", "rewind_s", "allow_private"},
      problems);
  JetstreamOptions options;
  options.url = read_base_url(settings, "url", problems, kWebSocketUrls);
  options.version = static_cast<int>(settings.integer("version", 1, 2, problems, 2));
  if (settings.find("dids") != nullptr) {
    options.dids = settings.texts("dids", problems);
  }
  if (options.dids.size() > kMaxDids) {
    settings.find("dids")->complain("at most " + std::to_string(kMaxDids) + " 'dids'", problems);
  }
  options.compress = settings.boolean("compress", problems, false);
  options.dictionary = read_dictionary(settings, problems);
  if (options.compress && options.version == 1 && options.dictionary.empty()) {
    settings.complain("'compress' in version 1 needs a 'dictionary_file'", problems);
  }
  options.rewind = std::chrono::seconds(settings.integer("rewind_s", 0, 3600, problems, 5));
  options.allow_private = settings.boolean("allow_private", problems, false);
  return options;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_jetstream_connector(const ConnectorContext& context) {
  std::vector<Problem> problems;
  JetstreamOptions options = read_options(context.settings, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<JetstreamConnector>(context, std::move(options));
}

}  // namespace vigie
