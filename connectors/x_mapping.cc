#include <simdjson.h>

#include <algorithm>
#include <vector>

#include "connectors/json_mapping.h"
#include "connectors/x.h"
#include "engine/parse/trimmed.h"

namespace vigie {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kNetwork = "x";

class XMapping final : public JsonMapping {
 private:
  void read(const Object& object, std::string_view piece, MentionSink& sink) override {
    if (text(object, "action") == "delete") {
      Mention mention;
      mention.source = kNetwork;
      mention.id = id(object, "id");
      mention.deleted = true;
      sink.mention(mention);
      return;
    }
    dom::array page;
    dom::object post;
    if (object["data"].get(page) == simdjson::SUCCESS) {
      std::vector<dom::object> posts;  // the newest is first; what is answered comes before
      for (const dom::element one : page) {
        if (one.get(post) == simdjson::SUCCESS) {
          posts.push_back(post);
        }
      }
      for (auto one = posts.rbegin(); one != posts.rend(); ++one) {
        read_post(*one, object, piece, sink);
      }
    } else if (object["data"].get(post) == simdjson::SUCCESS) {
      read_post(post, object, piece, sink);
    } else if (!text(object, "text").empty()) {
      read_post(object, object, piece, sink);
    }
  }

  void read_post(const Object& post, const Object& answer, std::string_view piece,
                 MentionSink& sink) {
    const std::string_view own_id = id(post, "id");
    if (own_id.empty()) {
      if (post["tweet_count"].error() != simdjson::SUCCESS) {
        sink.reject(RejectReason::kMissingId, "the post has no `id`", piece);
      }
      return;
    }
    Mention mention;
    mention.source = kNetwork;
    mention.id = id(post, "/edit_history_tweet_ids/0");
    mention.id = mention.id.empty() ? own_id : mention.id;
    const std::string_view long_text = text(post, "/note_tweet/text");
    mention.text = trimmed(long_text.empty() ? text(post, "text") : long_text);
    if (mention.text.empty()) {
      sink.reject(RejectReason::kMissingText, "the post has no `text`", piece);
      return;
    }
    mention.created_at = time(post, "created_at").value_or(Time{});
    mention.version = version_of(post, own_id, mention.created_at);
    mention.language = text(post, "lang");
    mention.thread = id(post, "conversation_id");
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
  Version version_of(const Object& post, std::string_view own_id, Time created_at) {
    Version version{created_at.time_since_epoch().count(), 0};
    dom::array history;
    if (post["edit_history_tweet_ids"].get(history) == simdjson::SUCCESS) {
      std::uint32_t revision = 0;
      for (const dom::element one : history) {
        std::string_view earlier;
        if (one.get(earlier) == simdjson::SUCCESS && earlier == own_id) {
          version.revision = revision;
        }
        ++revision;
      }
    }
    return version;
  }

  void read_references(const Object& post, Mention& mention) {
    dom::array references;
    if (post["referenced_tweets"].get(references) != simdjson::SUCCESS) {
      return;
    }
    for (const dom::element one : references) {
      dom::object reference;
      if (one.get(reference) != simdjson::SUCCESS) {
        continue;
      }
      const std::string_view type = text(reference, "type");
      if (type == "replied_to") {
        mention.kind = Kind::kReply;
        mention.in_reply_to = id(reference, "id");
      } else if (type == "retweeted") {
        mention.kind = Kind::kRepost;
        mention.repost_of = id(reference, "id");
      }
    }
  }

  /// The one of `includes` that has this id, if any.
  bool find(const Object& answer, std::string_view list, std::string_view wanted, Object& found) {
    dom::array all;
    if (wanted.empty() || answer.at_pointer(list).get(all) != simdjson::SUCCESS) {
      return false;
    }
    return std::ranges::any_of(all, [&](const dom::element one) {
      std::string_view own;
      return one["id"].get(own) == simdjson::SUCCESS && own == wanted &&
             one.get(found) == simdjson::SUCCESS;
    });
  }

  void read_author(const Object& post, const Object& answer, Mention& mention) {
    mention.author.id = id(post, "author_id");
    Object user;
    if (!find(answer, "/includes/users", mention.author.id, user)) {
      return;
    }
    const std::string_view handle = text(user, "username");
    mention.author.name = handle;
    mention.author.url = keep("https://x.com/" + std::string(handle));
    mention.author.followers = count(user, "/public_metrics/followers_count");
  }

  void read_place(const Object& post, const Object& answer, Mention& mention) {
    dom::array point;
    double longitude = 0, latitude = 0;
    if (post.at_pointer("/geo/coordinates/coordinates").get(point) == simdjson::SUCCESS &&
        point.at(0).get(longitude) == simdjson::SUCCESS &&
        point.at(1).get(latitude) == simdjson::SUCCESS && latitude >= -90 && latitude <= 90 &&
        longitude >= -180 && longitude <= 180) {
      mention.place.latitude = latitude;
      mention.place.longitude = longitude;
    }
    Object place;
    if (find(answer, "/includes/places", text(post, "/geo/place_id"), place)) {
      mention.place.name = text(place, "full_name");
    }
  }
};

}  // namespace

std::unique_ptr<Mapping> make_x_mapping() { return std::make_unique<XMapping>(); }

}  // namespace vigie
