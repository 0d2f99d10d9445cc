#pragma once

#include <optional>
#include <string>

#include "engine/access/sign_in.h"
#include "engine/web/http.h"
#include "engine/web/router.h"

namespace vigie {

/// How browsers reach us.
struct PublicSide {
  /// The screens are reached over TLS (here or at a proxy): cookies are Secure and carry the
  /// __Host- prefix.
  bool secure = false;
  /// "vigie.example.org" or "localhost:8087", as in the address bar; empty: what Host says.
  std::string authority;
  /// What the button for signing in through the town's directory says; empty: there is none.
  std::string directory = {};
};

/// Lets in whoever the route's access asks for: a session's cookie, or an API token as Bearer, of
/// somebody who holds the route's right. A tenant that the caller has no role in is not there.
/// What changes something needs, beside the cookie, a request from our own pages (Origin) that
/// holds the session's token (X-CSRF-Token).
class Gate {
 public:
  /// `sign_in` outlives it.
  Gate(SignIn& sign_in, PublicSide side) : sign_in_(sign_in), side_(std::move(side)) {}

  /// An answer that turns the request away, or nothing and `request.caller` filled in.
  std::optional<Response> operator()(const Route& route, Request& request) const;

  /// The value of Set-Cookie that begins a session; an empty id ends it.
  static std::string cookie(const PublicSide& side, const std::string& session_id);

 private:
  std::optional<Response> refuse_caller(const Route& route, const Request& request) const;
  bool is_from_our_pages(const Request& request) const;

  SignIn& sign_in_;
  PublicSide side_;
};

}  // namespace vigie
