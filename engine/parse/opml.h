#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace vigie {

/// A feed of a subscription list.
struct OpmlFeed {
  std::string title;    ///< may be empty
  std::string address;  ///< http or https
  std::string folder;   ///< the outlines it lies in: "Presse / Locale"; may be empty
};

struct OpmlList {
  std::vector<OpmlFeed> feeds;        ///< in the order of the file; an address once only
  std::vector<std::string> problems;  ///< what is in the list and cannot be asked, a sentence each
};

inline constexpr std::size_t kMaxOpmlBytes = 16 << 20;
inline constexpr std::size_t kMaxOpmlFeeds = 10'000;

/// Reads OPML 1.0 and 2.0 as feed readers export it, ill-formed ones too, in whatever encoding
/// (document_encoding.h). kInvalidInput: it is no OPML, beyond a bound, unsafe, torn, or there is
/// no feed in it.
Result<OpmlList> read_opml(std::string_view bytes);

}  // namespace vigie
