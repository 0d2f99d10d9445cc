#include "engine/app/web_side.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <tuple>

#include "engine/app/backup.h"
#include "engine/app/config.h"
#include "engine/app/privacy_files.h"
#include "engine/app/public_url.h"
#include "engine/core/check.h"
#include "engine/core/own_rules.h"
#include "engine/core/private_file.h"
#include "engine/pipeline/expiry.h"
#include "engine/quality/sample_book.h"
#include "engine/report/erasure_receipt.h"
#include "engine/web/assets.h"
#include "engine/web/openapi.h"
#include "engine/web/service_routes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

/// What an opened mention may take of the thread that others wait for, to find its conversation.
constexpr std::chrono::milliseconds kThreadTime{500};

Result<void> hand_over(const Accounts::FirstSecrets& first, const std::string& path, Log& log) {
  const std::string content =
      "# For the first sign-in. Delete this file once you have read it.\naccount: " +
      first.account + "\npassword: " + first.password + "\napi_token: " + first.api_token + "\n";
  const Result<void> written = write_private_file(path, content);
  if (written) {
    log.info("account_made", "The first account was made; its password is in the file.",
             {{"file", path}});
  }
  return written;
}

/// How browsers reach us, from the configured URL. Without TLS there is none to hold on to.
PublicSide public_side(const Config& config) {
  PublicSide side;
  if (config.public_url.starts_with("https://")) {
    side.secure = true;
    side.authority = authority_of(config.public_url);
  }
  side.directory = config.directory ? config.directory->label : "";
  return side;
}

}  // namespace

Result<std::unique_ptr<WebSide>> WebSide::make(Engine& engine, Log& log) {
  const std::string& directory = engine.config().data_directory;
  Result<Accounts::Opened> opened = Accounts::open(directory);
  if (!opened) {
    return tl::make_unexpected(opened.error());
  }
  if (engine.config().require_totp) {
    opened->accounts->require_second_factor();
  }
  if (opened->first) {
    const Result<void> told = hand_over(*opened->first, directory + "/" + kFirstSignIn, log);
    if (!told) {
      return tl::make_unexpected(told.error());
    }
  }
  Result<std::unique_ptr<AuditTrail>> trail = AuditTrail::open(directory, engine.clock());
  if (!trail) {
    return tl::make_unexpected(trail.error());
  }
  return std::unique_ptr<WebSide>(
      new WebSide(engine, std::move(opened->accounts), std::move(*trail), log));
}

WebSide::WebSide(Engine& engine, std::unique_ptr<Accounts> accounts,
                 std::unique_ptr<AuditTrail> trail, Log& log)
    : engine_(engine),
      log_(log),
      accounts_(std::move(accounts)),
      trail_(std::move(trail)),
      sign_in_(*accounts_, engine.clock()),
      side_(public_side(engine.config())),
      open_(context_.get_executor()),
      feed_(context_.get_executor()),
      auditor_([this](const AuditEntry& entry) { write_audit(entry); }, engine.clock()),
      control_(context_.get_executor(), engine.config().data_directory,
               [this](ControlWords words) { return control(std::move(words)); }),
      emergent_desk_(engine),
      public_weeks_(engine.store(), engine.config().tenants, engine.clock(),
                    [&engine](TenantId tenant, std::string_view topic) {
                      return is_shared_topic(*engine.knowledge()->catalogue, tenant, topic);
                    }),
      rules_desk_(engine),
      explore_desk_(engine),
      settings_desk_(engine) {
  engine_.on_shown = [this](std::span<const MentionRef> mentions,
                            std::span<const RaisedAlert> alerts) {
    feed_.publish(mentions);
    for (const RaisedAlert& alert : alerts) {
      feed_.publish_alert(alert.tenant, alert.number);
    }
  };
  add_routes();
}

void WebSide::add_routes() {
  router_.add(asset_routes(embedded_assets()));
  const ServiceParts service = {
      .metrics = engine_.metrics(),
      .why_not_live = [] { return std::optional<std::string>(); },
      .why_not_ready =
          [this] {
            if (draining_.load()) {
              return std::optional<std::string>("stopping");
            }
            return engine_.is_held() ? std::optional<std::string>("the disk is nearly full")
                                     : std::nullopt;
          },
      .push = [this](std::string connector,
                     Request request) { return push(std::move(connector), std::move(request)); },
  };
  std::vector<Route> described = operations_routes(service);
  const auto operations = static_cast<std::ptrdiff_t>(described.size());
  described.push_back(push_route(service));
  for (Route& route : action_routes(action_parts())) {
    described.push_back(std::move(route));
  }
  for (Route& route : public_routes(public_parts())) {
    described.push_back(std::move(route));
  }
  if (engine_.config().directory) {
    directory_ = std::make_unique<DirectoryClient>(context_.get_executor());
    for (Route& route : directory_routes(directory_parts())) {
      described.push_back(std::move(route));
    }
  }
  for (Route& route : api_routes(api_parts())) {
    described.push_back(std::move(route));
  }
  described.push_back(openapi_route(described));
  auditor_.watch(described);
  if (engine_.config().operations) {
    operations_router_.add({described.begin(), described.begin() + operations});
    described.erase(described.begin(), described.begin() + operations);
  }
  router_.add(std::move(described));
}

/// What was counted today is answered at once, and only one question of the public's waits aside:
/// whoever has signed in goes before people who have not.
asio::awaitable<Result<std::string>> WebSide::show_public(
    std::pair<TenantId, std::string> what, std::function<Result<std::string>()> count) {
  const Day today = day_of(engine_.clock().now());
  if (shown_on_ != today) {
    shown_.clear();
    shown_on_ = today;
  }
  if (const auto known = shown_.find(what); known != shown_.end()) {
    co_return known->second;
  }
  if (public_waits_) {
    co_return fail(ErrorCode::kFull, "it is being counted");
  }
  public_waits_ = true;
  asio::awaitable<Result<std::string>> counting = aside(std::move(count));
  Result<std::string> counted = co_await std::move(counting);
  public_waits_ = false;
  if (counted) {
    shown_.insert_or_assign(std::move(what), *counted);
  }
  co_return counted;
}

WebSide::~WebSide() { stop(); }

Result<std::uint16_t> WebSide::listen() {
  server_ = std::make_unique<Server>(context_.get_executor(), router_,
                                     auditor_.watch(Gate(sign_in_, side_)), ServerLimits{},
                                     engine_.metrics());
  const std::vector<std::string>& proxies = engine_.config().trusted_proxies;
  server_->trust({proxies.begin(), proxies.end()});
  if (side_.secure) {
    server_->add_header("Strict-Transport-Security", "max-age=31536000");
  }
  if (const Result<void> listening = control_.listen(); !listening) {
    return tl::make_unexpected(listening.error());
  }
  if (const auto& operations = engine_.config().operations) {
    operations_server_ =
        std::make_unique<Server>(context_.get_executor(), operations_router_, Gate(sign_in_, side_),
                                 ServerLimits{}, engine_.metrics());
    const Result<std::uint16_t> port =
        operations_server_->listen(operations->host, operations->port);
    if (!port) {
      return port;
    }
    operations_port_ = *port;
  }
  return server_->listen(engine_.config().listen_host, engine_.config().listen_port);
}

void WebSide::start() {
  asio::co_spawn(context_, expire_audit(), asio::detached);
  asio::post(aside_, [this] { recall_stories(); });
  thread_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), "web");
    context_.run();
  });
}

/// Of a year, before anybody asks for the widest and waits for it; piece by piece, for whoever asks
/// meanwhile, the newest last: of more than is kept the oldest are forgotten. What cannot be read,
/// whoever asks is told.
void WebSide::recall_stories() {
  constexpr Day kDays = 366, kPiece = 8;
  const Day end = day_of(engine_.clock().now()) + 1;
  const std::size_t tenants = engine_.config().tenants.size();
  for (Day from = end - std::min(kDays, end); from < end; from += kPiece) {
    for (TenantId tenant = 0; tenant < tenants && !draining_; ++tenant) {
      std::ignore =
          engine_.store().widest_stories(tenant, from, std::min(from + kPiece, end),
                                         {{}, Time::max()}, 1, [](const Story&) { return true; });
    }
  }
}

Watchdog::Thread WebSide::thread() {
  return {"web", pulse_, [this] { asio::post(context_, [this] { pulse_.beat(); }); }};
}

void WebSide::stop() {
  if (!thread_.joinable()) {
    return;
  }
  draining_ = true;
  asio::post(context_, [this] {
    feed_.close();
    control_.stop();
  });
  for (Server* server : {server_.get(), operations_server_.get()}) {  // operators see how it ends
    if (server != nullptr) {
      asio::co_spawn(context_, server->stop(), asio::use_future).get();
    }
  }
  open_.reset();
  context_.stop();
  thread_.join();
  aside_.join();
}

/// Also where nobody does anything for months; not by a clock that is doubted.
asio::awaitable<void> WebSide::expire_audit() {
  asio::steady_timer timer(context_);
  for (;;) {
    const Time now = engine_.clock().now();
    const Result<std::optional<Day>> last = last_expiry(engine_.store());
    const bool is_doubtful = !last || TrustedDay::is_doubtful(day_of(now), *last);
    if (const Result<void> expired =
            is_doubtful ? Result<void>() : trail_->expire(now - kAuditKept);
        !expired) {
      log_.error("audit_kept_longer", expired.error().text);
    }
    timer.expires_after(std::chrono::hours(1));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

/// The service's log has the mark of each entry: wherever logs are sent to, they tell whether the
/// trail is still the one of then. What cannot be written down must not have happened: the process
/// ends.
void WebSide::write_audit(const AuditEntry& entry) {
  const Result<void> written = trail_->append(entry);
  check(written.has_value(), written ? "" : written.error().text);
  log_.info("audit", "Somebody did something.",
            {{"actor", entry.actor},
             {"action", entry.action},
             {"tenant", entry.tenant},
             {"object", entry.object},
             {"result", entry.result},
             {"mark", to_string(trail_->head())}});
}

/// The writer answers on its own thread; the request goes on on ours.
asio::awaitable<bool> WebSide::change(std::function<void(Store&)> apply) {
  const auto ask = [this, &apply](auto resume) {
    const auto waiting = std::make_shared<decltype(resume)>(std::move(resume));
    const auto answer = [this, waiting](bool is_done) {
      asio::post(context_, [waiting, is_done] { std::move (*waiting)(is_done); });
    };
    if (!engine_.change({std::move(apply), [answer] { answer(true); }})) {
      answer(false);
    }
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      ask, asio::use_awaitable);
}

/// What takes seconds has a thread of its own, and waits its turn there.
template <class Answer>
asio::awaitable<Result<Answer>> WebSide::aside(std::function<Result<Answer>()> work) {
  constexpr std::size_t kMaxWaiting = 8;
  if (waiting_aside_ == kMaxWaiting) {
    co_return fail(ErrorCode::kFull, "too much is under way");
  }
  ++waiting_aside_;
  const auto ask = [this, &work](auto resume) {
    const auto waiting = std::make_shared<decltype(resume)>(std::move(resume));
    asio::post(aside_, [this, waiting, &work] {
      auto answer = std::make_shared<Result<Answer>>(fail(ErrorCode::kFull, "stopping"));
      if (!draining_) {  // what waits holds up nobody who wants to stop
        *answer = work();
      }
      asio::post(context_, [waiting, answer] { std::move (*waiting)(std::move(*answer)); });
    });
  };
  Result<Answer> answer =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<Answer>)>(
          ask, asio::use_awaitable);
  --waiting_aside_;
  co_return answer;
}

asio::awaitable<Result<std::string>> WebSide::emergent(TenantId tenant, std::string group,
                                                       Day first, Day last) {
  std::function<Result<std::string>()> study = [this, tenant, group = std::move(group), first,
                                                last] {
    return group.empty() ? emergent_desk_.list(tenant, first, last)
                         : emergent_desk_.draft(tenant, group, first, last);
  };
  return aside(std::move(study));
}

asio::awaitable<Result<RulesAnswer>> WebSide::rules(TenantId tenant, RulesQuestion question) {
  std::function<Result<RulesAnswer>()> work = [this, tenant, question = std::move(question)] {
    return rules_desk_.answer(tenant, question);
  };
  return aside(std::move(work));
}

asio::awaitable<Result<ExploreAnswer>> WebSide::explore(TenantId tenant, ExploreQuestion question) {
  std::function<Result<ExploreAnswer>()> work = [this, tenant, question = std::move(question)] {
    return explore_desk_.answer(tenant, question);
  };
  return aside(std::move(work));
}

asio::awaitable<Result<ReplyThread>> WebSide::thread(MentionRef of) {
  std::function<Result<ReplyThread>()> read = [this, of] {
    const auto until = std::chrono::steady_clock::now() + kThreadTime;
    return read_reply_thread(engine_.store(), of,
                             [until] { return std::chrono::steady_clock::now() < until; });
  };
  return aside(std::move(read));
}

TownDesk WebSide::town_desk() {
  return {
      .show =
          [this](TenantId tenant) {
            return aside<TownAnswer>([this, tenant] { return settings_desk_.show(tenant); });
          },
      .change =
          [this](TenantId tenant, TownSettings settings, std::string base) {
            return aside<TownAnswer>(
                [this, tenant, settings = std::move(settings), base = std::move(base)] {
                  return settings_desk_.change(tenant, settings, base);
                });
          },
      .look_at_feed = [this](TenantId, std::string url) { return look_at_feed(std::move(url)); },
      .try_mail =
          [this](TenantId tenant, std::vector<std::string> to) {
            return aside<TownAnswer>(
                [this, tenant, to = std::move(to)] { return settings_desk_.try_mail(tenant, to); });
          },
      .calendar = [this](TenantId tenant) { return engine_.town_settings(tenant).calendar; }};
}

TownDesk::Answer WebSide::look_at_feed(std::string url) {
  asio::awaitable<FeedLook> looking = engine_.sources().look_at(std::move(url));
  const FeedLook look = co_await std::move(looking);
  co_return SettingsDesk::tell(look);
}

asio::awaitable<Result<WeeklySample>> WebSide::draw_sample(TenantId tenant, IsoWeek week,
                                                           std::string by) {
  std::function<Result<WeeklySample>()> draw = [this, tenant, week, by] {
    return SampleBook(engine_.store())
        .draw(tenant, engine_.config().tenants[tenant], week, by, engine_.clock().now());
  };
  return aside(std::move(draw));
}

asio::awaitable<Result<std::string>> WebSide::erase(TenantId tenant, AuthorWanted wanted,
                                                    ErasureKind kind) {
  std::function<Result<std::string>()> work = [this, tenant, wanted = std::move(wanted), kind] {
    Result<std::string> number = engine_.erasures().erase(tenant, wanted, kind);
    engine_.clean_soon();
    return number;
  };
  return aside(std::move(work));
}

asio::awaitable<Result<std::string>> WebSide::access_file(TenantId tenant, AuthorWanted wanted) {
  std::function<Result<std::string>()> work = [this, tenant, wanted = std::move(wanted)] {
    return make_access_file(privacy_parts(), tenant, wanted);
  };
  return aside(std::move(work));
}

asio::awaitable<Result<std::string>> WebSide::evidence(MentionRef ref, std::string by) {
  std::function<Result<std::string>()> work = [this, ref, by = std::move(by)] {
    return make_evidence(privacy_parts(), ref, by);
  };
  return aside(std::move(work));
}

PrivacyParts WebSide::privacy_parts() const {
  return {engine_.store(), engine_.pseudonyms(), engine_.config(), engine_.erasures().key(),
          engine_.clock().now()};
}

/// What commands of this machine ask for (app/control.h): ["backup", folder], ["erase", tenant,
/// kind, author], ["access", tenant, author], ["evidence", tenant, mention], ["receipt", tenant,
/// number]; an author is pseudonym, network, id, handle, mention. The answer is ["done", text],
/// ["under_way", number] or ["refused", why].
asio::awaitable<ControlWords> WebSide::control(ControlWords words) {
  const auto& tenants = engine_.config().tenants;
  const std::string act = words.empty() ? "" : words[0], name = words.size() < 2 ? "" : words[1];
  const auto found = std::ranges::find(tenants, name, &Tenant::id);
  const auto tenant = static_cast<TenantId>(found - tenants.begin());
  const bool has_tenant = found != tenants.end();
  AuditEntry entry{kConsole, "", has_tenant ? name : "", ""};
  std::optional<asio::awaitable<Result<std::string>>> doing;
  if (act == "backup" && words.size() == 2) {
    entry.action = "backup";
    doing = aside<std::string>([this, folder = name] {
      return back_up(engine_.store(), engine_.config(), folder, engine_.clock().now())
          .map([](const BackupDone& done) { return summary(done); });
    });
  } else if (act == "erase" && words.size() == 8 && has_tenant) {
    entry.action = "eraseAuthor";
    doing = erase(tenant, {words[3], words[4], words[5], words[6], words[7]},
                  parse_erasure_kind(words[2]).value_or(ErasureKind::kErasure));
  } else if (act == "access" && words.size() == 7 && has_tenant) {
    entry.action = "makeAccessFile";
    doing = access_file(tenant, {words[2], words[3], words[4], words[5], words[6]});
  } else if (act == "evidence" && words.size() == 3 && has_tenant) {
    entry.action = "makeEvidence";
    entry.object = words[2];
    const std::optional<MentionRef> ref = parse_mention_ref(tenant, words[2]);
    if (ref) {
      doing = evidence(*ref, kConsole);
    }
  } else if (act == "receipt" && words.size() == 3 && has_tenant) {
    co_return receipt(tenant, words[2]);
  }
  if (!doing) {
    co_return ControlWords{"refused", "this engine does not know that request"};
  }
  const Result<std::string> done = co_await std::move(*doing);
  const bool is_erasure = act == "erase";
  if (is_erasure && done) {
    entry.object = *done;
  }
  entry.result = done ? "done" : "refused";
  write_audit(entry);
  ControlWords answer = {is_erasure ? "under_way" : "done"};
  if (!done) {
    answer[0] = "refused";
  }
  answer.push_back(done ? *done : done.error().text);
  co_return answer;
}

ControlWords WebSide::receipt(TenantId tenant, const std::string& number) const {
  const auto receipts = engine_.store().receipts(tenant, number, 1);
  if (!receipts || receipts->empty()) {
    return {"refused", "there is no such receipt"};
  }
  const Store::Receipt& receipt = receipts->front();
  if (is_under_way(receipt.receipt)) {
    return {"under_way", receipt.number};
  }
  return {"done", receipt.receipt};
}

}  // namespace vigie
