// JSON Feed: what a reader gives twice is the same, and every text of it is text.
#include "engine/parse/json_feed.h"

#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

class Items : public FeedItemSink {
 public:
  void feed_link(std::string_view purpose, std::string_view address) override {
    add(purpose);
    add(address);
  }
  void item(const FeedItem& item) override {
    for (const std::string* text :
         {&item.id, &item.link, &item.base, &item.feed_link, &item.title.text, &item.content.text,
          &item.summary.text, &item.published, &item.updated, &item.author_name, &item.author_url,
          &item.author_email, &item.language, &item.in_reply_to}) {
      add(*text);
    }
  }
  void flaw(RejectReason, std::string_view detail) override { add(detail); }
  std::string told;

 private:
  void add(std::string_view text) {
    check(is_valid_utf8(text), "what is read is text");
    (told += text) += '\n';
  }
};

VIGIE_FUZZ(json_feed) {
  JsonFeedReader reader;
  Items first, again;
  reader.read(bytes, first);
  reader.read(bytes, again);
  check(first.told == again.told, "a reader's buffers are no memory");
}

}  // namespace
}  // namespace vigie::fuzz
