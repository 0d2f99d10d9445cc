#include "connectors/signature.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

const std::vector<std::string> kSecrets = {"0123456789abcdef"};
constexpr std::chrono::seconds kWindow{300};
const Time kNow{std::chrono::seconds(1'790'000'000)};

SignatureVerdict verify(std::string_view header, std::string_view body = "hello", Time now = kNow) {
  return verify_signature(header, body, kSecrets, now, kWindow);
}

TEST(Signature, IsTheHmacThatAnybodyCanCompute) {
  // printf '1790000000.hello' | openssl dgst -sha256 -hmac 0123456789abcdef
  const std::string expected =
      "t=1790000000,v1=d6a87882d81a1da190d2cd870e99d4d76282a0e6c380fc34bc55199a8c6c4ccb";
  EXPECT_EQ(sign("hello", kSecrets[0], kNow), expected);
  EXPECT_EQ(verify(expected), SignatureVerdict::kGood);
}

TEST(Signature, FitsOnlyItsBodyItsTimeAndItsSecret) {
  const std::string good = sign("hello", kSecrets[0], kNow);
  EXPECT_EQ(verify(good, "hello!"), SignatureVerdict::kWrong);
  EXPECT_EQ(verify(good, ""), SignatureVerdict::kWrong);
  std::string later = good;
  later[11] = '1';
  EXPECT_EQ(verify(later), SignatureVerdict::kWrong);
  EXPECT_EQ(verify(sign("hello", "another secret 16", kNow)), SignatureVerdict::kWrong);
  EXPECT_EQ(verify_signature(good, "hello", {}, kNow, kWindow), SignatureVerdict::kWrong);
}

TEST(Signature, EveryFlippedBitMakesItWrong) {
  const std::string good = sign("hello", kSecrets[0], kNow);
  const std::size_t first = good.find("v1=") + 3;
  for (std::size_t i = first; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == '0' ? '1' : '0';
    EXPECT_EQ(verify(bad), SignatureVerdict::kWrong) << i;
  }
}

TEST(Signature, IsStaleOutsideTheWindowOnBothSides) {
  const std::string good = sign("hello", kSecrets[0], kNow);
  EXPECT_EQ(verify(good, "hello", kNow + kWindow), SignatureVerdict::kGood);
  EXPECT_EQ(verify(good, "hello", kNow - kWindow), SignatureVerdict::kGood);
  EXPECT_EQ(verify(good, "hello", kNow + kWindow + microseconds(1)), SignatureVerdict::kStale);
  EXPECT_EQ(verify(good, "hello", kNow - kWindow - microseconds(1)), SignatureVerdict::kStale);
}

TEST(Signature, AWrongOneIsWrongEvenWhenStale) {
  EXPECT_EQ(verify(sign("other", kSecrets[0], kNow), "hello", kNow + 2 * kWindow),
            SignatureVerdict::kWrong);
}

TEST(Signature, EitherOfTwoSecretsWillDo) {
  const std::vector<std::string> both = {"the new secret 16", kSecrets[0]};
  EXPECT_EQ(verify_signature(sign("x", both[0], kNow), "x", both, kNow, kWindow),
            SignatureVerdict::kGood);
  EXPECT_EQ(verify_signature(sign("x", both[1], kNow), "x", both, kNow, kWindow),
            SignatureVerdict::kGood);
}

TEST(Signature, ASenderMayGiveSeveral) {
  const std::string good = sign("hello", kSecrets[0], kNow);
  EXPECT_EQ(verify(good + ",v1=" + std::string(64, 'a')), SignatureVerdict::kGood);
  EXPECT_EQ(
      verify("t=1790000000, v0=old, v1=" + std::string(64, 'a') + good.substr(good.find(","))),
      SignatureVerdict::kGood);
}

TEST(Signature, WhatIsNotOfTheFormCountsAsMissing) {
  const std::string good = sign("hello", kSecrets[0], kNow);
  const std::string mac = good.substr(good.find("v1="));
  for (const std::string& header :
       {std::string(), std::string("garbage"), std::string("t=1790000000"), mac, "t=," + mac,
        "t=-1," + mac, "t=17900000o0," + mac, "t= 1790000000," + mac,
        "t=99999999999999999999," + mac, "t=1790000000,t=1790000000," + mac,
        "t=1790000000," + mac.substr(0, 20), "t=1790000000," + mac + "00",
        "t=1790000000,v1=" + std::string(64, 'g'), std::string(5000, ','),
        good + std::string(2000, ','), "T=1790000000," + mac}) {
    EXPECT_EQ(verify(header), SignatureVerdict::kMissing) << header;
  }
}

}  // namespace
}  // namespace vigie
