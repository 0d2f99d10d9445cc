// RSS, RDF, Atom (and whatever else a feed's address answers): mentions with links of the web only.
#include "engine/parse/feed.h"

#include "engine/core/web_link.h"
#include "engine/parse/feed_links.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

class WebLinksOnly : public CheckingSink {
 public:
  void mention(const Mention& given) override {
    CheckingSink::mention(given);
    check(given.url.empty() || is_web_link(given.url), "links are links of the web");
    check(given.author.url.empty() || is_web_link(given.author.url), "authors' links, too");
    check(!given.id.empty(), "every item has an id");
  }
};

VIGIE_FUZZ(feed) {
  const auto mapping = make_feed_mapping();
  check_mapping(*mapping, envelope_of(bytes, "feed"));
  WebLinksOnly links;
  mapping->map(envelope_of(bytes, "feed"), links);
  check(links.mentions <= kMaxFeedItems, "a feed is bounded");
  find_feed_links(bytes, "https://town.example/feed");
}

}  // namespace
}  // namespace vigie::fuzz
