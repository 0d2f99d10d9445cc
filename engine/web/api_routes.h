#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/json_writer.h"
#include "engine/web/api.h"

namespace vigie {

/// The parts of the API, one per file; each shares what it answers from.
using SharedParts = std::shared_ptr<const ApiParts>;
std::vector<Route> session_routes(const SharedParts& parts);
std::vector<Route> account_routes(const SharedParts& parts);
std::vector<Route> token_routes(const SharedParts& parts);
std::vector<Route> mention_routes(const SharedParts& parts);
std::vector<Route> story_routes(const SharedParts& parts);
std::vector<Route> correction_routes(const SharedParts& parts);
std::vector<Route> counter_routes(const SharedParts& parts);
std::vector<Route> statistics_routes(const SharedParts& parts);
std::vector<Route> kpi_routes(const SharedParts& parts);
std::vector<Route> alert_routes(const SharedParts& parts);
std::vector<Route> delivery_routes(const SharedParts& parts);
std::vector<Route> silence_routes(const SharedParts& parts);
std::vector<Route> work_routes(const SharedParts& parts);
std::vector<Route> engine_routes(const SharedParts& parts);
std::vector<Route> source_routes(const SharedParts& parts);
std::vector<Route> stream_routes(const SharedParts& parts);
std::vector<Route> emergent_routes(const SharedParts& parts);
std::vector<Route> sample_routes(const SharedParts& parts);
std::vector<Route> objective_routes(const SharedParts& parts);
std::vector<Route> card_routes(const SharedParts& parts);
std::vector<Route> audit_routes(const SharedParts& parts);
std::vector<Route> erasure_routes(const SharedParts& parts);
std::vector<Route> reveal_routes(const SharedParts& parts);
std::vector<Route> rules_routes(const SharedParts& parts);
std::vector<Route> explore_routes(const SharedParts& parts);
std::vector<Route> settings_routes(const SharedParts& parts);
std::vector<Route> thread_routes(const SharedParts& parts);

/// Why a query may not be answered: what is misspelt would silently ask for everything.
std::optional<std::string> objection_to_query(const Request& request,
                                              const std::vector<RouteDescription::Field>& fields);

/// A route for callers with `right` that reads: its description says all of its query fields.
Route api_get(Right right, std::string pattern, std::string operation, std::string summary,
              std::string answer_schema, std::vector<RouteDescription::Field> fields,
              std::function<Response(const Request&)> handle);

/// A route for callers with `right` that changes something. A body of more than `max_body_bytes` is
/// 413; one that is not application/json, where the description says that there is a body, 415:
/// browsers ask before they send that type across sites, and forms cannot send it at all.
Route api_post(Right right, std::string pattern, std::size_t max_body_bytes, Route::Handler handler,
               RouteDescription description);

/// Wraps a handler of /api/v1/tenants/{tenant}/…: an unknown tenant is 404, with the same body as
/// any object that is not there.
using TenantHandler = std::function<Response(TenantId, const Request&)>;
std::function<Response(const Request&)> for_tenant(const SharedParts& parts, TenantHandler handle);
std::function<Response(const Request&)> for_tenant(const SharedParts& parts,
                                                   Response (*handle)(const ApiParts&, TenantId,
                                                                      const Request&));
std::optional<TenantId> find_tenant(const ApiParts& parts, std::string_view id);

/// Whether the caller may know of this source: a town's private one is its own affair.
bool is_shown(const ConnectorHealth& connector, const Grants& caller);

/// Why a token may not: this is for a person who is signed in.
std::optional<Response> objection_to_scripts(const Request& request);

/// The members of a body that is an object of texts, none of them but these; nothing if it is
/// something else.
using Texts = std::map<std::string, std::string, std::less<>>;
std::optional<Texts> read_text_members(const std::string& body,
                                       std::initializer_list<std::string_view> known);

/// A store's error: corrupt bytes are said, never skipped.
Response store_failed(const Error& error);

/// A query field that is a whole number between `least` and `most`; `fallback` if it is not there;
/// nothing if it is something else.
std::optional<std::uint64_t> number_field(const Request& request, std::string_view name,
                                          std::uint64_t least, std::uint64_t most,
                                          std::uint64_t fallback);
/// A query field that is an RFC 3339 time. `valid` becomes false if it is something else.
std::optional<Time> time_field(const Request& request, std::string_view name, bool& valid);

/// What could not be done beside the web thread: 503 with Retry-After, or as store_failed().
Response aside_failed(const Error& error);

/// One mention as the API shows it: @handles masked, the author a pseudonym, its story counted,
/// what was done about it. An object.
void write_stored_mention(const ApiParts& parts, const StoredMention& stored, JsonWriter& json);

/// What a story adds up to: members of the open object.
void write_story_members(const Story& story, JsonWriter& json);

/// The answer that is one mention.
Response show_mention(const ApiParts& parts, const MentionRef& ref);

/// See Store::work().
using WorkDone = Result<std::optional<WorkEvent>>;
/// Has it done, and written to the audit; nothing: too many changes wait.
boost::asio::awaitable<std::optional<WorkDone>> do_work(SharedParts parts, WorkSubject subject,
                                                        WorkRequest request);
Response work_refused(const Error& error);

/// What the API needs to know of an alert's body, which is a JSON object of the alert part's.
struct AlertSummary {
  Urgency level = Urgency::kLow;
  std::optional<Time> raised_at;
  bool is_end = false;  ///< it says that an incident is over
};
/// Nothing if the body is not such an object.
std::optional<AlertSummary> read_alert_body(std::string_view body);

}  // namespace vigie
