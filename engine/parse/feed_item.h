#pragma once

#include <string>
#include <string_view>

#include "engine/core/mapping.h"

namespace vigie {

enum class Markup { kPlain, kHtml };

/// One text of a feed as written, and what it is written in.
struct FeedText {
  std::string text;
  Markup markup = Markup::kPlain;
  void clear() {
    text.clear();
    markup = Markup::kPlain;
  }
};

/// One item of a feed, whatever dialect it came in. Dates and addresses as written.
struct FeedItem {
  std::string id, link;
  std::string base;       ///< what the document says that relative addresses are relative to
  std::string feed_link;  ///< the page that the feed is of
  FeedText title, content, summary;
  std::string published, updated;
  std::string author_name, author_url, author_email;
  std::string language, in_reply_to;
  bool deleted = false;

  void clear() {
    for (std::string* text : {&id, &link, &base, &feed_link, &published, &updated, &author_name,
                              &author_url, &author_email, &language, &in_reply_to}) {
      text->clear();
    }
    title.clear();
    content.clear();
    summary.clear();
    deleted = false;
  }
};

/// Takes what the readers of the two notations find.
class FeedItemSink {
 public:
  virtual ~FeedItemSink() = default;
  /// A link of the feed itself: what it is for ("self", "hub" …, small letters), its address.
  virtual void feed_link(std::string_view /*purpose*/, std::string_view /*address*/) {}
  /// What the feed itself is called, at its end, torn or not; empty if it does not say.
  virtual void feed_title(const FeedText& /*title*/) {}
  /// Valid during the call only.
  virtual void item(const FeedItem& item) = 0;
  /// The rest of the feed, or one item, cannot be read.
  virtual void flaw(RejectReason reason, std::string_view detail) = 0;
};

}  // namespace vigie
