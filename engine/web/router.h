#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/web/http.h"

namespace vigie {

/// Who may call a route. The table of routes is the one place that says so.
enum class RouteAccess : std::uint8_t {
  kPublic,    ///< anybody: sign-in, health, the screens' files
  kOwnCheck,  ///< the handler proves who is calling in its own way: signed pushes
  kSignedIn,  ///< a session or an API token, whose grants hold the route's right
};

/// How a route is described in the OpenAPI document.
struct RouteDescription {
  struct Field {
    std::string name, schema, about;  ///< `schema`: a JSON Schema, as JSON
    std::string in = "query";         ///< or "header"
  };
  struct Answer {
    unsigned status = 200;
    std::string about;
    std::string schema;  ///< a name under components/schemas; empty: no body, or not JSON
    std::string content_type = "application/json";
  };
  std::string operation;  ///< operationId, unique
  std::string summary;
  std::vector<Field> fields;
  std::string body_schema;  ///< a name under components/schemas; empty: takes no body
  std::vector<Answer> answers;
  std::string body_type = "application/json";
};

struct Route {
  static constexpr std::size_t kDefaultBodyBytes = 1 << 20;
  using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

  std::string method;   ///< "*": every method
  std::string pattern;  ///< "/api/v1/tenants/{tenant}/mentions"; a last "{rest...}" takes the rest
  RouteAccess access = RouteAccess::kSignedIn;
  /// Of a kSignedIn route, always: what its caller must hold in {tenant}; without one in the
  /// pattern, engine-wide or in some tenant, and it shows each caller what is theirs.
  std::optional<Right> right = {};
  Handler handler;
  RouteDescription description;
  std::size_t max_body_bytes = kDefaultBodyBytes;
  bool only_asks = false;  ///< changes nothing, though it is no GET: the audit does not hear of it
};

/// A route whose handler does not wait for anything.
Route::Handler at_once(std::function<Response(const Request&)> handle);

/// A route that reads, for anybody.
Route open_get(std::string pattern, Route::Handler handler, RouteDescription description);

/// The table of everything the server answers. Filled at start, then only read.
class Router {
 public:
  void add(std::vector<Route> routes);
  const std::vector<Route>& routes() const { return routes_; }

  struct Found {
    const Route* route = nullptr;   ///< null: nothing there
    std::string allow;              ///< methods that would do, if only the method is wrong
    bool malformed_escape = false;  ///< a percent escape of the path is none
  };
  /// Finds the route of `request.method` and `request.path` and fills `request.parameters`. HEAD
  /// finds GET. Literal segments win over parameters.
  Found find(Request& request) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace vigie
