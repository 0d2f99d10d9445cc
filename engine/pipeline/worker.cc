#include "engine/pipeline/worker.h"

#include <chrono>
#include <utility>

namespace vigie {

Worker::Worker(WorkerInbox& inbox, WorkerOutbox& outbox, const KnowledgeShelf& shelf, Judge judge,
               Metrics& metrics)
    : inbox_(inbox), outbox_(outbox), shelf_(shelf), judge_(std::move(judge)), metrics_(metrics) {}

bool Worker::step() {
  if (ready_) {
    return hand_over();
  }
  Envelope envelope;
  if (!inbox_.take(envelope)) {
    return false;
  }
  if (const std::uint64_t edition = shelf_.edition(); edition != edition_) {
    judge_.learn(shelf_.in_force());
    edition_ = edition;
  }
  const auto start = std::chrono::steady_clock::now();
  ready_ = judge_.judge(envelope);
  metrics_.stage(Stage::kJudge, std::chrono::steady_clock::now() - start);
  metrics_.received(envelope.origin->connector, ready_->mentions, envelope.bytes.size());
  hand_over();
  return true;
}

bool Worker::hand_over() {
  if (!outbox_.put(*ready_)) {
    return false;
  }
  ready_.reset();
  return true;
}

}  // namespace vigie
