#include "engine/parse/web_address.h"

#include <libxml/uri.h>

#include <algorithm>
#include <memory>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

bool is_web_address(std::string_view url) {
  std::string scheme(url.substr(0, 8));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return scheme.starts_with("http://") || scheme.starts_with("https://");
}

}  // namespace

std::string resolved_reference(std::string_view reference, const std::string& base) {
  constexpr std::size_t kMaxUrlBytes = 4096;
  const std::string relative(trimmed(reference));
  if (relative.empty() || relative.size() + base.size() > kMaxUrlBytes) {
    return {};
  }
  if (base.empty() || is_web_address(relative)) {
    return relative;
  }
  const std::unique_ptr<xmlChar, void (*)(void*)> built(
      xmlBuildURI(reinterpret_cast<const xmlChar*>(relative.c_str()),
                  reinterpret_cast<const xmlChar*>(base.c_str())),
      [](void* memory) { xmlFree(memory); });
  return built ? reinterpret_cast<const char*>(built.get()) : "";
}

std::string resolved_address(std::string_view reference, const std::string& base) {
  std::string whole = resolved_reference(reference, base);
  return is_web_address(whole) ? whole : std::string();
}

}  // namespace vigie
