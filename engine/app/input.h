#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "connectors/line_cutter.h"
#include "engine/core/payload.h"
#include "engine/core/result.h"

namespace vigie {

/// A file or the standard input, for commands, in pieces of whole lines (connectors/line_cutter.h
/// says how large; an overlong line is a piece of its own). The last line may lack its end.
class Input {
 public:
  /// `path`: a file, or "-".
  static Result<Input> open(const std::string& path);

  /// The next piece; nothing at the end.
  Result<std::optional<Payload>> next();

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };
  explicit Input(std::FILE* file) : file_(file), cutter_(0) {}

  std::unique_ptr<std::FILE, Close> file_;
  LineCutter cutter_;
};

}  // namespace vigie
