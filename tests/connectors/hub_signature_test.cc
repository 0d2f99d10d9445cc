#include "connectors/hub_signature.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace vigie {
namespace {

// RFC 2202 and RFC 4231, test case 2.
constexpr const char* kSecret = "Jefe";
constexpr const char* kBody = "what do ya want for nothing?";
constexpr std::array<const char*, 4> kSignatures = {
    "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "sha384="
    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab216"
    "49",
    "sha512="
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6"
    "fdcaeab1a34d4a6b4b636e070a38bce737"};

TEST(HubSignature, OfTheStandardsOwnVectors) {
  for (const std::string signature : kSignatures) {
    EXPECT_TRUE(hub_signature_fits(signature, kBody, kSecret)) << signature;
    EXPECT_FALSE(hub_signature_fits(signature, "What do ya want for nothing?", kSecret));
    EXPECT_FALSE(hub_signature_fits(signature, kBody, "jefe"));
    EXPECT_FALSE(hub_signature_fits(signature.substr(0, signature.size() - 2), kBody, kSecret));
    EXPECT_FALSE(hub_signature_fits(signature + "00", kBody, kSecret));
    EXPECT_FALSE(hub_signature_fits("md5" + signature.substr(signature.find('=')), kBody, kSecret));
  }
  EXPECT_TRUE(
      hub_signature_fits(" SHA1=EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79 ", kBody, kSecret));
}

TEST(HubSignature, WhatIsNone) {
  for (const char* header : {"", "sha256", "sha256=", "=", "sha256=zz", "sha256=0"}) {
    EXPECT_FALSE(hub_signature_fits(header, kBody, kSecret)) << header;
  }
  EXPECT_FALSE(hub_signature_fits(kSignatures[1], kBody, ""));
}

}  // namespace
}  // namespace vigie
