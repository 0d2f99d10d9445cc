#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace vigie {

/// Inflates zstd frames that were made with one dictionary (RFC 8878). One thread.
class ZstdFrames {
 public:
  /// kInvalidInput if `dictionary` is not a structured one with a number of its own.
  static Result<ZstdFrames> make(std::string_view dictionary);
  ~ZstdFrames();
  ZstdFrames(ZstdFrames&&) noexcept;
  ZstdFrames& operator=(ZstdFrames&&) noexcept;

  /// The dictionary's number, which every frame names.
  std::uint32_t dictionary_id() const;
  /// One whole frame. kRefused: it inflates to more than `max_bytes`. kInvalidInput: it is torn, or
  /// of another dictionary.
  Result<std::string> inflate(std::string_view frame, std::size_t max_bytes);

 private:
  struct State;
  explicit ZstdFrames(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace vigie
