// A document in whatever encoding: UTF-8 comes out, and what was UTF-8 stays as it is.
#include "engine/parse/document_encoding.h"

#include <string>

#include "engine/core/check.h"
#include "engine/parse/utf8.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(encoding) {
  constexpr std::size_t kMost = 1000;
  std::string storage, cut_storage;
  const std::string_view text = in_utf8(bytes, 16 << 20, storage);
  check(is_valid_utf8(text), "UTF-8 comes out");
  const std::string_view cut = in_utf8(bytes, kMost, cut_storage);
  check(cut.size() <= kMost && is_valid_utf8(cut), "within the bound, and whole characters");
  const bool is_plain = is_valid_utf8(bytes) && !bytes.starts_with("\xef\xbb\xbf") &&
                        bytes.find('\0') == bytes.npos && bytes.find("encoding") == bytes.npos;
  check(!is_plain || text == bytes, "UTF-8 stays as it is");
  std::string once_more;
  check(!is_plain || in_utf8(text, 16 << 20, once_more) == text, "for ever");
}

}  // namespace
}  // namespace vigie::fuzz
