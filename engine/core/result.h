#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace vigie {

/// Why something failed; the text beside it says it to a person.
enum class ErrorCode {
  kInvalidInput,  ///< what was given is wrong (a rule, a mention, a setting)
  kNotFound,
  kFull,         ///< a bound is reached: try again later
  kUnavailable,  ///< the world does not answer: try again with back-off
  kRefused,      ///< not allowed, or not authentic
  kCorrupt,      ///< stored bytes are not what was written
  kTooNew,       ///< written by a newer version of Vigie
};

struct Error {
  ErrorCode code;
  std::string text;
};

/// The one way to fail. Bugs of our own are not errors: they stop the program (core/check.h).
template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string text) {
  return tl::make_unexpected(Error{code, std::move(text)});
}

}  // namespace vigie
