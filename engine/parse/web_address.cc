#include "engine/parse/web_address.h"

#include <libxml/uri.h>

#include <memory>

#include "engine/core/ascii.h"
#include "engine/core/web_link.h"

namespace vigie {

std::string resolved_reference(std::string_view reference, const std::string& base) {
  constexpr std::size_t kMaxUrlBytes = 4096;
  const std::string relative(trimmed(reference));
  if (relative.empty() || relative.size() + base.size() > kMaxUrlBytes) {
    return {};
  }
  if (base.empty() || is_web_link(relative)) {
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
  return is_web_link(whole) ? whole : std::string();
}

}  // namespace vigie
