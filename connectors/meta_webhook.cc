#include "connectors/meta_webhook.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "connectors/api_answer.h"
#include "connectors/api_description.h"
#include "connectors/http_client.h"
#include "connectors/hub_signature.h"
#include "connectors/json_document.h"
#include "connectors/json_shape.h"
#include "connectors/meta_shapes.h"
#include "connectors/pushes.h"
#include "connectors/secret.h"
#include "engine/core/check.h"
#include "engine/core/form.h"
#include "engine/ingest/signal.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using Meaning = ApiFault::Meaning;
using State = ConnectorStatus::State;

constexpr std::size_t kMaxChallengeBytes = 4096;
constexpr std::size_t kMaxLookupBytes = 1 << 20;
constexpr std::size_t kRememberedLookups = 2000;  ///< Meta puts 1,000 changes into one push at most
constexpr std::chrono::milliseconds kTokenIsTriedAgainAfter{3'600'000};
constexpr const char* kTryAgainAfterSeconds = "60";

struct MetaOptions {
  const MetaSource* source = nullptr;
  std::string secret, verify_token, token;  ///< `token` empty: there is none
  std::string api, version;
  std::chrono::seconds timeout{10};
  bool allow_private = false;
};

class MetaWebhook final : public Connector {
 public:
  MetaWebhook(const ConnectorContext& context, MetaOptions options, std::vector<ApiFault> faults)
      : port_(context.port),
        status_(context.status),
        http_(context.http),
        wake_(context.executor),
        options_(std::move(options)) {
    graph_.faults = std::move(faults);
  }

  /// Only waits to be called; whether the token is any good is tried out first.
  asio::awaitable<void> run() override {
    if (options_.token.empty()) {
      co_return;
    }
    for (;;) {
      const Looked looked = co_await look("me?fields=id");
      status_.update([&](auto& snapshot) { ++snapshot.requests; });
      if (looked.is_there || looked.meaning != Meaning::kUnauthorised) {
        co_return;
      }
      co_await wake_.next(kTokenIsTriedAgainAfter);
    }
  }

  asio::awaitable<PushAnswer> push(PushRequest request) override {
    if (request.method == "GET") {
      co_return verify(request);
    }
    if (request.method != "POST") {
      PushAnswer answer = plain_answer(405, "GET or POST\n");
      answer.headers["Allow"] = "GET, POST";
      co_return answer;
    }
    const std::string_view signature = value_of(request.headers, "x-hub-signature-256");
    if (!signature.starts_with("sha256=") ||
        !hub_signature_fits(signature, request.body, options_.secret)) {
      note_bad_push(status_, now(), "a push that the app's secret did not sign was refused");
      co_return plain_answer(401, "X-Hub-Signature-256 is missing or does not fit\n");
    }
    PushAnswer answer = co_await take(request.body);
    co_return answer;
  }

 private:
  struct Looked {
    bool is_there = false;
    std::string body;
    Meaning meaning = Meaning::kWait;  ///< why not
    bool may_come = true;              ///< asking again is of use
  };

  Time now() const { return port_.clock().now(); }

  PushAnswer verify(const PushRequest& request) {
    const auto query = parse_form(request.query);
    const std::string challenge(value_of(query, "hub.challenge"));
    const bool is_ours = value_of(query, "hub.mode") == "subscribe" &&
                         are_equal(value_of(query, "hub.verify_token"), options_.verify_token) &&
                         !challenge.empty() && challenge.size() <= kMaxChallengeBytes;
    if (!is_ours) {
      note_bad_push(status_, now(), "somebody asked with another verify token");
      return plain_answer(403, "hub.verify_token does not fit\n");
    }
    status_.update([&](auto& snapshot) { snapshot.last_success_at = now(); });
    return plain_answer(200, challenge);
  }

  /// What is complete first; then, one by one, what only an id was told of.
  asio::awaitable<PushAnswer> take(std::string_view body) {
    const bool is_stored = co_await store_push(port_, body);
    if (!is_stored) {
      co_return busy_answer();
    }
    std::vector<MetaLookup> lookups;
    JsonDocument document;
    if (!options_.token.empty() && !document.parse(body)) {
      lookups = options_.source->lookups(document);
    }
    for (const MetaLookup& lookup : lookups) {
      PushAnswer refused = co_await look_up(lookup);
      if (refused.status != 200) {
        co_return refused;
      }
    }
    status_.update([&](auto& snapshot) {
      ++snapshot.requests;
      snapshot.state = State::kActive;
      snapshot.detail.clear();
      snapshot.last_success_at = now();
    });
    co_return plain_answer(200);
  }

  /// A push that is repeated goes on where it stopped.
  asio::awaitable<PushAnswer> look_up(const MetaLookup& lookup) {
    if (std::ranges::find(known_, lookup.key) != known_.end()) {
      co_return plain_answer(200);
    }
    const Looked looked = co_await look(lookup.address);
    if (!looked.is_there && looked.may_come) {
      PushAnswer answer = plain_answer(503, "the words of a mention cannot be asked for now\n");
      answer.headers["Retry-After"] = kTryAgainAfterSeconds;
      co_return answer;
    }
    if (looked.is_there) {
      const std::string words = R"({"looked_up":)" + looked.body + "}";
      const bool is_stored = co_await store_push(port_, words);
      if (!is_stored) {
        co_return busy_answer();
      }
    }
    known_.push_back(lookup.key);
    if (known_.size() > kRememberedLookups) {
      known_.pop_front();
    }
    co_return plain_answer(200);
  }

  asio::awaitable<Looked> look(const std::string& address) {
    HttpRequest request;
    request.url = options_.api + "/" + options_.version + "/" + address;
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("Authorization", "Bearer " + options_.token);
    request.allow_private = options_.allow_private;
    request.max_body_bytes = kMaxLookupBytes;
    request.timeout = options_.timeout;
    Result<HttpResponse> response = co_await http_.fetch(std::move(request));
    Looked looked;
    if (!response) {
      note_trouble(State::kWaiting, response.error().text);
      co_return looked;
    }
    const ApiVerdict verdict = judge_api_answer(graph_, *response, now(), answer_);
    looked.is_there = response->status == 200 && verdict.is_good;
    if (looked.is_there) {
      looked.body = std::move(response->body);
      co_return looked;
    }
    looked.meaning = verdict.fault;
    looked.may_come = verdict.fault != Meaning::kNothing && verdict.fault != Meaning::kGone;
    note_trouble(verdict.fault == Meaning::kUnauthorised ? State::kUnauthorised
                 : verdict.fault == Meaning::kQuotaSpent ? State::kQuotaSpent
                 : looked.may_come                       ? State::kWaiting
                                                         : State::kActive,
                 verdict.words);
    co_return looked;
  }

  void note_trouble(State state, const std::string& why) {
    note_bad_push(status_, now(), "of a mention only its id is known: " + why);
    status_.update([&](auto& snapshot) { snapshot.state = state; });
  }

  Port& port_;
  ConnectorStatus& status_;
  HttpClient& http_;
  Signal wake_;
  MetaOptions options_;
  ApiDescription graph_;  ///< only what its errors mean
  JsonDocument answer_;
  std::deque<std::string> known_;  ///< keys of the last lookups that are done with
};

std::shared_ptr<const Settings> parsed(const MetaSource& source) {
  std::vector<Problem> problems;
  auto settings =
      Settings::parse(source.description, std::string(source.type) + " (built in)", problems);
  check(settings.has_value(), to_string(problems));
  return std::make_shared<const Settings>(std::move(*settings));
}

MetaOptions read_options(const MetaSource& source, const Settings& settings,
                         std::vector<Problem>& problems) {
  allow_connector_settings(
      settings,
      {"secret_file", "credential", "verify_token_file", "verify_token_credential", "token_file",
       "token_credential", "api", "version", "timeout_s", "allow_private"},
      problems);
  MetaOptions options;
  options.source = &source;
  const auto secret = [&](const char* what, const char* file, const char* credential,
                          bool is_needed) {
    if (is_needed && !settings.find(file) && !settings.find(credential)) {
      settings.complain(std::string("'") + file + "' or '" + credential + "' is needed: " + what,
                        problems);
    }
    return read_secret(settings, problems, file, credential).value_or("");
  };
  options.secret = secret("the app's secret", "secret_file", "credential", true);
  options.verify_token =
      secret("what the dashboard was told", "verify_token_file", "verify_token_credential", true);
  options.token = secret("an access token", "token_file", "token_credential", source.needs_token);
  options.api = settings.text("api", problems, "https://graph.facebook.com");
  options.version = settings.text("version", problems, "v21.0");
  options.timeout = std::chrono::seconds(settings.integer("timeout_s", 1, 60, problems, 10));
  options.allow_private = settings.boolean("allow_private", problems, false);
  return options;
}

}  // namespace

void add_meta_webhooks(ConnectorTypes& types) {
  for (const MetaSource& source : meta_sources()) {
    types[std::string(source.type)] = {
        [&source, description = parsed(source)](
            const ConnectorContext& context) -> Result<std::unique_ptr<Connector>> {
          std::vector<Problem> problems;
          MetaOptions options = read_options(source, context.settings, problems);
          std::vector<ApiFault> faults = read_api_faults(*description, problems);
          if (!problems.empty()) {
            return fail(ErrorCode::kInvalidInput, to_string(problems));
          }
          return std::make_unique<MetaWebhook>(context, std::move(options), std::move(faults));
        },
        std::string(source.type)};
  }
}

void add_meta_webhooks(MappingFactories& formats) {
  for (const MetaSource& source : meta_sources()) {
    formats[std::string(source.type)] = [description = parsed(source)] {
      std::vector<Problem> problems;
      JsonShape shape = read_json_shape(*description, true, problems);
      check(problems.empty(), to_string(problems));
      return make_json_mapping(std::move(shape));
    };
  }
}

}  // namespace vigie
