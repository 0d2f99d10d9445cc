#include <cmath>
#include <vector>

#include "connectors/json_mapping.h"
#include "connectors/x.h"
#include "engine/core/ascii.h"

namespace vigie {
namespace {

constexpr std::string_view kNetwork = "x";

class XMapping final : public JsonMapping {
 private:
  void read(const JsonNode& object, std::string_view piece, MentionSink& sink) override {
    if (text(object, "/action") == "delete") {
      Mention mention;
      mention.source = kNetwork;
      mention.id = text(object, "/id");
      mention.deleted = true;
      sink.mention(mention);
      return;
    }
    const JsonNode* data = find(object, "/data");
    if (data == nullptr) {
      if (!text(object, "/text").empty()) {
        read_post(object, object, piece, sink);
      }
      return;
    }
    if (JsonDocument::is_object(*data)) {
      read_post(*data, object, piece, sink);
    }
    const std::vector<const JsonNode*> posts = elements(object, "/data");
    for (auto post = posts.rbegin(); post != posts.rend(); ++post) {
      read_post(**post, object, piece, sink);  // the newest is first; what is answered comes before
    }
  }

  void read_post(const JsonNode& post, const JsonNode& answer, std::string_view piece,
                 MentionSink& sink) {
    const std::string_view own_id = text(post, "/id");
    if (own_id.empty()) {
      if (!find(post, "/tweet_count")) {
        sink.reject(RejectReason::kMissingId, "the post has no `id`", piece);
      }
      return;
    }
    Mention mention;
    mention.source = kNetwork;
    mention.id = text(post, "/edit_history_tweet_ids/0");
    mention.id = mention.id.empty() ? own_id : mention.id;
    const std::string_view long_text = text(post, "/note_tweet/text");
    mention.text = trimmed(long_text.empty() ? text(post, "/text") : long_text);
    if (mention.text.empty()) {
      sink.reject(RejectReason::kMissingText, "the post has no `text`", piece);
      return;
    }
    mention.created_at = time(post, "/created_at").value_or(Time{});
    mention.version = version_of(post, own_id, mention.created_at);
    mention.language = text(post, "/lang");
    mention.thread = text(post, "/conversation_id");
    mention.url = keep("https://x.com/i/web/status/" + std::string(own_id));
    mention.engagement = {count(post, "/public_metrics/like_count"),
                          count(post, "/public_metrics/retweet_count"),
                          count(post, "/public_metrics/reply_count")};
    read_references(post, mention);
    read_author(post, answer, mention);
    read_place(post, answer, mention);
    sink.mention(mention);
  }

  /// How many wordings came before; each is a post of its own with a later date.
  Version version_of(const JsonNode& post, std::string_view own_id, Time created_at) {
    Version version{created_at.time_since_epoch().count(), 0};
    std::uint32_t revision = 0;
    for (const JsonNode* earlier : elements(post, "/edit_history_tweet_ids")) {
      if (text(*earlier, "") == own_id) {
        version.revision = revision;
      }
      ++revision;
    }
    return version;
  }

  void read_references(const JsonNode& post, Mention& mention) {
    for (const JsonNode* reference : elements(post, "/referenced_tweets")) {
      const std::string_view type = text(*reference, "/type");
      if (type == "replied_to") {
        mention.kind = Kind::kReply;
        mention.in_reply_to = text(*reference, "/id");
      } else if (type == "retweeted") {
        mention.kind = Kind::kRepost;
        mention.repost_of = text(*reference, "/id");
      }
    }
  }

  /// The one of `includes` that has this id; null: there is none.
  const JsonNode* find_included(const JsonNode& answer, std::string_view list,
                                std::string_view id) {
    for (const JsonNode* one : elements(answer, list)) {
      if (!id.empty() && text(*one, "/id") == id) {
        return one;
      }
    }
    return nullptr;
  }

  void read_author(const JsonNode& post, const JsonNode& answer, Mention& mention) {
    mention.author.id = text(post, "/author_id");
    const JsonNode* user = find_included(answer, "/includes/users", mention.author.id);
    if (user == nullptr) {
      return;
    }
    const std::string_view handle = text(*user, "/username");
    mention.author.name = handle;
    mention.author.url = keep("https://x.com/" + std::string(handle));
    mention.author.followers = count(*user, "/public_metrics/followers_count");
  }

  void read_place(const JsonNode& post, const JsonNode& answer, Mention& mention) {
    const auto longitude = number(post, "/geo/coordinates/coordinates/0");
    const auto latitude = number(post, "/geo/coordinates/coordinates/1");
    if (longitude && latitude && std::abs(*latitude) <= 90 && std::abs(*longitude) <= 180) {
      mention.place.latitude = latitude;
      mention.place.longitude = longitude;
    }
    if (const JsonNode* place =
            find_included(answer, "/includes/places", text(post, "/geo/place_id"))) {
      mention.place.name = text(*place, "/full_name");
    }
  }
};

}  // namespace

std::unique_ptr<Mapping> make_x_mapping() { return std::make_unique<XMapping>(); }

}  // namespace vigie
