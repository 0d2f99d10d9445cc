#pragma once

#include <memory>
#include <string_view>

#include "engine/parse/feed_item.h"

namespace vigie {

/// JSON Feed 1.0 and 1.1. One instance per thread: memory is kept between calls.
class JsonFeedReader {
 public:
  JsonFeedReader();
  ~JsonFeedReader();
  JsonFeedReader(const JsonFeedReader&) = delete;
  JsonFeedReader& operator=(const JsonFeedReader&) = delete;

  void read(std::string_view bytes, FeedItemSink& sink);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace vigie
