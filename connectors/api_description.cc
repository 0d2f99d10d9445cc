#include "connectors/api_description.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "connectors/secret.h"
#include "connectors/url.h"
#include "engine/ingest/connector.h"

namespace vigie {
namespace {

constexpr std::array<std::string_view, 11> kOperatorSettings = {
    "api",       "secret_file", "credential",    "interval_s",    "timeout_s",    "max_body_bytes",
    "max_pages", "look_back_h", "backfill_days", "allow_private", "units_per_day"};
constexpr std::array<std::string_view, 8> kDescriptionSettings = {
    "request",   "before", "paging", "errors", "retry_after", "quota", "vanished_is_deleted",
    "robots_txt"};
constexpr std::array<std::string_view, 7> kPagingKinds = {
    "none", "next_link", "link_header", "cursor", "page", "offset", "follow"};
constexpr std::array<std::string_view, 5> kMeanings = {"wait", "quota_spent", "unauthorised",
                                                       "nothing", "gone"};

template <class Value, std::size_t kCount>
Value read_word(const Settings& from, std::string_view name,
                const std::array<std::string_view, kCount>& words, std::string fallback,
                std::vector<Problem>& problems) {
  const std::string word = from.text(name, problems, std::move(fallback));
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) {
    from.find(name)->complain("'" + std::string(name) + "' cannot be '" + word + "'", problems);
    return Value{};
  }
  return static_cast<Value>(found - words.begin());
}

std::optional<JsonPath> read_path(const Settings& from, std::string_view name,
                                  std::vector<Problem>& problems) {
  const Settings* field = from.find(name);
  if (field == nullptr) {
    return std::nullopt;
  }
  auto path = JsonPath::parse(from.text(name, problems));
  if (!path) {
    field->complain("'" + std::string(name) + "' is not a path", problems);
  }
  return path;
}

ApiRequest read_request(const Settings& from, std::vector<Problem>& problems) {
  ApiRequest request;
  request.url = from.text("url", problems);
  request.method = from.text("method", problems, "GET");
  request.body = from.text("body", problems, "");
  if (request.method != "GET" && request.method != "POST") {
    from.find("method")->complain("'method' must be GET or POST", problems);
  }
  if (const Settings* headers = from.find("headers")) {
    for (const auto& [name, value] : headers->fields()) {
      request.headers.emplace_back(name, headers->text(name, problems));
    }
  }
  return request;
}

void read_preludes(const Settings& from, ApiDescription& api, std::vector<Problem>& problems) {
  const Settings* before = from.find("before");
  if (before == nullptr) {
    return;
  }
  for (const Settings& one : before->items()) {
    one.allow_only({"name", "method", "url", "headers", "body", "value", "lives_s"}, problems);
    ApiPrelude prelude;
    prelude.name = one.text("name", problems);
    prelude.request = read_request(one, problems);
    prelude.value = read_path(one, "value", problems).value_or(JsonPath{});
    prelude.lives = std::chrono::seconds(one.integer("lives_s", 10, 31'536'000, problems, 3000));
    api.values[prelude.name];  // it is a name from now on
    api.before.push_back(std::move(prelude));
  }
}

void read_paging(const Settings& from, ApiPaging& paging, std::vector<Problem>& problems) {
  const Settings* map = from.find("paging");
  if (map == nullptr) {
    return;
  }
  using Kind = ApiPaging::Kind;
  map->allow_only({"kind", "at", "more", "first", "newest_first"}, problems);
  paging.kind = read_word<Kind>(*map, "kind", kPagingKinds, "none", problems);
  const auto at = read_path(*map, "at", problems);
  const bool needs_place = paging.kind == Kind::kNextLink || paging.kind == Kind::kCursor ||
                           paging.kind == Kind::kFollow;
  if (needs_place && !at) {
    map->complain("this 'kind' needs 'at'", problems);
  }
  paging.at = at.value_or(JsonPath{});
  paging.more = read_path(*map, "more", problems);
  paging.first = map->text("first", problems,
                           paging.kind == Kind::kPage     ? "1"
                           : paging.kind == Kind::kOffset ? "0"
                                                          : "");
  paging.newest_first = map->boolean("newest_first", problems, false);
}

}  // namespace

std::vector<ApiFault> read_api_faults(const Settings& from, std::vector<Problem>& problems) {
  std::vector<ApiFault> faults;
  const Settings* errors = from.find("errors");
  if (errors == nullptr) {
    return faults;
  }
  for (const Settings& one : errors->items()) {
    one.allow_only({"status", "at", "is", "means", "say"}, problems);
    ApiFault fault;
    fault.status = static_cast<unsigned>(one.integer("status", 0, 599, problems, 0));
    fault.at = read_path(one, "at", problems);
    fault.is = one.texts("is", problems);
    fault.meaning = read_word<ApiFault::Meaning>(one, "means", kMeanings, "wait", problems);
    fault.words = one.text("say", problems);
    faults.push_back(std::move(fault));
  }
  return faults;
}

namespace {

void read_quota(const Settings& from, QuotaPolicy& quota, std::vector<Problem>& problems) {
  if (const Settings* map = from.find("quota")) {
    map->allow_only({"units_per_day", "units_per_request", "time_zone"}, problems);
    quota.units =
        static_cast<std::uint64_t>(map->integer("units_per_day", 0, 1'000'000'000, problems, 0));
    quota.units_per_request =
        static_cast<std::uint64_t>(map->integer("units_per_request", 1, 1'000'000, problems, 1));
    quota.time_zone = map->text("time_zone", problems, "");
    if (!quota.time_zone.empty() && !utc_offset(quota.time_zone, Time{})) {
      map->complain("there is no time zone '" + quota.time_zone + "'", problems);
    }
  }
}

std::string base64(std::string_view text) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string out(sodium_base64_encoded_len(text.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()),
                    text.size(), kVariant);
  out.pop_back();  // the NUL
  return out;
}

bool mentions_name(const ApiDescription& api, std::string_view name) {
  const auto in = [&](const ApiRequest& request) {
    const std::string wanted = "{" + std::string(name) + "}";
    return request.url.find(wanted) != std::string::npos ||
           request.body.find(wanted) != std::string::npos ||
           std::ranges::any_of(request.headers, [&](const auto& header) {
             return header.second.find(wanted) != std::string::npos;
           });
  };
  return in(api.request) || std::ranges::any_of(api.before, [&](const ApiPrelude& prelude) {
           return in(prelude.request);
         });
}

void learn_secret(const Settings& own, ApiDescription& api, std::vector<Problem>& problems) {
  const bool is_needed = mentions_name(api, "secret") || mentions_name(api, "secret_base64");
  if (is_needed && !own.find("secret_file") && !own.find("credential")) {
    own.complain("this source needs 'secret_file' or 'credential'", problems);
  }
  if (std::optional<std::string> secret = read_secret(own, problems)) {
    api.values["secret_base64"] = base64(*secret);
    api.values["secret"] = std::move(*secret);
  }
}

void learn_address(const Settings& own, const Settings& from, ApiDescription& api,
                   std::vector<Problem>& problems) {
  const std::string usual = from.text("api", problems, "");
  api.values["api"] = read_base_url(own, "api", problems, kHttpUrls, usual);
  if (mentions_name(api, "api") && api.values["api"].empty()) {
    own.complain("'api' is missing: where the source lives", problems);
  }
}

void read_operation(const Settings& own, ApiDescription& api, std::vector<Problem>& problems) {
  using std::chrono::hours;
  using std::chrono::seconds;
  api.policy.interval = seconds(own.integer("interval_s", 5, 86'400, problems, 300));
  api.timeout = seconds(own.integer("timeout_s", 1, 120, problems, 30));
  api.max_body_bytes =
      static_cast<std::size_t>(own.integer("max_body_bytes", 1024, 64 << 20, problems, 8 << 20));
  api.max_pages = static_cast<std::size_t>(own.integer("max_pages", 1, 1000, problems, 20));
  api.look_back = hours(own.integer("look_back_h", 0, 24 * 90, problems, 72));
  api.first_look_back = hours(24 * own.integer("backfill_days", 0, 3650, problems, 30));
  api.allow_private = own.boolean("allow_private", problems, false);
  api.quota.units = static_cast<std::uint64_t>(own.integer(
      "units_per_day", 0, 1'000'000'000, problems, static_cast<std::int64_t>(api.quota.units)));
}

void read_courtesy(const Settings& own, ApiDescription& api, std::vector<Problem>& problems) {
  const bool needs_a_secret = api.values.contains("secret");
  const std::string robots_txt =
      own.text("robots_txt", problems, needs_a_secret ? "ignore" : "obey");
  if (robots_txt != "obey" && robots_txt != "ignore") {
    own.find("robots_txt")->complain("'robots_txt' is obey or ignore", problems);
  }
  api.obeys_robots = robots_txt == "obey";
}

/// What a built-in description asks of a person.
void read_own_values(const Settings& own, const Settings& built_in, ApiDescription& api,
                     std::vector<Problem>& problems) {
  const Settings* asked = built_in.find("settings");
  if (asked == nullptr) {
    return;
  }
  for (const auto& [name, fallback] : asked->fields()) {
    const bool is_needed = fallback.type() == Settings::Type::kNull;
    api.values[name] =
        own.text(name, problems, is_needed ? std::nullopt : std::optional(fallback.scalar()));
  }
}

void allow_settings(const Settings& own, const Settings* built_in, std::vector<Problem>& problems) {
  std::vector<std::string_view> allowed(kOperatorSettings.begin(), kOperatorSettings.end());
  if (built_in == nullptr) {
    allowed.insert(allowed.end(), kDescriptionSettings.begin(), kDescriptionSettings.end());
    allowed.insert(allowed.end(), kShapeSettings.begin(), kShapeSettings.end());
  } else if (const Settings* asked = built_in->find("settings")) {
    for (const auto& [name, fallback] : asked->fields()) {
      allowed.push_back(name);
    }
  }
  allow_connector_settings(own, allowed, problems);
}

}  // namespace

ApiDescription read_api_description(const Settings& own, const Settings* built_in,
                                    std::vector<Problem>& problems) {
  allow_settings(own, built_in, problems);
  const Settings& from = built_in ? *built_in : own;
  ApiDescription api;
  if (const Settings* request = from.find("request")) {
    request->allow_only({"url", "method", "headers", "body"}, problems);
    api.request = read_request(*request, problems);
  } else {
    from.complain("'request' says what to ask", problems);
  }
  read_preludes(from, api, problems);
  read_paging(from, api.paging, problems);
  api.faults = read_api_faults(from, problems);
  api.retry_after = read_path(from, "retry_after", problems);
  read_quota(from, api.quota, problems);
  api.vanished_is_deleted = from.boolean("vanished_is_deleted", problems, false);
  api.limited = built_in ? built_in->text("limited", problems, "") : "";
  api.shape = read_json_shape(from, built_in != nullptr, problems);
  if (built_in != nullptr) {
    read_own_values(own, *built_in, api, problems);
  }
  learn_secret(own, api, problems);
  learn_address(own, from, api, problems);
  if (built_in == nullptr) {
    read_courtesy(own, api, problems);
  }
  read_operation(own, api, problems);
  return api;
}

}  // namespace vigie
