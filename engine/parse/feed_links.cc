#include "engine/parse/feed_links.h"

#include <simdjson.h>

#include "engine/core/ascii.h"
#include "engine/parse/document_encoding.h"
#include "engine/parse/feed.h"
#include "engine/parse/html_text.h"
#include "engine/parse/web_address.h"
#include "engine/parse/xml_feed.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxHeadBytes = 64 << 10;

class LinkFinder final : public FeedItemSink {
 public:
  explicit LinkFinder(const std::string& base_url) : base_url_(base_url) {}

  void feed_link(std::string_view purpose, std::string_view address) override {
    const std::string purposes = " " + std::string(purpose) + " ";
    take(purposes, " self ", address, links.self);
    take(purposes, " hub ", address, links.hub);
  }
  void feed_title(const FeedText& title) override {
    if (title.markup == Markup::kHtml) {
      HtmlText().convert(title.text, links.title);
    } else {
      links.title = trimmed(title.text);
    }
  }
  void item(const FeedItem&) override {}
  void flaw(RejectReason, std::string_view) override {}  // a head without its body is torn

  FeedLinks links;

 private:
  void take(const std::string& purposes, std::string_view wanted, std::string_view address,
            std::string& link) const {
    if (link.empty() && purposes.find(wanted) != purposes.npos) {
      link = resolved_address(address, base_url_);
    }
  }

  std::string base_url_;
};

/// JSON Feed 1.1: `feed_url`, and `hubs` of a type in whatever case.
FeedLinks links_of_json(std::string_view text, const std::string& base_url) {
  simdjson::dom::parser parser{kMaxFeedBytes};
  simdjson::dom::element feed;
  FeedLinks links;
  if (parser.parse(text.data(), text.size()).get(feed) != simdjson::SUCCESS) {
    return links;
  }
  std::string_view address;
  if (feed["feed_url"].get(address) == simdjson::SUCCESS) {
    links.self = resolved_address(address, base_url);
  }
  if (feed["hubs"].at(0)["url"].get(address) == simdjson::SUCCESS) {
    links.hub = resolved_address(address, base_url);
  }
  if (feed["title"].get(address) == simdjson::SUCCESS) {
    links.title = trimmed(address);
  }
  return links;
}

}  // namespace

FeedLinks find_feed_links(std::string_view bytes, const std::string& base_url) {
  std::string storage;
  const bool is_json = trimmed(bytes).starts_with('{');
  const std::string_view head = is_json ? bytes : bytes.substr(0, kMaxHeadBytes);
  const std::string_view text = trimmed(in_utf8(head, 2 * kMaxFeedBytes, storage));
  if (is_json) {
    return links_of_json(text, base_url);
  }
  LinkFinder finder(base_url);
  read_xml_feed(text, finder);
  return finder.links;
}

}  // namespace vigie
