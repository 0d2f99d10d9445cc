#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

namespace vigie {

/// What the process says last if it is stopped (core/check.h) or falls while this lives: which
/// input, which seed. One at a time.
class LastWords {
 public:
  LastWords() {
    std::signal(SIGABRT, say);
    std::signal(SIGSEGV, say);
  }
  ~LastWords() {
    std::signal(SIGABRT, SIG_DFL);
    std::signal(SIGSEGV, SIG_DFL);
  }
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

  void are(std::string_view words) {
    const std::size_t size = std::min(words.size(), words_.size() - 1);
    std::ranges::copy(words.substr(0, size), words_.begin());
    words_[size] = '\0';
  }

 private:
  static void say(int signal) {
    const auto said = ::write(STDERR_FILENO, words_.data(), std::strlen(words_.data()));
    std::signal(signal, SIG_DFL);
    if (said >= 0) {
      std::raise(signal);
    }
  }
  inline static std::array<char, 4096> words_{};  ///< static: a handler has no arguments
};

}  // namespace vigie
