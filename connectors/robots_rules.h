#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// What a robots.txt (RFC 9309) says to one crawler. Pure.
///
/// The groups that name the crawler count, all of them together; those for "*" if there is none.
/// The longest pattern that fits decides, and Allow where two are as long. Bounds: kMaxBytes of the
/// file are read (RFC 9309, 2.5, asks for as much), kMaxPatternBytes of a pattern; the rest is
/// passed over.
class RobotsRules {
 public:
  static constexpr std::size_t kMaxBytes = 500 << 10;
  static constexpr std::size_t kMaxPatternBytes = 2048;

  /// Nothing is forbidden.
  RobotsRules() = default;
  RobotsRules(std::string_view robots_txt, std::string_view product_token);

  /// The line that forbids `target` ("/path?query"): "Disallow: /path". Nothing: it may be fetched.
  std::optional<std::string> forbidding(std::string_view target) const;

 private:
  struct Rule {
    bool allows = false;
    std::string written;
    std::string pattern;  ///< normalised
  };
  std::vector<Rule> rules_;
};

}  // namespace vigie
