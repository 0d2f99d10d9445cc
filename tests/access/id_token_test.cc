// ID tokens are made here with OpenSSL, one right and many that are wrong in one thing each.
#include "engine/access/id_token.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <map>

#include "engine/access/secret.h"

namespace vigie {
namespace {

using Pair = std::shared_ptr<EVP_PKEY>;
using Claims = std::map<std::string, std::string>;  // values are JSON

const Time kNow{std::chrono::seconds(1'790'000'000)};
const IdTokenRules kRules{"https://id.ville.example", "vigie", "n-1", "preferred_username",
                          "groups"};

std::string seconds_from_now(std::int64_t seconds) {
  return std::to_string(1'790'000'000 + seconds);
}

Pair rsa(unsigned bits = 2048) { return {EVP_RSA_gen(bits), EVP_PKEY_free}; }
Pair ec() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

std::string parameter(const Pair& key, const char* name, int bytes = 0) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key.get(), name, &number), 1);
  std::string out(static_cast<std::size_t>(bytes != 0 ? bytes : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
  BN_free(number);
  return to_base64url(out);
}

std::string rsa_jwk(const Pair& key, const std::string& id, const std::string& more = "") {
  return R"({"kty":"RSA","kid":")" + id + R"(","n":")" + parameter(key, OSSL_PKEY_PARAM_RSA_N) +
         R"(","e":")" + parameter(key, OSSL_PKEY_PARAM_RSA_E) + "\"" + more + "}";
}

std::string ec_jwk(const Pair& key, const std::string& id) {
  return R"({"kty":"EC","crv":"P-256","use":"sig","kid":")" + id + R"(","x":")" +
         parameter(key, OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
         parameter(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"}";
}

ProviderKeys keys_of(const std::string& jwks) {
  return ProviderKeys::parse("{\"keys\":[" + jwks + "]}").value();
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string sign(const Pair& key, const std::string& algorithm, const std::string& text) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(),
                                                                       EVP_MD_CTX_free);
  EVP_PKEY_CTX* context = nullptr;
  EVP_DigestSignInit(digest.get(), &context, EVP_sha256(), nullptr, key.get());
  if (algorithm == "PS256") {
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST);
  }
  std::size_t size = 1024;
  std::string signature(size, '\0');
  EXPECT_EQ(EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                           bytes_of(text), text.size()),
            1);
  signature.resize(size);
  if (algorithm != "ES256") {
    return signature;
  }
  const unsigned char* der = bytes_of(signature);
  ECDSA_SIG* const parsed = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size));
  std::string raw(64, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parsed), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(parsed), out + 32, 32);
  ECDSA_SIG_free(parsed);
  return raw;
}

Claims right_claims() {
  return {{"iss", "\"https://id.ville.example\""},
          {"aud", "\"vigie\""},
          {"sub", "\"4711\""},
          {"exp", seconds_from_now(300)},
          {"iat", seconds_from_now(-5)},
          {"nonce", "\"n-1\""},
          {"preferred_username", "\"marie\""},
          {"groups", R"(["vigie-com","jardins"])"}};
}

std::string json_of(const Claims& claims) {
  std::string json;
  for (const auto& [name, value] : claims) {
    json += (json.empty() ? "{\"" : ",\"") + name + "\":" + value;
  }
  return json + "}";
}

std::string signed_part(const std::string& header, const Claims& claims) {
  return to_base64url(header) + "." + to_base64url(json_of(claims));
}

std::string header_of(const std::string& algorithm, const std::string& id) {
  return R"({"alg":")" + algorithm + R"(","kid":")" + id + "\"}";
}

std::string token_of(const Pair& key, const std::string& algorithm, const std::string& id,
                     const Claims& claims = right_claims()) {
  const std::string text = signed_part(header_of(algorithm, id), claims);
  return text + "." + to_base64url(sign(key, algorithm, text));
}

class IdTokens : public testing::Test {
 protected:
  static void SetUpTestSuite() { rsa_ = rsa(), ec_ = ec(); }
  static void TearDownTestSuite() { rsa_.reset(), ec_.reset(); }

  Result<IdToken> read(const std::string& token, Time now = kNow) const {
    return read_id_token(token, keys_, kRules, now);
  }
  Result<IdToken> read(const Claims& claims, Time now = kNow) const {
    return read(token_of(rsa_, "RS256", "r", claims), now);
  }
  /// Refused, for a reason that has this word.
  void expect_refused(const Result<IdToken>& result, const std::string& word) const {
    ASSERT_FALSE(result) << word;
    EXPECT_EQ(result.error().code, ErrorCode::kRefused);
    EXPECT_NE(result.error().text.find(word), std::string::npos) << result.error().text;
  }
  static Claims with(const std::string& name, const std::string& value) {
    Claims claims = right_claims();
    claims[name] = value;
    return claims;
  }
  static Claims without(const std::string& name) {
    Claims claims = right_claims();
    claims.erase(name);
    return claims;
  }

  static inline Pair rsa_, ec_;
  ProviderKeys keys_ = keys_of(rsa_jwk(rsa_, "r") + "," + ec_jwk(ec_, "e"));
};

TEST_F(IdTokens, AreReadUnderEachAlgorithmThatIsAccepted) {
  for (const auto& [algorithm, key, id] :
       {std::tuple("RS256", rsa_, "r"), {"PS256", rsa_, "r"}, {"ES256", ec_, "e"}}) {
    const Result<IdToken> token = read(token_of(key, algorithm, id));
    ASSERT_TRUE(token) << algorithm << ": " << token.error().text;
    EXPECT_EQ(token->subject, "4711");
    EXPECT_EQ(token->name, "marie");
    EXPECT_EQ(token->groups, (std::vector<std::string>{"vigie-com", "jardins"}));
  }
}

TEST_F(IdTokens, AreRefusedWhenAnyByteWasChanged) {
  for (const auto& [algorithm, key, id] :
       {std::tuple("RS256", rsa_, "r"), {"PS256", rsa_, "r"}, {"ES256", ec_, "e"}}) {
    const std::string token = token_of(key, algorithm, id);
    const std::size_t first = token.find('.'), last = token.rfind('.');
    for (std::size_t at = first + 1; at + 1 < token.size(); at += 7) {
      if (at == last) {
        continue;
      }
      std::string forged = token;
      forged[at] = forged[at] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(read(forged)) << algorithm << " at " << at;
    }
    EXPECT_FALSE(read(token.substr(0, last + 1))) << "no signature";
    EXPECT_FALSE(read(token + "AAAA"));
  }
}

TEST_F(IdTokens, AreRefusedWhenAnotherKeySignedThem) {
  expect_refused(read(token_of(rsa(), "RS256", "r")), "signature");
  expect_refused(read(token_of(ec(), "ES256", "e")), "signature");
}

TEST_F(IdTokens, NeverGoWithoutSignatureOrWithASharedSecret) {
  for (const char* const none : {"none", "None", "NONE", "", "RS384", "EdDSA"}) {
    const std::string text = signed_part(header_of(none, "r"), right_claims());
    expect_refused(read(text + "."), "algorithm");
    expect_refused(read(text + "." + to_base64url(sign(rsa_, "RS256", text))), "algorithm");
  }
  for (const char* const shared : {"HS256", "HS512"}) {
    // What fools who takes the public key for the secret.
    const std::string text = signed_part(header_of(shared, "r"), right_claims());
    const std::string secret = rsa_jwk(rsa_, "r");
    std::string mac(32, '\0');
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(),
         reinterpret_cast<unsigned char*>(mac.data()), nullptr);
    expect_refused(read(text + "." + to_base64url(mac)), "algorithm");
  }
}

TEST_F(IdTokens, TakeNoKeyForAnAlgorithmThatIsNotItsOwn) {
  EXPECT_EQ(read(token_of(rsa_, "RS256", "e")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read(token_of(ec_, "ES256", "r")).error().code, ErrorCode::kNotFound);
  keys_ = keys_of(rsa_jwk(rsa_, "r", R"(,"alg":"PS256")"));
  EXPECT_EQ(read(token_of(rsa_, "RS256", "r")).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(read(token_of(rsa_, "PS256", "r")));
}

TEST_F(IdTokens, OfAKeyThatIsNotKnownSaySo) {
  EXPECT_EQ(read(token_of(rsa_, "RS256", "new")).error().code, ErrorCode::kNotFound);
}

TEST_F(IdTokens, WithoutAKeysNameAreOfTheOnlyOneThatCanBeMeant) {
  const std::string text = signed_part(R"({"alg":"RS256"})", right_claims());
  const std::string token = text + "." + to_base64url(sign(rsa_, "RS256", text));
  EXPECT_TRUE(read(token));
  keys_ = keys_of(rsa_jwk(rsa_, "r") + "," + rsa_jwk(rsa(), "s"));
  expect_refused(read(token), "which key");
}

TEST_F(IdTokens, AreRefusedWhenAClaimIsNotOurs) {
  expect_refused(read(with("iss", "\"https://id.ville.example/\"")), "iss");
  expect_refused(read(without("iss")), "iss");
  expect_refused(read(with("aud", "\"vigie2\"")), "aud");
  expect_refused(read(with("aud", "[]")), "aud");
  expect_refused(read(with("aud", "7")), "aud");
  expect_refused(read(without("aud")), "aud");
  expect_refused(read(with("azp", "\"other\"")), "azp");
  expect_refused(read(with("azp", "null")), "azp");
  expect_refused(read(with("aud", R"(["vigie","other"])")), "azp");
  expect_refused(read(with("nonce", "\"n-2\"")), "nonce");
  expect_refused(read(without("nonce")), "nonce");
  expect_refused(read(with("sub", "\"\"")), "sub");
  expect_refused(read(without("sub")), "sub");
  expect_refused(read(with("groups", R"({"a":1})")), "groups");
}

TEST_F(IdTokens, MayBeForOthersTooWhenTheyWereGivenToUs) {
  Claims claims = with("aud", R"(["other","vigie"])");
  claims["azp"] = "\"vigie\"";
  EXPECT_TRUE(read(claims));
}

TEST_F(IdTokens, HoldForTheirTimeAndAClocksError) {
  const auto after = [](std::int64_t seconds) { return kNow + std::chrono::seconds(seconds); };
  EXPECT_TRUE(read(right_claims(), after(300 + 119)));
  expect_refused(read(right_claims(), after(300 + 120)), "expired");
  EXPECT_TRUE(read(with("iat", seconds_from_now(120))));
  expect_refused(read(with("iat", seconds_from_now(121))), "clocks");
  expect_refused(read(with("iat", seconds_from_now(-721))), "clocks");
  EXPECT_TRUE(read(with("nbf", seconds_from_now(120))));
  expect_refused(read(with("nbf", seconds_from_now(121))), "yet");
  expect_refused(read(with("nbf", "\"soon\"")), "yet");
  expect_refused(read(without("exp")), "exp");
  expect_refused(read(without("iat")), "iat");
  expect_refused(read(with("exp", "\"1790000300\"")), "exp");
  expect_refused(read(with("exp", "1e300")), "exp");
  expect_refused(read(with("exp", "-1")), "exp");
  EXPECT_TRUE(read(with("exp", seconds_from_now(300) + ".5")));
}

TEST_F(IdTokens, ThatAreNoneAreRefused) {
  for (const std::string token :
       {"", ".", "..", "a.b.c", "e30.e30.", "....", "!!!.???.+++", "bnVsbA.bnVsbA.bnVsbA"}) {
    EXPECT_FALSE(read(token)) << token;
  }
  EXPECT_FALSE(read(std::string(kMaxIdTokenBytes + 1, 'a')));
  const std::string text =
      signed_part(R"({"alg":"RS256","kid":"r","crit":["b64"],"b64":false})", right_claims());
  expect_refused(read(text + "." + to_base64url(sign(rsa_, "RS256", text))), "crit");
}

TEST_F(IdTokens, WithoutNameOrGroupsHaveNone) {
  Claims claims = without("groups");
  claims["preferred_username"] = "7";
  const Result<IdToken> token = read(claims);
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->name.empty());
  EXPECT_TRUE(token->groups.empty());
  EXPECT_EQ(read(with("groups", "\"vigie-com\""))->groups, std::vector<std::string>{"vigie-com"});
}

TEST(ProviderKeySets, HoldNoWeakOrForeignKeys) {
  const Pair good = rsa(), weak = rsa(1024);
  for (const std::string& jwk :
       {rsa_jwk(weak, "w"), rsa_jwk(good, "x", R"(,"use":"enc")"), std::string("7"),
        std::string(R"({"kty":"oct","kid":"r","k":"c2VjcmV0"})"),
        std::string(R"({"kty":"RSA","n":"AQAB","e":"AQ"})"),
        std::string(R"({"kty":"EC","crv":"P-256","x":")") + std::string(43, 'A') + R"(","y":")" +
            std::string(43, 'A') + "\"}"}) {
    EXPECT_FALSE(ProviderKeys::parse("{\"keys\":[" + jwk + "]}")) << jwk;
    EXPECT_TRUE(ProviderKeys::parse("{\"keys\":[" + jwk + "," + rsa_jwk(good, "g") + "]}"));
  }
  for (const char* const text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})"}) {
    EXPECT_FALSE(ProviderKeys::parse(text)) << text;
  }
}

}  // namespace
}  // namespace vigie
