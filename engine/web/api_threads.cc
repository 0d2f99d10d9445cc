// /api/v1/tenants/{tenant}/mentions/{ref}/thread: a mention's conversation, as far as it was kept.
#include <optional>
#include <string>
#include <utility>

#include "engine/web/api_routes.h"
#include "engine/web/reply_thread.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

Response show_thread(const ApiParts& parts, const ReplyThread& thread, const MentionRef& of) {
  const Result<std::optional<StoredMention>> asked = parts.store.mention(of);
  if (!asked) {
    return store_failed(asked.error());
  }
  if (!*asked) {
    return not_found();
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const ReplyThread::Item& item : thread.items) {
    const Result<std::optional<StoredMention>> stored = parts.store.mention(item.ref);
    if (!stored) {
      return store_failed(stored.error());
    }
    if (*stored) {  // not taken back meanwhile
      json.begin_object().key("depth").value(item.depth).key("mention");
      write_stored_mention(parts, **stored, json);
      json.end_object();
    }
  }
  json.end_array().key("missing");
  if (thread.missing.empty()) {
    json.null();
  } else {
    const std::string page = page_of((*asked)->record.mention.source, thread.missing);
    json.begin_object().key("id").value(thread.missing).key("url");
    page.empty() ? json.null() : json.value(page);
    json.end_object();
  }
  json.key("complete").value(thread.is_complete).end_object();
  return json_response(std::move(body));
}

asio::awaitable<Response> answer(SharedParts parts, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  const std::optional<MentionRef> ref =
      tenant ? parse_mention_ref(*tenant, request.parameter("ref")) : std::nullopt;
  if (!ref) {
    co_return not_found();
  }
  if (const std::optional<std::string> why = objection_to_query(request, {})) {
    co_return problem(400, *why);
  }
  asio::awaitable<Result<ReplyThread>> reading = parts->thread(*ref);
  const Result<ReplyThread> thread = co_await std::move(reading);
  if (!thread) {
    co_return thread.error().code == ErrorCode::kNotFound ? not_found()
                                                          : aside_failed(thread.error());
  }
  co_return show_thread(*parts, *thread, *ref);
}

}  // namespace

std::vector<Route> thread_routes(const SharedParts& parts) {
  Route route;
  route.method = "GET";
  route.pattern = "/api/v1/tenants/{tenant}/mentions/{ref}/thread";
  route.right = Right::kReadMentions;
  route.handler = [parts](Request request) { return answer(parts, std::move(request)); };
  route.description = {
      "getThread",
      "What a mention answers to and what answers it, in order, among what was kept in the 30 days "
      "before and after it",
      {},
      "",
      {{200, "The conversation", "ReplyThread"},
       {503, "Too much is under way; Retry-After says when", "Problem"}}};
  return {std::move(route)};
}

}  // namespace vigie
