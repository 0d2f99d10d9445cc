#include "engine/parse/feed.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "engine/core/ascii.h"
#include "engine/parse/canonical.h"
#include "engine/parse/document_encoding.h"
#include "engine/parse/feed_date.h"
#include "engine/parse/html_text.h"
#include "engine/parse/json_feed.h"
#include "engine/parse/web_address.h"
#include "engine/parse/xml_feed.h"

namespace vigie {
namespace {

/// An id for items that bring none: the same item gives the same id at every poll and in every
/// version of Vigie, so this FNV-1a (64 bits) is the feed's own and must not change.
std::string made_id(const FeedItem& item) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::string* part :
       {&item.title.text, &item.content.text, &item.summary.text, &item.published}) {
    for (const char c : *part) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    hash = (hash ^ '\n') * 0x100000001b3ULL;
  }
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16);
  return "hash:" + std::string(digits.data(), end);
}

/// Mentions hold valid UTF-8 without NUL, whatever the feed held.
void make_clean(std::string& text) {
  if (simdjson::validate_utf8(text.data(), text.size())) {
    std::replace(text.begin(), text.end(), '\0', ' ');
    return;
  }
  for (char& c : text) {
    c = static_cast<unsigned char>(c) >= 0x80 || c == '\0' ? '?' : c;
  }
}

class FeedMapping final : public Mapping, private FeedItemSink {
 public:
  void map(const Envelope& envelope, MentionSink& sink) override {
    sink_ = &sink;
    origin_ = envelope.origin.get();
    bytes_ = envelope.bytes.view();
    if (bytes_.size() > kMaxFeedBytes) {
      return flaw(RejectReason::kTooLong,
                  "a feed longer than " + std::to_string(kMaxFeedBytes) + " bytes");
    }
    std::string storage;
    const std::string_view text = trimmed(in_utf8(bytes_, 2 * kMaxFeedBytes, storage));
    if (text.empty()) {
      return flaw(RejectReason::kMalformed, "the answer is empty: not a feed");
    }
    if (text.front() == '{') {
      return json_.read(text, *this);
    }
    read_xml_feed(text, *this);
  }

 private:
  void flaw(RejectReason reason, std::string_view detail) override {
    sink_->reject(reason, detail, bytes_);
  }

  void item(const FeedItem& item) override {
    Mention mention;
    const std::string document = base_url().empty() ? item.feed_link : base_url();
    base_ = item.base.empty() ? document : resolved_reference(item.base, document);
    url_ = resolved_address(item.link, base_);
    id_ = trimmed(item.id);
    if (id_.empty()) {
      id_ = !trimmed(item.link).empty() ? std::string(trimmed(item.link)) : made_id(item);
    }
    set_text(mention.id, id_);
    source_ = origin_ == nullptr         ? ""
              : origin_->network.empty() ? origin_->base_url
                                         : origin_->network;
    mention.source = source_;
    set_times(item, mention);
    if (item.deleted) {
      mention.deleted = true;
      return sink_->mention(mention);
    }
    if (!set_texts(item, mention)) {
      return;
    }
    set_author(item, mention);
    set_text(mention.url, url_);
    language_ = trimmed(item.language);
    set_text(mention.language, language_);
    in_reply_to_ = trimmed(item.in_reply_to);
    set_text(mention.in_reply_to, in_reply_to_);
    if (!in_reply_to_.empty()) {
      mention.kind = Kind::kComment;
    }
    sink_->mention(mention);
  }

  std::string base_url() const { return origin_ == nullptr ? "" : origin_->base_url; }

  static void set_text(std::string_view& out, std::string& text) {
    make_clean(text);
    out = text;
  }

  static void set_times(const FeedItem& item, Mention& mention) {
    const auto published = parse_feed_date(item.published);
    const auto updated = parse_feed_date(item.updated);
    mention.created_at = published ? *published : updated.value_or(Time{});
    mention.version.edited_at_us = updated.value_or(mention.created_at).time_since_epoch().count();
  }

  /// The fullest text that is not blank.
  bool set_texts(const FeedItem& item, Mention& mention) {
    show(item.title, title_);
    show(item.content, text_);
    if (text_.empty()) {
      show(item.summary, text_);
    }
    if (title_.size() > kMaxTextBytes || text_.size() > kMaxTextBytes) {
      sink_->reject(RejectReason::kTooLong,
                    "an item's text is longer than " + std::to_string(kMaxTextBytes) + " bytes",
                    id_);
      return false;
    }
    set_text(mention.title, title_);
    set_text(mention.text, text_);
    return true;
  }

  void show(const FeedText& from, std::string& out) {
    if (from.markup == Markup::kHtml) {
      html_.convert(from.text, out);
    } else {
      out = trimmed(from.text);
    }
  }

  void set_author(const FeedItem& item, Mention& mention) {
    author_name_ = trimmed(item.author_name);
    author_url_ = resolved_address(item.author_url, base_);
    author_id_ = !author_url_.empty() ? author_url_ : std::string(trimmed(item.author_email));
    if (author_id_.empty()) {
      author_id_ = author_name_;
    }
    set_text(mention.author.name, author_name_);
    set_text(mention.author.url, author_url_);
    set_text(mention.author.id, author_id_);
  }

  JsonFeedReader json_;
  HtmlText html_;
  MentionSink* sink_ = nullptr;
  const Origin* origin_ = nullptr;
  std::string_view bytes_;
  std::string id_, source_, base_, url_, title_, text_, language_, in_reply_to_;
  std::string author_id_, author_name_, author_url_;
};

}  // namespace

std::unique_ptr<Mapping> make_feed_mapping() { return std::make_unique<FeedMapping>(); }

}  // namespace vigie
