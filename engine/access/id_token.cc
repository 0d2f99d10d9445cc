#include "engine/access/id_token.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "engine/access/secret.h"

namespace vigie {
namespace {

using simdjson::dom::element;

constexpr int kMinRsaBits = 2048, kMaxRsaBits = 8192;
constexpr std::size_t kCoordinateBytes = 32;  // of P-256

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* held) const {
    free(held);
  }
};
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using PublicKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number number_of(std::string_view big_endian) {
  return Number(BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

/// Empty if it is not there or no text.
std::string_view text_of(const element& object, std::string_view name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::string octets_of(const element& jwk, std::string_view name) {
  return from_base64url(text_of(jwk, name)).value_or("");
}

PublicKey make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) <= 0) {
    return nullptr;
  }
  PublicKey made(key);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return check && EVP_PKEY_public_check(check.get()) > 0 ? std::move(made) : nullptr;
}

PublicKey rsa_key(const element& jwk) {
  const std::string modulus = octets_of(jwk, "n"), exponent = octets_of(jwk, "e");
  if (modulus.size() > kMaxRsaBits / 8 || exponent.empty() || exponent.size() > 4) {
    return nullptr;
  }
  const Number n = number_of(modulus), e = number_of(exponent);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || BN_num_bits(n.get()) < kMinRsaBits || BN_is_odd(e.get()) == 0 ||
      BN_is_one(e.get()) != 0 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 0 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 0) {
    return nullptr;
  }
  return make_key("RSA", builder.get());
}

PublicKey ec_key(const element& jwk) {
  const std::string x = octets_of(jwk, "x"), y = octets_of(jwk, "y");
  if (text_of(jwk, "crv") != "P-256" || x.size() != kCoordinateBytes ||
      y.size() != kCoordinateBytes) {
    return nullptr;
  }
  const std::string point = '\x04' + x + y;  // SEC 1, 2.3.3: uncompressed
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ==
          0 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) == 0) {
    return nullptr;
  }
  return make_key("EC", builder.get());
}

/// r and s, as JWS has them, in DER, as OpenSSL wants them; empty if they are not that.
std::string der_of(std::string_view raw) {
  const EcSignature signature(ECDSA_SIG_new());
  if (raw.size() != 2 * kCoordinateBytes || !signature) {
    return {};
  }
  Number r = number_of(raw.substr(0, kCoordinateBytes)),
         s = number_of(raw.substr(kCoordinateBytes));
  if (!r || !s || ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 0) {
    return {};
  }
  std::string der(static_cast<std::size_t>(std::max(i2d_ECDSA_SIG(signature.get(), nullptr), 0)),
                  '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(signature.get(), &out);
  return der;
}

bool is_signed(EVP_PKEY* key, std::string_view algorithm, std::string_view text,
               std::string_view signature) {
  const Digest digest(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  if (!digest || EVP_DigestVerifyInit(digest.get(), &context, EVP_sha256(), nullptr, key) <= 0) {
    return false;
  }
  if (algorithm == "PS256" &&
      (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) <= 0 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) <= 0)) {
    return false;
  }
  const std::string der = algorithm == "ES256" ? der_of(signature) : std::string(signature);
  return EVP_DigestVerify(digest.get(), bytes_of(der), der.size(), bytes_of(text), text.size()) ==
         1;
}

tl::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::kRefused, why); }

/// A text, or each of a list of texts; nothing if it is something else.
std::optional<std::vector<std::string>> texts_of(const element& claims, std::string_view name) {
  element value;
  if (claims[name].get(value) != simdjson::SUCCESS) {
    return std::vector<std::string>();
  }
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    return std::vector{std::string(text)};
  }
  simdjson::dom::array list;
  if (value.get(list) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const element one : list) {
    if (one.get(text) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    texts.emplace_back(text);
  }
  return texts;
}

/// Seconds since 1970 (NumericDate, RFC 7519); nothing if it is not there or far from any date.
std::optional<Time> date_of(const element& claims, std::string_view name) {
  constexpr double kLatestS = 253'402'300'799;  // 9999-12-31
  double seconds = 0;
  if (claims[name].get(seconds) != simdjson::SUCCESS || !(seconds >= 0 && seconds <= kLatestS)) {
    return std::nullopt;
  }
  return Time(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

Result<void> check_times(const element& claims, Time now) {
  const std::optional<Time> expires = date_of(claims, "exp"), issued = date_of(claims, "iat");
  if (!expires || !issued) {
    return refuse("the token has no exp or iat");
  }
  if (now >= *expires + kClockSkew) {
    return refuse("the token has expired");
  }
  if (*issued > now + kClockSkew || *issued < now - kMaxIdTokenAge - kClockSkew) {
    return refuse("the token is not of now: compare the clocks");
  }
  element not_before;
  if (claims["nbf"].get(not_before) == simdjson::SUCCESS) {
    const std::optional<Time> from = date_of(claims, "nbf");
    if (!from || *from > now + kClockSkew) {
      return refuse("the token is not valid yet");
    }
  }
  return {};
}

Result<void> check_audience(const element& claims, const std::string& client_id) {
  const auto audiences = texts_of(claims, "aud");
  if (!audiences || std::ranges::find(*audiences, client_id) == audiences->end()) {
    return refuse("the token is for somebody else (aud)");
  }
  element azp;
  const bool has_azp = claims["azp"].get(azp) == simdjson::SUCCESS;
  if (has_azp ? text_of(claims, "azp") != client_id : audiences->size() > 1) {
    return refuse("the token was given to somebody else (azp)");
  }
  return {};
}

Result<IdToken> read_claims(const std::string& json, const IdTokenRules& rules, Time now) {
  simdjson::dom::parser parser;
  element claims;
  if (parser.parse(json).get(claims) != simdjson::SUCCESS || !claims.is_object()) {
    return refuse("the token's claims are no JSON object");
  }
  if (text_of(claims, "iss") != rules.issuer) {
    return refuse("the token is of another issuer (iss)");
  }
  if (const Result<void> checked = check_audience(claims, rules.client_id); !checked) {
    return tl::make_unexpected(checked.error());
  }
  if (const Result<void> checked = check_times(claims, now); !checked) {
    return tl::make_unexpected(checked.error());
  }
  if (rules.nonce.empty() || !is_same_secret(text_of(claims, "nonce"), rules.nonce)) {
    return refuse("the token is of another sign-in (nonce)");
  }
  IdToken token;
  token.subject = text_of(claims, "sub");
  token.name = text_of(claims, rules.name_claim);
  std::optional<std::vector<std::string>> groups = texts_of(claims, rules.groups_claim);
  if (token.subject.empty() || !groups) {
    return refuse("the token has no sub, or its groups are no list of names");
  }
  token.groups = std::move(*groups);
  return token;
}

}  // namespace

struct ProviderKeys::Key {
  std::string id, algorithm;  ///< may be empty
  PublicKey key;

  bool fits(std::string_view wanted) const {
    const bool is_ec = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC;
    return is_ec == (wanted == "ES256") && (algorithm.empty() || algorithm == wanted);
  }
};

ProviderKeys::ProviderKeys() = default;
ProviderKeys::~ProviderKeys() = default;
ProviderKeys::ProviderKeys(ProviderKeys&&) noexcept = default;
ProviderKeys& ProviderKeys::operator=(ProviderKeys&&) noexcept = default;

Result<ProviderKeys> ProviderKeys::parse(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::array list;
  const simdjson::padded_string padded(json);
  if (parser.parse(padded)["keys"].get(list) != simdjson::SUCCESS || list.size() > kMaxKeys) {
    return fail(ErrorCode::kInvalidInput, "the provider's keys are no JWK Set of at most 64 keys");
  }
  ProviderKeys keys;
  for (const element jwk : list) {
    if (!jwk.is_object()) {
      continue;
    }
    const std::string_view use = text_of(jwk, "use"), type = text_of(jwk, "kty");
    auto key = std::make_unique<Key>();
    key->id = text_of(jwk, "kid");
    key->algorithm = text_of(jwk, "alg");
    key->key = type == "RSA" ? rsa_key(jwk) : type == "EC" ? ec_key(jwk) : nullptr;
    if (key->key && (use.empty() || use == "sig")) {
      keys.keys_.push_back(std::move(key));
    }
  }
  ERR_clear_error();
  if (keys.keys_.empty()) {
    return fail(ErrorCode::kInvalidInput, "none of the provider's keys is RSA or P-256");
  }
  return keys;
}

Result<void> ProviderKeys::verify(std::string_view id, std::string_view algorithm,
                                  std::string_view text, std::string_view signature) const {
  if (algorithm != "RS256" && algorithm != "PS256" && algorithm != "ES256") {
    return refuse("the token's algorithm is none of RS256, PS256, ES256");
  }
  const Key* meant = nullptr;
  for (const std::unique_ptr<Key>& key : keys_) {
    if (!key->fits(algorithm) || (!id.empty() && key->id != id)) {
      continue;
    }
    if (meant) {
      return refuse("the token does not say which key signed it");
    }
    meant = key.get();
  }
  if (!meant) {
    return fail(ErrorCode::kNotFound, "the token's key is not one of the provider's");
  }
  const bool is_right = is_signed(meant->key.get(), algorithm, text, signature);
  ERR_clear_error();
  return is_right ? Result<void>() : refuse("the token's signature is wrong");
}

Result<IdToken> read_id_token(std::string_view token, const ProviderKeys& keys,
                              const IdTokenRules& rules, Time now) {
  const std::size_t first = token.find('.'), last = token.rfind('.');
  if (token.size() > kMaxIdTokenBytes || first == std::string_view::npos || first == last) {
    return refuse("the token is none");
  }
  const std::optional<std::string> header = from_base64url(token.substr(0, first));
  const std::optional<std::string> payload =
      from_base64url(token.substr(first + 1, last - first - 1));
  const std::optional<std::string> signature = from_base64url(token.substr(last + 1));
  simdjson::dom::parser parser;
  element said, critical;
  if (!header || !payload || !signature || parser.parse(*header).get(said) != simdjson::SUCCESS ||
      !said.is_object()) {
    return refuse("the token is none");
  }
  if (said["crit"].get(critical) == simdjson::SUCCESS) {
    return refuse("the token wants what is not known here (crit)");
  }
  const Result<void> verified =
      keys.verify(text_of(said, "kid"), text_of(said, "alg"), token.substr(0, last), *signature);
  if (!verified) {
    return tl::make_unexpected(verified.error());
  }
  return read_claims(*payload, rules, now);
}

}  // namespace vigie
