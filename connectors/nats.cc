#include "connectors/nats.h"

#include <simdjson.h>
#include <sodium.h>

#include <array>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "connectors/nats_connection.h"
#include "connectors/stream_connector.h"
#include "connectors/url.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace asio = boost::asio;
namespace dom = simdjson::dom;

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t kBatch = 100, kMaxNameBytes = 255;
constexpr seconds kPullTime{30}, kHeartbeat{5}, kIdleTimeout{15};

struct NatsOptions {
  NatsAddress address;
  std::string stream, subject, durable;
  NatsCredentials credentials;
  seconds ack_wait{30};
};

/// A subject on which nobody but us hears the answers.
std::string make_inbox() {
  std::array<unsigned char, 16> random;
  randombytes_buf(random.data(), random.size());
  std::array<char, 2 * random.size() + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), random.data(), random.size());
  return std::string("_INBOX.") + hex.data();
}

class NatsConnector final : public StreamConnector {
 public:
  NatsConnector(const ConnectorContext& context, NatsOptions options)
      : StreamConnector(context, ReconnectPolicy{}), options_(std::move(options)) {}

 private:
  /// A message that the engine has and the store perhaps not yet.
  struct Pending {
    std::string acknowledge_to;
    std::uint64_t sequence = 0;
    std::shared_ptr<Receipt> receipt;
  };

  asio::awaitable<Attempt> attempt() override {
    HttpOptions http_options = http_.options();
    NatsAddress address = options_.address;
    auto opened =
        co_await open_nats_connection(executor_, std::move(http_options), std::move(address));
    if (!opened) {
      co_return ended_by(opened.error());
    }
    NatsConnection& connection = **opened;
    inbox_ = make_inbox();  // what was asked for on another connection is not awaited
    const Result<std::string> objection = co_await connection.log_in(options_.credentials);
    if (!objection) {
      co_return ended_by(objection.error());
    }
    if (!objection->empty()) {
      co_return unauthorised(*objection);
    }
    if (std::optional<Attempt> ended = co_await make_consumer(connection)) {
      co_return std::move(*ended);
    }
    heard();
    co_return co_await take_messages(connection);
  }

  Attempt unauthorised(const std::string& objection) const {
    HttpResponse refused;
    refused.status = 401;
    Attempt attempt = ended_by(refused, "the connection");
    attempt.detail += " (" + objection + ")";
    return attempt;
  }

  asio::awaitable<std::optional<Attempt>> make_consumer(NatsConnection& connection) {
    std::string asked = "SUB " + inbox_ + " 1\r\n";
    asked += nats_publication(
        "$JS.API.CONSUMER.DURABLE.CREATE." + options_.stream + "." + options_.durable, inbox_,
        consumer());
    const Result<void> written = co_await connection.write(std::move(asked));
    if (!written) {
      co_return ended_by(written.error());
    }
    const Result<NatsOperation> answer = co_await connection.read();
    if (!answer) {
      co_return ended_by(answer.error());
    }
    dom::element said;
    std::string_view flaw;
    if (answer->status != 0 || parser_.parse(answer->payload).get(said) != simdjson::SUCCESS) {
      co_return ended_by(Error{ErrorCode::kUnavailable, "JetStream does not answer"});
    }
    if (said.at_pointer("/error/description").get(flaw) == simdjson::SUCCESS) {
      co_return ended_by(
          Error{ErrorCode::kRefused, "JetStream gives no consumer: " + std::string(flaw)});
    }
    co_return std::nullopt;
  }

  std::string consumer() const {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("stream_name").value(options_.stream).key("config").begin_object();
    json.key("durable_name").value(options_.durable).key("deliver_policy").value("all");
    json.key("ack_policy").value("explicit").key("max_deliver").value(-1);
    json.key("ack_wait").value(nanoseconds(options_.ack_wait).count());
    if (!options_.subject.empty()) {
      json.key("filter_subject").value(options_.subject);
    }
    json.end_object().end_object();
    return body;
  }

  std::string pull() const {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("batch").value(kBatch);
    json.key("expires").value(nanoseconds(kPullTime).count());
    json.key("idle_heartbeat").value(nanoseconds(kHeartbeat).count()).end_object();
    return nats_publication("$JS.API.CONSUMER.MSG.NEXT." + options_.stream + "." + options_.durable,
                            inbox_, body);
  }

  asio::awaitable<Attempt> take_messages(NatsConnection& connection) {
    std::vector<Pending> pending;
    for (std::size_t expected = 0;;) {
      std::string asked = expected == 0 ? pull() : std::string();
      if (!asked.empty()) {
        const Result<void> written = co_await connection.write(std::move(asked));
        if (!written) {
          co_return ended_by(written.error());
        }
        expected = kBatch;
      }
      Result<NatsOperation> message = co_await connection.read();
      if (!message) {
        co_return ended_by(message.error());
      }
      heard();
      if (message->status == 0) {
        --expected;
        Pending taken = co_await take(std::move(*message));
        pending.push_back(std::move(taken));
      } else if (message->status == 404 || message->status == 408) {
        expected = 0;
      } else if (message->status != 100) {
        co_return ended_by(
            Error{ErrorCode::kUnavailable, "JetStream says " + message->status_text});
      }
      if (!pending.empty() && (expected == 0 || !connection.has_more())) {
        std::string words = co_await settle(pending);
        const Result<void> written = co_await connection.write(std::move(words));
        if (!written) {
          co_return ended_by(written.error());
        }
        pending.clear();
      }
    }
  }

  asio::awaitable<Pending> take(NatsOperation message) {
    Pending taken;
    taken.acknowledge_to = std::move(message.reply);
    taken.receipt = std::make_shared<Receipt>();
    Port::Parcel parcel;
    parcel.bytes = Payload(std::string_view(message.payload));
    parcel.receipt = taken.receipt;
    taken.sequence = co_await port_.send(std::move(parcel));
    co_return taken;
  }

  /// Waits until the store has them; what to tell the server then.
  asio::awaitable<std::string> settle(const std::vector<Pending>& pending) {
    co_await port_.committed(pending.back().sequence);
    std::string words;
    for (const Pending& one : pending) {
      const Receipt& became = *one.receipt;
      const bool is_read = became.kept + became.dropped + became.duplicates + became.deleted > 0;
      const bool is_dead = became.rejected > 0 && !is_read;
      words += nats_publication(one.acknowledge_to, "", is_dead ? "+TERM" : "+ACK");
    }
    co_return words;
  }

  NatsOptions options_;
  std::string inbox_;  ///< of the attempt under way
  dom::parser parser_;
};

/// A name of JetStream's: part of a subject.
std::string read_name(const Settings& settings, std::string_view name,
                      std::vector<Problem>& problems, std::optional<std::string> fallback = {}) {
  std::string value = settings.text(name, problems, std::move(fallback));
  const bool is_name = !value.empty() && value.size() <= kMaxNameBytes &&
                       value.find_first_of(" \t\r\n.*>/\\") == std::string::npos;
  if (const Settings* field = settings.find(name); field && !is_name) {
    field->complain("'" + std::string(name) + "' must be a name without spaces and . * > / \\",
                    problems);
  }
  return value;
}

NatsOptions read_options(const Settings& settings, const std::string& id,
                         std::vector<Problem>& problems) {
  std::vector<std::string_view> own = {"url",     "stream",     "subject",
                                       "durable", "ack_wait_s", "allow_private"};
  own.insert(own.end(), kNatsCredentialSettings.begin(), kNatsCredentialSettings.end());
  allow_connector_settings(settings, own, problems);
  NatsOptions options;
  const std::string url = read_base_url(settings, "url", problems, kNatsUrls);
  if (const Result<UrlParts> parts = split_url(url)) {
    options.address.host = parts->host;
    options.address.port = parts->port.empty() ? "4222" : parts->port;
    options.address.uses_tls = parts->scheme == "tls";
  }
  options.address.allow_private = settings.boolean("allow_private", problems, false);
  options.address.idle_timeout = kIdleTimeout;
  options.stream = read_name(settings, "stream", problems);
  options.durable = read_name(settings, "durable", problems, "vigie-" + id);
  options.subject = settings.text("subject", problems, "");
  options.credentials = read_nats_credentials(settings, problems);
  options.ack_wait = seconds(settings.integer("ack_wait_s", 1, 3600, problems, 30));
  return options;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_nats_connector(const ConnectorContext& context) {
  std::vector<Problem> problems;
  NatsOptions options =
      read_options(context.settings, context.port.origin().connector_id, problems);
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<NatsConnector>(context, std::move(options));
}

}  // namespace vigie
