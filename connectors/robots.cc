#include "connectors/robots.h"

#include <algorithm>
#include <map>
#include <utility>

#include "connectors/robots_rules.h"
#include "connectors/url.h"
#include "engine/core/ascii.h"
#include "engine/ingest/signal.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::hours kFresh{24};
constexpr std::chrono::minutes kAskAgain{5};
constexpr std::chrono::seconds kTimeout{20};
constexpr std::chrono::seconds kWaitInterval{10};

}  // namespace

struct Robots::Site {
  std::string address;
  Time fresh_until{};
  bool has_answered = false;
  RobotsRules rules;
  std::string trouble;  ///< why it could not be asked the last time
  bool is_being_asked = false;
};

struct Robots::State {
  explicit State(asio::any_io_executor executor) : answered(std::move(executor)) {}

  std::map<std::string, std::shared_ptr<Site>> sites;
  Signal answered;

  std::shared_ptr<Site> site(const std::string& address, bool allow_private) {
    std::shared_ptr<Site>& site = sites[address + (allow_private ? " private" : "")];
    if (site) {
      return site;
    }
    site = std::make_shared<Site>();
    site->address = address;
    std::shared_ptr<Site> made = site;
    if (sites.size() > kMaxSites) {
      sites.erase(std::ranges::min_element(sites, {}, [&](const auto& one) {
        return one.second == made || one.second->is_being_asked ? Time::max()
                                                                : one.second->fresh_until;
      }));
    }
    return made;
  }
};

/// While it lives, a site is being asked by one coroutine.
class Robots::Asking {
 public:
  Asking(std::shared_ptr<State> state, std::shared_ptr<Site> site)
      : state_(std::move(state)), site_(std::move(site)) {
    site_->is_being_asked = true;
  }
  ~Asking() {
    site_->is_being_asked = false;
    state_->answered.notify();
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Site> site_;
};

Robots::Robots(asio::any_io_executor executor, HttpClient& http, const Clock& clock)
    : http_(http), clock_(clock), state_(std::make_shared<State>(std::move(executor))) {}

asio::awaitable<Robots::Answer> Robots::may_fetch(std::string url, bool allow_private) {
  const std::shared_ptr<State> state = state_;
  const std::shared_ptr<Site> site = state->site(site_of(url), allow_private);
  while (clock_.now() >= site->fresh_until) {
    if (site->is_being_asked) {
      co_await state->answered.next(kWaitInterval);
      continue;
    }
    const Asking asking(state, site);
    co_await ask(*site, allow_private);
  }
  Answer answer;
  answer.ask_again_at = site->fresh_until;
  if (!site->has_answered) {
    answer.kind = Answer::Kind::kUnknown;
    answer.reason = "robots.txt of " + site->address + " cannot be read: " + site->trouble;
  } else if (const auto line = site->rules.forbidding(target_of(url))) {
    answer.kind = Answer::Kind::kDisallowed;
    answer.reason = "robots.txt of " + site->address + " asks not to: " + *line;
  }
  co_return answer;
}

Robots::Answer Robots::may_read(const HttpResponse& response) const {
  if (trimmed(response.header("tdm-reservation")) != "1") {
    return {};
  }
  return {Answer::Kind::kDisallowed,
          site_of(response.url) + " reserves text and data mining (TDM-Reservation)",
          clock_.now() + kFresh};
}

asio::awaitable<void> Robots::ask(Site& site, bool allow_private) {
  HttpRequest request;
  request.url = site.address + "/robots.txt";
  request.headers.emplace_back("Accept", "text/plain, */*;q=0.1");
  request.allow_private = allow_private;
  request.max_body_bytes = kMaxBytes;
  request.timeout = kTimeout;
  const Result<HttpResponse> response = co_await http_.fetch(std::move(request));
  const unsigned status = response ? response->status : 0;
  const bool has_one = status >= 200 && status < 300;
  const bool has_none = status >= 400 && status < 500 && status != 429;
  if (has_one || has_none) {
    site.rules = has_one ? RobotsRules(response->body, kProductToken) : RobotsRules();
    site.has_answered = true;
    site.fresh_until = clock_.now() + kFresh;
    co_return;
  }
  site.trouble = response ? "answered " + std::to_string(status) : response.error().text;
  site.fresh_until = clock_.now() + kAskAgain;
}

}  // namespace vigie
