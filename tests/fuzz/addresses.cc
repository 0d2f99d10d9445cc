// URLs, references (the first line is the base), links of an answer's header, IP addresses.
#include <string>

#include "connectors/link_header.h"
#include "connectors/public_address.h"
#include "connectors/url.h"
#include "engine/core/check.h"
#include "engine/core/web_link.h"
#include "engine/parse/web_address.h"
#include "engine/web/forwarded.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(addresses) {
  const std::string first(take_line(bytes)), rest(bytes);
  if (const Result<UrlParts> parts = split_url(first)) {
    check(!parts->host.empty(), "a URL has a host");
    check(parts->host.find_first_of("\r\n \0") == std::string::npos, "of one word");
    check(parts->authority.find_first_of("\r\n") == std::string::npos &&
              parts->target.find_first_of("\r\n") == std::string::npos,
          "it ends no line of a request");
  }
  const std::string site = site_of(first);
  check(site_of(site) == site, "a site is its own");
  check(target_of(first).starts_with('/'), "a target is a path");
  check(first.find(query_value(first, "after")) != first.npos, "a value stands in its URL");
  const std::string resolved = resolved_address(rest, first);
  check(resolved.empty() || is_web_link(resolved), "resolved, it is of the web");
  resolved_reference(rest, first);
  link_to("next", rest);
  if (is_public_address(first) && first.find(':') == first.npos) {
    check(is_public_address("::ffff:" + first) == is_public_address("64:ff9b::" + first) ||
              !is_public_address("::ffff:" + first),
          "an IPv4 address within IPv6 is judged as itself, or not taken");
  }
  if (!is_public_address(first)) {
    check(!is_public_address("::ffff:" + first), "what is private stays it in disguise");
  }
  const std::string client = client_address("127.0.0.1", rest, {"127.0.0.1"});
  check(!client.empty(), "somebody asks");
}

}  // namespace
}  // namespace vigie::fuzz
