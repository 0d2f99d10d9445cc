#include "engine/web/assets.h"

#include <algorithm>
#include <string>

namespace vigie {
namespace {

const Asset* find(std::span<const Asset> assets, std::string_view path) {
  const auto found = std::ranges::find(assets, path, &Asset::path);
  return found == assets.end() ? nullptr : &*found;
}

Response serve(const Asset& asset, const Request& request, std::string_view cache) {
  Response response;
  response.content_type = asset.content_type;
  response.with("ETag", std::string(asset.etag));
  response.with("Cache-Control", std::string(cache));
  response.with("Vary", "Accept-Encoding");
  if (request.header("if-none-match").find(asset.etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  if (request.header("accept-encoding").find("gzip") != std::string_view::npos) {
    response.with("Content-Encoding", "gzip");
    response.body = asset.gzip;
  } else {
    response.body = asset.plain;
  }
  return response;
}

Route page(std::string pattern, std::span<const Asset> assets, std::string operation) {
  Route route;
  route.method = "GET";
  route.pattern = std::move(pattern);
  route.access = RouteAccess::kPublic;
  route.description.operation = std::move(operation);
  route.handler = at_once([assets](const Request& request) {
    const Asset* index = find(assets, "/index.html");
    return index ? serve(*index, request, "no-cache")
                 : problem(404, "this program was built without its screens");
  });
  return route;
}

}  // namespace

std::vector<Route> asset_routes(std::span<const Asset> assets) {
  Route files;
  files.method = "GET";
  files.pattern = "/assets/{file}";
  files.access = RouteAccess::kPublic;
  files.description.operation = "getAsset";
  files.handler = at_once([assets](const Request& request) {
    const Asset* asset = find(assets, request.path);
    return asset ? serve(*asset, request, "public, max-age=31536000, immutable")
                 : problem(404, "there is no such file");
  });
  return {std::move(files), page("/", assets, "getScreens")};
}

}  // namespace vigie
