#include "connectors/feed_look.h"

#include <algorithm>
#include <array>

#include "engine/core/ascii.h"
#include "engine/core/mapping.h"
#include "engine/parse/feed.h"
#include "engine/parse/feed_links.h"

namespace vigie {
namespace {

namespace asio = boost::asio;
using Fault = FeedLook::Fault;

constexpr std::chrono::seconds kPatience{15};
constexpr std::size_t kMaxFirst = 3, kMaxTextBytes = 200;

/// At most so many bytes, no letter cut.
std::string beginning_of(std::string_view text) {
  std::size_t length = std::min(kMaxTextBytes, text.size());
  while (length < text.size() && length > 0 &&
         (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
    --length;
  }
  return std::string(trimmed(text.substr(0, length)));
}

class Counter final : public MentionSink {
 public:
  explicit Counter(FeedLook& look) : look_(look) {}

  void mention(const Mention& mention) override {
    if (mention.deleted || is_wordless(mention)) {
      return;
    }
    ++look_.entries;
    look_.newest_at = std::max(look_.newest_at, mention.created_at);
    if (look_.first.size() < kMaxFirst) {
      look_.first.push_back(beginning_of(mention.title.empty() ? mention.text : mention.title));
    }
  }
  void reject(RejectReason, std::string_view detail, std::string_view) override {
    if (flaw.empty()) {
      flaw = detail;
    }
  }

  std::string flaw;

 private:
  FeedLook& look_;
};

FeedLook fault(Fault what, std::string detail) {
  FeedLook look;
  look.fault = what;
  look.detail = std::move(detail);
  return look;
}

FeedLook read(const HttpResponse& response) {
  FeedLook look;
  look.url = response.permanent_url;
  look.title = beginning_of(find_feed_links(response.body, response.url).title);
  const auto origin = std::make_shared<Origin>();
  origin->network = "feed";
  origin->base_url = response.url;
  Envelope envelope;
  envelope.origin = origin;
  envelope.bytes = Payload(std::string_view(response.body));
  Counter counter(look);
  make_feed_mapping()->map(envelope, counter);
  if (look.entries == 0 && !counter.flaw.empty()) {
    return fault(Fault::kNoFeed, std::move(counter.flaw));
  }
  return look;
}

}  // namespace

std::string_view to_string(Fault fault) {
  static constexpr std::array<std::string_view, 5> kWords = {"", "unreachable", "disallowed",
                                                             "status", "no_feed"};
  return kWords.at(static_cast<std::size_t>(fault));
}

asio::awaitable<FeedLook> look_at_feed(HttpClient& http, Robots& robots, std::string url,
                                       bool allow_private) {
  std::string asked = url;
  const Robots::Answer allowed = co_await robots.may_fetch(std::move(asked), allow_private);
  if (allowed.kind == Robots::Answer::Kind::kDisallowed) {
    co_return fault(Fault::kDisallowed, allowed.reason);
  }
  if (allowed.kind == Robots::Answer::Kind::kUnknown) {
    co_return fault(Fault::kUnreachable, allowed.reason);
  }
  HttpRequest request;
  request.url = std::move(url);
  request.allow_private = allow_private;
  request.timeout = kPatience;
  request.may_follow = [&robots, allow_private](std::string next) -> asio::awaitable<Result<void>> {
    const Robots::Answer answer = co_await robots.may_fetch(std::move(next), allow_private);
    if (answer.kind != Robots::Answer::Kind::kAllowed) {
      co_return fail(ErrorCode::kRefused, answer.reason);
    }
    co_return Result<void>();
  };
  const Result<HttpResponse> response = co_await http.fetch(std::move(request));
  if (!response) {
    co_return fault(Fault::kUnreachable, response.error().text);
  }
  if (response->status != 200) {
    co_return fault(Fault::kStatus, "answered " + std::to_string(response->status));
  }
  const Robots::Answer readable = robots.may_read(*response);
  if (readable.kind != Robots::Answer::Kind::kAllowed) {
    co_return fault(Fault::kDisallowed, readable.reason);
  }
  co_return read(*response);
}

}  // namespace vigie
