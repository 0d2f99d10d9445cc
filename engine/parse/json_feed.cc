#include "engine/parse/json_feed.h"

#include <simdjson.h>

#include "engine/parse/feed.h"

namespace vigie {
namespace {

namespace dom = simdjson::dom;

std::string_view text_of(dom::object object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

/// A string, or a number's digits.
std::string id_of(dom::object item) {
  dom::element id;
  if (item["id"].get(id) != simdjson::SUCCESS) {
    return {};
  }
  return id.is_string()   ? std::string(id.get_string().value_unsafe())
         : id.is_number() ? simdjson::minify(id)
                          : std::string();
}

/// Version 1.1 has `authors`, version 1 `author`.
void read_author(dom::object from, FeedItem& item) {
  dom::object author;
  if (from["authors"].at(0).get(author) != simdjson::SUCCESS &&
      from["author"].get(author) != simdjson::SUCCESS) {
    return;
  }
  item.author_name = text_of(author, "name");
  item.author_url = text_of(author, "url");
}

/// `feed`: what holds for the items that do not say otherwise. Asked for once: a feed may have many
/// fields, and many items.
void read_item(dom::object from, const FeedItem& feed, FeedItem& item) {
  item.id = id_of(from);
  item.link = text_of(from, "url");
  if (item.link.empty()) {
    item.link = text_of(from, "external_url");
  }
  item.feed_link = feed.link;
  item.title.text = text_of(from, "title");
  item.content = {std::string(text_of(from, "content_html")), Markup::kHtml};
  if (item.content.text.empty()) {
    item.content = {std::string(text_of(from, "content_text")), Markup::kPlain};
  }
  item.summary.text = text_of(from, "summary");
  item.published = text_of(from, "date_published");
  item.updated = text_of(from, "date_modified");
  item.language = text_of(from, "language");
  if (item.language.empty()) {
    item.language = feed.language;
  }
  item.author_name = feed.author_name;
  item.author_url = feed.author_url;
  read_author(from, item);
}

}  // namespace

struct JsonFeedReader::Parser {
  dom::parser dom{kMaxFeedBytes};
  FeedItem item;
};

JsonFeedReader::JsonFeedReader() : parser_(std::make_unique<Parser>()) {}
JsonFeedReader::~JsonFeedReader() = default;

void JsonFeedReader::read(std::string_view bytes, FeedItemSink& sink) {
  dom::parser& dom = parser_->dom;
  if (dom.max_depth() != kMaxFeedDepth &&
      dom.allocate(bytes.size(), kMaxFeedDepth) != simdjson::SUCCESS) {
    return sink.flaw(RejectReason::kTooLong, "no memory for a feed of this size");
  }
  dom::object feed;
  const auto error = dom.parse(bytes.data(), bytes.size()).get(feed);
  switch (error) {
    case simdjson::SUCCESS:
      break;
    case simdjson::DEPTH_ERROR:
      return sink.flaw(RejectReason::kTooDeep, "JSON nested deeper than a feed ever is");
    case simdjson::UTF8_ERROR:
      return sink.flaw(RejectReason::kInvalidUtf8, "the feed's bytes are not UTF-8");
    default:
      return sink.flaw(RejectReason::kMalformed,
                       std::string("this is not a JSON feed: ") + simdjson::error_message(error));
  }
  dom::array items;
  if (text_of(feed, "version").empty() ||  // its address, or only its number
      feed["items"].get(items) != simdjson::SUCCESS) {
    return sink.flaw(RejectReason::kMalformed, "this JSON is not a JSON Feed (version, items)");
  }
  FeedItem shared;
  shared.language = text_of(feed, "language");
  shared.link = text_of(feed, "home_page_url");
  read_author(feed, shared);
  std::size_t count = 0;
  for (const dom::element element : items) {
    dom::object object;
    if (++count > kMaxFeedItems) {
      return sink.flaw(RejectReason::kTooLong, "the feed has too many items");
    }
    if (element.get(object) != simdjson::SUCCESS) {
      sink.flaw(RejectReason::kInvalidField, "an item of the feed is not an object");
      continue;
    }
    parser_->item.clear();
    read_item(object, shared, parser_->item);
    sink.item(parser_->item);
  }
}

}  // namespace vigie
