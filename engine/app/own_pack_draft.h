#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigie {

/// A rule and its tests, as the items of YAML lists ("  - id: …").
struct OwnRuleDraft {
  std::string rule, tests;
};

/// `text`, a town's own pack, with one rule more at the end of `rules:` and its tests at the end of
/// `tests:`; everything else as people wrote it. Of an empty text a new one, called `title`.
/// Nothing if the lists are not written item by item: whoever writes so adds it by hand.
std::optional<std::string> with_rule(std::string_view text, const OwnRuleDraft& draft,
                                     std::string_view title);

}  // namespace vigie
