#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// The target of the first link in a Link field (RFC 8288) that has this relation ("next", "hub";
/// small letters), as written; empty if there is none.
std::string link_to(std::string_view relation, std::string_view links);

}  // namespace vigie
