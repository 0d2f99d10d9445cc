// robots.txt; the first line is what is to be fetched. Patterns as a naive matcher has them.
#include <string>

#include "connectors/robots_rules.h"
#include "engine/core/check.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

/// RFC 9309's `*` and `$`, tried one by one.
bool naive_fits(std::string_view pattern, std::string_view target) {
  if (pattern.empty()) {
    return true;
  }
  if (pattern == "$") {
    return target.empty();
  }
  if (pattern[0] == '*') {
    for (std::size_t skip = 0; skip <= target.size(); ++skip) {
      if (naive_fits(pattern.substr(1), target.substr(skip))) {
        return true;
      }
    }
    return false;
  }
  return !target.empty() && target[0] == pattern[0] &&
         naive_fits(pattern.substr(1), target.substr(1));
}

VIGIE_FUZZ(robots) {
  const std::string_view target = take_line(bytes);
  const RobotsRules rules(bytes, "Vigie");
  const auto forbidden = rules.forbidding(target);
  check(!forbidden || forbidden->starts_with("Disallow: "), "it says which line forbids");
  check(!RobotsRules(bytes, "Vigie").forbidding("/robots.txt"), "robots.txt itself may be asked");
  // One pattern of letters that normalising leaves alone.
  const std::string_view pattern = bytes.substr(0, bytes.find_first_of("\r\n#"));
  constexpr std::string_view kPlain = "abcdefgh/.-_~*$";
  if (pattern.size() < 24 && target.size() < 64 && !pattern.empty() &&
      pattern.find_first_not_of(kPlain) == pattern.npos &&
      target.find_first_not_of(kPlain.substr(0, 13)) == target.npos) {
    const RobotsRules one("User-agent: *\nDisallow: " + std::string(pattern), "Vigie");
    // Patterns of our rules begin where the target begins; '$' means an end only at its own.
    const bool is_simple = pattern.find('$') >= pattern.size() - 1;
    check(!is_simple || one.forbidding(target).has_value() == naive_fits(pattern, target),
          "as the naive matcher has it");
  }
}

}  // namespace
}  // namespace vigie::fuzz
