#pragma once

#include <string_view>

#include "engine/core/ascii.h"

namespace vigie {

/// Whether `url` is an address of the web. Of what strangers write, nothing else is ever offered as
/// a link: "javascript:" and its kin act where they are followed.
inline bool is_web_link(std::string_view url) {
  const std::string scheme = lower_case(url.substr(0, 8));
  return scheme.starts_with("http://") || scheme.starts_with("https://");
}

}  // namespace vigie
