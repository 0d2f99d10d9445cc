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
#include "connectors/url.h"
#include "engine/app/fingerprint.h"
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

std::vector<std::string> urls_of(const TownSettings& settings) {
  std::vector<std::string> urls;
  for (const TownSettings::Feed& feed : settings.feeds) {
    urls.push_back(feed.url);
  }
  return urls;
}

}  // namespace

Sources::Sources(const Parts& parts)
    : parts_(parts),
      log_(parts.log),
      open_(context_.get_executor()),
      committed_(context_.get_executor()),
      http_(context_.get_executor(), {user_agent_of(parts.config.contact), {}}),
      robots_(context_.get_executor(), http_, parts.clock) {}

Result<std::unique_ptr<Sources>> Sources::make(const Parts& parts) {
  std::unique_ptr<Sources> sources(new Sources(parts));
  std::string errors;
  for (const ConnectorConfig& config : parts.config.connectors) {
    auto source = sources->build(config, static_cast<std::uint16_t>(sources->sources_.size()),
                                 std::nullopt, false);
    if (source) {
      sources->sources_.push_back(std::move(*source));
    } else {
      errors += (errors.empty() ? "" : "\n") + source.error().text;
    }
  }
  if (!errors.empty()) {
    return fail(ErrorCode::kInvalidInput, errors);
  }
  sources->running_ = sources->size();  // so that nobody takes what has not begun for finished
  for (std::uint32_t tenant = 0; tenant < parts.config.tenants.size(); ++tenant) {
    const auto settings = parts.config.town_settings.find(parts.config.tenants[tenant].id);
    if (settings != parts.config.town_settings.end()) {
      sources->replace_town_feeds(tenant, urls_of(settings->second), false);
    }
  }
  return sources;
}

Result<std::shared_ptr<Sources::Source>> Sources::build(const ConnectorConfig& config,
                                                        std::uint16_t number,
                                                        std::optional<std::uint32_t> only_for,
                                                        bool afresh) {
  const ConnectorType& type = connector_types().find(config.type)->second;
  auto source = std::make_shared<Source>();
  source->type = config.type;

  auto origin = std::make_shared<Origin>();
  origin->connector = number;
  origin->connector_id = config.id;
  origin->format = config.format.empty() ? type.format : config.format;
  origin->network = config.network;
  origin->base_url = config.base_url;
  origin->owned_by = tenant_numbers(parts_.config, config.owned_by);
  origin->only_for = only_for;
  origin->settings = std::make_shared<const Settings>(config.settings);
  if (config.type == kCounterType && origin->owned_by.size() != 1) {
    std::vector<Problem> problems;
    config.settings.complain("'owned_by' names the one tenant that keeps what comes from here",
                             problems);
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  source->origin = origin;

  Result<std::optional<std::string>> cursor = parts_.store.cursor(config.id);
  if (!cursor) {
    return tl::make_unexpected(cursor.error());
  }
  source->port =
      std::make_unique<Port>(source->origin, parts_.inlet, parts_.ledger, committed_, parts_.clock,
                             afresh ? std::string() : cursor->value_or(""));
  source->http = std::make_unique<HttpClient>(http_, source->meter);
  Result<std::unique_ptr<Connector>> connector =
      type.make({*source->port, source->status, context_.get_executor(), *source->http, robots_,
                 *origin->settings, hook_url_of(parts_.config, config.id)});
  if (!connector) {
    return tl::make_unexpected(connector.error());
  }
  source->connector = std::move(*connector);
  return source;
}

std::string Sources::town_feed_id(std::string_view town, const std::string& url) {
  Fingerprint fingerprint;
  fingerprint.add(url);
  const Result<UrlParts> parts = split_url(url);
  return std::string(town) + "." + (parts ? parts->host : "") + "." +
         fingerprint.finish().substr(0, 6);
}

void Sources::set_town_feeds(std::uint32_t tenant, std::vector<std::string> urls, bool afresh) {
  asio::post(context_, [this, tenant, urls = std::move(urls), afresh] {
    if (!is_stopping_) {
      replace_town_feeds(tenant, urls, afresh);
      on_town_feeds();
    }
  });
}

void Sources::replace_town_feeds(std::uint32_t tenant, const std::vector<std::string>& urls,
                                 bool afresh) {
  std::set<std::string> kept;
  std::vector<std::shared_ptr<Source>> leaving;
  {
    const std::scoped_lock lock(town_mutex_);
    std::erase_if(town_sources_, [&](const std::shared_ptr<Source>& source) {
      if (source->origin->only_for != tenant) {
        return false;
      }
      if (!afresh && std::ranges::find(urls, source->url) != urls.end()) {
        kept.insert(source->url);
        return false;
      }
      leaving.push_back(source);
      return true;
    });
  }
  for (const std::shared_ptr<Source>& source : leaving) {
    cancel(source);
  }
  for (const std::string& url : urls) {
    if (!kept.contains(url)) {
      add_town_feed(tenant, url, afresh);
    }
  }
}

void Sources::add_town_feed(std::uint32_t tenant, const std::string& url, bool afresh) {
  const std::string& town = parts_.config.tenants[tenant].id;
  std::size_t number = sources_.size();
  const std::size_t end = sources_.size() + kMaxTownFeeds;
  while (number < end && taken_numbers_.contains(static_cast<std::uint16_t>(number))) {
    ++number;
  }
  ConnectorConfig config;
  config.id = town_feed_id(town, url);
  config.type = "feed";
  const Result<UrlParts> parts = split_url(url);
  std::string text;
  JsonWriter(text)
      .begin_object()
      .key("id")
      .value(config.id)
      .key("type")
      .value(config.type)
      .key("url")
      .value(url)
      .key("allow_private")
      .value(parts_.config.towns.allow_private)
      .end_object();
  std::vector<Problem> problems;
  const std::optional<Settings> settings = Settings::parse(text, config.id, problems);
  Result<std::shared_ptr<Source>> source =
      fail(ErrorCode::kFull, "there are too many feeds of towns");
  if (number < end && settings && parts) {
    config.network = parts->host.starts_with("www.") ? parts->host.substr(4) : parts->host;
    config.settings = *settings;
    source = build(config, static_cast<std::uint16_t>(number), tenant, afresh);
  }
  if (!source) {
    log_.error("town_feed_refused", source.error().text, {{"tenant", town}, {"feed", config.id}});
    return;
  }
  (*source)->url = url;
  taken_numbers_.insert((*source)->origin->connector);
  {
    const std::scoped_lock lock(town_mutex_);
    town_sources_.push_back(*source);
  }
  if (is_running_) {
    start(*source);
  }
}

std::vector<Sources::TownFeed> Sources::town_feeds() const {
  const std::scoped_lock lock(town_mutex_);
  std::vector<TownFeed> feeds;
  for (const std::shared_ptr<Source>& source : town_sources_) {
    const std::string& id = source->origin->connector_id;
    feeds.push_back({*source->origin->only_for,
                     id,
                     source->url,
                     source->status.snapshot(),
                     source->meter->read(),
                     {id, &source->status, source->meter.get(), source}});
  }
  return feeds;
}

SourceDisclosure Sources::disclosure_of_feed(const std::string& url) {
  SourceDisclosure disclosure;
  disclosure.sends = {"user_agent", "address"};
  if (const Result<UrlParts> parts = split_url(url)) {
    disclosure.hosts.push_back(parts->host);
  }
  return disclosure;
}

asio::awaitable<FeedLook> Sources::look_at(std::string url) {
  co_return co_await asio::co_spawn(
      context_, look_at_feed(http_, robots_, std::move(url), parts_.config.towns.allow_private),
      asio::use_awaitable);
}

void Sources::run() {
  pthread_setname_np(pthread_self(), "ingest");
  is_running_ = true;
  for (const auto& source : sources_) {
    start(source);
  }
  for (const auto& source : town_sources_) {
    start(source);
  }
  context_.run();
}

/// A town's feed may be replaced by another: whoever ends keeps itself until then.
void Sources::start(const std::shared_ptr<Source>& source) {
  asio::co_spawn(
      context_, source->connector->run(),
      asio::bind_cancellation_slot(source->cancel.slot(), [this, source](std::exception_ptr end) {
        if (source->origin->only_for) {
          taken_numbers_.erase(source->origin->connector);
        } else {
          running_.fetch_sub(1);
        }
        if (!end && source->status.snapshot().state == ConnectorStatus::State::kActive) {
          return;  // it lives by what is pushed
        }
        if (!end) {
          log_.info("connector_ended", "The connector has nothing more to do.",
                    {{"connector", source->origin->connector_id}});
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
/// queued before this is called, so a second turn through the queue comes after them.
void Sources::cancel(const std::shared_ptr<Source>& source) {
  asio::post(context_, [source] { source->cancel.emit(asio::cancellation_type::terminal); });
}

void Sources::stop() {
  asio::post(context_, [this] {
    is_stopping_ = true;
    for (const auto& source : sources_) {
      cancel(source);
    }
    for (const auto& source : town_sources_) {
      cancel(source);
    }
    asio::post(context_, [this] { open_.reset(); });
  });
}

void Sources::notify_committed() {
  asio::post(context_, [this] { committed_.notify(); });
}

void Sources::ask_pulse() {
  asio::post(context_, [this] { pulse_.beat(); });
}

asio::awaitable<PushAnswer> Sources::push(std::string connector, PushRequest request) {
  const auto found = std::ranges::find_if(sources_, [&](const std::shared_ptr<Source>& source) {
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
