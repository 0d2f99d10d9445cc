#include "connectors/youtube_push.h"

#include <utility>

#include "connectors/feed.h"
#include "connectors/websub.h"
#include "engine/ingest/signal.h"
#include "engine/parse/feed.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using State = ConnectorStatus::State;

constexpr std::string_view kTopic = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=";
constexpr std::string_view kIdCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr const char* kHub = "https://pubsubhubbub.appspot.com/subscribe";
constexpr std::chrono::milliseconds kLongestRest{3'600'000};

struct YoutubePushOptions {
  std::string topic, hub;
  bool allow_private = false;
};

class YoutubePushConnector final : public Connector {
 public:
  YoutubePushConnector(const ConnectorContext& context, YoutubePushOptions options)
      : port_(context.port),
        status_(context.status),
        wake_(context.executor),
        options_(std::move(options)),
        at_(parse_feed_cursor(port_.resume_cursor()).value_or(FeedCursor{})),
        hub_(context.http, port_.clock(), context.hook_url, options_.allow_private) {
    at_.feed = options_.topic;
    hub_.resume(at_.subscription, at_.leaving);
    hub_.discover(options_.hub, options_.topic);
  }

  asio::awaitable<void> run() override {
    for (;;) {
      if (hub_.ask_next_at() <= port_.clock().now()) {
        hub_.begin_request();
        co_await store();
        co_await hub_.ask();
      }
      co_await store();
      tell();
      co_await wake_.next(hub_.until_asked(kLongestRest));
    }
  }

  asio::awaitable<PushAnswer> push(PushRequest request) override {
    PushAnswer answer = co_await hub_.answer(request, port_, status_);
    wake_.notify();
    co_return answer;
  }

 private:
  /// What the hub may push by is stored before it is told.
  asio::awaitable<void> store() {
    if (hub_.subscription() == at_.subscription && hub_.leaving() == at_.leaving) {
      co_return;
    }
    at_.subscription = hub_.subscription();
    at_.leaving = hub_.leaving();
    Port::Parcel parcel;
    parcel.cursor = to_string(at_);
    const std::uint64_t sequence = co_await port_.send(std::move(parcel));
    co_await port_.committed(sequence);
  }

  void tell() {
    status_.update([&](auto& snapshot) {
      const bool has_asked = hub_.subscription().asked_at != Time{};
      snapshot.state = hub_.has_lease() ? State::kActive
                       : has_asked      ? State::kStarting
                                        : State::kWaiting;
      snapshot.detail = hub_.words();
      snapshot.next_attempt_at = hub_.ask_next_at();
    });
  }

  Port& port_;
  ConnectorStatus& status_;
  Signal wake_;  ///< the hub's word has come
  YoutubePushOptions options_;
  FeedCursor at_;  ///< only its subscriptions
  WebSubSubscriber hub_;
};

/// "yt:video:ID" → "ID"; the channel's id out of the address of its page.
class VideoSink final : public MentionSink {
 public:
  explicit VideoSink(MentionSink& sink) : sink_(sink) {}

  void mention(const Mention& from_feed) override {
    constexpr std::string_view kVideo = "yt:video:";
    constexpr std::string_view kChannel = "/channel/";
    Mention video = from_feed;
    video.source = "youtube";
    video.kind = Kind::kPost;
    if (video.id.starts_with(kVideo)) {
      video.id.remove_prefix(kVideo.size());
    }
    video.thread = video.id;
    const std::size_t channel = video.author.url.find(kChannel);
    if (channel != std::string_view::npos) {
      video.author.id = video.author.url.substr(channel + kChannel.size());
    }
    sink_.mention(video);
  }
  void reject(RejectReason reason, std::string_view detail, std::string_view bytes) override {
    sink_.reject(reason, detail, bytes);
  }

 private:
  MentionSink& sink_;
};

class YoutubePushMapping final : public Mapping {
 public:
  void map(const Envelope& envelope, MentionSink& sink) override {
    if (envelope.bytes.view().empty()) {
      return;  // only the subscription has changed
    }
    VideoSink videos(sink);
    feed_->map(envelope, videos);
  }

 private:
  std::unique_ptr<Mapping> feed_ = make_feed_mapping();
};

}  // namespace

Result<std::unique_ptr<Connector>> make_youtube_push_connector(const ConnectorContext& context) {
  const Settings& settings = context.settings;
  std::vector<Problem> problems;
  allow_connector_settings(settings, {"channel", "hub", "allow_private"}, problems);
  YoutubePushOptions options;
  const std::string channel = settings.text("channel", problems);
  const bool is_id = !channel.empty() && channel.find_first_not_of(kIdCharacters) == channel.npos;
  if (const Settings* field = settings.find("channel"); field && !is_id) {
    field->complain("'channel' is a channel's id, as in youtube.com/channel/ID", problems);
  }
  options.topic = std::string(kTopic) + channel;
  options.hub = settings.text("hub", problems, kHub);
  options.allow_private = settings.boolean("allow_private", problems, false);
  if (context.hook_url.empty()) {
    settings.complain("'youtube_push' needs http.public_url: where YouTube's hub reaches us",
                      problems);
  }
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<YoutubePushConnector>(context, std::move(options));
}

std::unique_ptr<Mapping> make_youtube_push_mapping() {
  return std::make_unique<YoutubePushMapping>();
}

}  // namespace vigie
