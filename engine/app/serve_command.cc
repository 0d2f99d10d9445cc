#include <pthread.h>
#include <signal.h>

#include <cstdio>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/engine.h"
#include "engine/app/web_side.h"

namespace vigie {
namespace {

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
            {"ruleset", engine.knowledge()->catalogue->ruleset}});

  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) {
      break;
    }
    engine.reload();
  }
  log.info("stopping", "No new mentions are taken; those taken are being stored.");
  web.stop();
  engine.stop();
  log.info("stopped", "Everything acknowledged is stored.");
  return kOk;
}

}  // namespace vigie
