// A subscription list: addresses of the web, each once, or a sentence why not.
#include "engine/parse/opml.h"

#include <set>

#include "engine/core/web_link.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(opml) {
  const Result<OpmlList> list = read_opml(bytes);
  if (!list) {
    check(is_text(list.error().text) && !list.error().text.empty(), "a sentence");
    return;
  }
  check(list->feeds.size() <= kMaxOpmlFeeds, "not too many");
  check(!list->feeds.empty() || !list->problems.empty(), "some, or why not");
  std::set<std::string> addresses;
  for (const OpmlFeed& feed : list->feeds) {
    check(is_web_link(feed.address) && addresses.insert(feed.address).second, "each once");
    check(is_text(feed.title) && is_text(feed.folder), "titles are text");
  }
  for (const std::string& problem : list->problems) {
    check(is_valid_utf8(problem), "a sentence a problem");
  }
}

}  // namespace
}  // namespace vigie::fuzz
