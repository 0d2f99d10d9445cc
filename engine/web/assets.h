#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/web/router.h"

namespace vigie {

/// One file of the screens, embedded in the program.
struct Asset {
  std::string_view path;  ///< "/index.html", "/assets/app-1f3c.js"
  std::string_view content_type;
  std::string_view etag;   ///< with its quotes
  std::string_view plain;  ///< the bytes
  std::string_view gzip;   ///< the same, compressed
};

/// Those that the build made of engine/web/ui.
std::span<const Asset> embedded_assets();

/// GET / gives /index.html, /assets/… the file or 404. Names under /assets carry their content's
/// hash and may be cached for ever. `assets` outlive the routes.
std::vector<Route> asset_routes(std::span<const Asset> assets);

}  // namespace vigie
