#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/mapping.h"

namespace vigie {

/// Why a document is not for the XML parser.
struct XmlRefusal {
  RejectReason reason;
  std::string_view detail;
};

/// What an XML parser can read of a document that people wrote: replaces `out`. `document` is valid
/// UTF-8.
///
/// 1. References become what they stand for: numbers and HTML's names. Numbers 128 to 159 are
///    windows-1252, as browsers read them; impossible ones become U+FFFD. Only XML's own five stay
///    references. A document that declares entities of its own is refused.
/// 2. '&' and '<' that begin nothing become text. Characters that XML does not know are dropped.
/// 3. Comments, processing instructions, declarations and document types are dropped, so the parser
///    never sees an entity, a DTD or an encoding, and CDATA sections are always closed.
///
/// One pass. `out` never grows beyond three times the document and 64 KiB: a document that would is
/// refused.
std::optional<XmlRefusal> repair_xml(std::string_view document, std::string& out);

}  // namespace vigie
