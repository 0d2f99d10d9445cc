#include "engine/pipeline/pipeline.h"

#include <pthread.h>

#include <utility>

namespace vigie {
namespace {

/// A worker with a full outbox looks again after this: the writer, not the worker, is then the
/// bottleneck.
constexpr std::chrono::microseconds kFullWait{200};
/// A writer that delays its sync looks again after this, or when a worker has no more.
constexpr std::chrono::milliseconds kDelayedLook{2};

template <class Part, class... Arguments>
std::vector<std::unique_ptr<Part>> make(std::size_t count, Arguments&&... arguments) {
  std::vector<std::unique_ptr<Part>> parts;
  for (std::size_t i = 0; i < count; ++i) {
    parts.push_back(std::make_unique<Part>(arguments...));
  }
  return parts;
}

template <class Part>
std::vector<Part*> addresses(const std::vector<std::unique_ptr<Part>>& parts) {
  std::vector<Part*> addresses;
  for (const auto& part : parts) {
    addresses.push_back(part.get());
  }
  return addresses;
}

}  // namespace

Pipeline::Pipeline(Parts parts)
    : inboxes_(make<WorkerInbox>(parts.workers, parts.inbox_capacity_envelopes, parts.connectors)),
      outboxes_(make<WorkerOutbox>(parts.workers, parts.outbox_capacity_envelopes, kMaxOutboxBytes,
                                   writer_bell_)),
      inlet_(addresses(inboxes_), parts.connectors),
      ledger_(parts.connectors),
      worker_pulses_(parts.workers),
      syncer_(parts.store,
              [this] {
                writer_bell_.ring();
                sync_bell_.ring();
              }),
      writer_({parts.store, syncer_, addresses(outboxes_), [this] { return inlet_.depth(); },
               changes_, ledger_, parts.policy, parts.clock, parts.metrics, parts.alerts,
               parts.stories, dropped_terms_, std::move(parts.committed), std::move(parts.shown),
               std::move(parts.clock_doubted)}) {
  const std::string language = term_language(parts.policy.tenants);
  for (std::size_t i = 0; i < parts.workers; ++i) {
    workers_.emplace_back(*inboxes_[i], *outboxes_[i], parts.shelf,
                          Judge(parts.mappings, parts.policy, parts.pseudonyms,
                                parts.store.id_hasher(), parts.store.known_ids(),
                                DroppedListener(dropped_terms_, language, parts.word_shares)),
                          parts.metrics);
  }
}

bool Pipeline::change(ChangeDesk::Change change) {
  const bool taken = changes_.put(std::move(change));
  writer_bell_.ring();
  sync_bell_.ring();
  return taken;
}

void Pipeline::run_worker(std::size_t index, std::stop_token stop) {
  pthread_setname_np(pthread_self(), "worker");
  Worker& worker = workers_[index];
  Doorbell& bell = inboxes_[index]->bell();
  for (;;) {
    worker_pulses_[index].beat();
    const std::uint32_t heard = bell.heard();
    if (worker.step()) {
      continue;
    }
    sync_bell_.ring();
    if (worker.has_result()) {
      bell.wait(heard, kFullWait);
      continue;
    }
    if (stop.stop_requested()) {
      return;
    }
    bell.wait(heard, Doorbell::kIdleWait);
  }
}

void Pipeline::run_writer(std::stop_token stop) {
  pthread_setname_np(pthread_self(), "writer");
  for (;;) {
    writer_pulse_.beat();
    const std::uint32_t heard = writer_bell_.heard(), sync_heard = sync_bell_.heard();
    if (writer_.step()) {
      continue;
    }
    if (writer_.delays_sync()) {
      sync_bell_.wait(sync_heard, kDelayedLook);
      continue;
    }
    if (stop.stop_requested()) {
      writer_.rest();
      return;
    }
    writer_bell_.wait(heard, Doorbell::kIdleWait);
  }
}

void Pipeline::wake() {
  for (const auto& inbox : inboxes_) {
    inbox->bell().ring();
  }
  writer_bell_.ring();
  sync_bell_.ring();
  syncer_.wake();
}

bool Pipeline::step() {
  bool did_something = false;
  for (Worker& worker : workers_) {
    did_something |= worker.step();
  }
  did_something |= writer_.step();
  return did_something || syncer_.step();  // as late as a slow disk's
}

std::size_t Pipeline::outbox_depth() const {
  std::size_t depth = 0;
  for (const auto& outbox : outboxes_) {
    depth += outbox->size();
  }
  return depth;
}

}  // namespace vigie
