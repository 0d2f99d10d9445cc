#pragma once

#include <chrono>
#include <cstdint>

namespace vigie {

/// A bar on standard error that says how far a long command is: only where a person looks on.
class Progress {
 public:
  /// `total`: how much there is, about; 0 if nobody knows.
  explicit Progress(std::uint64_t total, const char* unit = "mentions");
  /// Ends the line.
  ~Progress();
  Progress(const Progress&) = delete;

  void add(std::uint64_t done) { reach(done_ + done); }
  void reach(std::uint64_t done);

 private:
  void show() const;

  std::uint64_t total_, done_ = 0;
  const char* unit_;
  bool is_watched_;
  std::chrono::steady_clock::time_point shown_at_{};
};

}  // namespace vigie
