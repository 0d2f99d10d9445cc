#pragma once

#include <thread>
#include <vector>

namespace vigie {

class Pipeline;

/// A pipeline's threads, from now until this goes: what its inlet was offered is done by then.
class PipelineThreads {
 public:
  /// `pipeline` must outlive this.
  explicit PipelineThreads(Pipeline& pipeline);
  /// First the workers, which hand over all they have, then the writer, last the syncer.
  ~PipelineThreads();
  PipelineThreads(const PipelineThreads&) = delete;

 private:
  void stop(std::jthread& thread);

  Pipeline& pipeline_;
  std::jthread syncer_, writer_;
  std::vector<std::jthread> workers_;
};

}  // namespace vigie
