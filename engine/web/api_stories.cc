// /api/v1/tenants/{tenant}/stories: what many say, counted once.
#include <algorithm>
#include <optional>
#include <string>

#include "engine/trend/story_book.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::uint64_t kMaxLimit = 200, kDefaultLimit = 50, kMaxItems = 1000;
constexpr Day kMaxDays = 62, kDefaultDays = 7;
constexpr Day kLongest = StoryBook::kLongest.count();

/// Those spoken of between both times, the ones with most authors first.
Response list_stories(const ApiParts& parts, TenantId tenant, const Request& request) {
  bool valid = true;
  const Time to = time_field(request, "to", valid).value_or(parts.clock.now());
  const Time from =
      time_field(request, "from", valid).value_or(to - std::chrono::days(kDefaultDays));
  const auto limit = number_field(request, "limit", 1, kMaxLimit, kDefaultLimit);
  if (!valid || !limit || from >= to || to - from > std::chrono::days(kMaxDays)) {
    return problem(400, "from and to are RFC 3339 times at most 62 days apart, limit: 1 to 200");
  }
  const Day first = day_of(from);
  const Result<std::vector<Story>> stories = parts.store.widest_stories(
      tenant, first - std::min(first, kLongest), day_of(to) + 2, {from, to}, *limit,
      [&](const Story& story) { return story.last_at >= from && story.first_at < to; });
  if (!stories) {
    return store_failed(stories.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("stories").begin_array();
  for (const Story& story : *stories) {
    const Result<std::optional<StoredMention>> oldest = parts.store.mention(story.oldest);
    if (!oldest) {
      return store_failed(oldest.error());
    }
    json.begin_object();
    write_story_members(story, json);
    if (*oldest) {
      json.key("mention");
      write_stored_mention(parts, **oldest, json);
    }
    json.end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response show_story(const ApiParts& parts, const MentionRef& founder) {
  const Result<std::optional<Story>> story = parts.store.story(founder);
  if (!story) {
    return store_failed(story.error());
  }
  if (!*story) {
    return not_found();
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_story_members(**story, json);
  json.key("items").begin_array();
  std::uint64_t written = 0;
  const Result<void> read = parts.store.scan_story(founder, [&](const StoredMention& stored) {
    write_stored_mention(parts, stored, json);
    return ++written < kMaxItems;
  });
  if (!read) {
    return store_failed(read.error());
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

}  // namespace

void write_story_members(const Story& story, JsonWriter& json) {
  json.key("ref").value(to_string(story.founder));
  json.key("mentions").value(story.mentions).key("authors").value(story.authors);
  json.key("sources").begin_array();
  for (const auto& [source, mentions] : story.sources) {
    json.begin_object().key("source").value(source).key("mentions").value(mentions).end_object();
  }
  json.end_array().key("first_at").value(format_time(story.first_at));
  json.key("last_at").value(format_time(story.last_at));
  json.key("peak_at").value(format_time(Time(std::chrono::hours(story.peak_hour))));
  json.key("peak_mentions").value(story.peak_mentions);
}

std::vector<Route> story_routes(const SharedParts& parts) {
  const std::string time = R"({"type":"string","format":"date-time"})";
  return {
      api_get(Right::kReadMentions, "/api/v1/tenants/{tenant}/stories", "listStories",
              "Near-duplicates and reposts together: stories of two mentions and more, those with "
              "the most authors first",
              "StoryPage",
              {{"from", time, "Spoken of at this time or later; a week before `to` if absent"},
               {"to", time, "Begun before this time; now if absent"},
               {"limit", R"({"type":"integer","minimum":1,"maximum":200,"default":50})",
                "At most so many"}},
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           return list_stories(*parts, tenant, request);
                         })),
      api_get(Right::kReadMentions, "/api/v1/tenants/{tenant}/stories/{ref}", "getStory",
              "One story with its mentions, at most 1000", "StoryDetail", {},
              for_tenant(parts,
                         [parts](TenantId tenant, const Request& request) {
                           const auto ref = parse_mention_ref(tenant, request.parameter("ref"));
                           return ref ? show_story(*parts, *ref) : not_found();
                         })),
  };
}

}  // namespace vigie
