#include "connectors/meta_shapes.h"

#include <algorithm>

namespace vigie {
namespace {

// A page's feed, its reviews (`ratings`), and posts or comments elsewhere that mention it. The
// moment of an edit is the push's own; `created_time` stays that of the comment.
constexpr std::string_view kFacebook = R"(
network: facebook
errors:
  - {at: /error/code, is: ["4", "17", "32", "613", "80001"], means: quota_spent, say: the rate limit is spent}
  - {at: /error/code, is: ["190", "10", "200", "102"], means: unauthorised, say: the page's token is not accepted}
  - {at: /error/code, is: ["100", "803"], means: nothing, say: it is not there or not for us}
mentions:
  - items: /entry/*/changes/*/value
    only_if: {1/field: feed, /item: comment, /verb: add}
    kind: comment
    skip_empty: true
    id: /comment_id
    text: /message
    author_id: [/from/id, /sender_id]
    author_name: [/from/name, /sender_name]
    created_at: /created_time
    parent: [/parent_id, /post_id]
    thread: /post_id
    url: /post/permalink_url
  - items: /entry/*/changes/*/value
    only_if: {1/field: feed, /item: comment, /verb: [edit, edited]}
    kind: comment
    skip_empty: true
    id: /comment_id
    text: /message
    author_id: [/from/id, /sender_id]
    author_name: [/from/name, /sender_name]
    created_at: /created_time
    edited_at: 3/time
    parent: [/parent_id, /post_id]
    thread: /post_id
    url: /post/permalink_url
  - items: /entry/*/changes/*/value
    only_if: {1/field: feed, /item: comment, /verb: [remove, delete]}
    deleted_if: {/verb: [remove, delete]}
    id: /comment_id
  - items: /entry/*/changes/*/value
    only_if: {1/field: feed, /item: [post, status, photo, video, share], /verb: add}
    kind: post
    skip_empty: true
    id: /post_id
    text: /message
    author_id: [/from/id, /sender_id]
    author_name: [/from/name, /sender_name]
    created_at: /created_time
    url: /permalink_url
  - items: /entry/*/changes/*/value
    only_if: {1/field: feed, /item: [post, status, photo, video, share], /verb: [edit, edited]}
    kind: post
    skip_empty: true
    id: /post_id
    text: /message
    author_id: [/from/id, /sender_id]
    author_name: [/from/name, /sender_name]
    created_at: /created_time
    edited_at: 3/time
    url: /permalink_url
  - items: /entry/*/changes/*/value
    only_if: {1/field: feed, /item: [post, status, photo, video, share], /verb: [remove, delete]}
    deleted_if: {/verb: [remove, delete]}
    id: /post_id
  - items: /entry/*/changes/*/value
    only_if: {1/field: ratings, /item: rating, /verb: add}
    kind: review
    skip_empty: true
    id: /open_graph_story_id
    text: /review_text
    author_id: /reviewer_id
    author_name: /reviewer_name
    created_at: /created_time
    rating: [/rating, /recommendation_type]
    rating_words: {POSITIVE: 5, positive: 5, NEGATIVE: 1, negative: 1}
  - items: /entry/*/changes/*/value
    only_if: {1/field: ratings, /item: rating, /verb: [edit, edited]}
    kind: review
    skip_empty: true
    id: /open_graph_story_id
    text: /review_text
    author_id: /reviewer_id
    author_name: /reviewer_name
    created_at: /created_time
    edited_at: 3/time
    rating: [/rating, /recommendation_type]
    rating_words: {POSITIVE: 5, positive: 5, NEGATIVE: 1, negative: 1}
  - items: /entry/*/changes/*/value
    only_if: {1/field: ratings, /item: rating, /verb: [remove, delete]}
    deleted_if: {/verb: [remove, delete]}
    id: /open_graph_story_id
  - items: /entry/*/changes/*/value
    only_if: {1/field: mention, /verb: [add, edit, edited]}
    skip_empty: true
    id: [/comment_id, /post_id]
    text: /message
    author_id: [/from/id, /sender_id]
    author_name: [/from/name, /sender_name]
    created_at: /created_time
  - items: /looked_up
    skip_empty: true
    id: /id
    text: /message
    author_id: /from/id
    author_name: /from/name
    created_at: /created_time
    url: /permalink_url
)";

// Comments below the account's media, whole (with `changes` or, by Instagram's own login, without),
// and mentions elsewhere, of which an id alone is pushed.
constexpr std::string_view kInstagram = R"(
network: instagram
errors:
  - {at: /error/code, is: ["4", "17", "32", "613", "80002"], means: quota_spent, say: the rate limit is spent}
  - {at: /error/code, is: ["190", "10", "200", "102"], means: unauthorised, say: the token is not accepted}
  - {at: /error/code, is: ["24", "100", "803"], means: nothing, say: it is not there or not for us}
mentions:
  - items: [/entry/*/changes/*/value, /entry/*/value]
    only_if: {1/field: [comments, live_comments]}
    kind: comment
    skip_empty: true
    id: /id
    text: /text
    author_id: /from/id
    author_name: /from/username
    created_at: [3/time, 1/time]
    parent: [/parent_id, /media/id]
    thread: /media/id
  - items: /looked_up/mentioned_comment
    kind: comment
    skip_empty: true
    id: /id
    text: /text
    author_name: /username
    created_at: /timestamp
    parent: /media/id
    thread: /media/id
    likes: /like_count
  - items: /looked_up/mentioned_media
    kind: post
    skip_empty: true
    id: /id
    text: /caption
    author_name: /username
    created_at: /timestamp
    url: /permalink
    likes: /like_count
    replies: /comments_count
)";

/// An id as Meta gives them; empty if it is something else, which belongs into no address.
std::string id_at(JsonDocument& push, const JsonNode& value, std::string_view pointer) {
  const JsonNode* node = push.find(value, pointer);
  const std::string id(node ? push.text(*node).value_or("") : "");
  const bool is_id = id.find_first_not_of("0123456789_") == std::string::npos;
  return is_id ? id : std::string();
}

std::string_view text_at(JsonDocument& push, const JsonNode& value, std::string_view pointer) {
  const JsonNode* node = push.find(value, pointer);
  return node ? push.text(*node).value_or("") : std::string_view();
}

/// Every value of a change of `field`, with its entry.
template <class Act>
void for_each_change(JsonDocument& push, std::string_view field, Act&& act) {
  const JsonNode* entries = push.find(push.root(), "/entry");
  if (entries == nullptr) {
    return;
  }
  for (const JsonNode* entry : push.elements(*entries)) {
    std::vector<const JsonNode*> changes{entry};
    if (const JsonNode* list = push.find(*entry, "/changes")) {
      changes = push.elements(*list);
    }
    for (const JsonNode* change : changes) {
      const JsonNode* value = push.find(*change, "/value");
      if (value != nullptr && text_at(push, *change, "/field") == field) {
        act(*entry, *value);
      }
    }
  }
}

std::vector<MetaLookup> facebook_lookups(JsonDocument& push) {
  std::vector<MetaLookup> lookups;
  for_each_change(push, "mention", [&](const JsonNode&, const JsonNode& value) {
    const std::string comment = id_at(push, value, "/comment_id");
    const std::string id = comment.empty() ? id_at(push, value, "/post_id") : comment;
    const bool has_words = !text_at(push, value, "/message").empty();
    if (!id.empty() && !has_words && text_at(push, value, "/verb") == "add") {
      lookups.push_back({id, id + "?fields=id,message,from,created_time,permalink_url"});
    }
  });
  return lookups;
}

std::vector<MetaLookup> instagram_lookups(JsonDocument& push) {
  std::vector<MetaLookup> lookups;
  for_each_change(push, "mentions", [&](const JsonNode& entry, const JsonNode& value) {
    const std::string account = id_at(push, entry, "/id");
    const std::string comment = id_at(push, value, "/comment_id");
    const std::string media = id_at(push, value, "/media_id");
    if (account.empty() || (comment.empty() && media.empty())) {
      return;
    }
    // Field expansion: %7B and %7D are the braces around the fields of what is expanded.
    const std::string fields =
        comment.empty() ? "mentioned_media.media_id(" + media +
                              ")%7Bid,caption,username,timestamp,like_count,comments_count%7D"
                        : "mentioned_comment.comment_id(" + comment +
                              ")%7Bid,text,username,timestamp,like_count,media%7D";
    lookups.push_back({comment.empty() ? media : comment, account + "?fields=" + fields});
  });
  return lookups;
}

}  // namespace

const std::vector<MetaSource>& meta_sources() {
  static const std::vector<MetaSource> sources = {
      {"facebook_webhook", kFacebook, false, facebook_lookups},
      {"instagram_webhook", kInstagram, true, instagram_lookups},
  };
  return sources;
}

}  // namespace vigie
