// What a directory says: the first line is a token, the rest its keys. Nothing is let in that the
// provider has not signed; and claims that our own key signed are read or refused.
#include "engine/access/id_token.h"

#include "engine/access/secret.h"
#include "engine/access/totp.h"
#include "engine/core/check.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

/// A public key of nobody: its private half was never kept.
constexpr std::string_view kKeys = R"({"keys":[{"kty":"EC","crv":"P-256","kid":"a","alg":"ES256",)"
                                   R"("x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",)"
                                   R"("y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]})";

VIGIE_FUZZ(id_token) {
  static const ProviderKeys nobodys = ProviderKeys::parse(kKeys).value();
  const IdTokenRules rules{"https://sso.example", "vigie", "nonce", "name", "groups"};
  const Time now(std::chrono::seconds(1'792'000'000));
  const std::string_view token = take_line(bytes);
  check(!read_id_token(token, nobodys, rules, now), "nobody is let in");
  if (const auto keys = ProviderKeys::parse(bytes)) {
    check(!read_id_token(token, *keys, rules, now) || bytes.size() > 100, "without a whole key");
  }
  // The same bytes as header and claims.
  const std::string put =
      to_base64url(token) + "." + to_base64url(bytes) + "." + to_base64url(std::string(64, '\1'));
  check(!read_id_token(put, nobodys, rules, now), "whatever is claimed");
  const auto step = totp::matching_step(token, bytes, 59, 0);
  check(!step || totp::code_of(token, *step) == bytes, "a code is the code");
  const std::string right = totp::code_of(token, 59);
  check(totp::matching_step(token, right, 59, 58) == 59, "ours is right");
  const auto used = totp::matching_step(token, right, 59, 60);
  check(!used, "and once only");
}

}  // namespace
}  // namespace vigie::fuzz
