#pragma once

#include <cstddef>
#include <string_view>

namespace vigie {

/// Whether a tag of an XML document, valid UTF-8 without comments, has more than `limit`
/// attributes. Every '<' is taken for a tag's, in CDATA sections, too: none of libxml2's tags can
/// hide, since they all end before the next '<'. One pass.
bool has_tag_with_more_attributes(std::string_view xml, std::size_t limit);

}  // namespace vigie
