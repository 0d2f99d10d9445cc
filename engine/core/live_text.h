#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace vigie {

/// A text that people may change while the engine runs, such as a town's name. Copies are the same
/// text: they change together. Any thread.
class LiveText {
 public:
  LiveText() : LiveText(std::string()) {}
  LiveText(std::string text) : state_(std::make_shared<State>()) {  // NOLINT: it is a text
    state_->text = std::move(text);
  }
  LiveText(const char* text) : LiveText(std::string(text)) {}  // NOLINT: likewise

  std::string text() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->text;
  }
  operator std::string() const { return text(); }  // NOLINT: likewise
  bool operator==(std::string_view other) const { return text() == other; }

  /// This one's and all its copies'.
  void change(std::string text) const {
    const std::scoped_lock lock(state_->mutex);
    state_->text = std::move(text);
  }

 private:
  struct State {
    std::mutex mutex;
    std::string text;
  };
  std::shared_ptr<State> state_;
};

}  // namespace vigie
