#include "engine/pipeline/pipeline_threads.h"

#include <cstddef>
#include <stop_token>

#include "engine/pipeline/pipeline.h"

namespace vigie {

PipelineThreads::PipelineThreads(Pipeline& pipeline)
    : pipeline_(pipeline),
      syncer_([&pipeline](std::stop_token stop) { pipeline.run_syncer(stop); }),
      writer_([&pipeline](std::stop_token stop) { pipeline.run_writer(stop); }) {
  for (std::size_t i = 0; i < pipeline.workers(); ++i) {
    workers_.emplace_back([&pipeline, i](std::stop_token stop) { pipeline.run_worker(i, stop); });
  }
}

PipelineThreads::~PipelineThreads() {
  for (std::jthread& worker : workers_) {
    stop(worker);
  }
  stop(writer_);
  stop(syncer_);
}

void PipelineThreads::stop(std::jthread& thread) {
  thread.request_stop();
  pipeline_.wake();
  thread.join();
}

}  // namespace vigie
