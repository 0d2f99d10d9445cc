#include "engine/parse/xml_feed.h"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/core/ascii.h"
#include "engine/parse/base64.h"
#include "engine/parse/feed.h"
#include "engine/parse/feed_vocabulary.h"
#include "engine/parse/utf8.h"
#include "engine/parse/web_address.h"
#include "engine/parse/xml_reader.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxFieldBytes = 1 << 20;
constexpr std::size_t kFeedTitleDepth = 3;  // rss, channel, title; deeper: an image's, a text box's

/// The text that an element is about, and where it goes when the element ends.
struct Capture {
  std::string* text = nullptr;
  Markup* markup = nullptr;    ///< null: plain words
  std::size_t depth = 0;       ///< of the element; 0: nothing is being captured
  bool inline_markup = false;  ///< Atom's xhtml: elements within are the text's markup
  bool base64 = false;
};

/// Where an item's author was found, the better the higher.
enum class AuthorFrom { kNowhere, kItunes, kDublinCore, kOwn };

class XmlFeedReader final : private XmlReader {
 public:
  explicit XmlFeedReader(FeedItemSink& sink) : sink_(sink) {}

  void read(std::string_view document) {
    const auto flaw = read_document(document);
    sink_.feed_title(feed_.title);
    if (flaw) {
      return sink_.flaw(flaw->reason, flaw->detail);
    }
    finish();
  }

 private:
  void stop(RejectReason reason, std::string_view detail) {
    stopped_ = true;
    stop_reading();
    sink_.flaw(reason, detail);
  }

  void start(std::string_view written_name, std::string_view prefix, std::string_view address,
             const XmlAttributes& attributes) override {
    const std::string name = lower_case(written_name);
    const Family family = family_of(prefix, address);
    if (depth() == 1 && !start_feed(name, attributes)) {
      return;
    }
    if (const std::string base = attributes.find("base", "xml"); !base.empty()) {
      bases_.push_back({depth(), resolved_reference(base, base_)});
      base_ = bases_.back().address;
    }
    if (capture_.depth != 0 && capture_.depth != author_depth_) {
      return add_tag("<", name);
    }
    if (item_depth_ != 0) {
      return start_in_item(name, family, attributes);
    }
    const bool core = family == Family::kCore || family == Family::kAtom;
    if (core && (name == "item" || name == "entry")) {
      return start_item(attributes);
    }
    if (family == Family::kTombstone && name == "deleted-entry") {
      return take_tombstone(attributes);
    }
    start_in_feed(name, family, attributes);
  }

  bool start_feed(std::string_view name, const XmlAttributes& attributes) {
    constexpr std::array<std::string_view, 5> kRoots = {"rss", "rdf", "feed", "entry", "channel"};
    if (std::find(kRoots.begin(), kRoots.end(), name) == kRoots.end()) {
      stop(RejectReason::kMalformed,
           "this is not a feed: its root element is <" + std::string(name) + ">");
      return false;
    }
    root_seen_ = true;
    is_atom_ = name == "feed" || name == "entry";
    feed_.language = attributes.find("lang", "xml");
    return true;
  }

  void start_in_feed(std::string_view name, Family family, const XmlAttributes& attributes) {
    const bool core = family == Family::kCore || family == Family::kAtom;
    if (author_depth_ != 0) {
      start_in_author(name, feed_);
    } else if (name == "language" && (core || family == Family::kDublinCore)) {
      capture(feed_.language);
    } else if (core && name == "author") {
      author_depth_ = depth();
    } else if (core && name == "channel" && feed_.language.empty()) {
      feed_.language = attributes.find("lang", "xml");
    } else if (core && name == "title" && depth() <= kFeedTitleDepth && feed_.title.text.empty()) {
      capture_text(feed_.title, family == Family::kAtom || is_atom_, attributes);
    } else if (core && name == "link") {
      start_feed_link(attributes, family == Family::kAtom || is_atom_);
    }
  }

  void start_feed_link(const XmlAttributes& attributes, bool atom) {
    const std::string address = attributes.find("href");
    if (!address.empty()) {
      sink_.feed_link(lower_case(attributes.find("rel")), resolved_reference(address, base_));
    }
    if (feed_.link.empty()) {
      start_link(attributes, atom, feed_);
    }
  }

  void start_item(const XmlAttributes& attributes) {
    if (++items_ > kMaxFeedItems) {
      return stop(RejectReason::kTooLong, "the feed has too many items");
    }
    item_depth_ = depth();
    too_long_ = false;
    item_.clear();
    spare_text_.clear();
    item_.base = base_;
    item_.feed_link = feed_.link;
    item_.id = attributes.find("about", "rdf");
    item_.language = attributes.find("lang", "xml");
    author_from_ = AuthorFrom::kNowhere;
  }

  void start_in_item(std::string_view name, Family family, const XmlAttributes& attributes) {
    if (author_depth_ != 0) {
      return start_in_author(name, item_);
    }
    if (family == Family::kMedia) {
      return start_spare(name);
    }
    if (depth() != item_depth_ + 1) {
      return;
    }
    switch (family) {
      case Family::kCore:
      case Family::kAtom:
        return start_core(name, family == Family::kAtom || is_atom_, attributes);
      case Family::kContent:
        return name == "encoded" ? capture(item_.content, Markup::kHtml) : void();
      case Family::kDublinCore:
        return start_dublin_core(name);
      case Family::kItunes:
        return name == "author" ? start_named_author(AuthorFrom::kItunes) : start_spare(name);
      case Family::kXhtml:
        return name == "body" || name == "div" ? start_xhtml() : void();
      case Family::kThread:
        if (name == "in-reply-to") {
          item_.in_reply_to = attributes.find("ref");
        }
        return;
      default:
        return;
    }
  }

  void start_core(std::string_view name, bool atom, const XmlAttributes& attributes) {
    if (name == "link") {
      return start_link(attributes, atom, item_);
    }
    if (name == "author") {
      return start_author(atom);
    }
    if (name == "title") {
      return capture_text(item_.title, atom, attributes);
    }
    if (name == "content") {
      return capture_text(item_.content, atom, attributes);
    }
    if (name == "summary" || name == "description") {
      return capture_text(item_.summary, atom, attributes);
    }
    if (name == "encoded" || (name == "body" && item_.content.text.empty())) {
      return capture(item_.content, Markup::kHtml);
    }
    if (name == "guid" || name == "id") {
      guid_is_link_ = name == "guid" && attributes.find("ispermalink") != "false";
      return capture(item_.id);
    }
    if (name == "pubdate" || name == "published" || name == "issued") {
      return capture(item_.published);
    }
    if (name == "created" && item_.published.empty()) {
      return capture(item_.published);
    }
    if (name == "updated" || name == "modified") {
      return capture(item_.updated);
    }
  }

  void start_dublin_core(std::string_view name) {
    const bool first_date = item_.published.empty();
    if (name == "creator" || name == "author") {
      start_named_author(AuthorFrom::kDublinCore);
    } else if (first_date && (name == "date" || name == "created" || name == "issued")) {
      capture(item_.published);
    } else if (name == "modified") {
      capture(item_.updated);
    } else if (name == "language" && item_.language.empty()) {
      capture(item_.language);
    } else if (name == "identifier" && item_.id.empty()) {
      capture(item_.id);
    } else if (name == "title" && item_.title.text.empty()) {
      capture(item_.title, Markup::kHtml);
    } else if (name == "description" && item_.summary.text.empty()) {
      capture(item_.summary, Markup::kHtml);
    }
  }

  /// What iTunes and Media RSS say of an item, where the feed's own words are missing.
  void start_spare(std::string_view name) {
    if (name == "title" && item_.title.text.empty()) {
      capture(item_.title, Markup::kHtml);
    } else if (name == "description" || name == "summary") {
      capture(spare_text_, Markup::kHtml);
    }
  }

  void start_xhtml() {
    if (item_.content.text.empty()) {
      capture(item_.content, Markup::kHtml);
      capture_.inline_markup = true;
    }
  }

  /// RSS's is text, and the last of several counts; Atom's has an address in `href` and says what
  /// it is for, and the first counts.
  void start_link(const XmlAttributes& attributes, bool atom, FeedItem& of) {
    const std::string address = attributes.find("href");
    const std::string purpose = attributes.find("rel");
    if (address.empty()) {
      of.base = base_;
      capture(of.link);
    } else if ((of.link.empty() || !atom) && (purpose.empty() || purpose == "alternate")) {
      of.base = base_;
      of.link = address;
    }
  }

  /// The first of several.
  void start_author(bool atom) {
    if (author_from_ == AuthorFrom::kOwn) {
      return;
    }
    author_from_ = AuthorFrom::kOwn;
    author_depth_ = depth();
    item_.author_name.clear();
    if (!atom) {
      capture(item_.author_name);
    }
  }

  void start_named_author(AuthorFrom from) {
    if (from > author_from_) {
      author_from_ = from;
      capture(item_.author_name);
    }
  }

  void start_in_author(std::string_view name, FeedItem& of) {
    if (name == "name") {
      capture(of.author_name);
    } else if (name == "uri" || name == "url" || name == "homepage") {
      capture(of.author_url);
    } else if (name == "email") {
      capture(of.author_email);
    }
  }

  void take_tombstone(const XmlAttributes& attributes) {
    item_.clear();
    item_.deleted = true;
    item_.id = attributes.find("ref");
    item_.updated = attributes.find("when");
    if (item_.id.empty()) {
      return sink_.flaw(RejectReason::kMissingId, "a tombstone (deleted-entry) names no entry");
    }
    sink_.item(item_);
  }

  /// Content of a media type that is neither text nor XML is in Base64 (RFC 4287, 4.1.3.3).
  static bool holds_bytes(std::string_view type) {
    return type.find('/') != type.npos && !type.starts_with("text/") && !type.ends_with("/xml") &&
           !type.ends_with("+xml");
  }

  /// RSS holds HTML wherever it holds text; Atom says what it holds, and in what other notation.
  void capture_text(FeedText& into, bool atom, const XmlAttributes& attributes) {
    const std::string type = lower_case(attributes.find("type"));
    const std::string mode = attributes.find("mode");
    const bool bytes = atom && (type == "application/octet-stream" ||
                                (&into == &item_.content && holds_bytes(type)));
    const bool xhtml = type == "xhtml" || type == "application/xhtml+xml" ||
                       (atom && mode == "xml" && type.find("html") != type.npos);
    const bool html =
        !atom || xhtml || type == "html" || type == "text/html" || bytes || mode == "escaped";
    capture(into, html ? Markup::kHtml : Markup::kPlain);
    capture_.inline_markup = xhtml;
    capture_.base64 = bytes || (atom && mode == "base64");
    const std::string language = attributes.find("lang", "xml");
    if (!language.empty() && item_.language.empty()) {
      item_.language = language;
    }
  }

  void capture(FeedText& into, Markup markup) {
    capture(into.text);
    into.markup = markup;
    capture_.markup = &into.markup;
  }

  void capture(std::string& into) {
    into.clear();
    capture_ = {&into, nullptr, depth(), false, false};
  }

  void text(std::string_view text) override {
    if (capture_.depth == 0) {
      return;
    }
    if (capture_.text->size() + text.size() > kMaxFieldBytes) {
      too_long_ = true;
      return;
    }
    if (!capture_.inline_markup) {
      capture_.text->append(text);
      return;
    }
    for (const char c : text) {
      *capture_.text += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string_view(&c, 1);
    }
  }

  /// Elements inside a text are its markup, announced (Atom's xhtml) or not.
  void add_tag(std::string_view opening, std::string_view name) {
    if (capture_.markup == nullptr || capture_.text->size() > kMaxFieldBytes) {
      return;
    }
    *capture_.markup = Markup::kHtml;
    capture_.text->append(opening).append(name).append(">");
  }

  void end(std::string_view written_name) override {
    const std::string name = lower_case(written_name);
    if (depth() == capture_.depth) {
      end_capture();
    } else if (capture_.depth != 0) {
      add_tag("</", name);
    }
    if (depth() == author_depth_) {
      author_depth_ = 0;
    }
    if (depth() == item_depth_) {
      end_item();
    }
    if (!bases_.empty() && bases_.back().depth == depth()) {
      bases_.pop_back();
      base_ = bases_.empty() ? std::string() : bases_.back().address;
    }
  }

  void end_capture() {
    if (capture_.base64) {
      const auto bytes = decode_base64(*capture_.text);
      if (bytes) {
        *capture_.text = is_valid_utf8(*bytes) ? *bytes : std::string();
      }
    }
    capture_ = {};
  }

  void end_item() {
    item_depth_ = 0;
    if (too_long_) {
      return sink_.flaw(RejectReason::kTooLong,
                        "an item of the feed holds a text of more than a mebibyte");
    }
    if (item_.link.empty() && guid_is_link_ && item_.id.starts_with("http")) {
      item_.link = item_.id;
    }
    if (item_.content.text.empty() && item_.summary.text.empty()) {
      item_.summary = spare_text_;
    }
    if (item_.language.empty()) {
      item_.language = feed_.language;
    }
    split_rss_author();
    if (item_.author_name.empty() && item_.author_email.empty() && item_.author_url.empty()) {
      item_.author_name = feed_.author_name;
      item_.author_url = feed_.author_url;
      item_.author_email = feed_.author_email;
    }
    sink_.item(item_);
  }

  /// "jean@example.org (Jean Martin)", "Jean Martin <jean@example.org>", either way round, or the
  /// address alone.
  void split_rss_author() {
    const std::string whole(trimmed(item_.author_name));
    const std::size_t open = whole.find_first_of("(<");
    const bool in_two = open != whole.npos && (whole.ends_with(')') || whole.ends_with('>'));
    const std::string before(trimmed(std::string_view(whole).substr(0, open)));
    const std::string within = in_two ? whole.substr(open + 1, whole.size() - open - 2) : "";
    if (in_two && within.find('@') != within.npos) {
      item_.author_email = within;
      item_.author_name = before;
    } else if (in_two && before.find('@') != before.npos) {
      item_.author_email = before;
      item_.author_name = within;
    } else if (whole.find('@') != whole.npos && whole.find_first_of(" \t\n/") == whole.npos &&
               whole.find('@') != 0 && item_.author_email.empty()) {
      item_.author_email = whole;
      item_.author_name.clear();
    }
  }

  void finish() {
    if (stopped_) {
      return;
    }
    if (!root_seen_) {
      return sink_.flaw(RejectReason::kMalformed, "this is not a feed: no XML element in it");
    }
    if (depth() != 0) {
      sink_.flaw(RejectReason::kMalformed,
                 item_depth_ != 0 ? "the feed is torn: it ends within an item"
                                  : "the feed is torn: it ends before its root element does");
    }
  }

  FeedItemSink& sink_;
  std::size_t item_depth_ = 0, author_depth_ = 0;  ///< of that open element; 0: none
  std::size_t items_ = 0;
  bool stopped_ = false, is_atom_ = false, too_long_ = false, guid_is_link_ = false,
       root_seen_ = false;
  Capture capture_;
  FeedItem item_, feed_;
  FeedText spare_text_;  ///< of an item that has no better one
  AuthorFrom author_from_ = AuthorFrom::kNowhere;

  struct Base {
    std::size_t depth = 0;  ///< of the element that says so
    std::string address;
  };
  std::vector<Base> bases_;  ///< xml:base of the open elements
  std::string base_;         ///< the innermost
};

}  // namespace

void read_xml_feed(std::string_view bytes, FeedItemSink& sink) { XmlFeedReader(sink).read(bytes); }

}  // namespace vigie
