#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "engine/core/mapping.h"

namespace vigie {

/// Reads the dates of canonical mentions, nothing else: for playing them at their original speed
/// and for moving them in time. One instance per coroutine.
class MentionDates {
 public:
  MentionDates();

  struct Range {
    Time first{}, last{};
  };
  /// Of all mentions in `lines` that have a created_at; nothing if none has.
  std::optional<Range> range(std::string_view lines);

 private:
  std::unique_ptr<Mapping> mapping_;
};

}  // namespace vigie
