#pragma once

#include <algorithm>
#include <string_view>

namespace vigie::fuzz {

/// Calls `feed(piece)` with `bytes` cut into pieces whose sizes `cuts` says, over and over; in one
/// piece if it is empty. However a stream is cut, what is read from it must be the same.
template <class Feed>
void in_pieces(std::string_view bytes, std::string_view cuts, Feed&& feed) {
  for (std::size_t i = 0; !bytes.empty(); ++i) {
    const std::size_t size =
        cuts.empty() ? bytes.size()
                     : std::min<std::size_t>(
                           bytes.size(), 1U + static_cast<unsigned char>(cuts[i % cuts.size()]));
    feed(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

}  // namespace vigie::fuzz
