#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigie {

/// The attributes of one tag as libxml2 hands them over (SAX2): five pointers each, to local name,
/// prefix, namespace, begin and end of the value. Valid during that call only.
class XmlAttributes {
 public:
  XmlAttributes(const unsigned char** attributes, int count)
      : attributes_(attributes), count_(static_cast<std::size_t>(count)) {}

  /// By local name, in whatever case; empty if it is not there. `prefix` empty: whatever the
  /// prefix.
  std::string find(std::string_view lower_case_name, std::string_view prefix = {}) const;

 private:
  const unsigned char** attributes_;
  std::size_t count_;
};

}  // namespace vigie
