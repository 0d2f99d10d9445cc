#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// Hashes what was given, each piece with its length, so that no two lists of pieces look alike.
class Fingerprint {
 public:
  void add(std::string_view piece);
  /// 16 hex digits.
  std::string finish() const;

 private:
  std::string bytes_;
};

}  // namespace vigie
