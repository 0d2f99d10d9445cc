#include "connectors/webhook.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "connectors/answer_memory.h"
#include "connectors/pushes.h"
#include "connectors/secret.h"
#include "connectors/signature.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxKeyBytes = 255;
constexpr std::string_view kRetryAfterSeconds = "1";
constexpr std::array<std::string_view, 4> kContentTypes = {
    "application/json", "application/x-ndjson", "application/ndjson", "application/jsonl"};

struct WebhookOptions {
  std::vector<std::string> secrets;
  std::size_t max_body_bytes = 0;
  std::chrono::seconds window{0};
};

std::string_view header(const PushRequest& request, std::string_view name) {
  return value_of(request.headers, name);
}

/// "Application/JSON; charset=utf-8" → "application/json"
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ')) {
    type.pop_back();
  }
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return type;
}

bool is_valid_key(std::string_view key) {
  return key.size() <= kMaxKeyBytes &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string digest_of(std::string_view body) {
  std::string digest(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), digest.size(),
                     reinterpret_cast<const unsigned char*>(body.data()), body.size(), nullptr, 0);
  return digest;
}

PushAnswer refusal(unsigned status, std::string_view why) {
  PushAnswer answer;
  answer.status = status;
  JsonWriter(answer.body).begin_object().key("error").value(why).end_object();
  if (status == 401) {
    answer.headers["WWW-Authenticate"] = "X-Vigie-Signature";
  } else if (status == 405) {
    answer.headers["Allow"] = "POST";
  } else if (status == 429) {
    answer.headers["Retry-After"] = kRetryAfterSeconds;
  }
  return answer;
}

PushAnswer acceptance(const Receipt& receipt) {
  PushAnswer answer;
  answer.status = 202;
  JsonWriter json(answer.body);
  json.begin_object().key("kept").value(receipt.kept).key("dropped").value(receipt.dropped);
  json.key("duplicates").value(receipt.duplicates).key("deleted").value(receipt.deleted);
  json.key("rejected").value(receipt.rejected).end_object();
  return answer;
}

class WebhookConnector final : public Connector {
 public:
  WebhookConnector(const ConnectorContext& context, WebhookOptions options)
      : port_(context.port),
        status_(context.status),
        answers_(context.executor),
        options_(std::move(options)) {}

  /// It only waits to be called.
  asio::awaitable<void> run() override { co_return; }

  asio::awaitable<PushAnswer> push(PushRequest request) override {
    PushAnswer answer;
    if (auto refused = refuse(request)) {
      answer = std::move(*refused);
    } else if (const std::string_view key = header(request, "idempotency-key"); key.empty()) {
      answer = co_await take(std::move(request.body));
    } else {
      std::string once = std::string(key);
      answer = co_await take_once(std::move(once), std::move(request.body));
    }
    note(answer);
    co_return answer;
  }

 private:
  std::optional<PushAnswer> refuse(const PushRequest& request) const {
    if (request.method != "POST") {
      return refusal(405, "only POST");
    }
    if (request.body.size() > options_.max_body_bytes) {
      return refusal(
          413, "the body is larger than " + std::to_string(options_.max_body_bytes) + " bytes");
    }
    const std::string_view encoding = header(request, "content-encoding");
    if (!encoding.empty() && encoding != "identity") {
      return refusal(415, "no Content-Encoding");
    }
    if (std::ranges::count(kContentTypes, media_type(header(request, "content-type"))) == 0) {
      return refusal(415, "Content-Type must be application/json or application/x-ndjson");
    }
    if (auto refused = refuse_signature(request)) {
      return refused;
    }
    if (request.body.empty()) {
      return refusal(400, "there is no body");
    }
    if (!is_valid_key(header(request, "idempotency-key"))) {
      return refusal(400, "Idempotency-Key must be 1 to 255 visible ASCII characters");
    }
    return std::nullopt;
  }

  std::optional<PushAnswer> refuse_signature(const PushRequest& request) const {
    switch (verify_signature(header(request, "x-vigie-signature"), request.body, options_.secrets,
                             port_.clock().now(), options_.window)) {
      case SignatureVerdict::kGood:
        return std::nullopt;
      case SignatureVerdict::kMissing:
        return refusal(401, "X-Vigie-Signature is missing or not of the form t=<unix>,v1=<hex>");
      case SignatureVerdict::kWrong:
        return refusal(401, "X-Vigie-Signature does not fit this body");
      case SignatureVerdict::kStale:
        return refusal(403, "X-Vigie-Signature was made more than " +
                                std::to_string(options_.window.count()) + " s from now");
    }
    return refusal(401, "X-Vigie-Signature is not understood");
  }

  asio::awaitable<PushAnswer> take_once(std::string key, std::string body) {
    AnswerMemory::Start start =
        co_await answers_.begin(std::move(key), digest_of(body), port_.clock().now());
    if (start.answer) {
      co_return std::move(*start.answer);
    }
    if (start.refusal == AnswerMemory::Start::Refusal::kOtherBody) {
      co_return refusal(422, "this Idempotency-Key was used with another body");
    }
    if (!start.turn) {
      co_return refusal(429, "too many pushes at once");
    }
    PushAnswer answer = co_await take(std::move(body));
    if (answer.status == 202) {
      start.turn->keep(answer);
    }
    co_return answer;
  }

  asio::awaitable<PushAnswer> take(std::string body) {
    Port::Parcel parcel;
    parcel.bytes = Payload(std::move(body));
    parcel.receipt = std::make_shared<Receipt>();
    const std::shared_ptr<const Receipt> receipt = parcel.receipt;
    const Result<std::uint64_t> sequence = port_.try_send(parcel);
    if (!sequence) {
      co_return refusal(429, sequence.error().text);
    }
    co_await port_.committed(*sequence);
    co_return acceptance(*receipt);
  }

  void note(const PushAnswer& answer) {
    const Time now = port_.clock().now();
    status_.update([&](auto& snapshot) {
      ++snapshot.requests;
      if (answer.status == 202) {
        snapshot.last_success_at = now;
        return;
      }
      ++snapshot.errors;
      snapshot.last_error_at = now;
      snapshot.detail = "answered " + std::to_string(answer.status) + ": " + answer.body;
    });
  }

  Port& port_;
  ConnectorStatus& status_;
  AnswerMemory answers_;
  WebhookOptions options_;
};

std::vector<std::string> read_secrets(const Settings& settings, std::vector<Problem>& problems) {
  const std::vector<std::string> paths = settings.texts("secret_file", problems);
  const Settings* field = settings.find("secret_file");
  const Settings& place = field ? *field : settings;
  if (paths.empty() || paths.size() > 2) {
    place.complain("'secret_file' needs one file, or two while the secret changes", problems);
  }
  std::vector<std::string> secrets;
  for (const std::string& path : paths) {
    if (auto secret = read_secret_file(settings.resolve(path))) {
      secrets.push_back(std::move(*secret));
    } else {
      place.complain(secret.error().text, problems);
    }
  }
  return secrets;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_webhook_connector(const ConnectorContext& context) {
  const Settings& settings = context.settings;
  std::vector<Problem> problems;
  allow_connector_settings(settings, {"secret_file", "max_body_bytes", "window_s"}, problems);
  WebhookOptions options;
  options.secrets = read_secrets(settings, problems);
  options.max_body_bytes = static_cast<std::size_t>(
      settings.integer("max_body_bytes", 1024, 16 << 20, problems, 4 << 20));
  options.window = std::chrono::seconds(settings.integer("window_s", 10, 3600, problems, 300));
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<WebhookConnector>(context, std::move(options));
}

}  // namespace vigie
