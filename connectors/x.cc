#include "connectors/x.h"

#include <simdjson.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <cstring>

#include "connectors/line_cutter.h"
#include "connectors/quota.h"
#include "connectors/secret.h"
#include "connectors/stream_connector.h"
#include "connectors/url.h"
#include "engine/core/ascii.h"
#include "engine/core/form.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace asio = boost::asio;
namespace dom = simdjson::dom;

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxRules = 1'000, kMaxRuleCharacters = 1'024, kMaxQueryCharacters = 512;
constexpr std::size_t kMaxPages = 20;  ///< of one rule, at one time
constexpr std::uint64_t kMaxPageReads = 100, kMinPageReads = 10;
constexpr milliseconds kIdleTimeout{30'000};  ///< a line comes every 20 s, if only an empty one
constexpr std::chrono::hours kSearchReach{7 * 24 - 1};
constexpr std::string_view kFields =
    "tweet.fields=author_id,created_at,lang,conversation_id,referenced_tweets,public_metrics,geo,"
    "edit_history_tweet_ids,note_tweet&expansions=author_id,geo.place_id"
    "&user.fields=username,public_metrics&place.fields=full_name";

struct XOptions {
  std::string url, token, tag;
  std::vector<std::string> rules;
  QuotaPolicy quota;
  std::chrono::seconds rewind{0};
  bool allow_private = false;
};

/// X's own rules on coming back.
ReconnectPolicy reconnect_policy() {
  ReconnectPolicy policy;
  policy.network = {milliseconds(250), milliseconds(16'000), false};
  policy.http = {milliseconds(5'000), milliseconds(320'000), true};
  policy.limited = {milliseconds(60'000), milliseconds(960'000), true};
  policy.max_connects = 50;
  policy.connects_window = std::chrono::minutes(15);
  return policy;
}

// An id's first 42 bits are milliseconds since X's own epoch.
constexpr std::uint64_t kEpochMs = 1'288'834'974'657;
std::uint64_t first_id_of(Time time) {
  const auto ms = static_cast<std::uint64_t>(
      std::chrono::floor<milliseconds>(std::max(time, Time{})).time_since_epoch().count());
  return ms > kEpochMs ? (ms - kEpochMs) << 22 : 0;
}

std::uint64_t number_of(std::string_view id) {
  std::uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

class XConnector final : public StreamConnector {
 public:
  XConnector(const ConnectorContext& context, XOptions options)
      : StreamConnector(context, reconnect_policy()), options_(std::move(options)) {
    token_ = options_.token;
    allow_private_ = options_.allow_private;
    read_cursor(port_.resume_cursor());
  }

 private:
  asio::awaitable<Attempt> attempt() override {
    spend(0);
    if (quota_left(options_.quota, spent_) == 0) {
      co_return out_of_quota();
    }
    if (std::optional<Attempt> ended = co_await sync_rules()) {
      co_return std::move(*ended);
    }
    HttpRequest request =
        request_to(options_.url + "/2/tweets/search/stream?" + std::string(kFields));
    std::unique_ptr<HttpStream> stream;
    if (std::optional<Attempt> ended = co_await open(std::move(request), kIdleTimeout, stream)) {
      co_return std::move(*ended);
    }
    if (std::optional<Attempt> ended = co_await catch_up()) {
      co_return std::move(*ended);
    }
    co_return co_await read_stream(*stream);
  }

  void spend(std::uint64_t posts) {
    spent_ = quota_at(options_.quota, spent_, port_.clock().now());
    spent_.spent += posts;
    status_.update([&](auto& snapshot) {
      snapshot.budget_spent = spent_.spent;
      snapshot.budget_units = options_.quota.units;
    });
  }

  Attempt out_of_quota() const {
    const Time now = port_.clock().now();
    const Time until = quota_resets_at(options_.quota, now);
    Attempt attempt;
    attempt.end.kind = StreamEnd::Kind::kRefused;
    attempt.state = ConnectorStatus::State::kQuotaSpent;
    attempt.detail = "this month's budget of " + std::to_string(options_.quota.units) +
                     " posts is spent; it is given back at " + format_time(until);
    attempt.spent_for = std::chrono::ceil<milliseconds>(until - now);
    return attempt;
  }

  // ---- Rules

  asio::awaitable<std::optional<Attempt>> sync_rules() {
    std::string list = options_.url + "/2/tweets/search/stream/rules";
    const Result<HttpResponse> answer = co_await get(std::move(list));
    if (!answer) {
      co_return ended_by(answer.error());
    }
    if (answer->status != 200) {
      co_return ended_by(*answer, "the list of rules");
    }
    std::vector<std::string> missing = options_.rules, stale;
    compare_rules(answer->body, missing, stale);
    if (!stale.empty()) {
      std::string deletion = deletion_of(stale);
      if (std::optional<Attempt> ended = co_await change_rules(std::move(deletion))) {
        co_return ended;
      }
    }
    if (!missing.empty()) {
      std::string addition = addition_of(missing);
      co_return co_await change_rules(std::move(addition));
    }
    co_return std::nullopt;
  }

  /// Takes what is there from `missing`; ids of ours that are not wanted any more go to `stale`.
  void compare_rules(const std::string& body, std::vector<std::string>& missing,
                     std::vector<std::string>& stale) {
    dom::element answer;
    dom::array rules;
    if (parser_.parse(body).get(answer) != simdjson::SUCCESS ||
        answer["data"].get(rules) != simdjson::SUCCESS) {
      return;  // without rules there is no `data`
    }
    for (const dom::element rule : rules) {
      std::string_view id, value, tag;
      if (rule["tag"].get(tag) != simdjson::SUCCESS || tag != options_.tag ||
          rule["id"].get(id) != simdjson::SUCCESS ||
          rule["value"].get(value) != simdjson::SUCCESS) {
        continue;
      }
      if (const auto wanted = std::ranges::find(missing, value); wanted != missing.end()) {
        missing.erase(wanted);
      } else {
        stale.emplace_back(id);
      }
    }
  }

  std::string addition_of(const std::vector<std::string>& values) const {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("add").begin_array();
    for (const std::string& value : values) {
      json.begin_object().key("value").value(value).key("tag").value(options_.tag).end_object();
    }
    json.end_array().end_object();
    return body;
  }

  static std::string deletion_of(const std::vector<std::string>& ids) {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("delete").begin_object().key("ids").begin_array();
    for (const std::string& id : ids) {
      json.value(id);
    }
    json.end_array().end_object().end_object();
    return body;
  }

  asio::awaitable<std::optional<Attempt>> change_rules(std::string body) {
    HttpRequest request = request_to(options_.url + "/2/tweets/search/stream/rules");
    request.method = "POST";
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(body);
    const Result<HttpResponse> answer = co_await http_.fetch(std::move(request));
    if (!answer) {
      co_return ended_by(answer.error());
    }
    dom::element said;
    const bool has_errors = parser_.parse(answer->body).get(said) == simdjson::SUCCESS &&
                            said["errors"].error() == simdjson::SUCCESS;
    if (answer->status / 100 != 2 || has_errors) {
      Attempt attempt = ended_by(*answer, "a change of rules");
      co_return attempt;
    }
    co_return std::nullopt;
  }

  // ---- What was missed

  asio::awaitable<std::optional<Attempt>> catch_up() {
    heard();
    if (since_id_ == 0) {
      co_return std::nullopt;
    }
    const Time now = port_.clock().now();
    const std::uint64_t rewind = static_cast<std::uint64_t>(milliseconds(options_.rewind).count())
                                 << 22;
    const std::uint64_t reach = first_id_of(now - kSearchReach);
    std::uint64_t from = since_id_ - std::min(since_id_, rewind);
    gap_.clear();
    if (from < reach) {
      gap_ = "a part is missing: search reaches only seven days back";
      from = reach;
    }
    std::uint64_t newest = since_id_;
    std::vector<std::string> pages;  // the newest first
    for (const std::string& rule : options_.rules) {
      if (characters(rule) > kMaxQueryCharacters) {
        gap_ = "a part is missing: a rule of more than 512 characters cannot be searched";
        continue;
      }
      if (auto ended = co_await search(rule, from, pages, newest)) {
        co_return ended;
      }
    }
    for (auto page = pages.rbegin(); page != pages.rend(); ++page) {
      since_id_ = page + 1 == pages.rend() ? newest : since_id_;
      page->push_back('\n');
      co_await send(std::move(*page));
    }
    heard(gap_);
    co_return std::nullopt;
  }

  asio::awaitable<std::optional<Attempt>> search(const std::string& rule, std::uint64_t from,
                                                 std::vector<std::string>& pages,
                                                 std::uint64_t& newest) {
    std::string next;
    for (std::size_t page = 0;; ++page) {
      const std::uint64_t left = quota_left(options_.quota, spent_);
      if (page == kMaxPages || left == 0) {
        gap_ = "a part is missing: more was said than is caught up at one time";
        co_return std::nullopt;
      }
      std::string url = options_.url + "/2/tweets/search/recent?query=" + percent_encoded(rule);
      url += "&max_results=" + std::to_string(std::clamp(left, kMinPageReads, kMaxPageReads));
      url += "&since_id=" + std::to_string(from) + "&" + std::string(kFields);
      url += next.empty() ? "" : "&next_token=" + percent_encoded(next);
      const Result<HttpResponse> answer = co_await get(std::move(url));
      if (!answer) {
        co_return ended_by(answer.error());
      }
      if (answer->status != 200) {
        co_return ended_by(*answer, "the search");
      }
      next = take_page(answer->body, newest);
      pages.push_back(one_line(answer->body));
      if (next.empty()) {
        co_return std::nullopt;
      }
    }
  }

  /// Counts its posts; gives the token of the next page, empty if there is none.
  std::string take_page(const std::string& body, std::uint64_t& newest) {
    dom::element page;
    dom::array posts;
    std::string_view next;
    if (parser_.parse(body).get(page) != simdjson::SUCCESS) {
      return {};  // becomes a dead letter
    }
    if (page["data"].get(posts) == simdjson::SUCCESS) {
      spend(posts.size());
      for (const dom::element post : posts) {
        std::string_view id;
        if (post["id"].get(id) == simdjson::SUCCESS) {
          newest = std::max(newest, number_of(id));
        }
      }
    }
    return page.at_pointer("/meta/next_token").get(next) == simdjson::SUCCESS ? std::string(next)
                                                                              : std::string();
  }

  static std::string one_line(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
  }

  // ---- What is said

  asio::awaitable<Attempt> read_stream(HttpStream& stream) {
    LineCutter cutter(0);
    for (;;) {
      const Result<std::string> bytes = co_await stream.read();
      if (!bytes || bytes->empty()) {  // a line that is torn comes again from the search
        const Error over{ErrorCode::kUnavailable, "X ended the stream"};
        co_return ended_by(bytes ? over : bytes.error());
      }
      heard(gap_);
      std::memcpy(cutter.room().data(), bytes->data(), bytes->size());
      cutter.filled(bytes->size());
      while (const auto piece = cutter.cut()) {
        std::string disconnect;
        std::string lines = take_lines(piece->bytes.view(), disconnect);
        co_await send(std::move(lines));
        if (!disconnect.empty()) {
          co_return ended_by(Error{ErrorCode::kUnavailable, "X ended the stream: " + disconnect});
        }
        if (quota_left(options_.quota, spent_) == 0) {
          co_return out_of_quota();
        }
      }
    }
  }

  /// What is there to be mapped. `disconnect`: why X is going to end the stream.
  std::string take_lines(std::string_view bytes, std::string& disconnect) {
    std::string lines;
    while (!bytes.empty()) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size());
      const std::string_view line = trimmed(bytes.substr(0, end));
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
      if (line.empty()) {
        continue;
      }
      dom::element message;
      std::string_view said;
      const bool is_json = parser_.parse(line).get(message) == simdjson::SUCCESS;
      if (is_json && message["data"].error() != simdjson::SUCCESS) {
        disconnect = message.at_pointer("/errors/0/title").get(said) == simdjson::SUCCESS
                         ? std::string(said)
                         : "an error";
        continue;
      }
      if (is_json && message.at_pointer("/data/id").get(said) == simdjson::SUCCESS) {
        since_id_ = std::max(since_id_, number_of(said));
        spend(1);
      }
      lines.append(line).push_back('\n');
    }
    return lines;
  }

  asio::awaitable<void> send(std::string lines) {
    if (lines.empty()) {
      co_return;
    }
    Port::Parcel parcel;
    parcel.bytes = Payload(std::string_view(lines));
    parcel.cursor = cursor();
    co_await port_.send(std::move(parcel));
  }

  std::string cursor() const {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("since_id").value(std::to_string(since_id_));
    json.key("quota_period").value(spent_.period);
    json.key("quota_spent").value(spent_.spent).end_object();
    return text;
  }

  void read_cursor(const std::string& text) {
    dom::element cursor;
    std::string_view since_id;
    QuotaLedger spent;
    if (parser_.parse(text).get(cursor) == simdjson::SUCCESS &&
        cursor["since_id"].get(since_id) == simdjson::SUCCESS &&
        cursor["quota_period"].get(spent.period) == simdjson::SUCCESS &&
        cursor["quota_spent"].get(spent.spent) == simdjson::SUCCESS) {
      since_id_ = number_of(since_id);
      spent_ = spent;
    }
  }

  XOptions options_;
  QuotaLedger spent_;
  std::uint64_t since_id_ = 0;  ///< the largest id so far; 0: none yet
  std::string gap_;             ///< what people should know of what was missed
  dom::parser parser_;
};

/// The smaller of what may be read and what may be paid.
QuotaPolicy read_quota(const Settings& settings, std::vector<Problem>& problems) {
  const auto number = [&](std::string_view name, std::int64_t least, std::int64_t most,
                          std::optional<std::int64_t> fallback) {
    return static_cast<std::uint64_t>(settings.integer(name, least, most, problems, fallback));
  };
  QuotaPolicy quota;
  quota.period = QuotaPolicy::Period::kMonth;
  quota.units = number("monthly_reads", 1, 1'000'000'000, {});
  const std::uint64_t cents = 100 * number("monthly_euros", 0, 1'000'000, 0);
  const std::uint64_t price = number("cents_per_1000_reads", 0, 1'000'000, 0);
  if (cents != 0 && price == 0) {
    settings.complain("'monthly_euros' needs 'cents_per_1000_reads'", problems);
  } else if (cents != 0) {
    quota.units = std::min(quota.units, std::max<std::uint64_t>(cents * 1'000 / price, 1));
  }
  return quota;
}

XOptions read_options(const Settings& settings, std::vector<Problem>& problems) {
  allow_connector_settings(settings,
                           {"secret_file", "credential", "rules", "monthly_reads", "monthly_euros",
                            "rewind_s", "url", "allow_private"},
                           problems);
  XOptions options;
  options.url = read_base_url(settings, "url", problems, kHttpUrls, "https://api.x.com");
  if (!settings.find("secret_file") && !settings.find("credential")) {
    settings.complain("this source needs 'secret_file' or 'credential'", problems);
  }
  options.token = read_secret(settings, problems).value_or("");
  options.rules = settings.texts("rules", problems);
  const Settings* field = settings.find("rules");
  const Settings& place = field ? *field : settings;
  if (options.rules.empty() || options.rules.size() > kMaxRules) {
    place.complain("'rules' needs 1 to " + std::to_string(kMaxRules) + " queries", problems);
  }
  for (const std::string& rule : options.rules) {
    if (rule.empty() || characters(rule) > kMaxRuleCharacters) {
      place.complain("a rule has 1 to " + std::to_string(kMaxRuleCharacters) + " characters",
                     problems);
    }
  }
  options.quota = read_quota(settings, problems);
  options.rewind = std::chrono::seconds(settings.integer("rewind_s", 0, 3600, problems, 30));
  options.allow_private = settings.boolean("allow_private", problems, false);
  return options;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_x_connector(const ConnectorContext& context) {
  std::vector<Problem> problems;
  XOptions options = read_options(context.settings, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  options.tag = "vigie:" + context.port.origin().connector_id;
  return std::make_unique<XConnector>(context, std::move(options));
}

}  // namespace vigie
