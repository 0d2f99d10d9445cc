#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/engine.h"
#include "engine/app/systemd.h"
#include "engine/app/watchdog.h"
#include "engine/app/web_side.h"

namespace vigie {
namespace {

using std::chrono::steady_clock;

/// Signals are waited for by the main thread only; every thread made after this ignores them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// The next of `signals`; nothing: none came until `deadline`.
std::optional<int> wait_for(const sigset_t& signals, steady_clock::time_point deadline) {
  const auto left = std::max(deadline - steady_clock::now(), steady_clock::duration::zero());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  timespec limit{};
  limit.tv_sec = seconds.count();
  limit.tv_nsec = std::chrono::nanoseconds(left - seconds).count();
  const int signal = ::sigtimedwait(&signals, nullptr, &limit);
  return signal < 0 ? std::nullopt : std::optional(signal);
}

std::string describe(const Sources& sources) {
  using State = ConnectorStatus::State;
  std::size_t working = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const State state = sources.status(i).snapshot().state;
    working += state == State::kActive || state == State::kFinished ? 1U : 0U;
  }
  return std::to_string(working) + " of " + std::to_string(sources.size()) + " sources work";
}

/// Looks after the engine until a signal ends it. The service manager hears that we live only from
/// here, and only if every thread has gone on.
void watch_over(Engine& engine, WebSide& web, const sigset_t& signals, Log& log) {
  constexpr std::chrono::seconds kLookInterval{10};
  constexpr int kLooksWithinPatience = 4;
  const Systemd systemd;
  std::vector<Watchdog::Thread> threads = engine.threads();
  threads.push_back(web.thread());
  Watchdog watchdog(std::move(threads));
  steady_clock::duration interval = kLookInterval;
  if (const auto patience = systemd.patience()) {
    interval = std::min<steady_clock::duration>(interval, *patience / kLooksWithinPatience);
  }
  systemd.ready();
  systemd.status(describe(engine.sources()));
  for (steady_clock::time_point next_look = steady_clock::now() + interval;;) {
    const std::optional<int> signal = wait_for(signals, next_look);
    if (signal == SIGHUP) {
      systemd.reloading();
      engine.reload();
      systemd.ready();
    } else if (signal) {
      systemd.stopping();
      return;
    }
    if (steady_clock::now() < next_look) {
      continue;
    }
    next_look = steady_clock::now() + interval;
    const std::vector<std::string> still = watchdog.still();
    if (still.empty()) {
      systemd.alive();
      systemd.status(describe(engine.sources()));
    }
    for (const std::string& thread : still) {
      log.warning("thread_stuck", "A thread has not gone on.", {{"thread", thread}});
      systemd.status("the thread " + thread + " does not go on");
    }
  }
}

}  // namespace

int serve(const ServeOptions& options) {
  const sigset_t signals = block_signals();
  ::signal(SIGPIPE, SIG_IGN);
  std::vector<Problem> problems;
  std::optional<Config> config = read_config(options.config, problems);
  if (!config) {
    return usage(problems);
  }
  Log log;
  Result<std::unique_ptr<Engine>> made = Engine::make(std::move(*config), log);
  if (!made) {
    std::fprintf(stderr, "vigie: %s\n", made.error().text.c_str());
    return made.error().code == ErrorCode::kInvalidInput ? kUsage : kFailed;
  }
  Engine& engine = **made;
  const Result<std::unique_ptr<WebSide>> web_side = WebSide::make(engine, log);
  if (!web_side) {
    return failed(web_side.error());
  }
  WebSide& web = **web_side;
  const Result<std::uint16_t> port = web.listen();
  if (!port) {
    return failed(port.error());
  }
  if (const Result<void> kept = engine.keep_sources(); !kept) {
    return failed(kept.error());
  }
  engine.start();
  web.start();
  log.info("started", "Vigie watches.",
           {{"address", engine.config().listen_host},
            {"port", *port},
            {"operations_port", web.operations_port().value_or(*port)},
            {"ruleset", engine.knowledge()->catalogue->ruleset}});
  watch_over(engine, web, signals, log);
  log.info("stopping", "No new mentions are taken; those taken are being stored.");
  web.stop();
  engine.stop();
  log.info("stopped", "Everything acknowledged is stored.");
  return kOk;
}

}  // namespace vigie
