#include "engine/app/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace vigie {
namespace {

constexpr std::size_t kBarCharacters = 30;
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Progress::Progress(std::uint64_t total, const char* unit)
    : total_(total), unit_(unit), is_watched_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (is_watched_) {
    done_ = std::max(done_, total_);
    show();
    std::fputc('\n', stderr);
  }
}

void Progress::reach(std::uint64_t done) {
  done_ = done;
  const auto now = std::chrono::steady_clock::now();
  if (is_watched_ && now - shown_at_ >= kPause) {
    shown_at_ = now;
    show();
  }
}

void Progress::show() const {
  if (total_ == 0) {
    std::fprintf(stderr, "\r%llu %s", static_cast<unsigned long long>(done_), unit_);
    return;
  }
  const std::uint64_t done = std::min(done_, total_);
  const double share = static_cast<double>(done) / static_cast<double>(total_);
  const auto filled = static_cast<std::size_t>(share * kBarCharacters);
  const std::string bar = std::string(filled, '#') + std::string(kBarCharacters - filled, '.');
  std::fprintf(stderr, "\r[%s] %3.0f %%  %llu %s", bar.c_str(), 100 * share,
               static_cast<unsigned long long>(done), unit_);
}

}  // namespace vigie
