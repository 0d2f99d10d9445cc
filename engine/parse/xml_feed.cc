#include "engine/parse/xml_feed.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <span>

#include "engine/parse/feed.h"
#include "engine/parse/utf8.h"

// libxml2 calls us at every start, end and piece of text (SAX2); no tree is built. Safe by
// construction:
// 1. No callback that could load anything is set, XML_PARSE_NONET is, XML_PARSE_NOENT is not, and
// the process-wide
//    loader of external entities gives nothing.
// 2. The first declaration inside a document type ends the parse: no entity ever exists but XML's
// five, and HTML's
//    named characters, which many feeds use without declaring them.
// 3. Depth, items, namespaces and the length of a text are counted here.
// 4. libxml2 compares each attribute of a tag with all before it, and tells us when it is done: so
// they are counted
//    before it sees them (AttributeCount), which needs an encoding in which a '<' is a '<'.

namespace vigie {
namespace {

constexpr std::size_t kMaxFieldBytes = 1 << 20;
constexpr std::size_t kMaxAttributes = 256;      ///< of one tag
constexpr std::size_t kMaxOpenNamespaces = 256;  ///< each prefix is looked for among all of them

/// The vocabularies that feeds mix.
enum class Family { kCore, kAtom, kContent, kDublinCore, kTombstone, kThread, kMedia, kOther };

struct Vocabulary {
  std::string_view prefix, address;
  Family family;
};

constexpr std::array<Vocabulary, 12> kVocabularies = {{
    {"atom", "http://www.w3.org/2005/Atom", Family::kAtom},
    {"atom03", "http://purl.org/atom/ns#", Family::kAtom},
    {"content", "http://purl.org/rss/1.0/modules/content/", Family::kContent},
    {"dc", "http://purl.org/dc/elements/1.1/", Family::kDublinCore},
    {"dcterms", "http://purl.org/dc/terms/", Family::kDublinCore},
    {"at", "http://purl.org/atompub/tombstones/1.0", Family::kTombstone},
    {"thr", "http://purl.org/syndication/thread/1.0", Family::kThread},
    {"media", "http://search.yahoo.com/mrss/", Family::kMedia},
    {"rss1", "http://purl.org/rss/1.0/", Family::kCore},
    {"rss09", "http://my.netscape.com/rdf/simple/0.9/", Family::kCore},
    {"rss2", "http://backend.userland.com/rss2", Family::kCore},
    {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", Family::kCore},
}};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

/// By address; by prefix where the feed forgot to declare it.
Family family_of(std::string_view prefix, std::string_view address) {
  if (prefix.empty() && address.empty()) {
    return Family::kCore;
  }
  const auto known =
      std::find_if(kVocabularies.begin(), kVocabularies.end(), [&](const Vocabulary& one) {
        return address.empty() ? one.prefix == prefix : one.address == address;
      });
  if (known != kVocabularies.end()) {
    return known->family;
  }
  return prefix.empty() ? Family::kCore : Family::kOther;
}

class Attributes {
 public:
  Attributes(const xmlChar** attributes, int count)
      : attributes_(attributes), count_(static_cast<std::size_t>(count)) {}
  /// By local name; empty if it is not there. `prefix` empty: whatever the prefix.
  std::string_view find(std::string_view name, std::string_view prefix = {}) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const xmlChar** one = attributes_ + 5 * i;
      if (view(one[0]) == name && (prefix.empty() || view(one[1]) == prefix)) {
        const auto size = static_cast<std::size_t>(one[4] - one[3]);
        return {reinterpret_cast<const char*>(one[3]), size};
      }
    }
    return {};
  }

 private:
  const xmlChar** attributes_;
  std::size_t count_;
};

/// Counts attributes in the bytes of a document. Every '<' is taken for a tag's, in comments and
/// CDATA sections, too: none of libxml2's tags can hide, since they all end before the next '<'.
class AttributeCount {
 public:
  /// `stride`: bytes of a character, which is ASCII's if `first` is its only byte that is not 0.
  AttributeCount(std::string_view bytes, std::size_t stride, std::size_t first)
      : bytes_(bytes), stride_(stride), first_(first), size_(bytes.size() / stride) {}

  /// Whether a tag has more than `limit`.
  bool exceeds(std::size_t limit) {
    while (at_ < size_) {
      if (take() == '<' && attributes_of_tag(limit) > limit) {
        return true;
      }
    }
    return false;
  }

 private:
  /// Any character that is not ASCII is an 'x'. Behind the end there is a '<'.
  char front() const {
    if (at_ >= size_) {
      return '<';
    }
    if (stride_ == 1) {
      return bytes_[at_];
    }
    const char high = bytes_[2 * at_ + 1 - first_];
    return high == 0 ? bytes_[2 * at_ + first_] : 'x';
  }
  char take() {
    const char c = front();
    ++at_;
    return c;
  }
  bool take_until(std::string_view any_of) {
    while (front() != '<' && any_of.find(front()) == any_of.npos) {
      ++at_;
    }
    return front() != '<';
  }
  void skip_blanks() {
    while (kBlanks.find(front()) != kBlanks.npos) {
      ++at_;
    }
  }

  /// `name = 'value'`, again and again, until something else comes.
  std::size_t attributes_of_tag(std::size_t limit) {
    take_until(" \t\r\n>");
    for (std::size_t count = 0;; ++count) {
      skip_blanks();
      if (count > limit || front() == '>' || !take_until(" \t\r\n=>")) {
        return count;
      }
      skip_blanks();
      if (front() != '=') {
        return count;
      }
      ++at_;
      skip_blanks();
      const char quote = front();
      if (quote != '"' && quote != '\'') {
        return count;
      }
      ++at_;
      if (!take_until({&quote, 1})) {
        return count + 1;
      }
      ++at_;
    }
  }

  static constexpr std::string_view kBlanks = " \t\r\n";
  std::string_view bytes_;
  std::size_t stride_, first_, size_;
  std::size_t at_ = 0;  ///< characters
};

/// Whether every ASCII character is its own byte in this encoding, and nothing else becomes one.
/// UTF-7 has other ways to write a '<'.
bool keeps_ascii(const char* encoding) {
  constexpr std::string_view kProbe = "<a b='\"'/>&;= +ADw-";
  xmlCharEncodingHandlerPtr handler = xmlFindCharEncodingHandler(encoding);
  if (handler == nullptr) {
    return true;  // libxml2 does not know it and reads no further
  }
  const std::unique_ptr<xmlBuffer, void (*)(xmlBufferPtr)> in(xmlBufferCreate(), xmlBufferFree);
  const std::unique_ptr<xmlBuffer, void (*)(xmlBufferPtr)> out(xmlBufferCreate(), xmlBufferFree);
  xmlBufferAdd(in.get(), reinterpret_cast<const xmlChar*>(kProbe.data()),
               static_cast<int>(kProbe.size()));
  xmlCharEncInFunc(handler, out.get(), in.get());
  xmlCharEncCloseFunc(handler);
  return view(xmlBufferContent(out.get())) == kProbe;
}

/// The text that an element is about, and where it goes when the element ends.
struct Capture {
  std::string* text = nullptr;
  Markup* markup = nullptr;    ///< null: plain words
  std::size_t depth = 0;       ///< of the element; 0: nothing is being captured
  bool inline_markup = false;  ///< Atom's xhtml: elements within are the text's markup
};

class XmlFeedReader {
 public:
  explicit XmlFeedReader(FeedItemSink& sink) : sink_(sink) {}

  void read(std::string_view bytes) {
    xmlSAXHandler handler{};
    handler.initialized = XML_SAX2_MAGIC;
    handler.startDocument = [](void* reader) { self(reader).check_encoding(); };
    handler.startElementNs = on_start;
    handler.endElementNs = on_end;
    handler.characters = on_text;
    handler.ignorableWhitespace = on_text;
    handler.cdataBlock = on_text;
    handler.getEntity = on_entity;
    handler.entityDecl = [](void* self, const xmlChar*, int, const xmlChar*, const xmlChar*,
                            xmlChar*) { static_cast<XmlFeedReader*>(self)->refuse_declaration(); };
    handler.elementDecl = [](void* self, const xmlChar*, int, xmlElementContentPtr) {
      static_cast<XmlFeedReader*>(self)->refuse_declaration();
    };
    handler.attributeDecl = [](void* self, const xmlChar*, const xmlChar*, int, int, const xmlChar*,
                               xmlEnumerationPtr values) {
      xmlFreeEnumeration(values);
      static_cast<XmlFeedReader*>(self)->refuse_declaration();
    };
    handler.serror = [](void*, xmlErrorPtr) {};  // RECOVER: what matters shows in what was read

    constexpr std::size_t kEncodingBytes = 4;  // what the encoding is guessed from
    const std::size_t first = std::min(bytes.size(), kEncodingBytes);
    if (!check_attributes(bytes, first)) {
      return;
    }
    const std::unique_ptr<xmlParserCtxt, void (*)(xmlParserCtxtPtr)> parser(
        xmlCreatePushParserCtxt(&handler, this, bytes.data(), static_cast<int>(first), nullptr),
        xmlFreeParserCtxt);
    if (!parser) {
      return sink_.flaw(RejectReason::kMalformed, "no memory to read the feed");
    }
    parser_ = parser.get();
    xmlCtxtUseOptions(parser_, XML_PARSE_RECOVER | XML_PARSE_NONET);
    xmlParseChunk(parser_, bytes.data() + first, static_cast<int>(bytes.size() - first),
                  /*terminate=*/1);
    if (parser_->myDoc != nullptr) {
      xmlFreeDoc(parser_->myDoc);
    }
    finish();
  }

 private:
  static XmlFeedReader& self(void* reader) { return *static_cast<XmlFeedReader*>(reader); }
  static void on_start(void* reader, const xmlChar* name, const xmlChar* prefix,
                       const xmlChar* address, int, const xmlChar**, int attribute_count, int,
                       const xmlChar** attributes) {
    self(reader).start(view(name), family_of(view(prefix), view(address)),
                       Attributes(attributes, attribute_count));
  }
  static void on_end(void* reader, const xmlChar* name, const xmlChar*, const xmlChar*) {
    self(reader).end(view(name));
  }
  static void on_text(void* reader, const xmlChar* text, int size) {
    self(reader).add_text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
  }
  static xmlEntityPtr on_entity(void* reader, const xmlChar* name) {
    return self(reader).html_character(name);
  }

  void stop(RejectReason reason, std::string_view detail) {
    if (!stopped_) {
      stopped_ = true;
      xmlStopParser(parser_);
      sink_.flaw(reason, detail);
    }
  }

  /// False, and said so: the document is not for libxml2.
  bool check_attributes(std::string_view bytes, std::size_t first_bytes) {
    const xmlCharEncoding encoding = xmlDetectCharEncoding(
        reinterpret_cast<const xmlChar*>(bytes.data()), static_cast<int>(first_bytes));
    wide_ = encoding == XML_CHAR_ENCODING_UTF16LE || encoding == XML_CHAR_ENCODING_UTF16BE;
    if (!wide_ && encoding != XML_CHAR_ENCODING_UTF8 && encoding != XML_CHAR_ENCODING_NONE) {
      sink_.flaw(RejectReason::kUnsafe, "the feed is neither in UTF-8 nor in UTF-16 nor says so");
      return false;
    }
    AttributeCount count(bytes, wide_ ? 2 : 1, encoding == XML_CHAR_ENCODING_UTF16BE ? 1 : 0);
    if (count.exceeds(kMaxAttributes)) {
      sink_.flaw(RejectReason::kTooLong,
                 "an XML tag with more than " + std::to_string(kMaxAttributes) + " attributes");
      return false;
    }
    return true;
  }

  /// What the document declares besides UTF-8 and UTF-16, once it is known and before anything else
  /// is read. Libxml2 would change over to it.
  void check_encoding() {
    const xmlChar* const declared = parser_->input->encoding;
    if (declared != nullptr && (wide_ || !keeps_ascii(reinterpret_cast<const char*>(declared)))) {
      stop(RejectReason::kUnsafe,
           "the feed's encoding is not one for the web: " + std::string(view(declared)));
    }
  }

  void refuse_declaration() {
    stop(RejectReason::kUnsafe, "the feed declares entities or elements of its own (a DTD)");
  }

  /// "&eacute;" in a feed that never declared it. In an attribute libxml2 would take only the first
  /// byte: none there.
  xmlEntityPtr html_character(const xmlChar* name) {
    const htmlEntityDesc* const known = htmlEntityLookup(name);
    if (known == nullptr || parser_->instate == XML_PARSER_ATTRIBUTE_VALUE) {
      return nullptr;
    }
    entity_text_.clear();
    append_utf8(known->value, entity_text_);
    entity_ = {};
    entity_.type = XML_ENTITY_DECL;
    entity_.etype = XML_INTERNAL_PREDEFINED_ENTITY;
    entity_.name = name;
    entity_.content = reinterpret_cast<xmlChar*>(entity_text_.data());
    entity_.length = static_cast<int>(entity_text_.size());
    return &entity_;
  }

  void start(std::string_view name, Family family, const Attributes& attributes) {
    if (stopped_) {
      return;
    }
    if (++depth_ > kMaxFeedDepth) {
      return stop(RejectReason::kTooDeep,
                  "XML nested deeper than " + std::to_string(kMaxFeedDepth) + " elements");
    }
    if (static_cast<std::size_t>(parser_->nsNr) > 2 * kMaxOpenNamespaces) {  // prefix and address
      return stop(RejectReason::kTooLong, "more than " + std::to_string(kMaxOpenNamespaces) +
                                              " XML namespaces are open at once");
    }
    if (depth_ == 1 && !start_feed(name, attributes)) {
      return;
    }
    if (capture_.depth != 0) {
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
    start_in_feed(name, family);
  }

  bool start_feed(std::string_view name, const Attributes& attributes) {
    constexpr std::array<std::string_view, 5> kRoots = {"rss", "RDF", "feed", "entry", "channel"};
    if (std::find(kRoots.begin(), kRoots.end(), name) == kRoots.end()) {
      stop(RejectReason::kMalformed,
           "this is not a feed: its root element is <" + std::string(name) + ">");
      return false;
    }
    root_seen_ = true;
    is_atom_ = name == "feed" || name == "entry";
    feed_.language = attributes.find("lang", "xml");
    feed_.base = attributes.find("base", "xml");
    return true;
  }

  void start_in_feed(std::string_view name, Family family) {
    const bool core = family == Family::kCore || family == Family::kAtom;
    if (name == "language" && (core || family == Family::kDublinCore)) {
      capture(feed_.language);
    } else if (core && name == "author") {
      author_depth_ = depth_;
    } else if (author_depth_ != 0) {
      start_in_author(name, feed_);
    }
  }

  void start_item(const Attributes& attributes) {
    if (++items_ > kMaxFeedItems) {
      return stop(RejectReason::kTooLong, "the feed has too many items");
    }
    item_depth_ = depth_;
    too_long_ = false;
    item_.clear();
    media_text_.clear();
    item_.id = attributes.find("about", "rdf");
    item_.language = attributes.find("lang", "xml");
    const std::string_view base = attributes.find("base", "xml");
    item_.base = base.empty() ? feed_.base : base;
  }

  void start_in_item(std::string_view name, Family family, const Attributes& attributes) {
    if (author_depth_ != 0) {
      return start_in_author(name, item_);
    }
    if (family == Family::kMedia && name == "description") {
      return capture(media_text_);
    }
    if (depth_ != item_depth_ + 1) {
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
      case Family::kThread:
        if (name == "in-reply-to") {
          item_.in_reply_to = attributes.find("ref");
        }
        return;
      default:
        return;
    }
  }

  void start_core(std::string_view name, bool atom, const Attributes& attributes) {
    if (name == "link") {
      return start_link(attributes);
    }
    if (name == "author") {
      author_depth_ = depth_;
      return atom ? void() : capture(item_.author_name);
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
    if (name == "guid" || name == "id") {
      guid_is_link_ = name == "guid" && attributes.find("isPermaLink") != "false";
      return capture(item_.id);
    }
    if (name == "pubDate" || name == "published" || name == "issued") {
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
    if (name == "creator" && item_.author_name.empty()) {
      capture(item_.author_name);
    } else if ((name == "date" || name == "created") && item_.published.empty()) {
      capture(item_.published);
    } else if (name == "modified") {
      capture(item_.updated);
    } else if (name == "language" && item_.language.empty()) {
      capture(item_.language);
    } else if (name == "description" && item_.summary.text.empty()) {
      capture(item_.summary, Markup::kHtml);
    }
  }

  /// Atom's has an address in `href` and says what it is for; RSS's is text.
  void start_link(const Attributes& attributes) {
    const std::string_view address = attributes.find("href");
    const std::string_view purpose = attributes.find("rel");
    if (address.empty()) {
      return item_.link.empty() ? capture(item_.link) : void();
    }
    if (item_.link.empty() && (purpose.empty() || purpose == "alternate")) {
      item_.link = address;
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

  void take_tombstone(const Attributes& attributes) {
    item_.clear();
    item_.deleted = true;
    item_.id = attributes.find("ref");
    item_.updated = attributes.find("when");
    if (item_.id.empty()) {
      return sink_.flaw(RejectReason::kMissingId, "a tombstone (deleted-entry) names no entry");
    }
    sink_.item(item_);
  }

  /// RSS holds HTML wherever it holds text; Atom says what it holds.
  void capture_text(FeedText& into, bool atom, const Attributes& attributes) {
    const std::string_view type = attributes.find("type");
    const bool xhtml = type == "xhtml" || type == "application/xhtml+xml" ||
                       (atom && attributes.find("mode") == "xml" && type.find("html") != type.npos);
    const bool html = !atom || xhtml || type == "html" || type == "text/html" ||
                      attributes.find("mode") == "escaped";
    capture(into, html ? Markup::kHtml : Markup::kPlain);
    capture_.inline_markup = xhtml;
  }

  void capture(FeedText& into, Markup markup) {
    capture(into.text);
    into.markup = markup;
    capture_.markup = &into.markup;
  }

  void capture(std::string& into) {
    into.clear();
    capture_ = {&into, nullptr, depth_, false};
  }

  void add_text(std::string_view text) {
    if (stopped_ || capture_.depth == 0) {
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

  void end(std::string_view name) {
    if (stopped_) {
      return;
    }
    if (depth_ == capture_.depth) {
      capture_ = {};
    } else if (capture_.depth != 0) {
      add_tag("</", name);
    }
    if (depth_ == author_depth_) {
      author_depth_ = 0;
    }
    if (depth_ == item_depth_) {
      end_item();
    }
    --depth_;
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
      item_.summary.text = media_text_;
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

  /// "jean@example.org (Jean Martin)".
  void split_rss_author() {
    const std::string whole = item_.author_name;
    const std::size_t open = whole.find('(');
    if (whole.find('@') > open || open == whole.npos || !whole.ends_with(')')) {
      return;
    }
    item_.author_email = whole.substr(0, whole.find_first_of(" ("));
    item_.author_name = whole.substr(open + 1, whole.size() - open - 2);
  }

  void finish() {
    if (stopped_) {
      return;
    }
    if (!root_seen_) {
      return sink_.flaw(RejectReason::kMalformed, "this is not a feed: no XML element in it");
    }
    if (depth_ != 0) {
      sink_.flaw(RejectReason::kMalformed,
                 item_depth_ != 0 ? "the feed is torn: it ends within an item"
                                  : "the feed is torn: it ends before its root element does");
    }
  }

  FeedItemSink& sink_;
  xmlParserCtxtPtr parser_ = nullptr;
  xmlEntity entity_{};
  std::string entity_text_;

  std::size_t depth_ = 0;                          ///< open elements
  std::size_t item_depth_ = 0, author_depth_ = 0;  ///< of that open element; 0: none
  std::size_t items_ = 0;
  bool stopped_ = false, is_atom_ = false, too_long_ = false, guid_is_link_ = false,
       root_seen_ = false, wide_ = false;
  Capture capture_;
  FeedItem item_, feed_;
  std::string media_text_;
};

}  // namespace

void read_xml_feed(std::string_view bytes, FeedItemSink& sink) {
  static std::once_flag prepared;
  std::call_once(prepared, [] {
    xmlInitParser();
    xmlSetExternalEntityLoader(
        [](const char*, const char*, xmlParserCtxtPtr) -> xmlParserInputPtr { return nullptr; });
  });
  XmlFeedReader(sink).read(bytes);
}

}  // namespace vigie
