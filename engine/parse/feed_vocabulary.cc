#include "engine/parse/feed_vocabulary.h"

#include <algorithm>
#include <array>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

struct Vocabulary {
  std::string_view prefix, address;
  Family family;
};

constexpr std::array<Vocabulary, 17> kVocabularies = {{
    {"atom", "http://www.w3.org/2005/atom", Family::kAtom},
    {"atom03", "http://purl.org/atom/ns#", Family::kAtom},
    {"content", "http://purl.org/rss/1.0/modules/content/", Family::kContent},
    {"dc", "http://purl.org/dc/elements/1.1/", Family::kDublinCore},
    {"dcterms", "http://purl.org/dc/terms/", Family::kDublinCore},
    {"itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd", Family::kItunes},
    {"at", "http://purl.org/atompub/tombstones/1.0", Family::kTombstone},
    {"thr", "http://purl.org/syndication/thread/1.0", Family::kThread},
    {"media", "http://search.yahoo.com/mrss", Family::kMedia},
    {"xhtml", "http://www.w3.org/1999/xhtml", Family::kXhtml},
    {"rss1", "http://purl.org/rss/1.0/", Family::kCore},
    {"rss11", "http://purl.org/net/rss1.1#", Family::kCore},
    {"rss", "http://my.netscape.com/rdf/simple/0.9/", Family::kCore},
    {"rss090", "http://channel.netscape.com/rdf/simple/0.9/", Family::kCore},
    {"rss2", "http://backend.userland.com/rss", Family::kCore},
    {"rss20", "http://blogs.law.harvard.edu/tech/rss", Family::kCore},
    {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", Family::kCore},
}};

/// Whether `address` is the vocabulary's: RSS 2 and Media RSS are written with several endings.
bool is_at(const Vocabulary& one, std::string_view address) {
  const bool has_endings = one.family == Family::kMedia || one.prefix == "rss2";
  return has_endings ? address.starts_with(one.address) : address == one.address;
}

}  // namespace

Family family_of(std::string_view prefix, std::string_view address) {
  if (prefix.empty() && address.empty()) {
    return Family::kCore;
  }
  const std::string lower = lower_case(address.empty() ? prefix : trimmed(address));
  const auto known =
      std::find_if(kVocabularies.begin(), kVocabularies.end(), [&](const Vocabulary& one) {
        return address.empty() ? one.prefix == lower : is_at(one, lower);
      });
  if (known != kVocabularies.end()) {
    return known->family;
  }
  return prefix.empty() ? Family::kCore : Family::kOther;
}

}  // namespace vigie
