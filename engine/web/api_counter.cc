// /api/v1/tenants/{tenant}/accueil: what citizens say at the counter, on the phone or on paper,
// written down by the town's people.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxTextCharacters = 10'000, kMaxSubjectCharacters = 200,
                      kMaxPlaceCharacters = 200;
constexpr std::size_t kMaxEntryBytes = 64 << 10;
constexpr std::size_t kLeastKeyBytes = 8, kMaxKeyBytes = 64;
constexpr std::chrono::minutes kClocksDiffer{5};

/// How somebody reached the town. Words of the API; people see theirs (ui/src/words.ts).
constexpr std::array<std::string_view, 4> kChannels = {"counter", "phone", "paper",
                                                       "digital_space"};

/// What one form holds.
struct Entry {
  std::string channel, key, text, subject, place;
  std::optional<Time> said_at;
};

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_key(std::string_view key) {
  return key.size() >= kLeastKeyBytes && key.size() <= kMaxKeyBytes &&
         std::ranges::all_of(key, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

/// Why it cannot be taken, for a person; nothing: `entry` is filled in.
std::optional<std::string> read_entry(const std::string& body, Time now, Entry& entry) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    return "the body is an object of channel, key, text, subject, place and said_at";
  }
  std::string said_at;
  for (const auto& [name, value] : members) {
    std::string* const into = name == "channel"   ? &entry.channel
                              : name == "key"     ? &entry.key
                              : name == "text"    ? &entry.text
                              : name == "subject" ? &entry.subject
                              : name == "place"   ? &entry.place
                              : name == "said_at" ? &said_at
                                                  : nullptr;
    std::string_view text;
    if (into == nullptr) {
      return "there is no member '" + std::string(name) + "'";
    }
    if (!value.is_null() && value.get(text) != simdjson::SUCCESS) {
      return "'" + std::string(name) + "' is a text";
    }
    *into = trimmed(text);
    std::ranges::replace(*into, '\0', ' ');
  }
  if (std::ranges::find(kChannels, entry.channel) == kChannels.end()) {
    return "'channel' is counter, phone, paper or digital_space";
  }
  if (!is_key(entry.key)) {
    return "'key' is 8 to 64 letters, digits, '-' and '_', another one for each entry";
  }
  if (entry.text.empty() || characters_in(entry.text) > kMaxTextCharacters) {
    return "'text' holds what was said: at least one character, at most " +
           std::to_string(kMaxTextCharacters);
  }
  if (characters_in(entry.subject) > kMaxSubjectCharacters ||
      characters_in(entry.place) > kMaxPlaceCharacters) {
    return "'subject' and 'place' hold at most 200 characters each";
  }
  if (!said_at.empty()) {
    entry.said_at = parse_time(said_at);
    if (!entry.said_at) {
      return "'said_at' is a time as RFC 3339 has it";
    }
    if (*entry.said_at > now + kClocksDiffer) {
      return "'said_at' lies in the future";
    }
  }
  return std::nullopt;
}

/// As every other mention comes in. Nobody is named: whoever spoke is not asked for.
std::string canonical_mention(const Entry& entry, const std::string& id, Time now) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().key("id").value(id).key("source").value(kCounterSource);
  json.key("kind").value("message").key("text").value(entry.text);
  if (!entry.subject.empty()) {
    json.key("title").value(entry.subject);
  }
  if (!entry.place.empty()) {
    json.key("place").begin_object().key("name").value(entry.place).end_object();
  }
  json.key("created_at").value(format_time(entry.said_at.value_or(now))).end_object();
  return line + '\n';
}

Response recorded(const std::string& id, const CounterReceipt& receipt) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").value(id).key("source").value(kCounterSource);
  json.key("known").value(receipt.known > 0).end_object();
  Response response = json_response(std::move(body));
  response.status = 201;
  return response;
}

asio::awaitable<Response> record(SharedParts parts, Request request) {
  const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
  if (!tenant) {
    co_return not_found();
  }
  if (!parts->counter.is_open(*tenant)) {
    co_return problem(409, "this town has no counter: its configuration names no 'accueil'");
  }
  const Time now = parts->clock.now();
  Entry entry;
  if (const std::optional<std::string> why = read_entry(request.body, now, entry)) {
    co_return problem(400, *why);
  }
  const std::string id = entry.channel + "/" + entry.key;
  CounterEntry handed{canonical_mention(entry, id, now), entry.channel, id,
                      request.caller->account};
  const std::optional<CounterReceipt> receipt =
      co_await parts->counter.record(*tenant, std::move(handed));
  if (!receipt) {
    co_return problem(503, "the engine is busy").with("Retry-After", "1");
  }
  if (receipt->kept + receipt->known == 0) {
    co_return problem(422, "it is older than the town may keep anything");
  }
  co_return recorded(id, *receipt);
}

}  // namespace

std::vector<Route> counter_routes(const SharedParts& parts) {
  RouteDescription route = {
      "recordAtCounter",
      "Record what a citizen said at the counter, on the phone or on paper: a mention of source "
      "`accueil`, kept by this town only. Answered once it is durably stored; the same key again "
      "stores nothing twice",
      {},
      "CounterEntry",
      {{201, "Stored", "CounterReceipt"},
       {409, "The town has no counter", "Problem"},
       {422, "It is older than the town may keep anything", "Problem"},
       {503, "The engine is busy; Retry-After says when", "Problem"}}};
  return {api_post(
      Right::kRecordAtCounter, "/api/v1/tenants/{tenant}/accueil", kMaxEntryBytes,
      [parts](Request request) { return record(parts, std::move(request)); }, std::move(route))};
}

}  // namespace vigie
