#include "tests/connectors/api_pages.h"

#include "engine/core/json_writer.h"

namespace vigie {
namespace {

using Posts = std::vector<Post>;
using Request = ApiPeer::Request;
using Answer = ApiPeer::Answer;
using Removal = ApiPage::Removal;

constexpr const char* kSecret = "a-secret-of-this-test";

std::string quoted(const std::string& text) {
  std::string out;
  append_json_string(text, out);
  return out;
}
std::string iso(Time time) { return quoted(format_time(time)); }
std::string plus0000(Time time) {
  std::string text = format_time(time);
  text.replace(text.find('Z'), 1, "+0000");
  return quoted(text);
}
std::string unix_s(Time time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}
Time last_change(const Post& post) { return std::max(post.created_at, post.edited_at); }

template <class One>
std::string list(const Posts& posts, One&& one) {
  std::string all = "[";
  for (const Post& post : posts) {
    all += (all.size() > 1 ? "," : "") + one(post);
  }
  return all + "]";
}
std::string id(const std::string& prefix, int number) { return prefix + std::to_string(number); }

std::optional<std::string> listed_at(const Request& request, const std::string& path,
                                     const std::string& parameter) {
  return request.path == path ? std::optional(request.parameter(parameter)) : std::nullopt;
}
bool has_bearer(const Request& request, const std::string& token) {
  const auto found = request.headers.find("authorization");
  return found != request.headers.end() && found->second == "Bearer " + token;
}
std::optional<Answer> nothing_else(const Request&) { return std::nullopt; }
bool open_to_all(const Request&) { return true; }

ApiPage open311() {
  ApiPage page{"open311", "", ""};
  page.has_pages = false;
  page.network = "town";
  page.listing = [](const Posts& posts, const std::string&) {
    return R"({"service_requests":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"service_request_id":)" + std::to_string(post.number) +
                         R"(,"title":"Voirie","detail":)" + quoted(post.text) +
                         R"(,"requested_datetime":)" + iso(post.created_at) +
                         R"(,"updated_datetime":)" + iso(last_change(post)) +
                         R"(,"lat":48.8,"long":2.3,"address":""})";
                }) +
           "}";
  };
  page.place = [](const Request& request) -> std::optional<std::string> {
    const bool is_dated = request.parameter("start_date").ends_with("Z");
    return request.path == "/requests.json" && is_dated ? std::optional(std::string())
                                                        : std::nullopt;
  };
  page.limit = {429, {"Retry-After: 1000"}, "{}"};
  page.mention_id = [](int number) { return std::to_string(number); };
  return page;
}

ApiPage data_gouv() {
  ApiPage page{"data_gouv", "organization: 534fff4ba3a7292c64a77e02", ""};
  page.network = "data.gouv.fr";
  page.listing = [](const Posts& posts, const std::string& next) {
    const std::string link =
        next.empty() ? "null"
                     : quoted("/api/1/discussions/?sort=-discussion.posted_on&page=" + next);
    return R"({"total":5,"next_page":)" + link +
           R"(,"data":[{"id":"d1","title":"Un jeu","discussion":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"id":)" + quoted(id("m", post.number)) + R"(,"content":)" +
                         quoted(post.text) + R"(,"posted_by":null,"posted_on":)" +
                         iso(post.created_at) + R"(,"last_modified_at":)" +
                         (post.edited_at == Time{} ? "null" : iso(post.edited_at)) + "}";
                }) +
           "}]}";
  };
  page.place = [](const Request& request) {
    return listed_at(request, "/api/1/discussions/", "page");
  };
  page.limit = {429, {"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1000"}, "{}"};
  page.mention_id = [](int number) { return id("m", number); };
  return page;
}

ApiPage services_publics_plus() {
  ApiPage page{"services_publics_plus", "", ""};
  page.network = "services-publics-plus";
  page.has_edits = false;
  page.removal = Removal::kNone;
  page.listing = [](const Posts& posts, const std::string&) {
    return R"({"total_count":5,"results":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"id":)" + quoted(id("s", post.number)) +
                         R"(,"titre":"Avis","description":)" + quoted(post.text) +
                         R"(,"ecrit_le":)" + iso(post.created_at) +
                         R"(,"ressenti_usager":"Positif"})";
                }) +
           "}";
  };
  page.place = [](const Request& request) -> std::optional<std::string> {
    const std::string path = "/api/explore/v2.1/catalog/datasets/export-experiences/records";
    auto offset = listed_at(request, path, "offset");
    return offset == "0" ? "" : offset;
  };
  page.place_name = [](std::size_t index) { return std::to_string(2 * index); };
  page.limit = {429, {"Retry-After: 1000"}, "{}"};
  page.mention_id = [](int number) { return id("s", number); };
  return page;
}

ApiPage reddit() {
  ApiPage page{"reddit", "subreddit: techniville\nlisting: comments\nlogin: PEER",
               "client-id:client-secret"};
  page.network = "reddit";
  page.removal = Removal::kMarked;
  page.listing = [](const Posts& posts, const std::string& next) {
    return R"({"kind":"Listing","data":{"after":)" + (next.empty() ? "null" : quoted(next)) +
           R"(,"children":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"kind":"t1","data":{"name":)" + quoted(id("t1_", post.number)) +
                         R"(,"author":"anna","body":)" +
                         quoted(post.deleted ? "[deleted]" : post.text) + R"(,"created_utc":)" +
                         unix_s(post.created_at) + R"(.0,"edited":)" +
                         (post.edited_at == Time{} ? "false" : unix_s(post.edited_at) + ".0") +
                         R"(,"parent_id":"t3_9","link_id":"t3_9"}})";
                }) +
           "}}";
  };
  page.place = [](const Request& request) {
    return listed_at(request, "/r/techniville/comments", "after");
  };
  page.is_authorised = [](const Request& request) {
    return has_bearer(request, "bearer-1") && request.parameter("raw_json") == "1" &&
           request.headers.at("user-agent").find("vigie") != std::string::npos;
  };
  page.other = [](const Request& request) -> std::optional<Answer> {
    if (request.path != "/api/v1/access_token") {
      return std::nullopt;
    }
    // base64("client-id:client-secret")
    const bool good =
        request.method == "POST" && request.body == "grant_type=client_credentials" &&
        request.headers.at("authorization") == "Basic Y2xpZW50LWlkOmNsaWVudC1zZWNyZXQ=";
    return good ? Answer{200, {}, R"({"access_token":"bearer-1","expires_in":3600})"}
                : Answer{401, {}, "{}"};
  };
  page.limit = {429,
                {"x-ratelimit-used: 600", "x-ratelimit-remaining: 0.0", "x-ratelimit-reset: 1000"},
                "{}"};
  page.mention_id = [](int number) { return id("t1_", number); };
  return page;
}

ApiPage youtube() {
  ApiPage page{"youtube", "channel: UCtown", kSecret};
  page.network = "youtube";
  page.listing = [](const Posts& posts, const std::string& next) {
    return R"({"kind":"youtube#commentThreadListResponse",)" +
           (next.empty() ? "" : R"("nextPageToken":)" + quoted(next) + ",") + R"("items":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"snippet":{"totalReplyCount":0,"topLevelComment":{"id":)" +
                         quoted(id("Ug", post.number)) +
                         R"(,"snippet":{"videoId":"v1","textOriginal":)" + quoted(post.text) +
                         R"(,"authorChannelId":{"value":"UCx"},"likeCount":1,"publishedAt":)" +
                         iso(post.created_at) + R"(,"updatedAt":)" + iso(last_change(post)) +
                         "}}}}";
                }) +
           "}";
  };
  page.place = [](const Request& request) {
    return listed_at(request, "/youtube/v3/commentThreads", "pageToken");
  };
  page.is_authorised = [](const Request& request) {
    return request.parameter("key") == kSecret &&
           request.parameter("allThreadsRelatedToChannelId") == "UCtown";
  };
  page.limit = {403, {}, R"({"error":{"code":403,"errors":[{"reason":"quotaExceeded"}]}})"};
  page.limit_is_vague = true;  // until midnight, Pacific
  page.mention_id = [](int number) { return id("Ug", number); };
  return page;
}

std::string graph_listing(const std::string& data, const std::string& next) {
  return R"({"data":)" + data + R"(,"paging":{"cursors":{"before":"b","after":)" +
         quoted(next.empty() ? "end" : next) + "}" +
         (next.empty() ? "" : R"(,"next":"https://graph.facebook.com/elsewhere")") + "}}";
}

ApiPage facebook() {
  ApiPage page{"facebook", "page_id: '19292868552'", kSecret};
  page.network = "facebook";
  page.listing = [](const Posts& posts, const std::string& next) {
    return graph_listing(list(posts,
                              [](const Post& post) {
                                return R"({"id":)" + quoted(id("1_", post.number)) +
                                       R"(,"message":)" + quoted(post.text) +
                                       R"(,"created_time":)" + plus0000(post.created_at) +
                                       R"(,"updated_time":)" + plus0000(last_change(post)) + "}";
                              }),
                         next);
  };
  page.place = [](const Request& request) {
    return listed_at(request, "/v21.0/19292868552/feed", "after");
  };
  page.is_authorised = [](const Request& request) {
    return request.parameter("access_token") == kSecret &&
           request.parameter("fields").find("comments.filter(stream)") != std::string::npos;
  };
  page.limit = {400,
                {R"(X-Business-Use-Case-Usage: {"1":[{"type":"pages","call_count":100,)"
                 R"("total_time":1,"total_cputime":1,"estimated_time_to_regain_access":17}]})"},
                R"({"error":{"code":80001,"message":"too many calls"}})"};
  page.refusal = {400, {}, R"({"error":{"code":190,"message":"expired"}})"};
  page.mention_id = [](int number) { return id("1_", number); };
  return page;
}

ApiPage instagram(const std::string& type, const std::string& yaml, const std::string& path) {
  ApiPage page{type, yaml, kSecret};
  page.network = "instagram";
  page.has_edits = false;
  page.listing = [](const Posts& posts, const std::string& next) {
    return graph_listing(list(posts,
                              [](const Post& post) {
                                return R"({"id":)" + quoted(id("180", post.number)) +
                                       R"(,"caption":)" + quoted(post.text) + R"(,"timestamp":)" +
                                       plus0000(post.created_at) + "}";
                              }),
                         next);
  };
  page.place = [path](const Request& request) { return listed_at(request, path, "after"); };
  page.is_authorised = [](const Request& request) {
    return request.parameter("access_token") == kSecret;
  };
  page.limit = {400,
                {R"(X-App-Usage: {"call_count":100,"total_time":25,"total_cputime":25})"},
                R"({"error":{"code":4,"message":"too many calls"}})"};
  page.limit_is_vague = true;
  page.refusal = {400, {}, R"({"error":{"code":190,"message":"expired"}})"};
  page.mention_id = [](int number) { return id("180", number); };
  return page;
}

ApiPage instagram_hashtag() {
  ApiPage page = instagram("instagram_hashtag", "user: '17841'\nhashtag: techniville",
                           "/v21.0/17843826142012701/recent_media");
  page.removal = Removal::kNone;
  page.other = [](const Request& request) -> std::optional<Answer> {
    if (request.path != "/v21.0/ig_hashtag_search" || request.parameter("q") != "techniville") {
      return std::nullopt;
    }
    return Answer{200, {}, R"({"data":[{"id":"17843826142012701"}]})"};
  };
  return page;
}

ApiPage telegram() {
  ApiPage page{"telegram", "long_poll_s: '0'", "123456789:AAbbccddeeff"};
  page.network = "telegram";
  page.has_pages = false;
  page.removal = Removal::kNone;
  page.listing = [](const Posts& posts, const std::string&) {
    return R"({"ok":true,"result":)" +
           list(posts,
                [](const Post& post) {
                  const bool is_edit = post.edited_at != Time{};
                  return R"({"update_id":)" +
                         std::to_string(1000 + post.number + (is_edit ? 500 : 0)) +
                         (is_edit ? R"(,"edited_channel_post":)" : R"(,"channel_post":)") +
                         R"({"message_id":)" + std::to_string(post.number) +
                         R"(,"chat":{"id":-100,"title":"Mairie","username":"mairie"},"date":)" +
                         unix_s(post.created_at) +
                         (is_edit ? R"(,"edit_date":)" + unix_s(post.edited_at) : std::string()) +
                         R"(,"text":)" + quoted(post.text) + "}}";
                }) +
           "}";
  };
  page.place = [](const Request& request) {
    return listed_at(request, "/bot123456789:AAbbccddeeff/getUpdates", "offset");
  };
  page.limit = {429, {}, R"({"ok":false,"error_code":429,"parameters":{"retry_after":1000}})"};
  page.mention_id = [](int number) { return id("-100/", number); };
  return page;
}

ApiPage google_reviews() {
  ApiPage page{"google_reviews", "account: '123'\nlocation: '456'\nlogin: PEER",
               "client_id=a&client_secret=b&refresh_token=c"};
  page.network = "google";
  page.listing = [](const Posts& posts, const std::string& next) {
    return R"({"reviews":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"reviewId":)" + quoted(id("r", post.number)) +
                         R"(,"reviewer":{"displayName":"A"},"starRating":"FIVE","comment":)" +
                         quoted(post.text) + R"(,"createTime":)" + iso(post.created_at) +
                         R"(,"updateTime":)" + iso(last_change(post)) + "}";
                }) +
           (next.empty() ? "" : R"(,"nextPageToken":)" + quoted(next)) + "}";
  };
  page.place = [](const Request& request) {
    return listed_at(request, "/v4/accounts/123/locations/456/reviews", "pageToken");
  };
  page.is_authorised = [](const Request& request) { return has_bearer(request, "bearer-1"); };
  page.other = [](const Request& request) -> std::optional<Answer> {
    const std::string wanted =
        "grant_type=refresh_token&client_id=a&client_secret=b&refresh_token=c";
    return request.path != "/token" ? std::nullopt
           : request.body == wanted
               ? std::optional(Answer{200, {}, R"({"access_token":"bearer-1"})"})
               : std::optional(Answer{401, {}, "{}"});
  };
  page.limit = {429, {"Retry-After: 1000"}, R"({"error":{"code":429}})"};
  page.mention_id = [](int number) { return id("r", number); };
  return page;
}

ApiPage bluesky_search() {
  ApiPage page{"bluesky_search", "query: Techniville\nhandle: mairie.example", kSecret};
  page.network = "bluesky";
  page.has_edits = false;
  page.listing = [](const Posts& posts, const std::string& next) {
    return "{" + (next.empty() ? "" : R"("cursor":)" + quoted(next) + ",") + R"("posts":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"uri":)" +
                         quoted(id("at://did:plc:a/app.bsky.feed.post/", post.number)) +
                         R"(,"author":{"did":"did:plc:a","handle":"a.example"},"record":{"text":)" +
                         quoted(post.text) + R"(,"langs":["fr"],"createdAt":)" +
                         iso(post.created_at) + R"(},"likeCount":2})";
                }) +
           "}";
  };
  page.place = [](const Request& request) {
    return listed_at(request, "/xrpc/app.bsky.feed.searchPosts", "cursor");
  };
  page.is_authorised = [](const Request& request) {
    return has_bearer(request, "bearer-1") && request.parameter("q") == "Techniville" &&
           request.parameter("sort") == "latest";
  };
  page.other = [](const Request& request) -> std::optional<Answer> {
    const std::string wanted =
        R"({"identifier":"mairie.example","password":")" + std::string(kSecret) + R"("})";
    return request.path != "/xrpc/com.atproto.server.createSession" ? std::nullopt
           : request.body == wanted ? std::optional(Answer{200, {}, R"({"accessJwt":"bearer-1"})"})
                                    : std::optional(Answer{401, {}, "{}"});
  };
  page.limit = {429, {"RateLimit-Remaining: 0", "RateLimit-Reset: 1790001000"}, "{}"};
  page.mention_id = [](int number) { return id("at://did:plc:a/app.bsky.feed.post/", number); };
  return page;
}

ApiPage tiktok_research() {
  ApiPage page{"tiktok_research", "keyword: techniville", "client_key=a&client_secret=b"};
  page.network = "tiktok";
  page.has_edits = false;
  page.removal = Removal::kNone;
  page.listing = [](const Posts& posts, const std::string& next) {
    return R"({"data":{"videos":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"id":)" + quoted(id("72", post.number)) + R"(,"video_description":)" +
                         quoted(post.text) + R"(,"username":"a","create_time":)" +
                         unix_s(post.created_at) + "}";
                }) +
           R"(,"cursor":)" + (next.empty() ? "100" : next) + R"(,"has_more":)" +
           (next.empty() ? "false" : "true") + R"(},"error":{"code":"ok"}})";
  };
  page.place = [](const Request& request) -> std::optional<std::string> {
    const std::string key = R"("cursor":)";
    const std::size_t at = request.body.find(key);
    if (request.path != "/v2/research/video/query/" || at == std::string::npos) {
      return std::nullopt;
    }
    const std::string cursor = request.body.substr(at + key.size());
    return cursor == "0}" ? "" : cursor.substr(0, cursor.find('}'));
  };
  page.is_authorised = [](const Request& request) {
    return request.method == "POST" && has_bearer(request, "bearer-1") &&
           request.body.find(R"("field_values":["techniville"])") != std::string::npos;
  };
  page.other = [](const Request& request) -> std::optional<Answer> {
    return request.path == "/v2/oauth/token/"
               ? std::optional(Answer{200, {}, R"({"access_token":"bearer-1"})"})
               : std::nullopt;
  };
  page.limit = {429, {"Retry-After: 1000"}, R"({"error":{"code":"rate_limit_exceeded"}})"};
  page.mention_id = [](int number) { return id("72", number); };
  return page;
}

ApiPage pinterest() {
  ApiPage page{"pinterest", "", kSecret};
  page.network = "pinterest";
  page.has_edits = false;
  page.listing = [](const Posts& posts, const std::string& next) {
    return R"({"items":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"id":)" + quoted(id("8", post.number)) +
                         R"(,"title":"","description":)" + quoted(post.text) + R"(,"created_at":)" +
                         iso(post.created_at) + "}";
                }) +
           R"(,"bookmark":)" + (next.empty() ? "null" : quoted(next)) + "}";
  };
  page.place = [](const Request& request) { return listed_at(request, "/v5/pins", "bookmark"); };
  page.is_authorised = [](const Request& request) { return has_bearer(request, kSecret); };
  page.limit = {429, {"x-ratelimit-remaining: 0", "x-ratelimit-reset: 1000"}, "{}"};
  page.mention_id = [](int number) { return id("8", number); };
  return page;
}

/// A town's ticket desk that nobody has built in.
ApiPage http_json() {
  ApiPage page{"http_json", R"(
request: {url: "{api}/tickets?p={page}", headers: {X-Key: "{secret}"}}
paging: {kind: page}
vanished_is_deleted: true
mentions:
  - {items: /tickets/*, kind: request, id: /number, text: /body, html: true, created_at: /opened, edited_at: /changed})",
               kSecret};
  page.network = "town";
  page.listing = [](const Posts& posts, const std::string&) {
    return R"({"tickets":)" +
           list(posts,
                [](const Post& post) {
                  return R"({"number":)" + std::to_string(post.number) + R"(,"body":)" +
                         quoted("<p>" + post.text + "</p>") + R"(,"opened":)" +
                         iso(post.created_at) + R"(,"changed":)" + iso(last_change(post)) + "}";
                }) +
           "}";
  };
  page.place = [](const Request& request) -> std::optional<std::string> {
    auto number = listed_at(request, "/tickets", "p");
    return number == "1" ? "" : number;
  };
  page.is_authorised = [](const Request& request) {
    const auto key = request.headers.find("x-key");
    return key != request.headers.end() && key->second == kSecret;
  };
  page.limit = {429, {"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-09-21T14:30:00Z"}, "{}"};
  page.mention_id = [](int number) { return std::to_string(number); };
  return page;
}

}  // namespace

const std::vector<ApiPage>& api_pages() {
  static const std::vector<ApiPage> pages = [] {
    std::vector<ApiPage> all = {http_json(),
                                open311(),
                                data_gouv(),
                                services_publics_plus(),
                                reddit(),
                                youtube(),
                                facebook(),
                                instagram_hashtag(),
                                instagram("instagram_tags", "user: '17841'", "/v21.0/17841/tags"),
                                telegram(),
                                google_reviews(),
                                bluesky_search(),
                                tiktok_research(),
                                pinterest()};
    for (ApiPage& page : all) {
      page.is_authorised = page.is_authorised ? page.is_authorised : open_to_all;
      page.place_name = page.place_name ? page.place_name : [](std::size_t index) {
        return std::to_string(index + 1);
      };
      page.other = page.other ? page.other : nothing_else;
    }
    return all;
  }();
  return pages;
}

}  // namespace vigie
