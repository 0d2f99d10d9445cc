#include "engine/parse/xml_reader.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <memory>
#include <mutex>
#include <utility>

#include "engine/parse/attribute_count.h"
#include "engine/parse/xml_repair.h"

// libxml2 calls us at every start, end and piece of text (SAX2). Safe by construction:
// 1. What it reads is ours: UTF-8 that says no encoding (document_encoding.h), without document
//    types, declarations and entities but XML's five (xml_repair.h).
// 2. No callback that could load anything is set, XML_PARSE_NONET is, XML_PARSE_NOENT is not, and
//    the process-wide loader of external entities gives nothing.
// 3. Depth and namespaces are counted here.
// 4. libxml2 compares each attribute of a tag with all before it, and tells us when it is done: so
//    they are counted before it sees them (attribute_count.h).

namespace vigie {
namespace {

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

xmlParserCtxtPtr context(void* parser) { return static_cast<xmlParserCtxtPtr>(parser); }

void prepare_libxml2() {
  static std::once_flag prepared;
  std::call_once(prepared, [] {
    xmlInitParser();
    xmlSetExternalEntityLoader(
        [](const char*, const char*, xmlParserCtxtPtr) -> xmlParserInputPtr { return nullptr; });
  });
}

}  // namespace

/// What libxml2 calls, in C's words.
struct XmlReader::Callbacks {
  static XmlReader& self(void* reader) { return *static_cast<XmlReader*>(reader); }

  static void on_start(void* reader, const xmlChar* name, const xmlChar* prefix,
                       const xmlChar* address, int, const xmlChar**, int attribute_count, int,
                       const xmlChar** attributes) {
    XmlReader& me = self(reader);
    if (me.stopped_) {
      return;
    }
    if (++me.depth_ > kMaxDepth) {
      return me.give_up(RejectReason::kTooDeep,
                        "XML nested deeper than " + std::to_string(kMaxDepth) + " elements");
    }
    const auto open_namespaces = static_cast<std::size_t>(context(me.parser_)->nsNr) / 2;
    if (open_namespaces > kMaxOpenNamespaces) {
      return me.give_up(RejectReason::kTooLong, "more than " + std::to_string(kMaxOpenNamespaces) +
                                                    " XML namespaces are open at once");
    }
    me.start(view(name), view(prefix), view(address), XmlAttributes(attributes, attribute_count));
  }

  static void on_end(void* reader, const xmlChar* name, const xmlChar*, const xmlChar*) {
    XmlReader& me = self(reader);
    if (!me.stopped_) {
      me.end(view(name));
      --me.depth_;
    }
  }

  static void on_text(void* reader, const xmlChar* text, int size) {
    XmlReader& me = self(reader);
    if (!me.stopped_) {
      me.text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
    }
  }
};

std::optional<XmlReader::Flaw> XmlReader::read_document(std::string_view document) {
  prepare_libxml2();
  std::string xml;
  if (const auto refusal = repair_xml(document, xml)) {
    return Flaw{refusal->reason, std::string(refusal->detail)};
  }
  if (has_tag_with_more_attributes(xml, kMaxAttributes)) {
    return Flaw{RejectReason::kTooLong,
                "an XML tag with more than " + std::to_string(kMaxAttributes) + " attributes"};
  }
  xmlSAXHandler handler{};
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = Callbacks::on_start;
  handler.endElementNs = Callbacks::on_end;
  handler.characters = Callbacks::on_text;
  handler.ignorableWhitespace = Callbacks::on_text;
  handler.cdataBlock = Callbacks::on_text;
  handler.serror = [](void*, xmlErrorPtr) {};  // RECOVER: what matters shows in what was read

  const std::unique_ptr<xmlParserCtxt, void (*)(xmlParserCtxtPtr)> parser(
      xmlCreatePushParserCtxt(&handler, this, nullptr, 0, nullptr), xmlFreeParserCtxt);
  if (!parser) {
    return Flaw{RejectReason::kMalformed, "no memory to read the XML"};
  }
  parser_ = parser.get();
  xmlCtxtUseOptions(parser.get(), XML_PARSE_RECOVER | XML_PARSE_NONET);
  xmlParseChunk(parser.get(), xml.data(), static_cast<int>(xml.size()), /*terminate=*/1);
  if (parser->myDoc != nullptr) {
    xmlFreeDoc(parser->myDoc);
  }
  parser_ = nullptr;
  return std::move(flaw_);
}

void XmlReader::stop_reading() {
  stopped_ = true;
  xmlStopParser(context(parser_));
}

void XmlReader::give_up(RejectReason reason, std::string detail) {
  flaw_ = Flaw{reason, std::move(detail)};
  stop_reading();
}

}  // namespace vigie
