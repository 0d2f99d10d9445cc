#include "connectors/json_mapping.h"
#include "connectors/mastodon.h"
#include "connectors/sse_parser.h"
#include "engine/core/ascii.h"
#include "engine/core/json_writer.h"
#include "engine/parse/html_text.h"

namespace vigie {
namespace {

constexpr std::string_view kNetwork = "mastodon";

class MastodonMapping final : public JsonMapping {
 public:
  void map(const Envelope& envelope, MentionSink& sink) override {
    const std::string_view start = trimmed(envelope.bytes.view());
    if (start.empty() || start.front() == '{' || start.front() == '[') {
      JsonMapping::map(envelope, sink);
      return;
    }
    SseParser parser;
    parser.feed(envelope.bytes.view(), [&](const SseEvent& event) {
      std::string message;
      JsonWriter json(message);
      json.begin_object().key("event").value(event.type).key("payload").value(event.data);
      json.end_object();
      read_piece(message, sink);
    });
  }

 private:
  void read(const JsonNode& object, std::string_view piece, MentionSink& sink) override {
    const std::string_view event = text(object, "/event");
    if (event.empty()) {
      read_status(object, piece, sink);
    } else if (event == "delete") {
      Mention mention;
      mention.source = kNetwork;
      mention.id = text(object, "/uri").empty() ? text(object, "/payload") : text(object, "/uri");
      mention.deleted = true;
      tell_deleted(mention, piece, sink);
    } else if (event == "update" || event == "status.update") {
      parent_ = text(object, "/parent");
      read_payload(object, piece, sink);
      parent_ = {};
    }
  }

  void read_payload(const JsonNode& object, std::string_view piece, MentionSink& sink) {
    const JsonNode* payload = find(object, "/payload");
    if (payload == nullptr) {
      sink.reject(RejectReason::kInvalidField, "the message has no `payload`", piece);
    } else if (JsonDocument::is_object(*payload)) {
      read_status(*payload, piece, sink);
    } else {
      read_piece(text(object, "/payload"), sink);
    }
  }

  void tell_deleted(const Mention& mention, std::string_view piece, MentionSink& sink) {
    if (mention.id.empty()) {
      sink.reject(RejectReason::kMissingId, "the deletion says not of what", piece);
    } else {
      sink.mention(mention);
    }
  }

  void read_status(const JsonNode& status, std::string_view piece, MentionSink& sink) {
    Mention mention;
    mention.source = kNetwork;
    mention.id = text(status, "/uri");
    if (mention.id.empty()) {
      sink.reject(RejectReason::kMissingId, "the status has no `uri`", piece);
      return;
    }
    const std::optional<Time> created = time(status, "/created_at");
    if (!created) {
      sink.reject(RejectReason::kInvalidField, "`created_at` is not a date", piece);
      return;
    }
    if (const std::string_view visibility = text(status, "/visibility");
        visibility == "private" || visibility == "direct") {
      return;
    }
    mention.created_at = *created;
    mention.version.edited_at_us =
        time(status, "/edited_at").value_or(*created).time_since_epoch().count();
    mention.url = text(status, "/url");
    mention.language = text(status, "/language");
    read_author(status, mention);
    read_words(status, mention);
    mention.engagement = {count(status, "/favourites_count"), count(status, "/reblogs_count"),
                          count(status, "/replies_count")};
    mention.in_reply_to = parent_.empty() ? text(status, "/in_reply_to_id") : parent_;
    if (!mention.in_reply_to.empty()) {
      mention.kind = Kind::kReply;
    }
    mention.repost_of = text(status, "/reblog/uri");
    if (!mention.repost_of.empty()) {
      mention.kind = Kind::kRepost;
    }
    if (!mention.text.empty() || !mention.title.empty()) {
      sink.mention(mention);
    }
  }

  /// `acct` and `id` are the server's own; the URI is the same everywhere.
  void read_author(const JsonNode& status, Mention& mention) {
    const std::string_view uri = text(status, "/account/uri");
    mention.author.url = text(status, "/account/url");
    mention.author.id = uri.empty() ? mention.author.url : uri;
    const std::string_view shown = text(status, "/account/display_name");
    mention.author.name = shown.empty() ? text(status, "/account/acct") : shown;
    mention.author.followers = count(status, "/account/followers_count");
  }

  void read_words(const JsonNode& status, Mention& mention) {
    std::string_view html = text(status, "/content");
    if (html.empty()) {
      html = text(status, "/reblog/content");
    }
    std::string words;
    html_.convert(html, words);
    mention.text = trimmed(keep(std::move(words)));
    mention.title = trimmed(text(status, "/spoiler_text"));
  }

  HtmlText html_;
  std::string_view parent_;  ///< URI of what the status under way answers, if it is known
};

}  // namespace

std::unique_ptr<Mapping> make_mastodon_mapping() { return std::make_unique<MastodonMapping>(); }

}  // namespace vigie
