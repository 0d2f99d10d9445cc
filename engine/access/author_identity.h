#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace vigie {

/// What is sealed of an author: the network's own id, the name shown, the page.
struct AuthorIdentity {
  std::string id, name, url;

  /// Whether people would call this author so: the id, the name, the page or the last part of its
  /// address, with or without '@', in any case (ASCII).
  bool is_called(std::string_view handle) const;
  /// Words that tell this author and hardly anybody else: at least four bytes long.
  std::vector<std::string> traces() const;
};
/// Whom somebody means: one of these is said.
struct AuthorWanted {
  std::string pseudonym;                   ///< as lists show it
  std::string network, author_id, handle;  ///< the network with one of the two
  std::string mention;                     ///< by whom this one is: "20741-1289"
};

/// kCorrupt: it is not an identity's JSON.
Result<AuthorIdentity> parse_identity(std::string_view json);

}  // namespace vigie
