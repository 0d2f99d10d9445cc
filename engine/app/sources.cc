#include "engine/app/sources.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "connectors/counter.h"
#include "connectors/registry.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

std::vector<std::uint32_t> tenant_numbers(const Config& config,
                                          const std::vector<std::string>& ids) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t tenant = 0; tenant < config.tenants.size(); ++tenant) {
    if (std::ranges::find(ids, config.tenants[tenant].id) != ids.end()) {
      numbers.push_back(tenant);
    }
  }
  return numbers;
}

}  // namespace

Sources::Sources(const Parts& parts)
    : log_(parts.log),
      open_(context_.get_executor()),
      committed_(context_.get_executor()),
      http_(context_.get_executor(), {user_agent_of(parts.config.contact), {}}),
      robots_(context_.get_executor(), http_, parts.clock) {}

Result<std::unique_ptr<Sources>> Sources::make(const Parts& parts) {
  std::unique_ptr<Sources> sources(new Sources(parts));
  std::string errors;
  for (const ConnectorConfig& config : parts.config.connectors) {
    const Result<void> added = sources->add(parts, config, config.settings);
    if (!added) {
      errors += (errors.empty() ? "" : "\n") + added.error().text;
    }
  }
  if (!errors.empty()) {
    return fail(ErrorCode::kInvalidInput, errors);
  }
  sources->running_ = sources->size();  // so that nobody takes what has not begun for finished
  return sources;
}

Result<void> Sources::add(const Parts& parts, const ConnectorConfig& config,
                          const Settings& settings) {
  const ConnectorType& type = connector_types().find(config.type)->second;
  auto source = std::make_unique<Source>();
  source->type = config.type;

  auto origin = std::make_shared<Origin>();
  origin->connector = static_cast<std::uint16_t>(sources_.size());
  origin->connector_id = config.id;
  origin->format = config.format.empty() ? type.format : config.format;
  origin->network = config.network;
  origin->base_url = config.base_url;
  origin->owned_by = tenant_numbers(parts.config, config.owned_by);
  origin->settings = std::make_shared<const Settings>(settings);
  if (config.type == kCounterType && origin->owned_by.size() != 1) {
    std::vector<Problem> problems;
    settings.complain("'owned_by' names the one tenant that keeps what comes from here", problems);
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  source->origin = origin;

  Result<std::optional<std::string>> cursor = parts.store.cursor(config.id);
  if (!cursor) {
    return tl::make_unexpected(cursor.error());
  }
  source->port = std::make_unique<Port>(source->origin, parts.inlet, parts.ledger, committed_,
                                        parts.clock, cursor->value_or(""));
  source->http = std::make_unique<HttpClient>(http_, source->meter);
  Result<std::unique_ptr<Connector>> connector =
      type.make({*source->port, source->status, context_.get_executor(), *source->http, robots_,
                 settings, hook_url_of(parts.config, config.id)});
  if (!connector) {
    return tl::make_unexpected(connector.error());
  }
  source->connector = std::move(*connector);
  sources_.push_back(std::move(source));
  return {};
}

void Sources::run() {
  pthread_setname_np(pthread_self(), "ingest");
  for (const auto& source : sources_) {
    start(*source);
  }
  context_.run();
}

void Sources::start(Source& source) {
  asio::co_spawn(
      context_, source.connector->run(),
      asio::bind_cancellation_slot(source.cancel.slot(), [this, &source](std::exception_ptr end) {
        running_.fetch_sub(1);
        if (!end && source.status.snapshot().state == ConnectorStatus::State::kActive) {
          return;  // it lives by what is pushed
        }
        if (!end) {
          log_.info("connector_ended", "The connector has nothing more to do.",
                    {{"connector", source.origin->connector_id}});
          return;
        }
        try {
          std::rethrow_exception(end);
        } catch (const boost::system::system_error& error) {
          if (error.code() == asio::error::operation_aborted) {
            return;  // stop()
          }
          throw;
        }
      }));
}

/// Asio ends the process when a coroutine is cancelled before its first step. Those steps are
/// queued before the loop begins, so a second turn through the queue comes after them.
void Sources::stop() {
  asio::post(context_, [this] {
    asio::post(context_, [this] {
      for (const auto& source : sources_) {
        source->cancel.emit(asio::cancellation_type::terminal);
      }
      open_.reset();
    });
  });
}

void Sources::notify_committed() {
  asio::post(context_, [this] { committed_.notify(); });
}

void Sources::ask_pulse() {
  asio::post(context_, [this] { pulse_.beat(); });
}

asio::awaitable<PushAnswer> Sources::push(std::string connector, PushRequest request) {
  const auto found = std::ranges::find_if(sources_, [&](const std::unique_ptr<Source>& source) {
    return source->origin->connector_id == connector;
  });
  if (found == sources_.end()) {
    PushAnswer answer;
    answer.status = 404;
    JsonWriter(answer.body).begin_object().key("error").value("there is no such hook").end_object();
    co_return answer;
  }
  (*found)->meter->count_push(request.body.size());
  co_return co_await asio::co_spawn(context_, (*found)->connector->push(std::move(request)),
                                    asio::use_awaitable);
}

std::optional<std::size_t> Sources::counter_of(std::uint32_t tenant) const {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i]->type == kCounterType && sources_[i]->origin->owned_by.front() == tenant) {
      return i;
    }
  }
  return std::nullopt;
}

asio::awaitable<std::optional<Receipt>> Sources::hand_in(std::size_t source, std::string bytes) {
  const auto send = [](Source& from, std::string text) -> asio::awaitable<std::optional<Receipt>> {
    Port::Parcel parcel;
    parcel.bytes = Payload(std::string_view(text));
    parcel.receipt = std::make_shared<Receipt>();
    const std::shared_ptr<const Receipt> receipt = parcel.receipt;
    const Result<std::uint64_t> sequence = from.port->try_send(parcel);
    if (!sequence) {
      co_return std::nullopt;
    }
    co_await from.port->committed(*sequence);
    from.status.update([&](auto& snapshot) {
      ++snapshot.requests;
      snapshot.last_success_at = from.port->clock().now();
    });
    co_return *receipt;
  };
  co_return co_await asio::co_spawn(context_, send(*sources_[source], std::move(bytes)),
                                    asio::use_awaitable);
}

}  // namespace vigie
