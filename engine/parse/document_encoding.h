#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigie {

/// The bytes of an XML or JSON document as valid UTF-8, without its byte order mark.
///
/// What they are in is told by the byte order mark, by the width of the first characters, by the
/// XML declaration; else they are UTF-8. Labels mean what browsers take them for (ISO-8859-1 is
/// windows-1252, GB2312 is GB18030, …). A label that the bytes themselves give the lie to is passed
/// over: one of an encoding in which the declaration could not be read, or Latin letters where all
/// is valid UTF-8. Where UTF-8 is broken, the broken bytes are windows-1252; what an encoding does
/// not know becomes U+FFFD. Never fails; gives at most `max_bytes`, the rest is cut off.
/// `storage` holds the text if it is not `bytes` themselves.
std::string_view in_utf8(std::string_view bytes, std::size_t max_bytes, std::string& storage);

}  // namespace vigie
