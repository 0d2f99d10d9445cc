#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// The vocabularies that feeds mix.
enum class Family {
  kCore,  ///< RSS's own, and whatever has no namespace
  kAtom,
  kContent,
  kDublinCore,
  kItunes,
  kMedia,
  kThread,
  kTombstone,
  kXhtml,
  kOther,
};

/// By the address of an element's namespace, as feeds write it (in any case, with blanks around);
/// by its prefix where the feed forgot to declare it.
Family family_of(std::string_view prefix, std::string_view address);

}  // namespace vigie
