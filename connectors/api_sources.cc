#include "connectors/api_sources.h"

#include "connectors/api_poller.h"
#include "connectors/json_shape.h"
#include "engine/core/check.h"

namespace vigie {
namespace {

// Open311 GeoReport v2 and FixMyStreet's flavour of it: reports to a town's desk.
constexpr std::string_view kOpen311 = R"(
settings: {jurisdiction_id: ""}
request:
  url: "{api}/requests.json?jurisdiction_id={jurisdiction_id}&start_date={since}&max_requests=1000"
vanished_is_deleted: true
mentions:
  - items: [/service_requests/*, /*]
    kind: request
    id: /service_request_id
    title: [/title, /service_name]
    text: [/detail, /description, /service_name]
    author_name: /requestor_name
    created_at: /requested_datetime
    edited_at: /updated_datetime
    place: /address
    lat: /lat
    lon: /long
    replies: /comment_count
)";

// Discussions below data sets: each message is a mention. What is deleted just vanishes.
constexpr std::string_view kDataGouv = R"(
api: https://www.data.gouv.fr
network: data.gouv.fr
settings: {organization: "", dataset: ""}
request:
  url: "{api}/api/1/discussions/?sort=-discussion.posted_on&org={organization}&for={dataset}&page_size=50"
paging: {kind: next_link, at: /next_page}
vanished_is_deleted: true
mentions:
  - items: /data/*/discussion/*
    kind: comment
    id: /id
    title: 2/title
    text: /content
    author_id: [/posted_by/id, /posted_by_organization/id]
    author_name: ["{/posted_by/first_name} {/posted_by/last_name}", /posted_by_organization/name]
    created_at: /posted_on
    edited_at: /last_modified_at
    thread: 2/id
    url: 2/self_web_url
)";

// What users of public services tell, by the open-data portal. Their own feeling stands for stars.
constexpr std::string_view kServicesPublicsPlus = R"(
api: https://opendata.plus.transformation.gouv.fr
network: services-publics-plus
settings: {dataset: export-experiences, where: ""}
request:
  url: "{api}/api/explore/v2.1/catalog/datasets/{dataset}/records?where={where}&order_by=ecrit_le%20desc&limit=100&offset={offset}"
paging: {kind: offset, newest_first: true}
time_zone: Europe/Paris
mentions:
  - items: /results/*
    kind: review
    id: [/id, /identifiant]
    title: /titre
    text: /description
    author_name: /pseudonyme_usager
    created_at: /ecrit_le
    place: /intitule_departement_usager
    rating: /ressenti_usager
    rating_words: {Positif: 5, Neutre: 3, "Négatif": 1}
)";

// secret: client id and secret with a colon between.
constexpr std::string_view kReddit = R"(
api: https://oauth.reddit.com
network: reddit
settings:
  subreddit: null
  listing: new
  query: ""
  user_agent: linux:vigie:v0.1 (e-reputation of a town)
  login: https://www.reddit.com
before:
  - name: token
    method: POST
    url: "{login}/api/v1/access_token"
    headers:
      Authorization: "Basic {secret_base64}"
      Content-Type: application/x-www-form-urlencoded
      User-Agent: "{user_agent}"
    body: grant_type=client_credentials
    value: /access_token
    lives_s: 3000
request:
  url: "{api}/r/{subreddit}/{listing}?limit=100&raw_json=1&q={query}&restrict_sr=1&sort=new&after={cursor}"
  headers: {Authorization: "Bearer {token}", User-Agent: "{user_agent}"}
paging: {kind: cursor, at: /data/after, newest_first: true}
vanished_is_deleted: true
mentions:
  - items: /data/children/*/data
    only_if: {1/kind: t3}
    deleted_if: {/author: "[deleted]", /selftext: ["[deleted]", "[removed]"]}
    kind: post
    id: /name
    title: /title
    text: /selftext
    author_id: [/author_fullname, /author]
    author_name: /author
    created_at: /created_utc
    edited_at: /edited
    url: "https://www.reddit.com{/permalink}"
    likes: /score
    replies: /num_comments
  - items: /data/children/*/data
    only_if: {1/kind: t1}
    deleted_if: {/author: "[deleted]", /body: ["[deleted]", "[removed]"]}
    kind: comment
    id: /name
    text: /body
    author_id: [/author_fullname, /author]
    author_name: /author
    created_at: /created_utc
    edited_at: /edited
    parent: /parent_id
    thread: /link_id
    url: ["https://www.reddit.com{/permalink}", "https://www.reddit.com/comments/{/link_id}"]
    likes: /score
)";

// Comments below one video, or below all videos of a channel.
constexpr std::string_view kYoutube = R"(
api: https://www.googleapis.com
network: youtube
settings: {channel: "", video: ""}
request:
  url: "{api}/youtube/v3/commentThreads?part=snippet,replies&allThreadsRelatedToChannelId={channel}&videoId={video}&order=time&maxResults=100&textFormat=plainText&pageToken={cursor}&key={secret}"
paging: {kind: cursor, at: /nextPageToken, newest_first: true}
quota: {units_per_day: 10000, units_per_request: 1, time_zone: America/Los_Angeles}
vanished_is_deleted: true
errors:
  - {at: /error/errors/0/reason, is: [quotaExceeded, dailyLimitExceeded], means: quota_spent, say: the day's quota is spent}
  - {at: /error/errors/0/reason, is: [rateLimitExceeded, userRateLimitExceeded], means: wait, say: too many at once}
  - {at: /error/errors/0/reason, is: [commentsDisabled], means: nothing, say: comments are disabled}
  - {at: /error/errors/0/reason, is: [keyInvalid, badRequest], means: unauthorised, say: the key is not accepted}
mentions:
  - items: /items/*/snippet/topLevelComment
    kind: comment
    id: /id
    text: [/snippet/textOriginal, /snippet/textDisplay]
    author_id: /snippet/authorChannelId/value
    author_name: /snippet/authorDisplayName
    author_url: /snippet/authorChannelUrl
    created_at: /snippet/publishedAt
    edited_at: /snippet/updatedAt
    thread: [/snippet/videoId, 1/videoId]
    url: ["https://www.youtube.com/watch?v={/snippet/videoId}&lc={/id}"]
    likes: /snippet/likeCount
    replies: 1/totalReplyCount
  - items: /items/*/replies/comments/*
    kind: comment
    id: /id
    text: [/snippet/textOriginal, /snippet/textDisplay]
    author_id: /snippet/authorChannelId/value
    author_name: /snippet/authorDisplayName
    author_url: /snippet/authorChannelUrl
    created_at: /snippet/publishedAt
    edited_at: /snippet/updatedAt
    parent: /snippet/parentId
    thread: /snippet/videoId
    url: ["https://www.youtube.com/watch?v={/snippet/videoId}&lc={/id}"]
    likes: /snippet/likeCount
)";

// A page's posts, with their comments; edge: feed, published_posts or tagged.
constexpr std::string_view kFacebook = R"(
api: https://graph.facebook.com
network: facebook
settings: {page_id: null, edge: feed, version: v21.0}
request:
  url: "{api}/{version}/{page_id}/{edge}?fields=id,message,from,created_time,updated_time,permalink_url,shares,comments.filter(stream).limit(100)%7Bid,message,from,created_time,permalink_url,like_count,comment_count,parent%7D&limit=50&after={cursor}&access_token={secret}"
paging: {kind: cursor, at: /paging/cursors/after, more: /paging/next, newest_first: true}
vanished_is_deleted: true
errors:
  - {at: /error/code, is: ["4", "17", "32", "613", "80001"], means: quota_spent, say: the rate limit is spent}
  - {at: /error/code, is: ["190", "10", "200", "102"], means: unauthorised, say: the page's token is not accepted}
mentions:
  - items: /data/*
    kind: post
    skip_empty: true
    id: /id
    text: [/message, /story]
    author_id: /from/id
    author_name: /from/name
    created_at: /created_time
    edited_at: /updated_time
    url: /permalink_url
    reposts: /shares/count
  - items: /data/*/comments/data/*
    kind: comment
    skip_empty: true
    id: /id
    text: /message
    author_id: /from/id
    author_name: /from/name
    created_at: /created_time
    parent: [/parent/id, 3/id]
    thread: 3/id
    url: /permalink_url
    likes: /like_count
    replies: /comment_count
)";

constexpr std::string_view kInstagramHashtag = R"(
api: https://graph.facebook.com
network: instagram
settings: {user: null, hashtag: null, version: v21.0}
limited: the source gives public posts of the last 24 hours, without their authors
before:
  - name: hashtag_id
    url: "{api}/{version}/ig_hashtag_search?user_id={user}&q={hashtag}&access_token={secret}"
    value: /data/0/id
    lives_s: 604800
request:
  url: "{api}/{version}/{hashtag_id}/recent_media?user_id={user}&fields=id,caption,timestamp,permalink,like_count,comments_count&limit=50&after={cursor}&access_token={secret}"
paging: {kind: cursor, at: /paging/cursors/after, more: /paging/next}
errors:
  - {at: /error/code, is: ["4", "17", "18", "32", "613", "80002"], means: quota_spent, say: the rate limit is spent}
  - {at: /error/code, is: ["190", "10", "200", "102"], means: unauthorised, say: the token is not accepted}
mentions:
  - items: /data/*
    kind: post
    skip_empty: true
    id: /id
    text: /caption
    created_at: /timestamp
    url: /permalink
    likes: /like_count
    replies: /comments_count
)";

// Media of others in which the account is tagged.
constexpr std::string_view kInstagramTags = R"(
api: https://graph.facebook.com
network: instagram
settings: {user: null, version: v21.0}
request:
  url: "{api}/{version}/{user}/tags?fields=id,caption,username,timestamp,permalink,like_count,comments_count&limit=50&after={cursor}&access_token={secret}"
paging: {kind: cursor, at: /paging/cursors/after, more: /paging/next, newest_first: true}
vanished_is_deleted: true
errors:
  - {at: /error/code, is: ["4", "17", "32", "613", "80002"], means: quota_spent, say: the rate limit is spent}
  - {at: /error/code, is: ["190", "10", "200", "102"], means: unauthorised, say: the token is not accepted}
mentions:
  - items: /data/*
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

// A bot that is an administrator of the channels. What was asked for is forgotten by the source.
constexpr std::string_view kTelegram = R"(
api: https://api.telegram.org
network: telegram
settings: {long_poll_s: "20"}
request:
  url: "{api}/bot{secret}/getUpdates?offset={cursor}&limit=100&timeout={long_poll_s}"
paging: {kind: follow, at: /result/*/update_id}
retry_after: /parameters/retry_after
errors:
  - {status: 409, means: wait, say: "a webhook is set for this bot, or somebody else reads its updates"}
mentions:
  - items:
      - /result/*/channel_post
      - /result/*/edited_channel_post
      - /result/*/message
      - /result/*/edited_message
    kind: message
    skip_empty: true
    id: "{/chat/id}/{/message_id}"
    text: [/text, /caption]
    author_id: [/sender_chat/id, /from/id]
    author_name: [/sender_chat/title, /from/username, /from/first_name, /chat/title]
    created_at: /date
    edited_at: /edit_date
    parent: "{/chat/id}/{/reply_to_message/message_id}"
    url: "https://t.me/{/chat/username}/{/message_id}"
)";

// secret: client_id=…&client_secret=…&refresh_token=…
constexpr std::string_view kGoogleReviews = R"(
api: https://mybusiness.googleapis.com
network: google
settings: {account: null, location: null, login: https://oauth2.googleapis.com}
before:
  - name: token
    method: POST
    url: "{login}/token"
    headers: {Content-Type: application/x-www-form-urlencoded}
    body: "grant_type=refresh_token&{secret}"
    value: /access_token
    lives_s: 3000
request:
  url: "{api}/v4/accounts/{account}/locations/{location}/reviews?pageSize=50&orderBy=updateTime%20desc&pageToken={cursor}"
  headers: {Authorization: "Bearer {token}"}
paging: {kind: cursor, at: /nextPageToken, newest_first: true}
vanished_is_deleted: true
mentions:
  - items: /reviews/*
    kind: review
    id: /reviewId
    text: /comment
    author_name: /reviewer/displayName
    created_at: /createTime
    edited_at: /updateTime
    rating: /starRating
    rating_words: {ONE: 1, TWO: 2, THREE: 3, FOUR: 4, FIVE: 5}
)";

// secret: an app password of the account `handle`.
constexpr std::string_view kBlueskySearch = R"(
api: https://bsky.social
network: bluesky
settings: {query: null, handle: null}
before:
  - name: token
    method: POST
    url: "{api}/xrpc/com.atproto.server.createSession"
    headers: {Content-Type: application/json}
    body: '{"identifier":"{handle}","password":"{secret}"}'
    value: /accessJwt
    lives_s: 3600
request:
  url: "{api}/xrpc/app.bsky.feed.searchPosts?q={query}&sort=latest&limit=100&since={since}&cursor={cursor}"
  headers: {Authorization: "Bearer {token}"}
paging: {kind: cursor, at: /cursor, newest_first: true}
vanished_is_deleted: true
errors:
  - {at: /error, is: [ExpiredToken, InvalidToken, AuthMissing], means: unauthorised, say: the session is not accepted}
mentions:
  - items: /posts/*
    skip_empty: true
    id: /uri
    text: /record/text
    author_id: /author/did
    author_name: /author/handle
    created_at: /record/createdAt
    lang: /record/langs/0
    parent: /record/reply/parent/uri
    thread: /record/reply/root/uri
    likes: /likeCount
    reposts: /repostCount
    replies: /replyCount
)";

constexpr std::string_view kTiktokResearch = R"(
api: https://open.tiktokapis.com
network: tiktok
settings: {keyword: null}
limited: the source is open to approved researchers only
before:
  - name: token
    method: POST
    url: "{api}/v2/oauth/token/"
    headers: {Content-Type: application/x-www-form-urlencoded}
    body: "grant_type=client_credentials&{secret}"
    value: /access_token
    lives_s: 6000
request:
  method: POST
  url: "{api}/v2/research/video/query/?fields=id,video_description,create_time,region_code,username,like_count,comment_count,share_count"
  headers: {Authorization: "Bearer {token}", Content-Type: application/json}
  body: '{"query":{"and":[{"operation":"EQ","field_name":"keyword","field_values":["{keyword}"]}]},"start_date":"{since_day}","end_date":"{now_day}","max_count":100,"cursor":{cursor}}'
paging: {kind: cursor, at: /data/cursor, more: /data/has_more, first: "0"}
quota: {units_per_day: 1000}
errors:
  - {at: /error/code, is: [rate_limit_exceeded], means: quota_spent, say: the day's quota is spent}
  - {at: /error/code, is: [access_token_invalid, scope_not_authorized], means: unauthorised, say: the token is not accepted}
mentions:
  - items: /data/videos/*
    kind: post
    skip_empty: true
    id: /id
    text: /video_description
    author_name: /username
    created_at: /create_time
    place: /region_code
    url: "https://www.tiktok.com/@{/username}/video/{/id}"
    likes: /like_count
    reposts: /share_count
    replies: /comment_count
)";

constexpr std::string_view kPinterest = R"(
api: https://api.pinterest.com
network: pinterest
limited: the source shows an account its own pins only
request:
  url: "{api}/v5/pins?page_size=100&bookmark={cursor}"
  headers: {Authorization: "Bearer {secret}"}
paging: {kind: cursor, at: /bookmark}
vanished_is_deleted: true
mentions:
  - items: /items/*
    kind: post
    skip_empty: true
    id: /id
    title: /title
    text: /description
    author_name: /board_owner/username
    created_at: /created_at
    url: ["https://www.pinterest.com/pin/{/id}/"]
)";

/// The description as it was parsed, once; a mistake in one is a bug of our own.
std::shared_ptr<const Settings> parsed(const ApiSource& source) {
  std::vector<Problem> problems;
  auto settings =
      Settings::parse(source.description, std::string(source.type) + " (built in)", problems);
  check(settings.has_value(), to_string(problems));
  return std::make_shared<const Settings>(std::move(*settings));
}

JsonShape shape_of(const Settings& description) {
  std::vector<Problem> problems;
  JsonShape shape = read_json_shape(description, true, problems);
  check(problems.empty(), to_string(problems));
  return shape;
}

}  // namespace

const std::vector<ApiSource>& api_sources() {
  static const std::vector<ApiSource> sources = {
      {"bluesky_search", kBlueskySearch},
      {"data_gouv", kDataGouv},
      {"facebook", kFacebook},
      {"google_reviews", kGoogleReviews},
      {"instagram_hashtag", kInstagramHashtag},
      {"instagram_tags", kInstagramTags},
      {"open311", kOpen311},
      {"pinterest", kPinterest},
      {"reddit", kReddit},
      {"services_publics_plus", kServicesPublicsPlus},
      {"telegram", kTelegram},
      {"tiktok_research", kTiktokResearch},
      {"youtube", kYoutube},
  };
  return sources;
}

void add_api_sources(ConnectorTypes& types) {
  for (const ApiSource& source : api_sources()) {
    types[std::string(source.type)] = {
        [description = parsed(source)](const ConnectorContext& context) {
          return make_api_connector(context, description.get());
        },
        std::string(source.type)};
  }
}

void add_api_sources(MappingFactories& formats) {
  for (const ApiSource& source : api_sources()) {
    formats[std::string(source.type)] = [description = parsed(source)] {
      return make_json_mapping(shape_of(*description));
    };
  }
}

}  // namespace vigie
